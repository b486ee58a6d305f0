"""A registry that brings outlines of its own: stored, changed, planned on and read back with them."""

import json

from geodata.records.inputs import Inputs
from tests.support.api_client import a_project

RING = [[113.7, 22.4], [114.7, 22.4], [114.7, 22.9], [113.7, 22.9], [113.7, 22.4]]
OWN = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"adcode": adcode, "name_zh": f"自有 {adcode}", "name_en": f"Own {adcode}"},
            "geometry": {"type": "Polygon", "coordinates": [RING]},
        }
        for adcode in ("440305", "440308", "440309", "440310", "440311")
    ],
}


def stored(fresh):
    """The seed registry with outlines of its own, sent as files; a park lies where the city's outlines refuse it."""
    document = fresh.get("registries/current").json()["document"]
    document["parks"][0] |= {"lon": 113.95, "lat": 22.55, "crs": "wgs84", "district": "440311"}
    files = {kind: (f"{kind}.json", json.dumps({kind: document[kind]})) for kind in ("parks", "spaces", "tenancies")}
    refused = fresh.post("registries/files", "oli", files=files)
    assert refused.status_code == 422
    assert "outside its district" in refused.text
    outlined = {**files, "boundaries": ("boundaries.geojson", json.dumps(OWN))}
    answer = fresh.post("registries/files", "oli", files=outlined)
    assert answer.status_code == 201, answer.text
    return answer.json()["number"]


def test_own_outlines_are_stored_changed_planned_on_and_served(fresh, drawn_once):
    first = fresh.get("registries/current").json()["document"]
    assert "boundaries" not in first, "the city's outlines are everywhere"
    number = stored(fresh)
    current = fresh.get("registries/current")
    document = current.json()["document"]
    assert {each["adcode"] for each in document["boundaries"]} == {"440305", "440308", "440309", "440310", "440311"}
    space = {**document["spaces"][0], "rent_yuan_m2_month": 77}
    header = {"If-Match": current.headers["ETag"]}
    changed = fresh.post(f"registries/{number}/changes", "oli", json={"put": {"spaces": [space]}}, headers=header)
    assert changed.status_code == 201, changed.text
    after = fresh.get("registries/current").json()["document"]
    assert after["boundaries"] == document["boundaries"], "a change keeps the outlines"
    whole = {kind: after[kind] for kind in ("parks", "spaces", "tenancies", "boundaries")}
    same = fresh.post("registries", "oli", json=whole)
    assert same.json()["number"] == changed.json()["number"], "the same content is the same version"
    batch = fresh.upload([a_project("A-1")]).json()
    run = fresh.post("runs", json={"batches": [batch["batch_id"]]}).json()
    fresh.solve(run["run_id"])
    plan_id = fresh.get(f"runs/{run['run_id']}").json()["plan_id"]
    plan = fresh.get(f"plans/{plan_id}/exports/plan.json").json()
    inputs = Inputs.model_validate(plan["inputs"])
    assert [each.name_zh for each in inputs.boundaries][:1] == ["自有 440305"]
    served = fresh.ask("ada", "GET", "/ogc/collections/districts/items").json()
    assert {feature["properties"]["name_en"] for feature in served["features"]} == {
        f"Own {each['adcode']}" for each in document["boundaries"]
    }
