"""Phases of a run: what is expected of each, what they took, and dossiers that are kept short once it is late."""

import json
from types import SimpleNamespace

import pytest

from allocator.explain import dossiers
from allocator.verify import verify
from service import phases
from service.dossiers import dossier_document
from service.phases import Phases, expected_s, explaining_limit_s, phases_of
from service.pipeline import _dossiers
from service.writing import _dossiers as as_file
from tests.small import component, plan, problem, project, space


@pytest.mark.parametrize(("limit_s", "allowed_s"), [(1, 30), (20, 30), (60, 30), (61, 30.5), (600, 300), (3600, 1800)])
def test_explaining_may_take_half_the_limit_and_at_least_half_a_minute(limit_s, allowed_s):
    assert explaining_limit_s(limit_s) == allowed_s


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("plan", ["preparing", "solving", "explaining", "writing"]),
        ("demo", ["preparing", "solving", "explaining", "writing"]),
        ("nightly", ["preparing", "solving", "answering", "explaining", "writing"]),
        ("dossier", ["preparing", "answering"]),
        ("moves", ["preparing", "answering"]),
        ("answer", ["preparing", "answering"]),
    ],
)
def test_every_kind_of_run_has_its_phases_in_order(kind, names):
    found = expected_s(kind, 60.0, 100)
    assert list(found) == names
    assert found.get("solving", 0) + found.get("answering", 0) == 60.0
    assert all(seconds > 0 for seconds in found.values())


def test_explaining_is_never_expected_to_last_longer_than_it_may():
    for projects in (1, 50, 100, 1000, 5000):
        for limit_s in (5.0, 60.0, 600.0):
            assert expected_s("plan", limit_s, projects)["explaining"] <= explaining_limit_s(limit_s)


def test_phases_are_measured_one_after_the_other(monkeypatch):
    now = iter([100.0, 103.0, 103.0, 163.5, 170.0, 170.0])
    monkeypatch.setattr(phases.time, "monotonic", lambda: next(now))
    made = Phases({"preparing": 5.0, "solving": 60.0, "explaining": 12.0})
    made.enter("solving")
    assert [each["seconds"] for each in made.told()] == [3.0, 0.0, 0.0]
    made.enter("explaining")
    made.enter("explaining")
    told = made.told()
    assert [(each["phase"], each["seconds"]) for each in told] == [
        ("preparing", 3.0),
        ("solving", 60.5),
        ("explaining", 6.5),
    ]
    assert [each["expected_s"] for each in told] == [5.0, 60.0, 12.0]
    assert phases_of({"phases": told}, {}) == told
    assert phases_of(None, {"solving": 9.0}) == [{"phase": "solving", "expected_s": 9.0, "seconds": 0.0}]


@pytest.fixture(scope="module")
def verified():
    """Two projects that want the same floor, one that stands elsewhere, and one that fits nowhere."""
    spaces = [space("s"), space("u")]
    asked = [project(name) for name in ("a", "b", "c")]
    asked.append(project("d", component(project_id="d", floor_area_m2=5000)))
    return verify(problem(asked, spaces), plan(("a/c", "s"), ("c/c", "u")))


def test_in_time_every_project_has_its_whole_dossier(verified):
    told = list(dossiers(verified))
    assert [each.project_id for each in told] == [each.project_id for each in verified.problem.projects]
    assert not any(each.brief for each in told)


def test_when_it_is_late_those_who_wait_still_have_their_reasons_and_nobody_has_a_stub(verified):
    whole = {each.project_id: each for each in dossiers(verified)}
    brief = list(dossiers(verified, lambda: True))
    assert {each.project_id for each in brief} == {each.project_id for each in whole.values() if not each.placed}
    assert brief
    for each in brief:
        assert each.brief
        assert each.unplaced_reasons == whole[each.project_id].unplaced_reasons
        assert each.components == whole[each.project_id].components
        assert each.repair is None
        assert "brief" not in dossier_document(each).model_dump()


def test_the_file_of_dossiers_has_the_whole_ones_alone(verified):
    whole = next(dossiers(verified))
    written = as_file(SimpleNamespace(dossiers=[*dossiers(verified, lambda: True), whole]))
    assert json.loads(written) == [dossier_document(whole).model_dump(mode="json")]


def test_explaining_asks_after_its_own_time_and_tells_how_far_it_is(verified):
    asked, seen = [], []

    def late(seconds):
        asked.append(seconds)
        return len(asked) > 1

    made = list(_dossiers(verified, lambda done, of: seen.append((done, of)), late))
    assert seen[0] == (0, len(verified.problem.projects))
    assert asked == sorted(asked)
    assert len(asked) == len(verified.problem.projects)
    assert [(each.project_id, each.brief) for each in made] == [("a", False), ("b", True), ("d", True)]
    assert seen[1:] == [(1, 4), (2, 4), (3, 4)]
