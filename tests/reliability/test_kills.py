"""Workers are killed in every phase of their work: nothing is lost, nothing happens twice."""

import itertools
import os
import random
import signal
import time
from collections import Counter

import psycopg

from service.jobs.works import PHASES
from tests.reliability.processes import NOTHING_WRONG, descendants, wait_until
from tests.service_for_tests import a_project, as_csv

CSV = {"Content-Type": "text/csv"}
KILLED_IN = [phase for phase in PHASES if phase not in {"submit", "night", "notify"}]


def asked(client, *names, time_limit_s=2, **changes):
    """A run of a batch with these projects."""
    rows = [a_project(name, **changes) for name in names]
    batch = client.post("batches", content=as_csv(rows), headers=CSV).json()
    wish = {"batches": [batch["batch_id"]], "time_limit_s": time_limit_s, "basis": "nothing"}
    return client.post("runs", json=wish).json()["run_id"]


def test_killed_workers_lose_and_double_nothing(site, kills):
    client, draw, killed, numbers = site.client(), random.Random(7), Counter(), itertools.count()
    for kill, phase in zip(range(kills), itertools.cycle(KILLED_IN), strict=False):
        if kill % 3 == 0:
            asked(client, f"K{next(numbers)}")
        worker = site.worker(ALLOCATOR_TEST_DIE_AT=phase)
        until = time.monotonic() + 15 + draw.random()
        while worker.process.poll() is None and time.monotonic() < until:
            time.sleep(0.05)
        killed[phase if worker.process.poll() == -signal.SIGKILL else "anywhere"] += 1
        worker.kill()
    last = site.worker()
    wait_until(lambda: site.counts()["stuck"] == 0, lambda: last.log[-3000:])
    wait_until(lambda: site.counts()["jobs left"] == 0)
    found = site.counts()
    assert {name: found[name] for name in NOTHING_WRONG} == NOTHING_WRONG
    with psycopg.connect(site.url) as connection:
        states = dict(connection.execute("SELECT state, count(*) FROM allocator.run GROUP BY 1").fetchall())
        attempts = connection.execute("SELECT sum(attempt) - count(*) FROM allocator.run").fetchone()[0]
    assert set(states) == {"succeeded"}
    assert attempts > 0, "no attempt was taken over, so nothing was tried"
    print(f"kills: {dict(killed)}, attempts taken over: {attempts}, runs: {states}")


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
    with psycopg.connect(site.url) as connection:
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
        worker = site.worker(ALLOCATOR_TEST_DIE_AT="solve", ALLOCATOR_MAX_ATTEMPTS="3")
        wait_until(lambda worker=worker: worker.process.poll() is not None, lambda worker=worker: worker.log[-2000:])
    site.worker(ALLOCATOR_MAX_ATTEMPTS="3")
    run = client.run_over(run_id)
    assert (run["state"], run["attempt"]) == ("quarantined", 3)
    assert "its worker fell silent (3 attempts)" in run["reason"]
    neighbour = client.run_over(asked(client, "Q2"))
    assert neighbour["state"] == "succeeded"
