"""The whole story through HTTP with real processes; and again with everything killed on the way."""

import os
import re
import signal
from pathlib import Path

import httpx

from tests.reliability.processes import NOTHING_WRONG, Process, descendants, wait_until
from tests.support.api_client import a_project, as_csv, as_xlsx

XLSX = {"Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
NAMES = [f"H{number}" for number in range(6)]


def step(client, plan_id, verb):
    etag = client.get(f"plans/{plan_id}").headers["ETag"]
    answer = client.post(f"plans/{plan_id}/{verb}", headers={"If-Match": etag})
    assert answer.status_code == 200, answer.text
    return answer.json()


def new_supply():
    park = {"park_id": "new-park", "name_zh": "新园区", "district": "440305", "lon": 113.93, "lat": 22.53}
    space = {"space_id": "new-lab", "park_id": "new-park", "kind": "rnd_lab", "floor_area_m2": 9000}
    return {"put": {"parks": [park], "spaces": [{**space, "rent_yuan_m2_month": 10, "eia_level": "report"}]}}


def test_from_a_messy_workbook_to_an_approved_night(site):
    planner, reviewer, publisher, operator = (site.client(person) for person in ("ada", "ben", "eva", "oli"))
    worker = site.worker()

    messy = as_xlsx([a_project(NAMES[0], segment="imagng"), *(a_project(name) for name in NAMES[1:])])
    refused = planner.post("batches", content=messy, headers=XLSX)
    assert [(fault["row"], fault["column"]) for fault in refused.json()["errors"]] == [(2, "segment")]
    clean = as_xlsx([a_project(name) for name in NAMES])
    batch = planner.post("batches", content=clean, headers=XLSX).json()

    run_id = planner.post("runs", json={"batches": [batch["batch_id"]], "time_limit_s": 4}).json()["run_id"]
    with planner.http.stream("GET", f"runs/{run_id}/events", timeout=240) as stream:
        events = [line for line in stream.iter_lines() if line.startswith("event: ")]
    assert events[-1] == "event: end"
    assert len(events) > 1
    plan_id = planner.run_over(run_id)["plan_id"]
    assert planner.get(f"plans/{plan_id}").json()["placed"] == len(NAMES)
    assert planner.get(f"plans/{plan_id}/dossiers/{NAMES[0]}").json()["placed"] is True
    advice = planner.post("recommendations", json={"plan_id": plan_id, "project": newcomer()})
    assert advice.json()["suggestions"], advice.text

    step(planner, plan_id, "propose")
    step(reviewer, plan_id, "approve")
    step(publisher, plan_id, "publish")

    planner.post(f"batches/{batch['batch_id']}/withdraw", json={"projects": NAMES[:2]})
    current = operator.get("registries/current")
    changed = operator.post("registries/1/changes", json=new_supply(), headers={"If-Match": current.headers["ETag"]})
    assert changed.status_code == 201, changed.text

    night = operator.post("nights").json()
    planner.run_over(night["run_id"])
    night = operator.get(f"nights/{night['local_date']}").json()
    assert night["state"] == "proposed"
    assert {each["project_id"] for each in night["report"]["departures"]} == set(NAMES[:2])
    assert planner.get("plans/published").json()["plan_id"] == plan_id
    step(reviewer, night["plan_id"], "approve")
    step(publisher, night["plan_id"], "publish")
    assert planner.get("plans?state=published").json()["items"][0]["plan_id"] == night["plan_id"]
    assert site.client("max").get("audit/check").json()["holds"] is True
    assert worker.process.poll() is None


def newcomer():
    row = a_project("NEW")
    parts = {name: row.pop(name) for name in ("component_id", "function", "floor_area_m2", "start_from")}
    return {**row, "components": [parts]}


def test_the_api_the_worker_and_the_database_are_cut_down_mid_solve_and_nothing_is_lost(server, site):
    client, worker = site.client(), site.worker()
    runs = []
    for number in range(3):
        content = as_csv([a_project(f"CUT{number}")])
        batch = client.post("batches", content=content, headers={"Content-Type": "text/csv"}).json()
        runs.append(client.post("runs", json={"batches": [batch["batch_id"]], "time_limit_s": 3}).json()["run_id"])
    wait_until(lambda: client.get(f"runs/{runs[0]}").json()["state"] != "queued", lambda: worker.log[-2000:])
    worker.kill()
    port = site.address.rsplit(":", 1)[1]
    site.api.kill()
    server.crash()
    server.start()
    site.api = site.process("serve", "--no-worker", "--port", port)
    site.api.wait_for("http://")
    again = site.worker()
    for run_id in runs:
        assert client.run_over(run_id)["state"] == "succeeded", again.log[-2000:]
    wait_until(lambda: site.counts()["jobs left"] == 0)
    found = site.counts()
    assert {name: found[name] for name in NOTHING_WRONG} == NOTHING_WRONG


def test_serve_needs_nothing_and_leaves_nothing(tmp_path):
    tmp_path.chmod(0o755)
    serve = Process(
        tmp_path, "serve", "--port", "0", "--data-dir", str(tmp_path / "data"), ALLOCATOR_DEMO_TIME_LIMIT_S="12"
    )
    try:
        address = serve.wait_for("http://")
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", address)
        key = serve.wait_for("first-use key: ").removeprefix("first-use key: ")
        http = httpx.Client(base_url=f"{address}/api/v1/", headers={"X-API-Key": key}, timeout=60)
        with http:
            wait_until(lambda: http.get("runs").json()["items"][0]["state"] == "running", lambda: serve.log[-3000:])
        beside = {"ALLOCATOR_DATA_DIR": str(tmp_path / "data")}
        another = Process(tmp_path, "serve", "--port", "0", **beside)
        assert another.process.wait(120) == 2
        assert "is served already" in another.log
        made = Process(tmp_path, "key", "zoe", "--role", "viewer", **beside)
        assert made.process.wait(120) == 0, made.log
        with httpx.Client(base_url=address, headers={"X-API-Key": made.said.strip()}, timeout=60) as http:
            assert http.get("/api/v1/me").json()["person"] == "zoe", "a command beside the service leaves it running"
        ours = descendants(serve.pid) | {postmaster(tmp_path)}
        assert len(ours) > 2
        assert serve.end(signal.SIGINT) == 0, "as by Ctrl-C, in the middle of a solve"
        wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in ours))
        assert (tmp_path / "data/first-key").stat().st_mode & 0o777 == 0o600
    finally:
        serve.kill()


def test_a_killed_serve_takes_its_worker_along_and_the_next_one_finds_everything(tmp_path):
    tmp_path.chmod(0o755)
    arguments = ("serve", "--port", "0", "--data-dir", str(tmp_path / "data"))
    first = Process(tmp_path, *arguments, ALLOCATOR_DEMO_TIME_LIMIT_S="30")
    second = None
    try:
        key = first.wait_for("first-use key: ")
        ours = descendants(first.pid)
        first.kill()
        wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in ours))
        second = Process(tmp_path, *arguments, ALLOCATOR_DEMO_TIME_LIMIT_S="30")
        address = second.wait_for("http://")
        assert str(tmp_path / "data/first-key") in second.wait_for("kept in ")
        assert "allocator key NAME --role admin --data-dir" in second.wait_for("another key")
        secret = key.rsplit(" ", 1)[1]
        assert secret not in second.said, "it is printed once"
        headers = {"X-API-Key": secret}
        with httpx.Client(base_url=f"{address}/api/v1/", headers=headers, timeout=60) as http:
            wait_until(lambda: http.get("plans").json()["items"], lambda: second.log[-3000:])
            (run,), (plan,) = http.get("runs").json()["items"], http.get("plans").json()["items"]
            assert run["state"] == "succeeded"
            assert plan["placed"] > 50
        assert second.end(signal.SIGTERM) == 0
    finally:
        for each in (first, second):
            if each is not None:
                each.kill()
        if (tmp_path / "data/postgres/postmaster.pid").exists():
            os.kill(postmaster(tmp_path), signal.SIGQUIT)


def postmaster(folder):
    """Process id of the embedded PostgreSQL."""
    return int((folder / "data/postgres/postmaster.pid").read_text("utf-8").split()[0])
