"""How fast the service reads while it solves, and whether many batches at once all finish.

``python -m tests.reliability.measure_load reads`` asks at a fixed rate for minutes while a worker solves, and prints
the latency of every kind of question, counted from when it was due; ``… queue`` sends many batches at the same moment,
queues a run for each and waits until all are over.  Both need two processors for two minutes or more, so they are no
part of the test run.
"""

import argparse
import http.client
import itertools
import json
import math
import queue
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from seeds.load import batch_path
from service.database.engine import open_engine
from tests.reliability.processes import Site, wait_until
from tests.support.api_client import Server, a_project, as_csv, make_keys, settings_for

CSV = {"Content-Type": "text/csv"}
TYPES = {".csv": "text/csv", ".json": "application/json", ".geojson": "application/geo+json"}
SOLVES = 8
"""Solves that wait for the worker while it is asked."""

READERS = 12
"""Connections that ask side by side."""


@contextmanager
def running_site() -> Iterator[Site]:
    """The service on a fresh database, with the processes of production and no worker yet."""
    server = Server()
    folder = Path(tempfile.mkdtemp(prefix="allocator-load-"))
    url = server.database()
    engine = open_engine(url, pool_size=1)
    keys = make_keys(engine, settings_for(folder))
    engine.dispose()
    site = Site(url, folder, keys)
    try:
        yield site
    finally:
        site.close()
        server.end()


def published(site: Site, seconds: float) -> str:
    """A published plan of the seed batch, made within so many seconds."""
    client = site.client()
    sent = client.post(
        "batches", content=batch_path().read_bytes(), headers={"Content-Type": TYPES[batch_path().suffix]}
    )
    assert sent.status_code == 201, sent.text
    batch = sent.json()
    run_id = client.post("runs", json={"batches": [batch["batch_id"]], "time_limit_s": seconds}).json()["run_id"]
    plan_id = client.run_over(run_id)["plan_id"]
    for verb, person in (("propose", "ada"), ("approve", "ben"), ("publish", "eva")):
        other = site.client(person)
        etag = other.get(f"plans/{plan_id}").headers["ETag"]
        assert other.post(f"plans/{plan_id}/{verb}", headers={"If-Match": etag}).status_code == 200
    return plan_id


def questions(plan_id: str, run_id: str, project_id: str) -> list[tuple[str, str]]:
    """What people at their screens ask, by kind."""
    return [
        ("run", f"/api/v1/runs/{run_id}"),
        ("runs", "/api/v1/runs?limit=20"),
        ("published plan", "/api/v1/plans/published"),
        ("plans", "/api/v1/plans?limit=20"),
        ("dossier", f"/api/v1/plans/{plan_id}/dossiers/{project_id}"),
        ("batches", "/api/v1/batches?limit=20"),
        ("run", f"/api/v1/runs/{run_id}"),
        ("assignments", "/ogc/collections/assignments/items?limit=100"),
        ("exports", f"/api/v1/plans/{plan_id}/exports"),
        ("me", "/api/v1/me"),
    ]


class Readers:
    """Ask at a fixed rate, whatever the answers take: a late answer makes the next ones late too."""

    def __init__(self, address: str, headers: dict[str, str], asked: list[tuple[str, str]]) -> None:
        self._host = address.removeprefix("http://")
        self._headers = headers
        self._asked = asked
        self._due: queue.Queue[tuple[float, str, str] | None] = queue.Queue()
        self.found: list[tuple[str, float]] = []
        self.wrong: Counter[str] = Counter()

    def ask(self, rate: float, seconds: float) -> None:
        """Ask for so many seconds."""
        threads = [threading.Thread(target=self._work) for _ in range(READERS)]
        for thread in threads:
            thread.start()
        first = time.monotonic() + 0.5
        for number, (kind, path) in zip(range(int(rate * seconds)), itertools.cycle(self._asked), strict=False):
            due = first + number / rate
            time.sleep(max(0.0, due - time.monotonic()))
            self._due.put((due, kind, path))
        for _ in threads:
            self._due.put(None)
        for thread in threads:
            thread.join()

    def _work(self) -> None:
        connection = http.client.HTTPConnection(self._host, timeout=30)
        while (item := self._due.get()) is not None:
            due, kind, path = item
            try:
                connection.request("GET", path, headers=self._headers)
                answer = connection.getresponse()
                answer.read()
                if answer.status != 200:
                    self.wrong[f"{kind}: {answer.status}"] += 1
            except (OSError, http.client.HTTPException) as error:
                self.wrong[f"{kind}: {type(error).__name__}"] += 1
                connection.close()
            self.found.append((kind, time.monotonic() - due))
        connection.close()


def quantile(values: list[float], part: float) -> float:
    """The value that so large a part does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


def told(found: list[tuple[str, float]]) -> dict[str, dict[str, float]]:
    """Milliseconds by kind, and of all."""
    kinds: dict[str, list[float]] = {"all": [seconds for _, seconds in found]}
    for kind, seconds in found:
        kinds.setdefault(kind, []).append(seconds)
    parts = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    return {
        kind: {"count": len(values)} | {name: round(1000 * quantile(values, part), 1) for name, part in parts.items()}
        for kind, values in kinds.items()
    }


def reads(rate: float, seconds: float, first_s: float = 15.0) -> dict[str, object]:
    """Latencies of reads while a worker solves the seed batch again and again, with every processor it may use."""
    with running_site() as site:
        worker = site.worker(ALLOCATOR_SOLVER_THREADS="2", ALLOCATOR_MAX_TIME_LIMIT_S="3600")
        plan_id = published(site, first_s)
        client = site.client()
        project_id = client.get(f"plans/{plan_id}/dossiers").json()["projects"][0]
        wish = {"basis": "nothing", "time_limit_s": seconds + 600}
        busy, *after = (client.post("runs", json=wish).json()["run_id"] for _ in range(SOLVES))
        wait_until(lambda: (client.get(f"runs/{busy}").json()["progress"] or {}).get("phase") == "solving")
        headers = {"X-API-Key": site.keys["ada"]}
        readers = Readers(site.address, headers, questions(plan_id, busy, project_id))
        readers.ask(rate, seconds)
        last = client.get(f"runs/{after[-1]}").json()
        assert not last["finished_at"], f"the solves were over before the reads: {last}, {worker.log[-2000:]}"
        return {"rate": rate, "seconds": seconds, "errors": dict(readers.wrong), "ms": told(readers.found)}


def many(batches: int, workers: int, patience_s: float) -> dict[str, object]:
    """So many batches sent and queued at once, and how their runs ended."""
    with running_site() as site:
        client = site.client()

        def send(number: int) -> str:
            content = as_csv([a_project(f"Q{number}")])
            batch = client.post("batches", content=content, headers=CSV).json()
            wish = {"batches": [batch["batch_id"]], "basis": "nothing", "time_limit_s": 5}
            answer = client.post("runs", json=wish)
            assert answer.status_code == 202, answer.text
            return str(answer.json()["run_id"])

        began = time.monotonic()
        with ThreadPoolExecutor(32) as senders:
            sent = list(senders.map(send, range(batches)))
        queued_s = time.monotonic() - began
        for _ in range(workers):
            site.worker(ALLOCATOR_STALLED_AFTER_S="30")
        while site.counts()["stuck"] and time.monotonic() - began < patience_s:
            time.sleep(1.0)
        states = Counter(client.get(f"runs/{run_id}").json()["state"] for run_id in sent)
        return {
            "batches": batches,
            "workers": workers,
            "sent_s": round(queued_s, 1),
            "over_s": round(time.monotonic() - began, 1),
            "states": dict(states),
            "wrong": {name: count for name, count in site.counts().items() if count},
        }


def main() -> None:
    """Measure, and print what was found as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["reads", "queue"])
    parser.add_argument("--rate", type=float, default=50.0, help="questions a second")
    parser.add_argument("--seconds", type=float, default=120.0, help="how long is asked")
    parser.add_argument("--batches", type=int, default=200)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--patience", type=float, default=3600.0, help="how long the queue may take, s")
    given = parser.parse_args()
    found = (
        reads(given.rate, given.seconds)
        if given.what == "reads"
        else many(given.batches, given.workers, given.patience)
    )
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
