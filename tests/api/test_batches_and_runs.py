"""From an upload to a plan through the API."""

import json

from tests.support.api_client import a_project, as_csv, as_xlsx

XLSX = {"Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def test_a_messy_workbook_is_refused_whole_with_every_fault_at_its_cell(desk):
    rows = [
        a_project("X1"),
        a_project("X2", segment="imagng"),
        a_project("X3", floor_area_m2=-5),
        a_project("X4", start_from="2027-13"),
    ]
    answer = desk.post("batches", content=as_xlsx(rows), headers=XLSX, params={"file_name": "秋季.xlsx"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    found = {(fault["file"], fault["row"], fault["column"]) for fault in answer.json()["errors"]}
    assert found == {("秋季.xlsx", 3, "segment"), ("秋季.xlsx", 4, "floor_area_m2"), ("秋季.xlsx", 5, "start_from")}
    assert all(fault["message"] and fault["remedy"] for fault in answer.json()["errors"])
    assert [each for each in desk.get("batches").json()["items"] if each["file_name"] == "秋季.xlsx"] == []


def test_a_batch_comes_as_csv_xlsx_json_geojson_and_form(desk):
    as_json = {
        "projects": [
            {**a_project("F3"), "components": [{"component_id": "lab", "function": "rnd", "floor_area_m2": 900}]}
        ]
    }
    for name in ("component_id", "function", "floor_area_m2", "start_from"):
        as_json["projects"][0].pop(name)
    point = {"type": "Point", "coordinates": [114.0, 22.6]}
    layer = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": a_project("F4"), "geometry": point}],
    }
    sent = [
        {"content": as_csv([a_project("F1")]), "headers": {"Content-Type": "text/csv"}},
        {"content": as_xlsx([a_project("F2")]), "headers": XLSX},
        {"content": json.dumps(as_json), "headers": {"Content-Type": "application/json"}},
        {"content": json.dumps(layer), "headers": {"Content-Type": "application/geo+json"}},
        {"files": {"file": ("form.csv", as_csv([a_project("F5")]), "text/csv")}},
    ]
    for number, each in enumerate(sent, start=1):
        answer = desk.post("batches", **each)
        assert answer.status_code == 201, answer.text
        whole = desk.get(answer.headers["Location"]).json()
        assert [enquiry["project_id"] for enquiry in whole["enquiries"]] == [f"F{number}"]
    assert desk.post("batches", content=b"x", headers={"Content-Type": "image/png"}).status_code == 415


def test_an_id_that_is_open_already_is_a_fault_unless_it_is_replaced(desk):
    assert desk.upload([a_project("T1"), a_project("T2")]).status_code == 201
    again = desk.upload([a_project("T2"), a_project("T3")])
    assert again.status_code == 422
    assert [(fault["row"], fault["column"]) for fault in again.json()["errors"]] == [(2, "project_id")]
    replaced = desk.upload([a_project("T2"), a_project("T3")], params={"replace": "true"})
    assert replaced.status_code == 201
    states = {
        (enquiry["project_id"], enquiry["state"])
        for batch in desk.get("batches").json()["items"]
        for enquiry in desk.get(f"batches/{batch['batch_id']}").json()["enquiries"]
        if enquiry["project_id"].startswith("T")
    }
    assert states == {("T1", "open"), ("T2", "replaced"), ("T2", "open"), ("T3", "open")}


def test_a_run_becomes_a_plan_with_dossiers_and_files(desk):
    batch = desk.upload([a_project("R1"), a_project("R2", floor_area_m2=9_000_000)]).json()
    asked = desk.post("runs", json={"name": "first", "batches": [batch["batch_id"]], "time_limit_s": 5})
    assert asked.status_code == 202
    where = asked.headers["Location"]
    assert desk.get(where).json()["state"] == "queued"
    assert desk.solve(asked.json()["run_id"]).startswith("plan p-")
    run = desk.get(where).json()
    assert (run["state"], run["attempt"]) == ("succeeded", 1)
    plan = desk.get(f"plans/{run['plan_id']}")
    assert plan.json()["placed"] == 1
    assert plan.json()["state"] == "draft"
    assert plan.json()["verification"]["breaches"] == 0
    assert [each["project_id"] for each in plan.json()["assignments"]] == ["R1"]
    assert [each["project_id"] for each in plan.json()["unplaced"]] == ["R2"]
    assert desk.get(f"plans/{run['plan_id']}/dossiers/R2").json()["placed"] is False
    assert {"plan.json", "plan.geojson", "plan.xlsx", "plan.gpkg", "map.html"} <= set(plan.json()["exports"])
    for file in desk.get(f"plans/{run['plan_id']}/exports").json()["items"]:
        got = desk.get(f"plans/{run['plan_id']}/exports/{file['name']}")
        assert len(got.content) == file["bytes"]
        assert got.headers["x-content-type-options"] == "nosniff"
    assert desk.get(f"plans/{run['plan_id']}", headers={"If-None-Match": plan.headers["ETag"]}).status_code == 304


def test_a_run_without_an_open_enquiry_or_with_unknown_names_is_refused(desk):
    answer = desk.post("runs", json={"batches": ["batch-000000000000"]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["column"] == "batches"
    assert desk.post("runs", json={"scenario_id": "nope"}).status_code == 422
    assert desk.post("runs", json={"time_limit_s": 80_000}).status_code == 422
    assert desk.post("runs", json={"goals": [[{"goal": "beauty"}]]}).status_code == 422
    assert desk.post("runs", json={"surprise": 1}).status_code == 422


def test_a_queued_run_is_cancelled_at_once_and_not_done_any_more(desk):
    batch = desk.upload([a_project("C1")]).json()
    run_id = desk.post("runs", json={"batches": [batch["batch_id"]]}).json()["run_id"]
    assert desk.post(f"runs/{run_id}/cancel").json()["state"] == "cancelled"
    assert desk.solve(run_id) == "not queued"
    assert desk.post(f"runs/{run_id}/cancel").status_code == 409


def test_an_infeasible_run_ends_with_the_rules_that_clash(desk):
    batch = desk.upload([a_project("I1")]).json()
    floor = {"name": "too much", "kind": "district_area", "district": "440308", "least_m2": 900_000}
    scenario = desk.post("scenarios", json={"document": {"policy": {"quotas": [floor]}}})
    assert scenario.status_code == 201, scenario.text
    wish = {"batches": [batch["batch_id"]], "scenario_id": scenario.json()["scenario_id"]}
    asked = desk.post("runs", json=wish)
    assert asked.status_code == 202, asked.text
    assert desk.solve(asked.json()["run_id"]) == "infeasible"
    run = desk.get(f"runs/{asked.json()['run_id']}").json()
    assert run["state"] == "infeasible"
    assert "quota/" in run["reason"]


def test_the_same_key_answers_the_same_and_another_content_is_refused(desk):
    header = {"Content-Type": "text/csv", "Idempotency-Key": "mine-1"}
    first = desk.post("batches", content=as_csv([a_project("K1")]), headers=header)
    second = desk.post("batches", content=as_csv([a_project("K1")]), headers=header)
    assert first.status_code == second.status_code == 201
    assert second.headers["Idempotent-Replayed"] == "true"
    assert first.json() == second.json()
    assert desk.post("batches", content=as_csv([a_project("K2")]), headers=header).status_code == 422
    missing = desk.ask("ada", "POST", "runs", headers={"Idempotency-Key": ""}, json={})
    assert missing.status_code == 422


def test_lists_come_in_pages_that_join_without_gap_or_repetition(desk):
    for number in range(5):
        desk.upload([a_project(f"P{number}")])
    seen, path = [], "batches?limit=2"
    while path:
        answer = desk.get(path)
        seen += [each["batch_id"] for each in answer.json()["items"]]
        cursor = answer.json()["next_cursor"]
        assert (cursor is None) == ("Link" not in answer.headers)
        path = f"batches?limit=2&cursor={cursor}" if cursor else None
    assert len(seen) == len(set(seen)) >= 5
    assert desk.get("batches?cursor=zzz").status_code == 422
    assert desk.get("batches?sort=up").status_code == 422


def test_the_stream_of_a_run_ends_with_its_state(desk):
    batch = desk.upload([a_project("S1")]).json()
    run_id = desk.post("runs", json={"batches": [batch["batch_id"]]}).json()["run_id"]
    desk.solve(run_id)
    answer = desk.get(f"runs/{run_id}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "event: end" in answer.text
    assert json.loads(answer.text.split("data: ")[1].split("\n")[0])["state"] == "succeeded"


def test_an_enquiry_may_name_districts_of_the_policy_when_the_registry_has_none_of_its_own(desk):
    assert desk.upload([a_project("DISTRICTS-1", districts="440310;440311")]).status_code == 201
    refused = desk.upload([a_project("DISTRICTS-2", districts="440399")])
    assert refused.json()["errors"][0]["message"] == "is not known"
