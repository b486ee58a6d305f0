"""The database's clock alone decides: machines whose clocks are a day off change nothing."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select, text

from allocator.domain.plan import PlanStatus
from allocator.solving.solution import Solution
from service.application.planning import nightly_replan
from service.application.planning.pipeline import Outcome, problem_of
from service.database.clock import now_by
from service.database.engine import SYSTEM, transaction
from service.database.tables import night, run
from service.jobs import run_attempt
from service.jobs.context import WorkerContext
from service.jobs.retention import forget_old
from service.jobs.run_attempt import solve_next
from service.jobs.worker import begin_night, reclaim_stalled_runs
from service.repositories import runs
from service.repositories.runs import Retry
from service.repositories.solve_queue import NIGHTS, PEOPLE
from tests.support.api_client import Desk, a_project, as_owner
from tests.support.clock import DatabaseClock, clocks_of_machines, machine_wrong_by

WRONG_BY_H = (-26, 0, 26)
NIGHTS_SIMULATED = 100
STEP_H = 4
BEGIN = datetime(2026, 9, 14, 16, tzinfo=UTC)  # midnight of the 15th in the city


@pytest.fixture
def timed(server, tmp_path):
    """A desk whose database goes by a clock that the test moves, and no setting of the day."""
    url = server.database()
    clock = DatabaseClock(as_owner(url))
    desk = Desk(url, tmp_path, today=None, nightly_at=time(2, 0), stalled_after_s=60)
    with clocks_of_machines():
        yield desk, clock
    desk.close()
    clock.close()


def a_run(desk, name):
    batch = desk.upload([a_project(name)]).json()
    return desk.post("runs", json={"batches": [batch["batch_id"]], "basis": "nothing"}).json()["run_id"]


def fetched(desk, lane):
    """Whether the queue hands out a job of a lane now, as to a worker; it is done with then."""
    with desk.engine.begin() as connection:
        taken = connection.execute(
            text("SELECT id FROM procrastinate_fetch_job_v2(ARRAY[:lane]::varchar[], NULL)"), {"lane": lane}
        ).scalar()
        if taken is not None:
            connection.execute(text("SELECT procrastinate_finish_job_v1(:id, 'succeeded', true)"), {"id": taken})
    return taken is not None


@pytest.mark.parametrize("hours", WRONG_BY_H)
def test_a_run_that_was_taken_over_is_tried_again_after_its_pause_whatever_the_clock(timed, hours):
    desk, clock = timed
    run_id = a_run(desk, "T-1")
    assert fetched(desk, PEOPLE)
    with machine_wrong_by(hours), transaction(desk.engine, SYSTEM) as connection:
        runs.claim_next(connection, PEOPLE, "dead", 5.0)
    with machine_wrong_by(-hours):
        assert reclaim_stalled_runs(desk.works) == [], "it is silent for no time yet"
    clock.forward(seconds=61)
    with machine_wrong_by(hours):
        assert reclaim_stalled_runs(desk.works) == [run_id]
    assert not fetched(desk, PEOPLE), "it waits for its pause"
    clock.forward(seconds=Retry(3, desk.settings.retry_after_s).pause_s(1) + 1)
    assert fetched(desk, PEOPLE)
    with machine_wrong_by(-hours), transaction(desk.engine, SYSTEM) as connection:
        assert runs.claim_next(connection, PEOPLE, "alive", 5.0).run_id == run_id


@pytest.mark.parametrize("hours", WRONG_BY_H)
def test_a_run_begins_its_plan_in_the_month_of_the_database(timed, hours, monkeypatch):
    desk, clock = timed
    monkeypatch.delenv("ALLOCATOR_TODAY")
    clock.set(datetime(2026, 12, 31, 10, tzinfo=UTC))
    with machine_wrong_by(hours):
        run_id = a_run(desk, "M-1")
    with transaction(desk.engine, SYSTEM) as connection:
        inputs, _ = runs.inputs_of(connection, run_id)
    assert inputs.plan_from == "2026-12"


@pytest.mark.parametrize("hours", WRONG_BY_H)
def test_what_is_forgotten_is_old_by_the_database(timed, hours):
    desk, clock = timed
    run_id = a_run(desk, "F-1")
    desk.post(f"runs/{run_id}/cancel")
    clock.forward(days=desk.settings.retention_days, hours=-1)
    with machine_wrong_by(hours):
        assert forget_old(desk.works) == 0
    clock.forward(hours=2)
    with machine_wrong_by(hours):
        assert forget_old(desk.works) == 1


def no_plan(inputs, limits, *_given, **_wishes):
    """A solve that finds nothing in no time."""
    return Outcome(problem_of(inputs), Solution(PlanStatus.NO_SOLUTION, None, (), "", limits, 0.0, None, ()), None, ())


def test_two_schedulers_and_three_workers_a_day_off_do_each_night_once_and_on_its_day(timed, monkeypatch):
    desk, clock = timed
    monkeypatch.delenv("ALLOCATOR_TODAY")
    clock.set(BEGIN - timedelta(hours=12))
    desk.published("N-1")
    monkeypatch.setattr(run_attempt, "run", no_plan)
    draw = random.Random(26)

    def schedule(hours):
        with machine_wrong_by(hours):
            begin_night(desk.works, None, "system")
            reclaim_stalled_runs(desk.works)

    def labour(hours, dies):
        works = WorkerContext(desk.settings, desk.engine, f"wrong by {hours}")
        with machine_wrong_by(hours):
            while fetched(desk, NIGHTS):
                if dies:
                    with transaction(desk.engine, SYSTEM) as connection:
                        runs.claim_next(connection, NIGHTS, works.worker_id, 5.0)
                    return
                solve_next(works, NIGHTS)

    first = BEGIN + timedelta(hours=1)
    with ThreadPoolExecutor(5) as machines:
        for hour in range(0, 24 * NIGHTS_SIMULATED, STEP_H):
            clock.set(first + timedelta(hours=hour))
            # who falls silent in the evening is missed before the night after next
            dying = draw.choice((*WRONG_BY_H, None)) if hour % 24 in {STEP_H, 2 * STEP_H} else None
            begun = [machines.submit(schedule, hours) for hours in (-26, 26)]
            done = [machines.submit(labour, hours, hours == dying) for hours in WRONG_BY_H]
            for each in (*begun, *done):
                each.result()
    with transaction(desk.engine, SYSTEM) as connection:
        today = now_by(connection, desk.settings).date()
        found = connection.execute(select(night).order_by(night.c.local_date)).all()
        attempts = connection.execute(select(run.c.attempt).where(run.c.kind == "nightly")).scalars().all()
    days = [each.local_date for each in found]
    assert days == [days[0] + timedelta(days=number) for number in range(len(days))]
    assert days[-1] == today
    assert len(days) in {NIGHTS_SIMULATED, NIGHTS_SIMULATED + 1}, "the night before the first step may be caught up"
    assert len(attempts) == len(days), "a night has one run"
    assert max(attempts) > 1, "no worker fell silent: the test tried nothing"
    for each in found[1:]:
        assert each.started_at.astimezone(desk.settings.zone).date() == each.local_date
        assert each.local_date == nightly_replan.due(desk.settings, each.started_at)
    unfinished = [each for each in found if each.state != "failed" or each.finished_at is None]
    assert unfinished in ([], found[-1:])
