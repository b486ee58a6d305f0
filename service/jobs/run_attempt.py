"""One run: claimed, solved, checked, drawn and stored, by one attempt at a time."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from allocator.domain.plan import PlanStatus
from allocator.engines.scratch_folder import scratch
from allocator.errors import InputError
from allocator.solving.solution import Limits
from service.application.planning import nightly_replan
from service.application.planning.pipeline import Outcome, run
from service.application.plans.plan_check import verification
from service.application.plans.plan_document import dossier_document, plan_document
from service.database.engine import SYSTEM, transaction
from service.database.errors import is_away
from service.exports.geopackage import write_geopackage
from service.exports.plan_files import NotWrittenError, write_all
from service.failpoints import failpoint
from service.formats.plan import PlanOut
from service.jobs.context import WorkerContext
from service.jobs.heartbeat import StoppedError, Watcher
from service.jobs.nightly_improvement import NightlyImprovement
from service.jobs.study_part import answer_part, keep_part
from service.observability.tracing import attempt
from service.repositories import plans, runs
from service.repositories.plans import StoredPlan
from service.repositories.runs import PARTS, Claim, LostClaimError

LOG = structlog.get_logger("worker")
T = TypeVar("T")

NOTHING = "cancelled on request, before there was any plan"

PATIENCE_S = 60.0
"""How long a finished solve waits for a database that is away."""


def solve_next(works: WorkerContext, lane: str) -> str:
    """Do the run of a lane whose turn it is; how it ended, for the log."""
    failpoint("claim")
    with transaction(works.engine, SYSTEM) as connection:
        held = runs.claim_next(connection, lane, works.worker_id, works.settings.time_limit_s)
    return "nothing waits" if held is None else _solve(works, held)


def solve_run(works: WorkerContext, run_id: str) -> str:
    """Do a run if nobody has it; how it ended, for the log."""
    with transaction(works.engine, SYSTEM) as connection:
        held = runs.claim(connection, run_id, works.worker_id)
    return "not queued" if held is None else _solve(works, held)


def _solve(works: WorkerContext, held: Claim) -> str:
    run_id = held.run_id
    started = time.monotonic()
    facts = {"run.id": run_id, "run.kind": held.row["kind"], "run.attempt": held.attempt}
    try:
        with attempt(works.settings, held.row["trace"], facts), Watcher(works, held) as watcher:
            part = held.row["kind"] in PARTS
            ended = _part(works, held, watcher) if part else _attempt(works, held, watcher)
    except StoppedError as stopped:
        ended = _stopped(works, held, stopped.why)
    except LostClaimError:
        ended = "refused: another attempt holds the run"
    except InputError as error:
        why = "; ".join(str(fault) for fault in error.faults[:20])
        ended = _ended(works, held, "failed", why)
    except Exception as error:
        if is_away(error):
            raise  # the reaper finds the run when the database is back
        LOG.exception("attempt failed", run=run_id, attempt=held.attempt)
        ended = _failed_attempt(works, held, error)
    LOG.info("run ended", run=run_id, attempt=held.attempt, how=ended, seconds=round(time.monotonic() - started, 2))
    return ended


def _part(works: WorkerContext, held: Claim, watcher: Watcher) -> str:
    """A part of a study: it ends with its result."""
    failpoint("build")
    result = answer_part(works, held, watcher)
    failpoint("store")

    def store(connection: Connection) -> str:
        runs.end(connection, held, "succeeded", result=keep_part(connection, held, result))
        failpoint("commit")
        return str(held.row["name"])

    return f"part {_write(works, store)}"


def _attempt(works: WorkerContext, held: Claim, watcher: Watcher) -> str:
    failpoint("build")
    with transaction(works.engine, SYSTEM) as connection:
        inputs, owners = runs.inputs_of(connection, held.run_id)
    asked = held.row["request"]
    limits = Limits(
        asked.get("time_limit_s", works.settings.time_limit_s), works.settings.solver_threads, asked.get("seed", 0)
    )
    failpoint("solve")
    night = NightlyImprovement(works, held, limits, watcher) if held.row["kind"] == "nightly" else None
    outcome = run(
        inputs,
        night.limits if night else limits,
        asked.get("engine", "auto"),
        watcher.solving,
        watcher.explaining,
        rein=lambda problem: watcher.reins(inputs, problem),
        budget=watcher.budget,
        **({"improve": night.improve} if night else {}),
    )
    document = plan_document(inputs, outcome)
    if outcome.verified is None:
        return _ended(works, held, "cancelled", NOTHING) if watcher.cut_short else _without_plan(works, held, document)
    failpoint("render")
    watcher.writing()
    made = StoredPlan(
        document=document,
        dossiers=[dossier_document(each) for each in outcome.dossiers if not each.brief],
        owners=owners,
        verification=verification(document, outcome.verified),
        files=_files(outcome, document),
        cut_short=watcher.cut_short,
    )
    failpoint("store")

    def store(connection: Connection) -> str:
        plan_id = plans.store(connection, held, made)
        if not made.cut_short:
            nightly_replan.conclude(
                connection, works.settings, held, (plan_id, document), night.worthwhile if night else None
            )
        failpoint("commit")
        return plan_id

    plan_id = _write(works, store)
    failpoint("release")
    return f"plan {plan_id}"


def _without_plan(works: WorkerContext, held: Claim, document: PlanOut) -> str:
    proven = document.status is PlanStatus.INFEASIBLE
    state = "infeasible" if proven else "no_plan"
    rows = ", ".join(document.conflict.rows) if document.conflict else ""
    why = f"these rules cannot hold together: {rows}" if proven else "no plan was found within the time limit"
    return _ended(works, held, state, why)


def _files(outcome: Outcome, document: PlanOut) -> dict[str, bytes]:
    """Everything that the command line writes too, and the plan as GeoPackage; what fails to be drawn is logged."""
    with tempfile.TemporaryDirectory(dir=scratch()) as name:
        folder = Path(name)
        try:
            written = write_all(folder, outcome, document)
        except NotWrittenError as error:
            # a plan is never lost because a picture of it failed
            LOG.warning("files of the plan could not be made", plan_id=document.plan_id, failed=error.failed)
            written = list(error.written)
        written.append(write_geopackage(outcome.problem, document, folder / "plan.gpkg"))
        return {path.name: path.read_bytes() for path in written}


def _stopped(works: WorkerContext, held: Claim, why: str) -> str:
    match why:
        case "cancelled":
            return _ended(works, held, "cancelled", "cancelled on request")
        case "shutdown":
            _write(works, lambda connection: runs.requeue(connection, held))
            return "given back"
    return why


def _failed_attempt(works: WorkerContext, held: Claim, error: Exception) -> str:
    why = f"{type(error).__name__}: {error}"[:2000].replace("\0", "")

    def write(connection: Connection) -> str:
        runs.record_failed_attempt(connection, held, why, works.retry)
        return "attempt failed"

    try:
        return _write(works, write)
    except LostClaimError:
        return "refused: another attempt holds the run"


def _ended(works: WorkerContext, held: Claim, state: str, why: str) -> str:
    """End the run without a plan."""

    def write(connection: Connection) -> str:
        runs.end(connection, held, state, why)
        return state

    return _write(works, write)


def _write(works: WorkerContext, write: Callable[[Connection], T]) -> T:
    """One transaction, tried again while the database is away or starts; the attempt's number keeps it single."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            with transaction(works.engine, SYSTEM) as connection:
                return write(connection)
        except DBAPIError as error:
            if not is_away(error) or time.monotonic() > until:
                raise
            time.sleep(0.5)
