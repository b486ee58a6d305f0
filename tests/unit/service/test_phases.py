"""Phases of a run: what is expected of each, what they took, and dossiers that are kept short once it is late."""

import json
from types import SimpleNamespace

import pytest

from allocator.checking.verify import verify
from allocator.explanation.dossier import NOT_EXPLAINED
from allocator.explanation.explain import dossiers
from service.application.planning import run_phases
from service.application.planning.pipeline import _dossiers
from service.application.planning.run_phases import (
    CUT_SHORT_S,
    EXPLAINING_S,
    LATE_SHARE,
    Explaining,
    Phases,
    expected_s,
    phases_of,
)
from service.application.plans.dossier_document import dossier_document
from service.exports.plan_files import _dossiers as as_file
from tests.support.problems import component, plan, problem, project, space


class Clock:
    """A clock that the test moves."""

    def __init__(self, monkeypatch):
        self.at = 1000.0
        monkeypatch.setattr(run_phases.time, "monotonic", lambda: self.at)


@pytest.mark.parametrize("limit_s", [1.0, 20.0, 3600.0])
@pytest.mark.parametrize("solved_in", [0.0, 0.5, 1.0])
def test_explaining_ends_a_few_seconds_after_the_limit_whenever_the_solve_ended(monkeypatch, limit_s, solved_in):
    clock = Clock(monkeypatch)
    budget = Explaining(limit_s, lambda: False)
    clock.at += solved_in * limit_s
    budget.begin()
    left = 1000.0 + limit_s + EXPLAINING_S - clock.at
    began = clock.at
    for share, late, over in ((0.0, False, False), (LATE_SHARE, True, False), (1.0, True, True)):
        clock.at = began + share * left + 0.001
        assert (budget.late(), budget.over()) == (late, over), share


def test_a_solve_that_took_longer_than_its_limit_leaves_less_to_explaining_and_never_more(monkeypatch):
    clock = Clock(monkeypatch)
    budget = Explaining(10.0, lambda: False)
    clock.at += 10.0 + EXPLAINING_S + 1
    assert (budget.late(), budget.over()) == (True, True)


def test_whoever_asks_for_the_end_does_not_wait_for_what_was_left_of_the_limit(monkeypatch):
    clock = Clock(monkeypatch)
    budget = Explaining(3600.0, lambda: True)
    clock.at += 60
    assert (budget.late(), budget.over()) == (True, False)
    clock.at += CUT_SHORT_S
    assert budget.over()


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
        assert expected_s("plan", 60.0, projects)["explaining"] <= EXPLAINING_S


def test_phases_are_measured_one_after_the_other(monkeypatch):
    now = iter([100.0, 103.0, 103.0, 163.5, 170.0, 170.0])
    monkeypatch.setattr(run_phases.time, "monotonic", lambda: next(now))
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
    assert [each.placed for each in told] == [False, False, True, True], "who waits comes first"
    assert not any(each.brief for each in told)
    made = _dossiers(verified, lambda _done, _of: None, None)
    assert [each.project_id for each in made] == [each.project_id for each in verified.problem.projects]


def test_when_it_is_late_those_who_wait_still_have_their_reasons(verified):
    whole = {each.project_id: each for each in dossiers(verified)}
    late = {each.project_id: each for each in dossiers(verified, lambda: True)}
    assert {name: each for name, each in late.items() if each.placed} == {
        name: each for name, each in whole.items() if each.placed
    }
    brief = [each for each in late.values() if not each.placed]
    assert len(brief) == 2
    for each in brief:
        assert each.brief
        assert each.unplaced_reasons == whole[each.project_id].unplaced_reasons
        assert each.components == whole[each.project_id].components
        assert each.repair is None
        assert "brief" not in dossier_document(each).model_dump()


def test_when_time_is_over_who_waits_is_said_not_to_be_explained_and_who_is_placed_has_no_dossier(verified):
    told = list(dossiers(verified, lambda: True, lambda: True))
    assert [each.project_id for each in told] == ["b", "d"]
    for each in told:
        assert (each.placed, each.brief, each.components) == (False, True, ())
        assert [reason.code for reason in each.unplaced_reasons] == [NOT_EXPLAINED]


def test_the_file_of_dossiers_has_the_whole_ones_alone(verified):
    whole = next(each for each in dossiers(verified) if each.placed)
    brief = list(dossiers(verified, lambda: True, lambda: True))
    written = as_file(SimpleNamespace(dossiers=[*brief, whole]))
    assert json.loads(written) == [dossier_document(whole).model_dump(mode="json")]


def test_explaining_asks_after_its_own_time_and_tells_how_far_it_is(verified):
    seen = []
    lates, overs = iter([False, True]), iter([False, False, False, True])
    budget = SimpleNamespace(late=lambda: next(lates), over=lambda: next(overs))
    made = _dossiers(verified, lambda done, of: seen.append((done, of)), budget)
    assert [(each.project_id, each.brief) for each in made] == [("a", False), ("b", False), ("d", True)]
    assert seen == [(0, 4), (1, 4), (2, 4), (3, 4)]
