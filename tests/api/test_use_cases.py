"""Use cases without HTTP: what they give back and why they refuse, and how presentations remember and translate it."""

from dataclasses import replace
from datetime import date

import pytest

from service.application import errors
from service.application.administration import KeyRequest, check_audit, make_key
from service.application.analyses import studies
from service.application.context import UseCaseContext
from service.application.plan_cache import PlanCache
from service.application.planning import night_control, run_control, scenario_runs
from service.application.plans import plan_review, read_plan
from service.formats.requests import MovesIn, RunIn, ScenarioIn, SweepIn
from service.identity.roles import Principal, Role
from service.web.context import RequestUser
from service.web.idempotency import IdempotentRequest
from service.web.pagination import versions
from service.web.problems import STATUS, ProblemError
from tests.support.api_client import NANSHAN, PEOPLE, a_project


def context_of(desk, person):
    """What a use case has at hand when a person of the tests calls it."""
    return UseCaseContext(Principal(person, *PEOPLE[person]), desk.settings, desk.app.state.house.engine, PlanCache())


def test_every_refusal_of_a_use_case_has_a_status():
    named = {each for each in vars(errors).values() if isinstance(each, type)} - {errors.UseCaseError}
    assert {each for each in named if issubclass(each, errors.UseCaseError)} == set(STATUS)


@pytest.mark.parametrize(
    ("header", "named"),
    [
        (None, None),
        ("", set()),
        ('"p-1.2"', {"p-1.2"}),
        ('W/"p-1.2", "p-1.3"', {"p-1.2", "p-1.3"}),
        ("p-1.2", set()),
        ('"p-1.2', set()),
        ('"', set()),
        ("*", set()),
    ],
)
def test_only_whole_entity_tags_name_a_version(header, named):
    assert versions(header) == named


def test_a_change_names_the_version_it_was_made_from():
    errors.must_be_current({"p-1.2", "p-1.3"}, "p-1.3")
    with pytest.raises(errors.NoVersionError):
        errors.must_be_current(None, "p-1.3")
    with pytest.raises(errors.StaleVersionError) as stale:
        errors.must_be_current({"p-1.2"}, "p-1.3")
    assert stale.value.version == "p-1.3"


def test_a_run_is_asked_for_and_cancelled(desk):
    batch = desk.upload([a_project("UC-1")]).json()["batch_id"]
    ada = context_of(desk, "ada")
    with ada.transaction() as connection:
        run_id = run_control.submit(connection, ada, RunIn(batches=[batch], basis="nothing"))
    assert desk.get(f"runs/{run_id}").json()["made_by"] == "ada"
    with ada.transaction() as connection:
        run_control.cancel(connection, ada, run_id, keep=True)
    with ada.transaction() as connection:
        assert run_control.find(connection, run_id)["state"] == "cancelled"
        with pytest.raises(errors.ConflictError) as over:
            run_control.cancel(connection, ada, run_id, keep=True)
        with pytest.raises(errors.NotFoundError):
            run_control.find(connection, "run-000000000000")
    assert over.value.kind == "over"


def test_a_run_takes_no_longer_than_the_settings_allow(desk):
    ada = context_of(desk, "ada")
    with ada.transaction() as connection, pytest.raises(errors.InvalidError) as refused:
        run_control.submit(connection, ada, RunIn(time_limit_s=desk.settings.max_time_limit_s + 1))
    assert [each["pointer"] for each in refused.value.errors] == ["#/time_limit_s"]


def test_a_sweep_is_one_run_a_scenario_and_is_cancelled_whole(desk):
    batch = desk.upload([a_project("UC-2"), a_project("UC-3")]).json()["batch_id"]
    ada = context_of(desk, "ada")
    with ada.transaction() as connection:
        stored = scenario_runs.store_scenario(connection, ada, ScenarioIn(document={"withdraw": ["UC-3"]}))
    wanted = SweepIn(scenarios=[stored["scenario_id"]], run=RunIn(batches=[batch], basis="nothing"))
    with ada.transaction() as connection:
        sweep_id = scenario_runs.submit_sweep(connection, ada, wanted)
    with ada.transaction() as connection:
        found = scenario_runs.find_sweep(connection, sweep_id)
        assert [each["scenario_id"] for each in found["runs"]] == [None, stored["scenario_id"]]
        assert [each["projects"] for each in found["runs"]] == [2, 1]
        scenario_runs.cancel_sweep(connection, "ada", sweep_id, keep=False)
    with ada.transaction() as connection, pytest.raises(errors.ConflictError):
        scenario_runs.cancel_sweep(connection, "ada", sweep_id, keep=False)


def test_what_is_of_another_district_is_not_there(desk):
    batch = desk.upload([a_project("UC-4")], person="pam").json()["batch_id"]
    pam, ned = context_of(desk, "pam"), context_of(desk, "ned")
    assert ned.district == NANSHAN
    with pam.transaction() as connection:
        run_id = run_control.submit(connection, pam, RunIn(batches=[batch]))
    with ned.transaction() as connection, pytest.raises(errors.NotFoundError):
        run_control.cancel(connection, ned, run_id, keep=True)


def test_people_of_a_district_take_no_step_for_the_city(desk):
    pam = context_of(desk, "pam")
    with pam.transaction() as connection:
        with pytest.raises(errors.NotAllowedError):
            plan_review.propose(connection, pam, "p-000000000000", None)
        with pytest.raises(errors.NotAllowedError):
            studies.study_moves(connection, pam, MovesIn())


def test_plans_studies_and_nights_that_there_are_not_are_not_found(desk):
    ada = context_of(desk, "ada")
    with ada.transaction() as connection:
        for find, name in (
            (read_plan.find, "p-000000000000"),
            (read_plan.plan_seen_whole, "p-000000000000"),
            (studies.find_study, "study-000000000000"),
            (scenario_runs.find_scenario, "scenario-000000000000"),
            (scenario_runs.find_sweep, "sweep-000000000000"),
            (run_control.best_so_far, "run-000000000000"),
            (night_control.find, date(2020, 1, 1)),
            (night_control.change_report, date(2020, 1, 1)),
        ):
            with pytest.raises(errors.NotFoundError) as missing:
                find(connection, name)
            assert missing.value.kind == "not-found"


def test_a_key_is_made_with_its_entry_in_the_audit(desk):
    asked = KeyRequest(Principal("use.case", Role.VIEWER, NANSHAN), "by hand", 2)
    ada = context_of(desk, "max")
    with ada.transaction() as connection:
        key_id, key = make_key(connection, desk.app.state.house.pepper, asked, "max")
        with pytest.raises(errors.InvalidError):
            make_key(connection, b"", replace(asked, principal=Principal("use.case", Role.ADMIN, NANSHAN)), "max")
        assert check_audit(connection).holds
    assert desk.app.state.house.key(key).key_id == key_id
    assert desk.get("audit?limit=1", "max").json()["items"][0]["subject"] == f"key/{key_id}"


def test_what_was_made_with_a_key_is_remembered_and_not_made_again(desk):
    ada = RequestUser(Principal("ada", Role.PLANNER), desk.app.state.house)
    once, made = IdempotentRequest("use-case-1", "POST /made", "content"), []

    def make(_connection):
        made.append(1)
        return {"run_id": f"run-{len(made)}"}

    assert once.result_before(ada) is None
    assert [once.result(ada, make) for _ in range(3)] == [{"run_id": "run-1"}] * 3
    assert once.result_before(ada) == {"run_id": "run-1"}
    assert made == [1]
    with pytest.raises(ProblemError) as reused:
        replace(once, fingerprint="another").result(ada, make)
    assert (reused.value.status, reused.value.kind) == (422, "key-reused")


def test_a_deed_that_fails_is_not_remembered(desk):
    ada = RequestUser(Principal("ada", Role.PLANNER), desk.app.state.house)
    once = IdempotentRequest("use-case-2", "POST /made", "content")

    def refuse(_connection):
        raise errors.ConflictError("over", "It is over.")

    with pytest.raises(errors.ConflictError):
        once.result(ada, refuse)
    assert once.result_before(ada) is None
    assert once.result(ada, lambda _connection: {"done": True}) == {"done": True}
