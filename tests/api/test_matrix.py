"""Every operation of every surface for every role and district: no leak, and nothing untested."""

import secrets

import pytest

from service.identity.roles import RIGHTS, Right
from tests.api.matrix import COOKIE, OPEN, SURFACES, Operation, body_for, routes_of, session_of
from tests.support.api_client import PEOPLE, a_project, as_csv, desk_on

OWNED = (
    "batch_id",
    "run_id",
    "plan_id",
    "scenario_id",
    "sweep_id",
    "study_id",
    "other_id",
    "job_id",
    "draft_id",
)
"""Parameters of a path that name what belongs to somebody."""

SHARED = {
    "registry",
    "number",
    "park_id",
    "name",
    "local_date",
    "key_id",
    "project_id",
    "process_id",
    "feature_id",
    "token",
    "session_id",
}
"""Parameters that do not: what they name is everybody's, an administrator's, or within something owned."""

STRANGERS = ("pam", "pat")


@pytest.fixture(scope="module")
def city(server, tmp_path_factory):
    """A city with batches, runs, plans, scenarios, sweeps and studies of the city and of one district."""
    with desk_on(server, tmp_path_factory.mktemp("city")) as desk:
        made = {person: belongings(desk, person) for person in ("ada", "ned")}
        yield desk, made


def belongings(desk, person):
    """What a planner owns, as facts for paths."""
    batch = desk.upload([a_project(f"{person}-1")], person).json()
    run = desk.post("runs", person, json={"batches": [batch["batch_id"]]}).json()
    desk.solve(run["run_id"])
    plan_id = desk.get(f"runs/{run['run_id']}", person).json()["plan_id"]
    scenario = desk.post("scenarios", person, json={"document": {"withdraw": []}}).json()
    sweep = desk.post("sweeps", person, json={"scenarios": [scenario["scenario_id"]]}).json()
    study = desk.post("studies/dossiers", person, json={"plan_id": plan_id, "places": 0}).json()
    desk.solve(study["parts"][0]["run_id"])
    return {
        "draft_id": draft_of(desk, person),
        "batch_id": batch["batch_id"],
        "run_id": run["run_id"],
        "job_id": run["run_id"],
        "plan_id": plan_id,
        "other_id": plan_id,
        "scenario_id": scenario["scenario_id"],
        "sweep_id": sweep["sweep_id"],
        "study_id": study["study_id"],
        "project_id": f"{person}-1",
        "feature_id": f"{person}-1",
        "process_id": "nothing",
        "park_id": "nothing",
        "number": 1,
        "name": "plan.json",
        "local_date": "2026-01-01",
        "key_id": "key-00000000",
        "token": "t" * 32,
        "session_id": "session-000000000000",
    }


def draft_of(desk, person):
    """A file that a person began to upload on the pages."""
    cookie, token = session_of(desk, person)
    content = as_csv([a_project(f"{person}-1", segment="nonsense")])
    sent = desk.ask(
        None,
        "POST",
        "/pages/upload",
        headers={"Cookie": f"{COOKIE}={cookie}"},
        data={"token": token, "once": secrets.token_hex(8)},
        files={"file": ("draft.csv", content, "text/csv")},
    )
    assert sent.status_code == 303, sent.text
    return sent.headers["Location"].split("?")[0].rsplit("/", 1)[1]


def operations(desk):
    return [(surface, operation) for surface in SURFACES for operation in surface.operations(desk)]


def test_every_route_of_the_application_is_in_the_matrix_and_the_other_way_round(desk):
    there = set(routes_of(desk.app))
    listed = {(operation.method, operation.path) for _, operation in operations(desk)}
    plain = {(method, path.replace(":rest}", "}")) for method, path in there}
    assert plain - listed == set(), "routes that nobody tests"
    assert listed - plain == set(), "operations that there are not"
    print(f"routes: {len(plain)}")


def test_every_operation_names_its_right_and_refuses_strangers(desk):
    found = operations(desk)
    refused = 0
    for surface, operation in found:
        target = operation.at(dict.fromkeys(operation.names, "x"))
        for headers in ({}, {"X-API-Key": "dak_wrong"}, {"Authorization": "Bearer x.y.z"}):
            given = {"json": {}} if operation.method == "post" else {}
            answer = surface.ask(desk, None, operation, target, headers=headers, **given)
            desk.app.state.house.rate_limits.reset()
            if operation.right == OPEN:
                assert operation.path in surface.opened, f"say that {operation} is for whoever asks"
                assert answer.status_code < 500 or answer.status_code == 503, operation
            else:
                assert answer.status_code == surface.strangers, (operation, answer.text)
                refused += 1
    assert {path for surface in SURFACES for path in surface.opened} == {
        operation.path for _, operation in found if operation.right == OPEN
    }
    print(f"operations: {len(found)}, refusals of strangers: {refused}")


def test_every_operation_is_refused_to_every_role_without_its_right(city):
    desk, made = city
    tried = 0
    for surface, operation in operations(desk):
        if operation.right == OPEN:
            continue
        bound_out = (operation.method, operation.path) in surface.unbound
        for person, (role, district) in PEOPLE.items():
            answer = surface.ask(desk, person, operation, operation.at(made["ada"]), **body_for(operation))
            allowed = Right(operation.right) in RIGHTS[role] and not (district and bound_out)
            assert (answer.status_code != 403) == allowed, (operation, person, answer.text)
            assert answer.status_code < 500, (operation, person, answer.text)
            tried += 1
    print(f"operation × person: {tried}")


def test_no_operation_shows_or_touches_what_belongs_to_another_district(city):
    desk, made = city
    tried = 0
    for surface, operation in operations(desk):
        unknown = set(operation.names) - set(OWNED) - SHARED
        assert not unknown, f"say whether {unknown} belong to somebody"
        for owner in ("ada", "ned"):
            if set(operation.names) & set(OWNED):
                tried += strangers_are_refused(desk, surface, operation, made[owner], owner)
            elif operation.method == "get" and operation.right != OPEN:
                tried += strangers_see_nothing(desk, surface, operation, made[owner], owner)
    print(f"operations on other districts: {tried}")


SILENT = {("post", "/pages/upload/{draft_id}/discard")}
"""Operations that answer alike whether there was anything or not; what belongs to others must stay."""


def strangers_are_refused(desk, surface, operation, facts, owner):
    if "draft_id" in operation.names:
        facts = {**facts, "draft_id": draft_of(desk, owner)}
    for stranger in STRANGERS:
        answer = surface.ask(desk, stranger, operation, operation.at(facts), **body_for(operation))
        silent = (operation.method, operation.path) in SILENT
        refused = {303, 403, 404} if silent else {403, 404}
        assert answer.status_code in refused, (operation, owner, stranger, answer.status_code)
        # pages repeat the address that was asked for, in their links to the other language
        shown = answer.text.replace(operation.at(facts), "")
        assert f"{owner}-1" not in shown, (operation, stranger)
        if silent:
            kept = Operation("get", "/pages/upload/{draft_id}", Right.PLAN)
            assert surface.ask(desk, owner, kept, kept.at(facts)).status_code == 200, operation
    return len(STRANGERS)


def strangers_see_nothing(desk, surface, operation, facts, owner):
    own = {str(facts[name]) for name in OWNED} | {f"企业 {owner}-1"}
    # what somebody asked for comes back in the links of the answer: only what they did not name can leak
    named = {str(facts[name]) for name in operation.names}
    for stranger in STRANGERS:
        answer = surface.ask(desk, stranger, operation, operation.at(facts))
        shown = {each for each in own - named if each in answer.text}
        assert not shown, (operation, stranger, shown)
        for plan_id in (facts["plan_id"],) if "/collections/" in operation.path else ():
            other = surface.ask(desk, stranger, operation, operation.at(facts), params={"plan": plan_id})
            assert other.status_code in {400, 404} or other.json().get("features", []) == [], (operation, stranger)
    return len(STRANGERS)


def test_owners_see_what_is_theirs(city):
    """The other side of the matrix: what is refused to strangers is there."""
    desk, made = city
    tried = 0
    for surface, operation in operations(desk):
        owned = set(operation.names) & set(OWNED)
        if operation.method != "get" or not owned or "events" in operation.path or operation.path.endswith("/best"):
            continue
        for owner in ("ada", "ned"):
            # a draft lasts until somebody takes it further, as the tests before did
            facts = {**made[owner], "draft_id": draft_of(desk, owner)} if "draft_id" in owned else made[owner]
            answer = surface.ask(desk, owner, operation, operation.at(facts))
            assert answer.status_code == 200, (operation, owner, answer.text)
            tried += 1
    print(f"operations on one's own: {tried}")
