"""A worker: takes runs from the queue, and keeps the house – heartbeats, take-over, nights, notices, retention."""

import asyncio
import contextlib
import gc
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable
from datetime import datetime

import structlog
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from sqlalchemy import Engine, func, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from allocator.engines.child import ENGINES, load_once, memory_bytes_of_children
from allocator.engines.courtesy import give_way_as_session
from service import nights
from service.clock import now
from service.database.engine import SYSTEM, open_engine, transaction
from service.database.tables import worker
from service.jobs.queue import QUEUE, SOLVE
from service.jobs.retention import forget_old
from service.jobs.solving import solve_run
from service.jobs.works import Works, reached
from service.notices import send_due
from service.records import runs
from service.settings import Settings

LOG = structlog.get_logger("worker")

GRACE_S = 20.0
"""How long a stopping worker waits for its solves to be given back."""

HOUSEKEEPING_S = 1.0


def work(settings: Settings, url: str, *, lifeline: bool = False) -> None:
    """Work until SIGTERM or SIGINT; with ``lifeline`` also until standard input ends, so as not to outlive a parent."""
    if os.getsid(0) == os.getpid():
        give_way_as_session(settings.solver_niceness)
    # its first solve may be small, and a large one may follow
    load_once(ENGINES)
    engine = open_engine(url, pool_size=5 + 2 * settings.worker_concurrency)
    name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(2)}"
    works = Works(settings, engine, name)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: works.stopping.set())
    if lifeline:
        threading.Thread(target=_die_with_parent, args=(works,), daemon=True).start()
    keeping = threading.Thread(target=keep_house, args=(works,), name="housekeeping", daemon=True)
    keeping.start()
    try:
        asyncio.run(_take_jobs(works, url))
    finally:
        works.stopping.set()
        keeping.join(GRACE_S)
        with contextlib.suppress(DBAPIError), transaction(engine, SYSTEM) as connection:
            connection.execute(worker.delete().where(worker.c.worker_id == name))
        engine.dispose()
        # the interpreter collects garbage once more when it ends, and after a solve looks at it for many seconds
        gc.freeze()


def _die_with_parent(works: Works) -> None:
    """Wait for the end of standard input: the parent is gone, however it went."""
    with contextlib.suppress(OSError):
        # read past Python's own buffer, whose lock the ending interpreter would wait for
        while os.read(0, 1024):
            pass
    works.stopping.set()
    time.sleep(GRACE_S)
    os._exit(1)


async def _take_jobs(works: Works, url: str) -> None:
    while not works.stopping.is_set():
        try:
            await _take_until_stopped(works, url)
        except (ConnectorException, DBAPIError, OSError) as error:
            LOG.warning("the database is away", error=type(error).__name__)
        await asyncio.sleep(0 if works.stopping.is_set() else 1)


async def _take_until_stopped(works: Works, url: str) -> None:
    settings = works.settings
    queue = App(connector=PsycopgConnector(conninfo=url, min_size=1, max_size=3 + settings.worker_concurrency))

    @queue.task(name=SOLVE, queue=QUEUE)
    def solve(run_id: str) -> str:
        _give_way(settings.solver_niceness)
        memory_bytes_of_children.set(settings.solver_memory_mb << 20)
        return solve_run(works, run_id)

    async with queue.open_async():
        taking = asyncio.create_task(
            queue.run_worker_async(
                queues=[QUEUE],
                name=works.worker_id,
                concurrency=settings.worker_concurrency,
                fetch_job_polling_interval=2.0,
                update_heartbeat_interval=settings.heartbeat_s,
                stalled_worker_timeout=settings.stalled_after_s,
                install_signal_handlers=False,
                delete_jobs="always",
            )
        )
        stopping = asyncio.create_task(asyncio.to_thread(works.stopping.wait))
        await asyncio.wait({taking, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not taking.done():
            # a first cancellation lets running jobs end; they see that the worker stops and give their runs back
            taking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await taking
        if not works.stopping.is_set():
            stopping.cancel()


def _give_way(niceness: int) -> None:
    """Let this thread, and the solver processes it starts, take only what other work leaves of the processors.

    Linux counts niceness by thread: heartbeats and housekeeping stay as they are.
    """
    thread = threading.get_native_id()
    os.setpriority(os.PRIO_PROCESS, thread, max(niceness, os.getpriority(os.PRIO_PROCESS, thread)))


def keep_house(works: Works) -> None:
    """Until the worker stops: beat, take over, begin nights, send notices, forget what is old."""
    chores: list[tuple[float, Callable[[], object]]] = [
        (works.settings.heartbeat_s, lambda: beat(works)),
        (works.settings.heartbeat_s, lambda: reap(works)),
        (2.0, lambda: send_due(works)),
        (3600.0, lambda: forget_old(works)),
    ]
    if works.settings.nightly:
        chores.append((10.0, lambda: begin_night(works, now(works.settings), "system")))
    next_at = [0.0] * len(chores)
    while not works.stopping.wait(min(HOUSEKEEPING_S, works.settings.heartbeat_s)):
        for position, (every, chore) in enumerate(chores):
            if time.monotonic() >= next_at[position]:
                next_at[position] = time.monotonic() + every
                _do(chore)


def _do(chore: Callable[[], object]) -> None:
    try:
        chore()
    except DBAPIError as error:
        LOG.warning("a chore waits for the database", error=type(error).__name__)
    except Exception:
        # the next chore must not suffer; the log has this one
        LOG.exception("a chore failed")


def beat(works: Works) -> None:
    """Say that this worker lives."""
    with transaction(works.engine, SYSTEM) as connection:
        row = {"worker_id": works.worker_id, "host": socket.gethostname(), "pid": os.getpid()}
        connection.execute(
            insert(worker)
            .values(**row)
            .on_conflict_do_update(index_elements=["worker_id"], set_={"heartbeat_at": func.now()})
        )


def reap(works: Works) -> list[str]:
    """Take over what silent workers left behind, here or on any machine; the runs that are queued again."""
    reached("reap")
    settings = works.settings
    with transaction(works.engine, SYSTEM) as connection:
        taken = runs.take_over(connection, settings.stalled_after_s, works.retry)
        taken += runs.queue_again(connection, settings.stalled_after_s)
        connection.execute(
            text("DELETE FROM allocator.worker WHERE heartbeat_at < now() - make_interval(secs => :silence)"),
            {"silence": 10 * settings.stalled_after_s},
        )
    _close_stalled_jobs(works.engine, settings.stalled_after_s)
    if taken:
        LOG.info("took over", runs=taken)
    return taken


def _close_stalled_jobs(engine: Engine, silence_s: float) -> None:
    """End the queue's own record of jobs whose worker died; their runs have jobs of their own by now."""
    with engine.begin() as connection:
        connection.execute(
            text(
                "SELECT procrastinate_finish_job_v1(j.id, 'failed', true) FROM procrastinate_jobs j"
                " LEFT JOIN procrastinate_workers w ON w.id = j.worker_id WHERE j.status = 'doing'"
                " AND (w.id IS NULL OR w.last_heartbeat < now() - make_interval(secs => :silence))"
            ),
            {"silence": silence_s},
        )


def begin_night(works: Works, moment: datetime, person: str) -> str | None:
    """Begin the last night that was due, if nobody has."""
    with transaction(works.engine, SYSTEM) as connection:
        run_id = nights.begin(connection, works.settings, nights.due(works.settings, moment), person)
        if run_id is not None:
            reached("night")
    return run_id
