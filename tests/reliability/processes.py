"""The service as real processes, and a client that keeps a journal of everything it was promised."""

import itertools
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import psycopg

from tests.support.api_client import as_owner

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 240
"""How long anything is waited for: the tests may run on a machine that is busy with other things."""

QUICK = {
    "ALLOCATOR_HEARTBEAT_S": "0.5",
    "ALLOCATOR_STALLED_AFTER_S": "4",
    "ALLOCATOR_SOLVER_THREADS": "1",
    "ALLOCATOR_TIME_LIMIT_S": "5",
    "ALLOCATOR_NIGHTLY": "false",
    "ALLOCATOR_NIGHTLY_TIME_LIMIT_S": "5",
    "ALLOCATOR_MAX_ATTEMPTS": "1000",
    "ALLOCATOR_REQUESTS_PER_MINUTE": "1000000",
    "ALLOCATOR_QUEUED_RUNS_PER_PERSON": "1000000",
    "ALLOCATOR_QUEUED_SECONDS_PER_PERSON": "1000000000",
    "ALLOCATOR_PEPPER": "a pepper of the tests",
}


class Process:
    """A command of ours with its output in files; killed with everything it started when it is let go."""

    def __init__(self, folder: Path, *arguments: str, **environment: str) -> None:
        self._out = folder / f"{arguments[0]}-{time.monotonic_ns()}"
        env = {**os.environ, **QUICK, **environment, "PYTHONPATH": str(ROOT)}
        with self._out.with_suffix(".out").open("wb") as out, self._out.with_suffix(".err").open("wb") as err:
            command = [sys.executable, "-m", "service.cli", *arguments]
            self.process = subprocess.Popen(
                command, stdout=out, stderr=err, env=env, start_new_session=True, cwd=folder
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def said(self) -> str:
        return self._out.with_suffix(".out").read_text("utf-8")

    @property
    def log(self) -> str:
        return self._out.with_suffix(".err").read_text("utf-8")

    def wait_for(self, text: str) -> str:
        """The line that has the text, once it is printed."""
        wait_until(lambda: text in self.said or self.process.poll() is not None, lambda: self.log[-3000:])
        return next(line for line in self.said.splitlines() if text in line)

    def kill(self) -> None:
        """kill -9, for this process alone."""
        if self.process.poll() is None:
            os.kill(self.pid, signal.SIGKILL)
        self.process.wait()

    def end(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end, and wait; its exit code."""
        if self.process.poll() is None:
            os.kill(self.pid, number)
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"it did not end: {self.log[-3000:]}") from None


class Zygote:
    """Starts workers and APIs within milliseconds, see zygote.py."""

    def __init__(self, folder: Path, url: str, **environment: str) -> None:
        self._folder = folder
        self._environment = {"DATABASE_URL": url, **environment}
        self._numbers = itertools.count()
        self._codes: dict[int, int] = {}
        self._said: queue.Queue[int] = queue.Queue()
        command = [sys.executable, "-m", "tests.reliability.zygote"]
        env = {**os.environ, **QUICK, "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, cwd=folder, start_new_session=True
        )
        self._ear = threading.Thread(target=self._listen, daemon=True)
        self._ear.start()

    def _listen(self) -> None:
        for line in self._process.stdout:
            told = json.loads(line)
            if "status" in told:
                self._codes[told["pid"]] = told["status"]
            else:
                self._said.put(told["pid"])

    def start(self, *arguments: str, **environment: str) -> "Forked":
        """A command of ours."""
        out = self._folder / f"forked-{next(self._numbers)}"
        wanted = {
            "arguments": list(arguments),
            "environment": {"ALLOCATOR_TEST_DIE_AT": "", **self._environment, **environment},
            "out": str(out.with_suffix(".out")),
            "err": str(out.with_suffix(".err")),
        }
        self._process.stdin.write(json.dumps(wanted).encode() + b"\n")
        self._process.stdin.flush()
        return Forked(self._said.get(timeout=PATIENCE_S), out, self._codes)

    def close(self) -> None:
        """End it and everything it started."""
        self._process.stdin.close()
        self._process.wait(60)
        self._ear.join(60)
        self._process.stdout.close()


class Forked:
    """A command that a zygote started."""

    def __init__(self, pid: int, out: Path, codes: dict[int, int]) -> None:
        self.pid, self._out, self._codes = pid, out, codes

    @property
    def code(self) -> int | None:
        """How it ended; None while it runs."""
        return self._codes.get(self.pid)

    @property
    def said(self) -> str:
        path = self._out.with_suffix(".out")
        return path.read_text("utf-8") if path.exists() else ""

    @property
    def log(self) -> str:
        path = self._out.with_suffix(".err")
        return path.read_text("utf-8") if path.exists() else ""

    def kill(self) -> None:
        """kill -9, for this process alone."""
        if self.code is None:
            os.kill(self.pid, signal.SIGKILL)
        wait_until(lambda: self.code is not None, lambda: self.log[-3000:])


def wait_until(true: Any, tell: Any = lambda: "") -> None:
    """Wait until something is so."""
    until = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < until, tell()
        time.sleep(0.05)


def descendants(pid: int) -> set[int]:
    """Processes that were started by a process, directly or not."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text("utf-8").rsplit(")", 1)[1].split()[1])
            except OSError:
                continue  # it ended while we looked
    found, size = {pid}, 0
    while size != len(found):
        size = len(found)
        found |= {child for child, parent in parents.items() if parent in found}
    return found - {pid}


class Client:
    """A client that journals every 2xx with an id before it goes on."""

    def __init__(self, address: str, journal: Path, key: str) -> None:
        self.http = httpx.Client(base_url=f"{address}/api/v1/", timeout=60, headers={"X-API-Key": key})
        self._journal = journal
        self._lock = threading.Lock()
        self._number = 0

    def get(self, path: str, **given: Any) -> httpx.Response:
        return self.http.get(path, **given)

    def post(self, path: str, **given: Any) -> httpx.Response:
        """POST; while there is no answer, the same request again with the same key."""
        with self._lock:
            self._number += 1
            key = f"{id(self)}-{self._number}"
        headers = {**given.pop("headers", {}), "Idempotency-Key": key}
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                answer = self.http.post(path, headers=headers, **given)
            except httpx.TransportError:
                assert time.monotonic() < until, f"no answer to {path}"
                time.sleep(0.3)
                continue
            if answer.status_code == 503 and time.monotonic() < until:
                time.sleep(0.3)
                continue
            if answer.is_success:
                self._note(path, answer.json())
            return answer

    def _note(self, path: str, content: dict[str, Any]) -> None:
        with self._lock, self._journal.open("a", encoding="utf-8") as journal:
            journal.write(json.dumps({"path": path, **{k: v for k, v in content.items() if k.endswith("_id")}}) + "\n")
            journal.flush()
            os.fsync(journal.fileno())

    def run_over(self, run_id: str) -> dict[str, Any]:
        """A run, once it is over."""
        found: dict[str, Any] = {}

        def over() -> bool:
            try:
                answer = self.get(f"runs/{run_id}")
            except httpx.TransportError:
                return False
            if answer.status_code == 200:
                found.update(answer.json())
            return found.get("finished_at") is not None

        wait_until(over, lambda: str(found))
        return found


def promised(journal: Path) -> list[str]:
    """Runs that a client was promised."""
    lines = [json.loads(line) for line in journal.read_text("utf-8").splitlines()]
    return [line["run_id"] for line in lines if line["path"] == "runs"]


def counts(url: str, journal: Path) -> Counter[str]:
    """What is lost, duplicated, torn, phantom or stuck, counted from the journal and the tables."""
    runs = promised(journal)
    with psycopg.connect(as_owner(url)) as connection:

        def number(query: str, *values: Any) -> int:
            return connection.execute(query, values or None).fetchone()[0]

        found = Counter(
            lost=len(runs) - number("SELECT count(*) FROM allocator.run WHERE run_id = ANY(%s)", runs),
            stuck=number("SELECT count(*) FROM allocator.run WHERE finished_at IS NULL"),
            duplicated=number("SELECT count(*) - count(DISTINCT run_id) FROM allocator.plan")
            + number(
                "SELECT coalesce(sum(n - 1), 0)::int FROM (SELECT count(*) n FROM allocator.audit"
                " WHERE action IN ('run.create', 'run.end') GROUP BY action, subject HAVING count(*) > 1) t"
            ),
            phantom=number(
                "SELECT count(*) FROM allocator.plan p LEFT JOIN allocator.run r USING (run_id) WHERE r.run_id IS NULL"
            )
            + number("SELECT count(*) FROM allocator.run WHERE NOT (run_id = ANY(%s)) AND kind = 'plan'", runs),
            torn=number(
                "SELECT count(*) FROM allocator.plan p WHERE placed <> (SELECT count(DISTINCT project_id) FROM"
                " allocator.placement q WHERE q.plan_id = p.plan_id) OR waiting <> (SELECT count(*) FROM"
                " allocator.unplaced u WHERE u.plan_id = p.plan_id) OR 5 > (SELECT count(*) FROM allocator.artifact a"
                " WHERE a.plan_id = p.plan_id)"
            )
            + number(
                "SELECT count(*) FROM allocator.run r WHERE state = 'succeeded' AND NOT EXISTS"
                " (SELECT FROM allocator.plan p WHERE p.plan_id = r.plan_id)"
            ),
        )
        found["jobs left"] = number("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")
    return found


NOTHING_WRONG = {"lost": 0, "stuck": 0, "duplicated": 0, "phantom": 0, "torn": 0}


class Site:
    """A database with an API process, and whatever workers and clients a test wants; all are let go at the end."""

    def __init__(self, url: str, folder: Path, keys: dict[str, str]) -> None:
        self.url, self.folder, self.keys = url, folder, keys
        self.journal = folder / "journal"
        self._processes: list[Process] = []
        self._clients: list[Client] = []
        self._zygotes: list[Zygote] = []
        self.api = self.process("serve", "--no-worker", "--port", "0")
        self.address = self.api.wait_for("http://")

    def process(self, *arguments: str, **environment: str) -> Process:
        """A command of ours on this database."""
        started = Process(self.folder, *arguments, DATABASE_URL=self.url, **environment)
        self._processes.append(started)
        return started

    def worker(self, **environment: str) -> Process:
        """A worker."""
        return self.process("worker", **environment)

    def client(self, person: str = "ada") -> Client:
        """A client of a person."""
        made = Client(self.address, self.journal, self.keys[person])
        self._clients.append(made)
        return made

    def counts(self) -> Counter[str]:
        """What went wrong."""
        return counts(self.url, self.journal)

    def zygote(self, **environment: str) -> Zygote:
        """Something that starts workers and APIs on this database at once."""
        made = Zygote(self.folder, self.url, **environment)
        self._zygotes.append(made)
        return made

    def close(self) -> None:
        """Kill and close everything."""
        for zygote in self._zygotes:
            zygote.close()
        for process in self._processes:
            process.kill()
        for client in self._clients:
            client.http.close()
