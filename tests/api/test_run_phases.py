"""Phases of a run in the API and on its page: it ends when its time is over, and can be stopped while that counts."""

import json
import time

import pytest

from allocator.explanation.explain import dossier
from service.application.planning import run_phases
from service.application.planning.run_phases import PREPARING, expected_s
from service.application.plans.claim_check import false_claims
from service.application.plans.dossier_document import dossier_document
from service.application.plans.plan_check import checked
from service.database.engine import SYSTEM, transaction
from service.formats.plan import PlanOut
from service.jobs.heartbeat import Watcher
from service.repositories import runs
from service.web.run_events import event_of
from tests.api.matrix import COOKIE, session_of
from tests.support.api_client import a_project

NAMES = ["preparing", "solving", "explaining", "writing"]


@pytest.fixture(scope="module", autouse=True)
def quick(drawn_once):
    """No test here looks at what a report shows."""


def asked(desk, *names, **wish):
    batch = desk.upload([a_project(name) for name in names]).json()["batch_id"]
    return desk.post("runs", json={"batches": [batch], "basis": "nothing", **wish}).json()["run_id"]


def at_phase(desk, run_id, phase, **facts):
    """A run that a worker elsewhere holds, in a phase."""
    with transaction(desk.engine, SYSTEM) as connection:
        held = runs.claim(connection, run_id, "elsewhere")
        told = [{"phase": name, "expected_s": 9.0, "seconds": 1.0} for name in NAMES]
        runs.heartbeat(connection, held, {"phase": phase, "phases": told, **facts})
    return held


def page_of(desk, run_id, lang="zh"):
    cookie, _ = session_of(desk, "ada")
    return desk.ask(None, "GET", f"/pages/runs/{run_id}?lang={lang}", headers={"Cookie": f"{COOKIE}={cookie}"}).text


def test_a_run_has_gone_through_its_phases_one_after_the_other(desk):
    run_id = asked(desk, "H-1", "H-2", time_limit_s=7)
    seen = []
    beat = Watcher._enter
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            Watcher, "_enter", lambda self, phase, **facts: (seen.append(phase), beat(self, phase, **facts))
        )
        desk.solve(run_id)
    assert list(dict.fromkeys(seen)) == ["solving", "explaining", "writing"]
    assert desk.get(f"runs/{run_id}").json()["state"] == "succeeded"


def test_progress_has_every_phase_with_what_is_expected_of_it(desk):
    run_id = asked(desk, "E-1", time_limit_s=7)
    with transaction(desk.engine, SYSTEM) as connection:
        held = runs.claim(connection, run_id, "elsewhere")
    watcher = Watcher(desk.works, held)
    with watcher:
        watcher.explaining(1, 1)
        watcher._done.wait(1.5)
    progress = desk.get(f"runs/{run_id}").json()["progress"]
    assert (progress["phase"], progress["done"], progress["of"]) == ("explaining", 1, 1)
    expected = expected_s("plan", 7.0, 1)
    assert {each["phase"]: each["expected_s"] for each in progress["phases"]} == {
        name: round(seconds, 1) for name, seconds in expected.items()
    }
    assert [each["phase"] for each in progress["phases"] if each["seconds"] > 0][-1] == "explaining"


@pytest.mark.parametrize("phase", ["explaining", "writing"])
def test_after_the_solve_there_is_nothing_to_stop_and_keep(desk, phase):
    run_id = asked(desk, f"K-{phase}")
    at_phase(desk, run_id, phase, done=1, of=2)
    refused = desk.post(f"runs/{run_id}/cancel")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:allocator:problem:solved")
    assert desk.get(f"runs/{run_id}").json()["cancel_requested"] is False
    assert 'value="yes" hidden' in page_of(desk, run_id)
    assert 'value="no"' in page_of(desk, run_id)
    assert desk.post(f"runs/{run_id}/cancel?keep=false").status_code == 202
    assert desk.get(f"runs/{run_id}").json()["cancel_requested"] is True


@pytest.mark.parametrize("phase", ["preparing", "solving"])
def test_while_it_solves_a_run_can_be_stopped_with_its_best_plan(desk, phase):
    run_id = asked(desk, f"S-{phase}")
    at_phase(desk, run_id, phase)
    assert 'value="yes" hidden' not in page_of(desk, run_id)
    assert desk.post(f"runs/{run_id}/cancel").status_code == 202
    assert desk.get(f"runs/{run_id}").json()["cancel_requested"] is True


@pytest.mark.parametrize(
    ("lang", "words"),
    [("zh", ["准备", "求解", "说明理由", "制作文件"]), ("en", ["Preparing", "Solving", "Explaining", "Writing files"])],
)
def test_the_page_shows_each_phase_with_its_own_bar(desk, lang, words):
    run_id = asked(desk, f"P-{lang}", time_limit_s=33)
    page = page_of(desk, run_id, lang)
    assert page.count("<progress max=") == 4
    assert all(word in page for word in words)
    assert 'data-phase="solving" data-expected="33.0"' in page
    at_phase(desk, run_id, "explaining", done=3, of=9)
    page = page_of(desk, run_id, lang)
    assert page.count('aria-current="step"') == 1
    assert 'data-phase="explaining" data-expected="9.0" data-seconds="1.0" aria-current="step"' in page


def test_a_stream_tells_of_a_new_phase(desk):
    row = dict.fromkeys(("run_id", "attempt", "plan_id", "reason")) | {"state": "running"}
    first = event_of({**row, "progress": {"phase": PREPARING}})
    second = event_of({**row, "progress": {"phase": "writing", "phases": [{"phase": "writing"}]}})
    assert first["id"] != second["id"]
    assert json.loads(second["data"])["progress"]["phases"] == [{"phase": "writing"}]


def test_what_there_was_no_time_to_explain_is_explained_when_it_is_asked_for(desk, monkeypatch):
    names = ["T-1", "T-2", "T-3"]
    rows = [a_project(name) for name in names] + [a_project("T-4", floor_load_kpa=900)]
    batch = desk.upload(rows).json()["batch_id"]
    wish = {"batches": [batch], "basis": "nothing"}
    usual = desk.post("runs", json=wish).json()["run_id"]
    desk.solve(usual)
    late = desk.post("runs", json=wish).json()["run_id"]
    with monkeypatch.context() as patched:
        patched.setattr(run_phases, "EXPLAINING_S", -3600.0)
        desk.solve(late)
    whole, short = (desk.get(f"plans/{desk.get(f'runs/{each}').json()['plan_id']}").json() for each in (usual, late))
    assert short["verification"]["breaches"] == 0
    assert (short["placed"], short["waiting"]) == (whole["placed"], whole["waiting"]) == (3, 1)
    (waiting,) = short["unplaced"]
    assert [reason["code"] for reason in waiting["reasons"]] == ["not-explained"]
    (explained,) = whole["unplaced"]
    assert [reason["code"] for reason in explained["reasons"]] == ["no-option/load"]
    assert short["exports"] == whole["exports"]
    stored = desk.get(f"plans/{short['plan_id']}/exports/dossiers.json").json()
    assert stored == []
    listed = desk.get(f"plans/{short['plan_id']}/dossiers").json()
    assert listed == {"projects": [*names, "T-4"]}
    kept, document = (
        PlanOut.model_validate(desk.get(f"plans/{each['plan_id']}/exports/plan.json").json()) for each in (whole, short)
    )
    for plan_id, stated in ((whole["plan_id"], kept), (short["plan_id"], document)):
        verified = checked(stated)
        for name in listed["projects"]:
            told = dossier_document(dossier(verified, name)).model_dump(mode="json")
            assert desk.get(f"plans/{plan_id}/dossiers/{name}").json() == told, name
    assert any("not explained in time: 1 projects" in note for note in document.notes)
    assert false_claims(document, checked(document).problem) == [], "it claims no reasons"
    for lang, words in (("zh", "未及说明原因"), ("en", "Not explained in the time given")):
        cookie, _ = session_of(desk, "ada")
        headers = {"Cookie": f"{COOKIE}={cookie}"}
        assert words in desk.ask(None, "GET", f"/pages/plans/{short['plan_id']}?lang={lang}", headers=headers).text
    for stranger in ("pam", "ned"):
        assert desk.get(f"plans/{short['plan_id']}/dossiers/T-1", stranger).status_code == 404
    assert desk.get(f"plans/{short['plan_id']}/dossiers/T-9").status_code == 404


def test_whoever_stops_a_run_gets_no_more_explanations_than_there_is_time_for(desk):
    run_id = asked(desk, "W-1", time_limit_s=3600)
    with transaction(desk.engine, SYSTEM) as connection:
        held = runs.claim(connection, run_id, "elsewhere")
    watcher = Watcher(desk.works, held)
    watcher._wanted = "keep"
    watcher.explaining(0, 1)
    assert watcher.budget.late()
    assert watcher.budget._ends_at <= time.monotonic() + run_phases.CUT_SHORT_S


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", "正在测算示范方案（1 个项目）"), ("en", "The demo plan (1 projects) is being solved")]
)
def test_the_inbox_says_that_the_demo_is_being_solved_until_it_is(desk, lang, words):
    run_id = asked(desk, f"D-{lang}", time_limit_s=5)
    with transaction(desk.engine, SYSTEM) as connection:
        connection.exec_driver_sql("UPDATE allocator.run SET kind = 'demo' WHERE run_id = %s", (run_id,))
    cookie, _ = session_of(desk, "ada")
    headers = {"Cookie": f"{COOKIE}={cookie}"}
    page = desk.ask(None, "GET", f"/pages/inbox?lang={lang}", headers=headers).text
    assert words in page
    rows = desk.ask(None, "GET", "/pages/inbox/runs", headers=headers)
    assert "HX-Refresh" not in rows.headers
    for each in desk.get("runs", params={"limit": 200}).json()["items"]:
        desk.post(f"runs/{each['run_id']}/cancel?keep=false")
    with transaction(desk.engine, SYSTEM) as connection:
        connection.exec_driver_sql(
            "UPDATE allocator.run SET state = 'cancelled', finished_at = now() WHERE state = 'running'"
        )
    assert desk.ask(None, "GET", "/pages/inbox/runs", headers=headers).headers["HX-Refresh"] == "true"
    assert words not in desk.ask(None, "GET", f"/pages/inbox?lang={lang}", headers=headers).text
