"""Requests for a late start over HTTP, and the plans that answer them."""

from tests.support.api_client import a_project
from tests.support.new_supply import new_park, new_space


def run_of(desk, rows, **wish):
    """Document and row of the plan of a batch."""
    batch = desk.upload(rows)
    assert batch.status_code == 201, batch.text
    asked = desk.post("runs", json={"batches": [batch.json()["batch_id"]], **wish})
    assert asked.status_code == 202, asked.text
    desk.solve(asked.json()["run_id"])
    run = desk.get(f"runs/{asked.json()['run_id']}").json()
    assert run["state"] == "succeeded", run
    return document_of(desk, run["plan_id"])


def document_of(desk, plan_id):
    document = desk.get(f"plans/{plan_id}/exports/plan.json").json()
    return {
        **document,
        "plan_id": plan_id,
        "by_project": {made["project_id"]: made for made in document["assignments"]},
    }


def publish(desk, plan_id):
    for verb, person in (("propose", "ada"), ("approve", "ben"), ("publish", "eva")):
        assert desk.step(plan_id, verb, person).status_code == 200


def extend(desk):
    """A new park with a laboratory that is let from 2027-06 on."""
    current = desk.get("registries/current")
    change = {"put": {"parks": [new_park()], "spaces": [{**new_space(), "available_from": "2027-06"}]}}
    header = {"If-Match": current.headers["ETag"]}
    stored = desk.post(f"registries/{current.json()['number']}/changes", "oli", json=change, headers=header)
    assert stored.status_code == 201, stored.text


def newcomer(**changes):
    row = a_project("NEWCOMER", **changes)
    part = {name: row.pop(name) for name in ("component_id", "function", "floor_area_m2", "start_from")}
    part |= {name: row.pop(name) for name in ("start_until", "pinned_to") if name in row}
    return {**row, "components": [{name: value for name, value in part.items() if value}]}
