"""In which month runs and nights begin, what has begun by then, and how late what they place is."""

from datetime import UTC, datetime

import pytest

from service.application.analyses.recommendation import RecommendationOut
from service.application.planning import run_inputs
from service.jobs.worker import begin_night
from tests.support.api_client import a_project
from tests.support.month_requests import document_of, extend, newcomer, publish, run_of


@pytest.fixture
def since_2024(fresh):
    """A plan in force that began in 2024-01, with a firm that has sat since then."""
    old = run_of(fresh, [a_project("OLD", start_from="", lease_months=240)], plan_from="2024-01")
    assert old["by_project"]["OLD"]["start"] == "2024-01"
    publish(fresh, old["plan_id"])
    return fresh, old["by_project"]["OLD"]["space_id"]


def test_a_night_on_a_plan_of_2024_begins_in_its_own_month(since_2024):
    desk, seat = since_2024
    assert desk.upload([a_project("NOW-01", start_from="")]).status_code == 201
    run_id = begin_night(desk.works, datetime(2026, 11, 29, 20, tzinfo=UTC), "system")
    desk.solve(run_id)
    found = desk.get("nights").json()["items"][0]
    assert (found["local_date"], found["state"]) == ("2026-11-30", "proposed")
    night = document_of(desk, found["plan_id"])
    assert night["inputs"]["plan_from"] == "2026-11"
    assert night["by_project"]["NOW-01"]["start"] == "2026-11"
    assert night["by_project"]["NOW-01"]["months_late"] == 0
    assert (night["by_project"]["OLD"]["space_id"], night["by_project"]["OLD"]["start"]) == (seat, "2024-01")
    assert [made["fixed"] for made in night["inputs"]["published"]] == [True]


def test_a_night_just_after_midnight_in_the_city_is_of_the_new_month(since_2024):
    desk, _ = since_2024
    assert desk.upload([a_project("NOW-01", start_from="")]).status_code == 201
    # 02:10 of 1 December in Shenzhen is 30 November still in UTC
    desk.solve(begin_night(desk.works, datetime(2026, 11, 30, 18, 10, tzinfo=UTC), "system"))
    found = desk.get("nights").json()["items"][0]
    assert found["local_date"] == "2026-12-01"
    assert document_of(desk, found["plan_id"])["inputs"]["plan_from"] == "2026-12"


def test_a_run_against_the_plan_in_force_begins_this_month_under_the_policy_of_this_month(since_2024, monkeypatch):
    desk, seat = since_2024
    usual, asked = run_inputs.load_policy, []

    def dated(on):
        asked.append(on.isoformat())
        slack = 12 if on.isoformat() < "2026-08-01" else 5
        return usual(on).model_copy(update={"start_slack_months": slack, "opening_months": 77})

    monkeypatch.setattr(run_inputs, "load_policy", dated)
    monkeypatch.setenv("ALLOCATOR_TODAY", "2027-02-28")
    found = run_of(desk, [a_project("NEW", start_from="")])
    assert asked == ["2027-02-01"]
    assert found["inputs"]["plan_from"] == "2027-02"
    policy = found["inputs"]["policy"]
    assert (policy["start_slack_months"], policy["opening_months"]) == (5, 77)
    assert found["by_project"]["NEW"]["start"] == "2027-02"
    assert found["by_project"]["OLD"]["space_id"] == seat


def test_a_month_that_a_run_names_holds(since_2024):
    desk, _ = since_2024
    found = run_of(desk, [a_project("NEW", start_from="")], plan_from="2028-03")
    assert found["inputs"]["plan_from"] == "2028-03"
    assert found["by_project"]["NEW"]["start"] == "2028-03"


def test_a_lease_that_has_not_begun_is_not_fixed_and_one_that_is_over_is_not_kept(fresh, monkeypatch):
    rows = [
        a_project("SOON", start_from="2027-01", lease_months=120),
        a_project("OVER", start_from="2026-10", lease_months=3),
    ]
    old = run_of(fresh, rows)
    publish(fresh, old["plan_id"])
    monkeypatch.setenv("ALLOCATOR_TODAY", "2026-12-05")
    found = run_of(fresh, [a_project("NEW")])
    assert {made["project_id"]: made.get("fixed", False) for made in found["inputs"]["published"]} == {
        "SOON": False,
        "OVER": True,
    }
    monkeypatch.setenv("ALLOCATOR_TODAY", "2027-01-05")
    found = run_of(fresh, [a_project("NEXT")])
    assert not any(made.get("fixed", False) for made in found["inputs"]["published"])


def test_a_run_may_set_the_default_of_the_latest_start(fresh):
    extend(fresh)
    late = a_project("LATE", pinned_to="new-lab")
    found = run_of(fresh, [late], basis="nothing", start_slack_months=8)
    made = found["by_project"]["LATE"]
    assert (made["asked_start"], made["start"], made["months_late"]) == ("2026-10", "2027-06", 8)
    assert found["inputs"]["policy"]["start_slack_months"] == 8
    assert found["measures"]["delay"] == 24, "eight months at priority 3"
    assert [goal["goal"] for goal in found["goals"]] == ["value", "policy-fit", "delay", "cost"]
    figure = next(kpi for kpi in found["kpis"] if kpi["id"] == "late_starts")
    assert figure["value"] == 1
    batch = fresh.get("batches").json()["items"][0]["batch_id"]
    refused = fresh.post("runs", json={"batches": [batch], "basis": "nothing", "start_slack_months": -1})
    assert refused.status_code == 422
    asked = fresh.post("runs", json={"batches": [batch], "basis": "nothing", "start_slack_months": 7})
    fresh.solve(asked.json()["run_id"])
    assert fresh.get(f"runs/{asked.json()['run_id']}").json()["state"] == "infeasible", "a pin beyond the window"


def test_a_site_is_never_offered_in_the_past_and_says_how_late_it_is(since_2024):
    desk, _ = since_2024
    answer = desk.post("recommendations", json={"project": newcomer(start_from="")})
    assert answer.status_code == 200, answer.text
    found = RecommendationOut.model_validate(answer.json())
    assert {site.start for one in found.suggestions for site in one.sites} == {"2026-09"}
    assert {site.months_late for one in found.suggestions for site in one.sites} == {0}
    refused = desk.post("recommendations", json={"project": newcomer(start_from="2025-01", start_until="2026-08")})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["column"] == "start_until"


def test_a_late_site_is_marked(fresh):
    extend(fresh)
    publish(fresh, run_of(fresh, [a_project("FIRST")])["plan_id"])
    answer = fresh.post("recommendations", json={"project": newcomer(start_from="2027-01", pinned_to="new-lab")})
    (one,) = answer.json()["suggestions"]
    (site,) = one["sites"]
    assert (site["asked_start"], site["start"], site["months_late"]) == ("2027-01", "2027-06", 5)
    assert one["deltas"]["delay"] == 15
