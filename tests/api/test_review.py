"""The review: two people, the version that was read, one plan in force, and nothing that changes afterwards."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from service.database.engine import SYSTEM, Scope, transaction
from service.repositories.audit_log import verify_chain
from tests.support.api_client import a_project


def test_a_plan_goes_from_draft_to_published_by_two_people_and_supersedes_the_one_before(fresh):
    first = fresh.published("A1", "A2")
    assert first["state"] == "published"
    assert first["publication"]["breaches"] == 0
    assert fresh.get("plans/published").json()["plan_id"] == first["plan_id"]
    second = fresh.published("A3")
    assert second["basis_plan"] == first["plan_id"]
    assert {each["project_id"] for each in second["assignments"]} == {"A1", "A2", "A3"}
    before = fresh.get(f"plans/{first['plan_id']}").json()
    assert (before["state"], before["superseded_by"]) == ("superseded", second["plan_id"])
    listed = fresh.get("plans?state=published").json()["items"]
    assert [each["plan_id"] for each in listed] == [second["plan_id"]]


def test_nobody_approves_what_he_proposed_and_no_step_is_left_out(fresh):
    plan_id = fresh.planned("B1")["plan_id"]
    assert fresh.step(plan_id, "approve", "ben").json()["type"].endswith("not-open")
    assert fresh.step(plan_id, "propose", "max").status_code == 200
    same = fresh.step(plan_id, "approve", "max")
    assert (same.status_code, same.json()["type"]) == (409, "urn:allocator:problem:same-person")
    assert fresh.step(plan_id, "publish", "ben").status_code == 409
    assert fresh.step(plan_id, "approve", "ben").status_code == 200
    back = fresh.step(plan_id, "reject", "eva", json={"because": "the hall is promised"})
    assert back.json()["rejected_because"] == "the hall is promised"
    assert fresh.step(plan_id, "propose", "ada").status_code == 409


def test_a_step_needs_the_version_that_was_read(fresh):
    plan_id = fresh.planned("C1")["plan_id"]
    assert fresh.post(f"plans/{plan_id}/propose").status_code == 428
    stale = fresh.post(f"plans/{plan_id}/propose", headers={"If-Match": '"p-000000000000.1"'})
    assert stale.status_code == 412
    assert fresh.post(f"plans/{plan_id}/propose", headers={"If-Match": stale.headers["ETag"]}).status_code == 200


def test_a_plan_that_starts_from_an_older_one_is_not_published(fresh):
    fresh.published("D1")
    old = fresh.planned("D2")["plan_id"]
    fresh.step(old, "propose", "ada")
    fresh.step(old, "approve", "ben")
    fresh.published("D3")
    answer = fresh.step(old, "publish", "eva")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:allocator:problem:old-basis")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE allocator.plan SET status = 'optimal', measures = '{}'",
        "UPDATE allocator.plan SET state = 'draft'",
        "UPDATE allocator.plan SET approved_by = proposed_by",
        "DELETE FROM allocator.plan",
        "UPDATE allocator.placement SET floor_area_m2 = 1",
        "UPDATE allocator.artifact SET content = 'x'",
        "UPDATE allocator.audit SET person = 'nobody'",
        "DELETE FROM allocator.audit",
        "TRUNCATE allocator.audit",
        "UPDATE allocator.registry SET note = 'x'",
        "DELETE FROM allocator.registry_space",
    ],
)
def test_the_database_itself_keeps_what_was_decided(desk, statement):
    if desk.get("plans/published").status_code == 404:
        desk.published("E1")
    with pytest.raises(DBAPIError), desk.owner.begin() as connection:
        connection.execute(text(statement))


def test_of_many_reviewers_at_the_same_moment_exactly_one_wins(fresh, races):
    plans = [fresh.planned(f"R{number}")["plan_id"] for number in range(2)]
    outcomes = Counter()
    for race in range(races):
        plan_id = plans[race % len(plans)]
        with fresh.owner.begin() as connection:
            connection.execute(text("ALTER TABLE allocator.plan DISABLE TRIGGER guard"))
            connection.execute(
                text(
                    "UPDATE allocator.plan SET state = 'proposed', proposed_by = 'ada', approved_by = NULL,"
                    " rejected_by = NULL, version = version + 1 WHERE plan_id = :plan_id"
                ),
                {"plan_id": plan_id},
            )
            connection.execute(text("ALTER TABLE allocator.plan ENABLE TRIGGER guard"))
        etag = fresh.get(f"plans/{plan_id}").headers["ETag"]
        gate = threading.Barrier(4)

        def decide(person, verb, plan_id=plan_id, etag=etag, gate=gate):
            gate.wait()
            body = {"json": {"because": "no"}} if verb == "reject" else {}
            return fresh.post(f"plans/{plan_id}/{verb}", person, headers={"If-Match": etag}, **body).status_code

        with ThreadPoolExecutor(4) as people:
            operations = [("ben", "approve"), ("eva", "approve"), ("ben", "reject"), ("eva", "reject")]
            codes = sorted(people.map(lambda operation: decide(*operation), operations))
        outcomes[tuple(codes)] += 1
    winners = {codes.count(200) for codes in outcomes}
    assert winners == {1}, outcomes
    assert all(set(codes) <= {200, 409, 412} for codes in outcomes), outcomes
    print(f"races: {races}, outcomes: {dict(outcomes)}")


def test_a_district_sees_its_own_enquiries_and_no_others_even_past_the_routes(fresh):
    pams = fresh.upload([a_project("Z1")], "pam").json()
    fresh.upload([a_project("Z2")], "ned")
    fresh.upload([a_project("Z3")], "ada")
    assert [each["batch_id"] for each in fresh.get("batches", "pam").json()["items"]] == [pams["batch_id"]]
    assert len(fresh.get("batches", "ada").json()["items"]) == 3
    for scope, ids in ((Scope("pam", "440310"), ["Z1"]), (Scope("x", "nowhere"), []), (SYSTEM, ["Z1", "Z2", "Z3"])):
        with transaction(fresh.engine, scope) as connection:
            found = connection.execute(text("SELECT project_id FROM allocator.enquiry ORDER BY 1")).scalars().all()
            assert found == ids
            user = connection.execute(
                text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
            )
            assert user.scalar_one() is False
    with pytest.raises(DBAPIError), transaction(fresh.engine, Scope("pam", "440310")) as connection:
        connection.execute(text("UPDATE allocator.enquiry SET district = '440305'"))


def test_a_district_reads_its_own_part_of_the_published_plan_and_no_names_of_others(fresh):
    fresh.upload([a_project("Y1", floor_area_m2=1500)], "pam")
    fresh.upload([a_project("Y2")], "ned")
    published = fresh.published("Y3")
    assert {each["project_id"] for each in published["assignments"]} >= {"Y3"}
    whole = fresh.post("runs", json={"name": "all"}).json()["run_id"]
    fresh.solve(whole)
    plan_id = fresh.get(f"runs/{whole}").json()["plan_id"]
    for verb, person in (("propose", "ada"), ("approve", "ben"), ("publish", "eva")):
        assert fresh.step(plan_id, verb, person).status_code == 200
    seen = fresh.get("plans/published", "pam").json()
    assert {each["project_id"] for each in seen["assignments"]} == {"Y1"}
    assert seen["exports"] == []
    assert fresh.get(f"plans/{plan_id}/dossiers", "pam").json() == {"projects": ["Y1"]}
    assert fresh.get(f"plans/{plan_id}/dossiers/Y2", "pam").status_code == 404
    assert fresh.get(f"plans/{plan_id}/exports/plan.json", "pam").status_code == 404
    assert fresh.get(f"runs/{whole}", "pam").status_code == 404
    dossier = fresh.get(f"plans/{plan_id}/dossiers/Y1", "pam").text
    assert "Y2" not in dossier
    assert "Y3" not in dossier


def test_the_audit_finds_every_kind_of_tampering(fresh):
    fresh.published("V1")
    assert fresh.get("audit/check", "max").json()["holds"] is True
    rows = fresh.get("audit?limit=200", "max").json()["items"]
    assert {"run.create", "plan.store", "plan.propose", "plan.approve", "plan.publish"} <= {r["action"] for r in rows}
    tamperings = [
        "UPDATE allocator.audit SET person = 'someone' WHERE number = 3",
        "UPDATE allocator.audit SET detail = '{}' WHERE number = 2",
        "DELETE FROM allocator.audit WHERE number = 2",
        "UPDATE allocator.audit SET at = at + interval '1 second' WHERE number = 1",
        "UPDATE allocator.audit a SET digest = b.digest FROM allocator.audit b WHERE a.number = 4 AND b.number = 3",
    ]
    for statement in tamperings:
        connection = fresh.owner.connect()
        connection.execute(text("ALTER TABLE allocator.audit DISABLE TRIGGER ALL"))
        connection.execute(text(statement))
        assert verify_chain(connection)[2] is not None, statement
        connection.rollback()
        connection.close()
