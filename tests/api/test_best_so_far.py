"""A run while it runs: its best plan can be looked at, and stays when the run is cancelled."""

import threading

import pytest

from tests.support.running_solves import best_of, hard_run, wait_for


@pytest.fixture
def running(fresh):
    """A run that another thread solves, until it is over."""
    run_id = hard_run(fresh)
    thread = threading.Thread(target=fresh.solve, args=(run_id,))
    thread.start()
    yield fresh, run_id, thread
    fresh.post(f"runs/{run_id}/cancel?keep=false")
    thread.join()


def test_a_running_run_shows_its_best_plan_and_keeps_it_when_it_is_cancelled(running):
    desk, run_id, thread = running
    assert best_of(desk, run_id) is None
    best = wait_for(lambda: best_of(desk, run_id))
    assert (best["run_id"], best["attempt"], best["status"]) == (run_id, 1, "feasible")
    assert best["assignments"]
    layers = [each["properties"]["layer"] for each in best["features"]["features"]]
    assert layers.count("assignment") == len(best["assignments"])
    assert len({each["project_id"] for each in best["assignments"]}) + len(best["waiting"]) == 40
    assert desk.get(f"runs/{run_id}/best", "pam").status_code == 404
    asked = desk.post(f"runs/{run_id}/cancel")
    assert (asked.status_code, asked.json()["state"]) == (202, "running")
    thread.join()
    run = desk.get(f"runs/{run_id}").json()
    assert (run["state"], run["reason"]) == ("cancelled", "cancelled on request; its best plan until then is kept")
    plan = desk.get(f"plans/{run['plan_id']}").json()
    assert (plan["status"], plan["state"], plan["verification"]["breaches"]) == ("feasible", "draft", 0)
    assert plan["measures"]["value"] >= best["measures"]["value"]
    assert any(len(goal["proved_by"]) < 2 for goal in plan["goals"]), "what was cut short is not called proven"
    assert all(goal["bound"] is None or goal["gap"] >= 0 for goal in plan["goals"])
    assert {"plan.json", "map.html", "plan.gpkg"} <= set(plan["exports"])
    assert best_of(desk, run_id) is None, "the plan is there, so the way to it is not"
    assert desk.post(f"runs/{run_id}/cancel").status_code == 409
    job = desk.get(f"/ogc/jobs/{run_id}").json()
    assert job["status"] == "dismissed"
    assert any(link["rel"].endswith("/results") for link in job["links"])


def test_a_run_that_is_cancelled_without_keeping_leaves_no_plan(running):
    desk, run_id, thread = running
    wait_for(lambda: best_of(desk, run_id))
    asked = desk.post(f"runs/{run_id}/cancel?keep=false")
    assert asked.status_code == 202
    thread.join()
    run = desk.get(f"runs/{run_id}").json()
    assert (run["state"], run["plan_id"], run["reason"]) == ("cancelled", None, "cancelled on request")
    assert desk.get("plans").json()["items"] == []
    assert best_of(desk, run_id) is None
