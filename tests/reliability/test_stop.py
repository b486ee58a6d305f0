"""SIGTERM ends `allocator serve` and all it started while it solves, searches and takes an upload."""

import socket
import threading
from pathlib import Path

import httpx

from tests.reliability.processes import Process, descendants, wait_until

PARTS = 16
LONG = {
    "ALLOCATOR_DEMO_TIME_LIMIT_S": "15",
    "ALLOCATOR_SOLVER_NICENESS": "0",
    "ALLOCATOR_RECOMMENDATION_LIMIT_S": "600",
}
"""Limits that none of what is under way reaches in the test."""

REST_OF_HEAD = "Content-Type: text/csv\r\nContent-Length: 1000\r\n\r\nproject_id,"
"""Of an upload whose body does not come to its end."""


def _newcomer():
    """A firm whose search goes on for long: many parts, two and two in one park."""
    parts = [
        {
            "component_id": f"c{number}",
            "function": ("rnd", "manufacturing")[number % 2],
            "floor_area_m2": 800 + 50 * number,
        }
        for number in range(PARTS)
    ]
    links = [{"from": f"c{n}", "to": f"c{n + 1}", "kind": "same_park"} for n in range(0, PARTS, 2)]
    facts = {"project_id": "NEW", "enterprise": "New", "segment": "ivd", "tier": "growth", "priority": 3}
    return {**facts, "components": parts, "links": links}


def test_sigterm_ends_a_solve_a_recommendation_and_an_upload(tmp_path):
    tmp_path.chmod(0o755)
    serve = Process(tmp_path, "serve", "--port", "0", "--data-dir", str(tmp_path / "data"), **LONG)
    answers = {}
    try:
        base = f"{serve.wait_for('http://')}/api/v1/"
        key = serve.wait_for("first-use key: ").rsplit(" ", 1)[1]
        http = httpx.Client(base_url=base, headers={"X-API-Key": key}, timeout=300)

        def post(name, path, **given):
            sent = {"Idempotency-Key": name, **given.pop("headers", {})}
            try:
                answers[name] = http.post(path, headers=sent, **given).status_code
            except httpx.TransportError as error:
                answers[name] = type(error).__name__

        wait_until(lambda: http.get("plans").json()["items"], lambda: serve.log[-3000:])
        plan_id = http.get("plans").json()["items"][0]["plan_id"]
        post("solve-it", "runs", json={"basis": "nothing", "time_limit_s": 3000})
        assert answers.pop("solve-it") == 202
        wait_until(lambda: http.get("runs").json()["items"][0]["state"] == "running", lambda: serve.log[-3000:])
        wish = {"json": {"project": _newcomer(), "plan_id": plan_id}}
        search = threading.Thread(target=post, args=("search-it", "recommendations"), kwargs=wish)
        search.start()
        upload = socket.create_connection((http.base_url.host, http.base_url.port))
        upload.sendall(f"POST /api/v1/batches HTTP/1.1\r\nHost: a\r\nX-API-Key: {key}\r\n{REST_OF_HEAD}".encode())
        search.join(3)
        assert answers == {}, "the search is under way"
        ours = descendants(serve.pid)
        assert serve.end() == 0
        search.join(10)
        upload.close()
        http.close()
        assert answers == {"search-it": 503}
        wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in ours))
    finally:
        serve.kill()
