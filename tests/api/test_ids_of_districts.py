"""Ids of projects: each district chooses its own, learns nothing of others', and a plan of the city has them all."""

from sqlalchemy import text

from service.database.engine import SYSTEM, transaction
from service.repositories import batches
from tests.support.api_client import NANSHAN, PINGSHAN, a_project


def answer_of(desk, person, **given):
    """What an upload of the id X-1 is answered, without what differs by chance."""
    answer = desk.upload([a_project("X-1")], person, **given)
    head = {name: value for name, value in answer.json().items() if name not in {"batch_id", "made_at", "made_by"}}
    return answer.status_code, {name: value for name, value in head.items() if name != "district"}


def enquiries(desk, person):
    found = {}
    for head in desk.get("batches", person).json()["items"]:
        for each in desk.get(f"batches/{head['batch_id']}", person).json()["enquiries"]:
            found[head["batch_id"], each["project_id"]] = each
    return found


def test_an_id_that_another_district_uses_is_answered_like_a_new_one(fresh):
    alone = answer_of(fresh, "pam")
    assert alone[0] == 201
    assert answer_of(fresh, "ned") == alone
    assert answer_of(fresh, "ned", params={"replace": True})[0] == 201
    assert answer_of(fresh, "ada")[0] == 201, "who sees them all may use it, too"
    again = fresh.upload([a_project("X-1")], "pam")
    assert again.status_code == 422, "an id of one's own is used once"
    assert again.json()["errors"][0]["column"] == "project_id"
    for person in ("pam", "ned"):
        assert all(each["known_as"] is None for each in enquiries(fresh, person).values())
    open_ones = [each for each in enquiries(fresh, "ada").values() if each["state"] == "open"]
    assert {each["known_as"] for each in open_ones} == {"X-1", f"X-1~{NANSHAN}", "X-1~city"}


def test_squatting_an_id_keeps_nobody_from_it(fresh):
    assert fresh.upload([a_project(f"C-{number}") for number in range(20)], "pam").status_code == 201
    assert fresh.upload([a_project(f"C-{number}") for number in range(20)], "ada").status_code == 201


def test_a_plan_of_the_city_has_both_and_each_district_reads_its_own(fresh):
    for person in ("pam", "ned"):
        assert fresh.upload([a_project("X-1", enterprise=f"企业 {person}")], person).status_code == 201
    run = fresh.post("runs", json={}).json()["run_id"]
    fresh.solve(run)
    plan_id = fresh.get(f"runs/{run}").json()["plan_id"]
    assert {each["project_id"] for each in fresh.get(f"plans/{plan_id}").json()["assignments"]} == {
        "X-1",
        f"X-1~{NANSHAN}",
    }
    for verb, person in (("propose", "ada"), ("approve", "ben"), ("publish", "eva")):
        assert fresh.step(plan_id, verb, person).status_code == 200
    for person, name in (("pam", "X-1"), ("ned", f"X-1~{NANSHAN}")):
        seen = fresh.get("plans/published", person).json()["assignments"]
        assert {each["project_id"] for each in seen} == {name}
        assert fresh.get(f"plans/{plan_id}/dossiers/{name}", person).json()["enterprise"] == f"企业 {person}"
    # who withdraws an id that stands in the plan leaves it to nobody else while the plan is in force
    first = next(iter(enquiries(fresh, "pam")))[0]
    assert fresh.post(f"batches/{first}/withdraw", "pam", json={"projects": ["X-1"]}).status_code == 200
    fresh.upload([a_project("X-1")], "ada")
    with transaction(fresh.engine, SYSTEM) as connection:
        names = {row["project_id"]: row["district"] for row in batches.open_enquiries(connection, in_city=True)}
    assert names == {f"X-1~{NANSHAN}": NANSHAN, "X-1~city": None}
    # and who comes back has the name of before
    assert fresh.post(f"batches/{first}/reopen", "pam", json={"projects": ["X-1"]}).status_code == 200
    with transaction(fresh.engine, SYSTEM) as connection:
        names = {row["project_id"]: row["district"] for row in batches.open_enquiries(connection, in_city=True)}
    assert names["X-1"] == PINGSHAN


def test_opening_again_tells_nothing_of_others_and_takes_a_free_name(fresh):
    mine = fresh.upload([a_project("X-1")], "pam").json()["batch_id"]
    assert fresh.post(f"batches/{mine}/withdraw", "pam", json={"projects": ["X-1"]}).status_code == 200
    assert fresh.upload([a_project("X-1")], "ned").status_code == 201
    assert fresh.post(f"batches/{mine}/reopen", "pam", json={"projects": ["X-1"]}).status_code == 200
    known = {each["known_as"] for each in enquiries(fresh, "ada").values()}
    assert known == {"X-1", f"X-1~{PINGSHAN}"}


def test_the_longest_ids_get_names_within_the_bounds(fresh):
    longest = "x" * 64
    for person in ("pam", "ned", "ada"):
        assert fresh.upload([a_project(longest)], person).status_code == 201
    with transaction(fresh.engine, SYSTEM) as connection:
        names = connection.execute(text("SELECT known_as FROM allocator.enquiry")).scalars().all()
    assert len(set(names)) == 3
    assert max(map(len, names)) == 64


def test_keys_are_made_for_districts_that_there_are_and_names_that_show(fresh):
    ask = {"person": "zoe", "role": "viewer"}
    assert fresh.post("keys", "max", json={**ask, "district": PINGSHAN}).status_code == 201
    unknown = fresh.post("keys", "max", json={**ask, "district": "999999"})
    assert unknown.status_code == 422
    assert (unknown.json()["errors"][0]["column"], unknown.json()["errors"][0]["value"]) == ("district", "999999")
    for name in ("evil\u202egnp", "zoe\u200b", "   ", "a\u2028b", "\ufeffzoe", "a\u0085b"):
        assert fresh.post("keys", "max", json={**ask, "person": name}).status_code == 422, repr(name)
        assert fresh.post("keys", "max", json={**ask, "label": name}).status_code == 422 or not name.strip()
