"""Measure what a planner reads, and what the service holds, while eight clients attack it.

    python -m tests.reliability.measure_attack [--seconds 300] [--rate 10] [--pause 0]

Starts `allocator serve` on an empty folder, waits for the demo plan and publishes it.  Then strangers send quadratic
JSON, held-back bodies, three times 33 MB of JSON and half heads, and planners endless GeoPackages, small workbooks that
blow up, large tables and texts for quadratic patterns: a process of each kind, which repeats without end.  Meanwhile
another planner reads at a fixed rate; each answer is timed from when it was due.  Afterwards it says what is left.

A measurement, no test: it needs two processors without other work.
"""

import argparse
import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import httpx

from tests.reliability.attackers import READY_S, Attack, begin, kinds, signed_in
from tests.reliability.measure_load import Readers, told
from tests.reliability.measure_start import ROOT, waited
from tests.reliability.processes import descendants

DISTRICT = "440310"
SETTLED_S = 40.0
"""How long the service may take to be as before."""

TMP = Path("/tmp")  # noqa: S108  looked at, not written to
"""Where nothing new of the service may lie: its temporary folder is another one."""

LOOK_S = 0.2
"""How often memory is looked at."""


def status_of(pid: int) -> dict[str, int]:
    """The numbers in /proc that a process has: kB and counts by name; none when it has ended."""
    try:
        text = Path(f"/proc/{pid}/status").read_text("utf-8")
    except OSError:
        return {}
    return {name: int(value) for name, value in re.findall(r"^(\w+):\s+(\d+)(?: kB)?$", text, re.MULTILINE)}


class Watch(threading.Thread):
    """Looks at the memory of a process and of those that it started, but for its database and worker."""

    def __init__(self, pid: int, without: set[int]) -> None:
        super().__init__(daemon=True)
        self._pid, self._without = pid, without
        self._over = threading.Event()
        self.child_kb = self.children_kb = self.children = 0

    def run(self) -> None:
        """Look until it is over."""
        while not self._over.wait(LOOK_S):
            sizes = [status_of(each).get("VmRSS", 0) for each in descendants(self._pid) - self._without]
            self.children = max(self.children, len(sizes))
            self.child_kb = max(self.child_kb, max(sizes, default=0))
            self.children_kb = max(self.children_kb, sum(sizes))

    def end(self) -> None:
        """Look no more."""
        self._over.set()
        self.join()


class Service:
    """`allocator serve` on an empty folder, with temporary folders of its own."""

    def __init__(self, folder: Path) -> None:
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self.temporary.chmod(0o1777)
        self._out, self.log = folder / "out.txt", folder / "log.txt"
        command = [sys.executable, "-m", "service.cli", "serve", "--data-dir", str(folder / "data"), "--port", "0"]
        # nothing is measured before the demo is solved, so its solvers need not give way
        env = {**os.environ, "TMPDIR": str(self.temporary), "ALLOCATOR_SOLVER_NICENESS": "0"}
        with self._out.open("wb") as out, self.log.open("wb") as errors:
            self._process = subprocess.Popen(command, stdout=out, stderr=errors, cwd=ROOT, env=env)
        self.pid = self._process.pid
        waited(lambda: "kept in" in self._out.read_text("utf-8"), time.monotonic())
        found = dict(re.findall(r"^(http|first-use key): ?(\S+)", self._out.read_text("utf-8"), re.MULTILINE))
        self.url, self.key = f"http:{found['http']}", found["first-use key"]
        host, port = self.url.removeprefix("http://").split(":")
        self.address = (host, int(port))

    def client(self, key: str) -> httpx.Client:
        """A client of the API."""
        return httpx.Client(base_url=f"{self.url}/api/v1/", headers={"X-API-Key": key}, timeout=120)

    def post(self, key: str, path: str, **given: Any) -> Any:
        """What a POST answers."""
        headers = {"Idempotency-Key": os.urandom(8).hex(), **given.pop("headers", {})}
        with self.client(key) as client:
            answer = client.post(path, headers=headers, **given)
        assert answer.is_success, answer.text
        return answer.json()

    def person(self, name: str, role: str, district: str | None = None) -> str:
        """A key for somebody new."""
        told = {"person": name, "role": role, "district": district}
        return str(self.post(self.key, "keys", json=told)["key"])

    def facts(self) -> dict[str, int]:
        """What it holds: threads, connections, processes below it, and temporary files."""
        return {
            "threads": status_of(self.pid)["Threads"],
            "connections": self._connections(),
            "children": len(descendants(self.pid)),
            "files": sum(path.is_file() and path.name != "held" for path in self.temporary.rglob("*")),
        }

    def _connections(self) -> int:
        """Connections to its port that it has open."""
        lines = Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]
        mine = f":{self.address[1]:04X}"
        return sum(line.split()[1].endswith(mine) and line.split()[3] == "01" for line in lines)

    def processor_s(self) -> float:
        """Processor time of its own process, s."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self) -> int:
        """End it as Ctrl-C does; the seconds that it took."""
        began = time.monotonic()
        self._process.send_signal(signal.SIGINT)
        self._process.wait(120)
        return round(time.monotonic() - began)


def demo_plan(service: Service, reader: str) -> tuple[str, str]:
    """The published plan of the demo, and its run."""
    with service.client(reader) as client:
        waited(lambda: client.get("plans").json()["items"], time.monotonic())
        (plan,) = client.get("plans").json()["items"]
        plan_id = plan["plan_id"]
        run_id = client.get("runs").json()["items"][0]["run_id"]
        reviewers = [service.person(name, "reviewer") for name in ("ben", "eva")]
        for verb, key in zip(("propose", "approve", "publish"), (reader, *reviewers), strict=True):
            etag = client.get(f"plans/{plan_id}").headers["ETag"]
            service.post(key, f"plans/{plan_id}/{verb}", headers={"If-Match": etag})
    return plan_id, run_id


def questions(service: Service, key: str) -> list[tuple[str, str]]:
    """What the planner reads, by kind."""
    plan_id, run_id = demo_plan(service, key)
    with service.client(key) as client:
        batch_id = client.get("batches").json()["items"][0]["batch_id"]
        project_id = client.get(f"plans/{plan_id}/dossiers").json()["projects"][0]
    return [
        ("plan", f"/api/v1/plans/{plan_id}"),
        ("batch", f"/api/v1/batches/{batch_id}"),
        ("runs", "/api/v1/runs?limit=20"),
        ("map file", f"/pages/plans/{plan_id}/map.html"),
        ("parks", f"/pages/parks?plan={plan_id}"),
        ("run", f"/api/v1/runs/{run_id}"),
        ("dossier", f"/api/v1/plans/{plan_id}/dossiers/{project_id}"),
        ("batches", "/api/v1/batches?limit=20"),
        ("published plan", "/api/v1/plans/published"),
        ("inbox", "/pages/inbox"),
    ]


def attacked(service: Service, given: argparse.Namespace) -> dict[str, object]:
    """What was read and held meanwhile and afterwards."""
    seconds, rate = given.seconds, given.rate
    reader = service.person("rea", "planner")
    headers = {"X-API-Key": reader}
    asked = questions(service, reader)
    headers["Cookie"] = signed_in(service.address, reader)
    quiet = Readers(service.url, headers, asked)
    quiet.ask(rate, 10)
    before = service.facts()
    there = set(TMP.iterdir())
    others = {pid for pid in descendants(service.pid) if b"zygote" not in Path(f"/proc/{pid}/cmdline").read_bytes()}
    Path(f"/proc/{service.pid}/clear_refs").write_text("5", encoding="ascii")
    watch = Watch(service.pid, others)
    watch.start()
    spawn = multiprocessing.get_context("spawn")
    ends: multiprocessing.Queue[tuple[str, object]] = spawn.Queue()
    attackers = []
    wanted = list(kinds(given.only))
    ready = spawn.Barrier(len(wanted) + 1)
    for kind, known in wanted:
        key = service.person(kind, "planner", DISTRICT) if known else ""
        attack = Attack(service.address, key, seconds, given.pause, ready)
        attackers.append(spawn.Process(target=begin, args=(kind, attack, ends), name=kind))
    for each in attackers:
        each.daemon = True
        each.start()
        os.setpriority(os.PRIO_PROCESS, each.pid, given.nice)
    ready.wait(READY_S)
    readers, began_s = Readers(service.url, headers, asked), service.processor_s()
    readers.ask(rate, seconds)
    processor_s = service.processor_s() - began_s
    load = os.getloadavg()[0]
    ways = dict(ends.get(timeout=240) for _ in attackers)
    for each in attackers:
        each.join(60)
    peak_kb = status_of(service.pid)["VmHWM"]
    watch.end()
    after_s = time.monotonic()
    after = settled(service, before, headers)
    settled_s = round(time.monotonic() - after_s, 1)
    with httpx.Client(base_url=service.url, timeout=60) as client:
        healthy = {path: client.get(path).status_code for path in ("/healthz", "/readyz")}
    taken = told(readers.found)
    return {
        "seconds": seconds,
        "rate": rate,
        "attackers": {"pause_s": given.pause, "niceness": given.nice, "ended": ways},
        "reads": taken["all"]["count"],
        "errors": sum(readers.wrong.values()),
        "wrong": dict(readers.wrong),
        "ms": taken.pop("all"),
        "p99_ms": {kind: each["p99"] for kind, each in taken.items()},
        "ms_quiet": told(quiet.found)["all"],
        "rss_mb": {
            "api": peak_kb // 1024,
            "largest_reader": watch.child_kb // 1024,
            "readers": watch.children_kb // 1024,
            "after": status_of(service.pid)["VmRSS"] // 1024,
        },
        "api_processor_s": round(processor_s, 1),
        "most_readers": watch.children - 1,
        "before": before,
        "after": after,
        "settled_s": settled_s,
        "new_in_tmp": sorted(path.name for path in set(TMP.iterdir()) - there),
        "load": load,
        **healthy,
    }


def settled(service: Service, before: dict[str, int], headers: dict[str, str]) -> dict[str, int]:
    """What the service holds when it is as before, or after a while; it is asked meanwhile, for threads end by it."""
    until = time.monotonic() + SETTLED_S
    while any(service.facts()[name] > value for name, value in before.items()) and time.monotonic() < until:
        httpx.get(f"{service.url}/api/v1/plans/published", timeout=60, headers=headers)
        time.sleep(0.5)
    return service.facts()


def main() -> None:
    """Print what was found as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=300.0, help="how long is attacked and read")
    parser.add_argument("--rate", type=float, default=10.0, help="reads a second")
    parser.add_argument("--pause", type=float, default=0.0, help="pause of an attacker after each try, s")
    parser.add_argument("--nice", type=int, default=0, help="how far attackers give way to the service")
    parser.add_argument("--only", nargs="*", default=(), help="kinds of attackers, as half_heads; absent is all")
    parser.add_argument("--log", type=Path, help="where the log of the service is kept")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="allocator-attack-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        service = Service(folder)
        try:
            found = attacked(service, given)
        finally:
            stopped_s = service.end()
            if given.log:
                given.log.write_bytes(service.log.read_bytes())
        print(json.dumps({**found, "ctrl_c_s": stopped_s}))


if __name__ == "__main__":
    main()
