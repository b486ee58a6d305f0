"""A worker: takes runs from the queues, and keeps the house – heartbeats, take-over, nights, notices, retention."""

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
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import structlog
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from sqlalchemy.exc import DBAPIError

from allocator.engines.process_priority import lower_session_priority
from allocator.engines.solver_process import ENGINES, load_once, memory_bytes_of_children
from service.application.planning import nightly_replan
from service.database.clock import now_by
from service.database.engine import SYSTEM, open_engine, transaction
from service.database.errors import is_away, said_by
from service.database.migrate import check_fit
from service.failpoints import failpoint
from service.jobs.context import WorkerContext
from service.jobs.notifications import send_due
from service.jobs.retention import forget_old
from service.jobs.run_attempt import solve_next
from service.repositories import runs
from service.repositories.operations import workers
from service.repositories.solve_queue import NIGHTS, PEOPLE, SOLVE
from service.settings import Settings

LOG = structlog.get_logger("worker")

GRACE_S = 20.0
"""How long a stopping worker waits for its solves to be given back."""

HOUSEKEEPING_S = 1.0


def work(settings: Settings, url: str, *, lifeline: bool = False) -> None:
    """Work until SIGTERM or SIGINT; with ``lifeline`` also until standard input ends, so as not to outlive a parent."""
    if os.getsid(0) == os.getpid():
        lower_session_priority(settings.solver_niceness)
    # its first solve may be small, and a large one may follow
    load_once(ENGINES)
    engine = open_engine(url, pool_size=5 + 2 * settings.worker_concurrency)
    name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(2)}"
    works = WorkerContext(settings, engine, name)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: works.stopping.set())
    if lifeline:
        threading.Thread(target=_die_with_parent, args=(works,), daemon=True).start()
    keeping = threading.Thread(target=run_housekeeping, args=(works,), name="housekeeping", daemon=True)
    keeping.start()
    try:
        asyncio.run(_take_all(works, url))
    finally:
        works.stopping.set()
        keeping.join(GRACE_S)
        with contextlib.suppress(DBAPIError), transaction(engine, SYSTEM) as connection:
            workers.leave(connection, name)
        engine.dispose()
        # the interpreter collects garbage once more when it ends, and after a solve looks at it for many seconds
        gc.freeze()


def _die_with_parent(works: WorkerContext) -> None:
    """Wait for the end of standard input: the parent is gone, however it went."""
    with contextlib.suppress(OSError):
        # read past Python's own buffer, whose lock the ending interpreter would wait for
        while os.read(0, 1024):
            pass
    works.stopping.set()
    time.sleep(GRACE_S)
    os._exit(1)


async def _take_all(works: WorkerContext, url: str) -> None:
    """Take the jobs of every lane; a night has a place of its own, so that neither waits for the other."""
    lanes = {PEOPLE: works.settings.worker_concurrency, NIGHTS: 1}
    # every solve has a thread, and every lane one that waits for the end
    threads = ThreadPoolExecutor(sum(lanes.values()) + len(lanes), "solves")
    asyncio.get_running_loop().set_default_executor(threads)
    await asyncio.gather(*(_take_jobs(works, url, lane, places) for lane, places in lanes.items()))


async def _take_jobs(works: WorkerContext, url: str, lane: str, places: int) -> None:
    checked = False
    while not works.stopping.is_set():
        try:
            if not checked:
                await asyncio.to_thread(check_fit, works.engine)
                checked = True
            await _take_until_stopped(works, url, lane, places)
        except (ConnectorException, DBAPIError, OSError) as error:
            LOG.warning("the database is away" if is_away(error) else "the database refuses", error=said_by(error))
        await asyncio.sleep(0 if works.stopping.is_set() else 1)


async def _take_until_stopped(works: WorkerContext, url: str, lane: str, places: int) -> None:
    settings = works.settings
    queue = App(connector=PsycopgConnector(conninfo=url, min_size=1, max_size=3 + places))

    @queue.task(name=SOLVE, queue=lane)
    def solve(**_of_earlier_releases: str) -> str:
        _give_way(settings.solver_niceness)
        memory_bytes_of_children.set(settings.solver_memory_mb << 20)
        return solve_next(works, lane)

    async with queue.open_async():
        taking = asyncio.create_task(
            queue.run_worker_async(
                queues=[lane],
                name=works.worker_id,
                concurrency=places,
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


def run_housekeeping(works: WorkerContext) -> None:
    """Until the worker stops: beat, take over, begin nights, send notices, forget what is old."""
    chores: list[tuple[float, Callable[[], object]]] = [
        (works.settings.heartbeat_s, lambda: record_heartbeat(works)),
        (works.settings.heartbeat_s, lambda: reclaim_stalled_runs(works)),
        (2.0, lambda: send_due(works)),
        (3600.0, lambda: forget_old(works)),
    ]
    if works.settings.nightly:
        chores.append((10.0, lambda: begin_night(works, None, "system")))
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
        why = "a chore waits for the database" if is_away(error) else "the database refuses a chore"
        LOG.warning(why, error=said_by(error))
    except Exception:
        # the next chore must not suffer; the log has this one
        LOG.exception("a chore failed")


def record_heartbeat(works: WorkerContext) -> None:
    """Say that this worker lives."""
    with transaction(works.engine, SYSTEM) as connection:
        workers.beat(connection, works.worker_id, socket.gethostname(), os.getpid())


def reclaim_stalled_runs(works: WorkerContext) -> list[str]:
    """Take over what silent workers left behind, here or on any machine; the runs that are queued again."""
    failpoint("reap")
    settings = works.settings
    with transaction(works.engine, SYSTEM) as connection:
        taken = runs.reclaim_stalled(connection, settings.stalled_after_s, works.retry)
        taken += runs.requeue_orphans(connection, settings.stalled_after_s)
        workers.forget_silent(connection, 10 * settings.stalled_after_s)
    with works.engine.begin() as connection:
        workers.close_stalled_jobs(connection, settings.stalled_after_s)
    if taken:
        LOG.info("took over", runs=taken)
    return taken


def begin_night(works: WorkerContext, moment: datetime | None, person: str) -> str | None:
    """Begin the last night that was due at a moment – now by the database's clock if none is given – if nobody has."""
    with transaction(works.engine, SYSTEM) as connection:
        day = nightly_replan.due(works.settings, moment or now_by(connection, works.settings))
        run_id = nightly_replan.begin(connection, works.settings, day, person)
        if run_id is not None:
            failpoint("night")
    return run_id
