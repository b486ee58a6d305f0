"""Studies: a curve of moves and a set of priced dossiers fan out as jobs, and join once, whatever becomes of a part."""

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from allocator.analysis.budget import AnalysisBudget
from allocator.analysis.build_next import build_next
from allocator.analysis.move_curve import move_curve
from service.application.analyses.build_next_reasons import typical_block_m2
from service.application.planning.pipeline import problem_of
from service.application.plans.plan_check import checked
from service.database.engine import SYSTEM, transaction
from service.jobs import study_part
from service.jobs.worker import reclaim_stalled_runs
from service.repositories import plans, runs, studies
from tests.support.api_client import NANSHAN


@pytest.fixture(scope="module")
def city(desk):
    """A published plan, and a new park that some of its projects would rather be in."""
    desk.published("S1", "S2", "S3")
    current = desk.get("registries/current")
    place = {"lon": 113.93, "lat": 22.53, "district": NANSHAN}
    park = {"park_id": "new-park", "name_zh": "新园区", "name_en": "New park", "specialities": ["imaging"], **place}
    space = {"space_id": "new-lab", "park_id": "new-park", "kind": "rnd_lab", "floor_area_m2": 2100}
    space |= {"rent_yuan_m2_month": 10, "eia_level": "report"}
    change = {"put": {"parks": [park], "spaces": [space]}}
    header = {"If-Match": current.headers["ETag"]}
    assert desk.post("registries/1/changes", "oli", json=change, headers=header).status_code == 201
    return desk


def study_of(desk, kind, person="ada", **wish):
    asked = desk.post(f"studies/{kind}", person, json=wish)
    assert asked.status_code == 202, asked.text
    assert asked.headers["Location"] == f"/api/v1/studies/{asked.json()['study_id']}"
    return asked.json()


def all_parts(desk, study, workers=2):
    with ThreadPoolExecutor(workers) as several:
        list(several.map(lambda part: desk.solve(part["run_id"]), study["parts"]))
    return desk.get(f"studies/{study['study_id']}").json()


def test_a_curve_of_moves_is_solved_in_parts_and_joined_once(city):
    study = study_of(city, "moves", most_moves=2, rate=1, run={"time_limit_s": 20})
    assert [part["name"] for part in study["parts"]] == ["no limit", "at most 0", "at most 1", "at most 2"]
    assert city.get("runs").json()["items"][0]["kind"] == "plan", "parts are with their study"
    done = all_parts(city, study)
    assert (done["state"], done["result"]["missing"]) == ("done", [])
    curve = done["result"]["curve"]
    nets = [point["net"] for point in curve["points"]]
    assert nets == sorted(nets)
    assert curve["points"][0]["moved"] == []
    assert all(point["guaranteed"] for point in curve["points"])
    with transaction(city.engine, SYSTEM) as connection:
        problem = problem_of(studies.inputs_of(connection, study["study_id"]))
    whole = move_curve(problem, AnalysisBudget(60.0, ("cp-sat", "scip")), 2, 1)
    assert [point.net for point in whole.points] == nets
    assert curve["goal"] == whole.goal
    assert curve["enough_moves"] == whole.enough_moves
    listed = city.get("studies").json()["items"]
    assert listed[0]["study_id"] == study["study_id"]


def test_a_set_of_dossiers_prices_the_places_that_were_asked_about(city):
    plan_id = city.get("plans/published").json()["plan_id"]
    study = study_of(city, "dossiers", plan_id=plan_id, projects=["S1", "S3"], places=1, time_limit_s=20)
    assert [part["name"] for part in study["parts"]] == ["S1", "S3"]
    done = all_parts(city, study)
    assert done["state"] == "done"
    assert [(each["project_id"], each["state"], len(each["prices"])) for each in done["result"]] == [
        ("S1", "succeeded", 1),
        ("S3", "succeeded", 1),
    ]
    price = done["result"][0]["prices"][0]
    assert price["deltas"]["value"] <= 0, "nobody gains the first goal by being forced"
    dossier = city.get(f"studies/{study['study_id']}/dossiers/S1").json()
    assert dossier["prices"] == [price]
    assert city.get(f"studies/{study['study_id']}/dossiers/S2").status_code == 404
    refused = city.post("studies/dossiers", json={"plan_id": plan_id, "projects": ["S1", "X9"]})
    assert [each["value"] for each in refused.json()["errors"]] == ["X9"]


def test_answers_become_files_of_the_plan_and_are_not_worked_out_twice(city):
    plan_id = city.get("plans/published").json()["plan_id"]
    study = study_of(city, "answers", plan_id=plan_id, questions=["build-next", "sensitivity"], time_limit_s=60)
    assert [part["name"] for part in study["parts"]] == ["sensitivity", "build-next"]
    again = city.post("studies/answers", json={"plan_id": plan_id, "questions": ["build-next"]})
    assert again.status_code == 409, "it is being worked out"
    done = all_parts(city, study)
    assert [(each["question"], each["state"]) for each in done["result"]] == [
        ("sensitivity", "succeeded"),
        ("build-next", "succeeded"),
    ]
    files = [each["name"] for each in city.get(f"plans/{plan_id}/exports").json()["items"]]
    assert {"sensitivity.json", "buildnext.json"} <= set(files)
    answer = city.get(f"plans/{plan_id}/exports/buildnext.json").json()
    assert city.post(f"plans/{plan_id}/answers", json=answer).status_code == 409, "the one that was made is kept"
    with transaction(city.engine, SYSTEM) as connection:
        verified = checked(plans.document_of(connection, plan_id))
    assert answer["answer"]["floor_area_m2"] == typical_block_m2(verified)
    alone = build_next(verified, AnalysisBudget(60.0), answer["answer"]["floor_area_m2"])
    values = {(cell.kind, cell.district): cell.deltas for cell in alone.cells}
    assert {(cell["kind"], cell["district"]): cell["deltas"] for cell in answer["answer"]["cells"]} == values
    rest = study_of(city, "answers", plan_id=plan_id)
    assert [part["name"] for part in rest["parts"]] == ["alternatives"]
    assert city.post(f"studies/{rest['study_id']}/cancel").json()["state"] == "cancelled"
    entries = city.get("audit", "max").json()["items"]
    assert sum(each["action"] == "plan.answer" for each in entries) == 2


def test_a_poisoned_part_is_named_in_the_result_with_its_reason(city, monkeypatch):
    plan_id = city.get("plans/published").json()["plan_id"]
    study = study_of(city, "dossiers", plan_id=plan_id, places=0)
    usual = study_part.dossier

    def poisoned(verified, project_id):
        if project_id == "S2":
            raise RuntimeError("a stone in the shoe")
        return usual(verified, project_id)

    monkeypatch.setattr(study_part, "dossier", poisoned)
    for _ in range(city.settings.max_attempts):
        done = all_parts(city, study)
    assert done["state"] == "done"
    states = {each["project_id"]: (each["state"], each["reason"]) for each in done["result"]}
    assert states["S1"] == states["S3"] == ("succeeded", None)
    assert states["S2"] == ("quarantined", "RuntimeError: a stone in the shoe (3 attempts)")


def test_a_cancelled_study_ends_its_parts_and_keeps_what_there_is(city):
    plan_id = city.get("plans/published").json()["plan_id"]
    study = study_of(city, "dossiers", plan_id=plan_id, places=0)
    city.solve(study["parts"][0]["run_id"])
    cancelled = city.post(f"studies/{study['study_id']}/cancel").json()
    assert (cancelled["state"], cancelled["cancelled_by"]) == ("cancelled", "ada")
    assert [each["state"] for each in cancelled["result"]] == ["succeeded", "cancelled", "cancelled"]
    assert city.solve(study["parts"][1]["run_id"]) == "not queued"
    assert city.post(f"studies/{study['study_id']}/cancel").status_code == 409


def test_a_running_part_stops_when_its_study_is_cancelled(city):
    study = study_of(city, "moves", most_moves=0, run={"time_limit_s": 60})
    with transaction(city.engine, SYSTEM) as connection:
        held = runs.claim(connection, study["parts"][0]["run_id"], "elsewhere")
    asked = city.post(f"studies/{study['study_id']}/cancel").json()
    assert asked["state"] == "running"
    with transaction(city.engine, SYSTEM) as connection:
        assert runs.heartbeat(connection, held, None) == "keep"
        runs.end(connection, held, "cancelled", "cancelled on request")
    done = city.get(f"studies/{study['study_id']}").json()
    assert done["state"] == "cancelled"
    assert {each["state"] for each in done["result"]["missing"]} == {"cancelled"}


def test_a_part_whose_worker_fell_silent_is_taken_over_and_the_first_attempt_writes_nothing(city):
    plan_id = city.get("plans/published").json()["plan_id"]
    study = study_of(city, "dossiers", plan_id=plan_id, projects=["S1"], places=0)
    run_id = study["parts"][0]["run_id"]
    with transaction(city.engine, SYSTEM) as connection:
        silent = runs.claim(connection, run_id, "silent")
        connection.execute(
            text("UPDATE allocator.run SET heartbeat_at = now() - interval '1 hour' WHERE state = 'running'")
        )
    assert run_id in reclaim_stalled_runs(city.works)
    city.solve(run_id)
    with pytest.raises(runs.LostClaimError), transaction(city.engine, SYSTEM) as connection:
        runs.end(connection, silent, "succeeded", result={})
    done = city.get(f"studies/{study['study_id']}").json()
    assert (done["state"], done["parts"][0]["attempt"]) == ("done", 2)


def test_of_many_parts_that_end_at_the_same_moment_one_joins(city):
    plan_id = city.get("plans/published").json()["plan_id"]
    names = [f"round {number}" for number in range(5)]
    for name in names:
        study = study_of(city, "dossiers", name=name, plan_id=plan_id, places=0)
        gate = threading.Barrier(3)

        def end(part, gate=gate):
            with transaction(city.engine, SYSTEM) as connection:
                held = runs.claim(connection, part["run_id"], "w")
            gate.wait()
            with transaction(city.engine, SYSTEM) as connection:
                runs.end(connection, held, "succeeded", result={"prices": []})

        with ThreadPoolExecutor(3) as several:
            list(several.map(end, study["parts"]))
        done = city.get(f"studies/{study['study_id']}").json()
        assert (done["state"], len(done["result"])) == ("done", 3)
    listed = city.get("studies").json()["items"]
    assert [each["state"] for each in listed if each["name"] in names] == ["done"] * 5


def test_a_sweep_is_cancelled_as_a_whole(city):
    scenario = city.post("scenarios", json={"document": {"withdraw": ["S1"]}}).json()
    wish = {"scenarios": [scenario["scenario_id"]], "run": {"time_limit_s": 3}}
    sweep = city.post("sweeps", json=wish).json()
    city.solve(sweep["runs"][0]["run_id"])
    done = city.post(f"sweeps/{sweep['sweep_id']}/cancel").json()
    assert (done["state"], [each["state"] for each in done["result"]]) == ("cancelled", ["succeeded", "cancelled"])
    assert city.post(f"sweeps/{sweep['sweep_id']}/cancel").status_code == 409


def test_studies_of_the_city_are_for_people_of_no_district(city):
    plan_id = city.get("plans/published").json()["plan_id"]
    study = study_of(city, "dossiers", plan_id=plan_id, projects=["S1"], places=0)
    assert city.post("studies/moves", "pam", json={}).status_code == 403
    assert city.post("studies/dossiers", "pam", json={"plan_id": plan_id}).status_code == 404
    assert city.post("studies/answers", "pam", json={"plan_id": plan_id}).status_code == 404
    for person, path in itertools.product(("pam", "pat", "ned"), ("", "/dossiers/S1")):
        assert city.get(f"studies/{study['study_id']}{path}", person).status_code == 404
    assert city.get("studies", "pam").json()["items"] == []
