"""Workers are killed in every phase of their work: nothing is lost, nothing happens twice."""

import itertools
import json
import os
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import psycopg

from service.failpoints import PHASES
from tests.reliability.processes import NOTHING_WRONG, descendants, wait_until
from tests.support.api_client import a_project, as_csv, as_owner

CSV = {"Content-Type": "text/csv"}


def asked(client, *names, time_limit_s=2, **changes):
    """A run of a batch with these projects."""
    rows = [a_project(name, **changes) for name in names]
    batch = client.post("batches", content=as_csv(rows), headers=CSV).json()
    wish = {"batches": [batch["batch_id"]], "time_limit_s": time_limit_s, "basis": "nothing"}
    return client.post("runs", json=wish).json()["run_id"]


SWIFT = {
    "ALLOCATOR_HEARTBEAT_S": "0.25",
    "ALLOCATOR_STALLED_AFTER_S": "1",
    "ALLOCATOR_RETRY_AFTER_S": "0.01",
    "ALLOCATOR_NIGHTLY_AT": "00:00",
    "ALLOCATOR_MAIL_TO": "review@example.org",
}
RUNS_EACH = 6
"""So many kills share a run, which survives them all."""


class Killing:
    """A city with a plan in force, whose processes are killed one after the other, each in a phase of its work."""

    def __init__(self, site, kills):
        self.site, self.kills = site, kills
        self.client = site.client()
        self.zygote = site.zygote(**SWIFT, ALLOCATOR_MAIL_DIR=str(site.folder / "mails"))
        self.killed, self.seconds = Counter(), Counter()
        self.names = (f"K{number}" for number in itertools.count())
        self.notices = 0

    def publish(self):
        """A plan in force, from which nights may begin."""
        worker = self.zygote.start("worker", ALLOCATOR_NIGHTLY="false")
        run = self.client.run_over(asked(self.client, next(self.names)))
        for verb, person in (("propose", "ada"), ("approve", "ben"), ("publish", "eva")):
            http = self.site.client(person)
            etag = http.get(f"plans/{run['plan_id']}").headers["ETag"]
            assert http.post(f"plans/{run['plan_id']}/{verb}", headers={"If-Match": etag}).status_code == 200
        worker.kill()

    def one(self, phase):
        """Let a process die in a phase, and say how long that took."""
        began = time.monotonic()
        died = self.api_dies() if phase == "submit" else self.worker_dies(phase)
        self.killed[phase if died else "anywhere"] += 1
        self.seconds[phase] += time.monotonic() - began

    def worker_dies(self, phase):
        """A worker that dies in a phase; False when it did not come there in time and was killed where it was."""
        if phase == "notify":
            self.notice()
        worker = self.zygote.start(
            "worker", ALLOCATOR_TEST_DIE_AT=phase, ALLOCATOR_NIGHTLY="true" if phase == "night" else "false"
        )
        until = time.monotonic() + 90
        while worker.code is None and time.monotonic() < until:
            time.sleep(0.02)
        died = worker.code == -signal.SIGKILL
        worker.kill()
        return died

    def api_dies(self):
        """The API dies while it stores a batch; the client asks again with the same key, and another API answers."""
        port = self.site.address.rsplit(":", 1)[1]
        self.site.api.kill()
        dying = self.zygote.start("serve", "--no-worker", "--port", port, ALLOCATOR_TEST_DIE_AT="submit")
        wait_until(lambda: "http://" in dying.said, lambda: dying.log[-2000:])
        with ThreadPoolExecutor(1) as beside:
            sent = beside.submit(asked, self.client, next(self.names))
            wait_until(lambda: dying.code is not None, lambda: dying.log[-2000:])
            self.site.api = self.zygote.start("serve", "--no-worker", "--port", port)
            sent.result()
        return dying.code == -signal.SIGKILL

    def notice(self):
        """A notice of ours that is due."""
        self.notices += 1
        row = {"text": "a test", "report": {"sentence_en": "A test."}}
        with psycopg.connect(as_owner(self.site.url), autocommit=True) as connection:
            connection.execute(
                "INSERT INTO allocator.notice (notice_id, kind, subject, payload) VALUES (%s, 'mail_file', %s, %s)",
                (f"msg-{self.notices}", f"test/{self.notices}", json.dumps(row)),
            )


def test_killed_processes_lose_and_double_nothing(site, kills):
    killing, client = Killing(site, kills), site.client()
    killing.publish()
    for kill, phase in zip(range(kills), itertools.cycle(PHASES), strict=False):
        if kill % RUNS_EACH == 0:
            asked(client, next(killing.names))
        killing.one(phase)
    last = killing.zygote.start("worker", ALLOCATOR_NIGHTLY="true")
    wait_until(lambda: site.counts()["stuck"] == 0, lambda: last.log[-3000:])
    wait_until(lambda: site.counts()["jobs left"] == 0)
    mails = site.folder / "mails"
    wait_until(lambda: len(list(mails.glob("test-*.eml"))) == killing.notices, lambda: last.log[-3000:])
    found = site.counts()
    assert {name: found[name] for name in NOTHING_WRONG} == NOTHING_WRONG
    with psycopg.connect(as_owner(site.url)) as connection:
        states = dict(connection.execute("SELECT state, count(*) FROM allocator.run GROUP BY 1").fetchall())
        attempts = connection.execute("SELECT sum(attempt) - count(*) FROM allocator.run").fetchone()[0]
        nights = connection.execute("SELECT local_date FROM allocator.night").fetchall()
    assert set(states) == {"succeeded"}
    assert len(set(nights)) == len(nights) <= 2, "a night begins once"
    assert set(killing.killed) - set(PHASES) == set(), killing.killed
    assert attempts > 0 or kills < len(PHASES), "no attempt was taken over, so nothing was tried"
    each = {phase: round(killing.seconds[phase] / killing.killed[phase], 2) for phase in killing.killed}
    print(f"kills: {dict(killing.killed)}, seconds each: {each}, attempts taken over: {attempts}, runs: {states}")


def test_a_worker_that_was_thought_dead_changes_nothing_when_it_comes_back(site):
    client, slow = site.client(), site.worker()
    run_id = asked(client, *(f"Z{number}" for number in range(30)), time_limit_s=20, floor_area_m2=3100)
    wait_until(lambda: client.get(f"runs/{run_id}").json()["state"] == "running", lambda: slow.log[-2000:])
    os.kill(slow.pid, signal.SIGSTOP)
    quick = site.worker()
    wait_until(lambda: client.get(f"runs/{run_id}").json()["attempt"] == 2, lambda: quick.log[-2000:])
    os.kill(slow.pid, signal.SIGCONT)
    run = client.run_over(run_id)
    wait_until(lambda: "refused" in slow.log or '"how": "lost"' in slow.log, lambda: slow.log[-2000:])
    assert (run["state"], run["attempt"]) == ("succeeded", 2)
    found = site.counts()
    assert {name: found[name] for name in NOTHING_WRONG} == NOTHING_WRONG


def test_a_worker_that_is_asked_to_stop_gives_its_run_back_at_once(site):
    client, worker = site.client(), site.worker()
    run_id = asked(client, *(f"G{number}" for number in range(40)), time_limit_s=30, floor_area_m2=2900)
    wait_until(
        lambda: (client.get(f"runs/{run_id}").json()["progress"] or {}).get("phase") == "solving",
        lambda: worker.log[-2000:],
    )
    assert worker.end() == 0
    with psycopg.connect(as_owner(site.url)) as connection:
        state, crashes = connection.execute("SELECT state, crashes FROM allocator.run").fetchone()
        workers = connection.execute("SELECT count(*) FROM allocator.worker").fetchone()[0]
    assert (state, crashes, workers) == ("queued", 0, 0)


def test_a_running_solve_is_cancelled_within_seconds_and_leaves_no_process(site):
    client, worker = site.client(), site.worker()
    client.run_over(asked(client, "FIRST"))
    idle = descendants(worker.pid)  # the fork server, which stays
    assert idle
    run_id = asked(client, *(f"C{number}" for number in range(40)), time_limit_s=120, floor_area_m2=2900)
    wait_until(lambda: (client.get(f"runs/{run_id}").json()["progress"] or {}).get("incumbent") is not None)
    client.post(f"runs/{run_id}/cancel")
    asked_at = time.monotonic()
    run = client.run_over(run_id)
    assert run["state"] == "cancelled"
    assert time.monotonic() - asked_at < 60
    wait_until(lambda: descendants(worker.pid) == idle, lambda: str(descendants(worker.pid)))


def test_a_run_that_kills_every_worker_is_put_into_quarantine_with_the_reason(site):
    client = site.client()
    run_id = asked(client, "Q1")
    for _ in range(3):
        worker = site.worker(ALLOCATOR_TEST_DIE_AT="solve", ALLOCATOR_MAX_ATTEMPTS="3", ALLOCATOR_RETRY_AFTER_S="0.01")
        wait_until(lambda worker=worker: worker.process.poll() is not None, lambda worker=worker: worker.log[-2000:])
    site.worker(ALLOCATOR_MAX_ATTEMPTS="3", ALLOCATOR_RETRY_AFTER_S="0.01")
    run = client.run_over(run_id)
    assert (run["state"], run["attempt"]) == ("quarantined", 3)
    assert "its worker fell silent (3 attempts)" in run["reason"]
    neighbour = client.run_over(asked(client, "Q2"))
    assert neighbour["state"] == "succeeded"
