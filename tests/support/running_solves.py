"""Runs that solve for long, and what is seen of them meanwhile."""

import time

from tests.support.api_client import a_project


def hard_run(desk, **wish):
    """A run whose first goal no engine proves within a minute: forty firms want what a few floors have."""
    rows = [a_project(f"C{number}", floor_area_m2=2900 + 10 * number) for number in range(40)]
    batch = desk.upload(rows).json()
    asked = desk.post("runs", json={"batches": [batch["batch_id"]], "time_limit_s": 120, **wish})
    assert asked.status_code == 202, asked.text
    return asked.json()["run_id"]


def wait_for(look, seconds=100):
    until = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < until
        time.sleep(0.2)
    return found


def best_of(desk, run_id):
    answer = desk.get(f"runs/{run_id}/best")
    return answer.json() if answer.status_code == 200 else None
