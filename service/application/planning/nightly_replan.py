"""The night: from the published plan to a proposal of few, worthwhile changes, or to nothing; it never publishes."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from allocator.analysis.worthwhile_moves import WorthwhileMoves
from allocator.domain.vocabulary import Permission
from allocator.errors import InputError
from allocator.goals.cost import Cost
from allocator.goals.delay import Delay
from allocator.goals.policy_fit import PolicyFit
from allocator.goals.stability import Stability
from allocator.goals.value import ValuePlaced
from geodata.records.inputs import Inputs
from geodata.records.policy_records import AimRecord
from service.application.planning.announcement import announce
from service.application.planning.run_inputs import RunRequest, assemble
from service.application.plans.change_report import ChangeReport, change_report, with_curve
from service.formats.plan import PlanOut
from service.repositories import batches, plans, registries, review, runs
from service.repositories.planning import nights
from service.repositories.runs import Claim, RunRecord
from service.settings import Settings

PERSON = "nightly"
"""Who proposes what the night found."""

MOST_WEIGHT = 1_000_000
"""Weights that the order of goals allows."""


def goals_of(inputs: Inputs) -> tuple[tuple[AimRecord, ...], ...]:
    """Gains and prices in one tier: at an optimum no set of moves can be left out without losing more than it costs.

    A point of moving weighs a little more than a point of fit, and all moves together less than one point more: so
    moves must gain more than their price.

    Value comes strictly before fit, as in the usual order: one point of value weighs more than all the fit in which
    two plans within the limit on moves can differ.  So no project is dropped for the fit of others.
    """
    points = [
        points for permission, points in inputs.policy.fit_points.items() if permission is not Permission.FORBIDDEN
    ]
    widest = max(0, *points) - min(0, *points) + inputs.policy.speciality_points
    published = {(made.project_id, made.component_id) for made in inputs.published}
    asked = {(each.project_id, part.component_id) for each in inputs.projects for part in each.components}
    movable = len(asked & published) + len(inputs.tenancies)
    moving = movable if inputs.max_moves is None else min(movable, 2 * inputs.max_moves)
    most_fit = widest * (len(asked - published) + moving)
    unit = 1 + max(1, moving) * max(1, *inputs.policy.move_price.values())
    return (
        (
            AimRecord(goal=ValuePlaced.id, weight=min(MOST_WEIGHT, unit * (1 + most_fit))),
            AimRecord(goal=PolicyFit.id, weight=unit),
            AimRecord(goal=Stability.id, weight=unit + 1),
        ),
        (AimRecord(goal=Delay.id, weight=1),),
        (AimRecord(goal=Cost.id, weight=1),),
    )


def due(settings: Settings, now: datetime) -> date:
    """The local night whose time has come last; the same for every worker, whatever its clock's zone.

    A local time that the change to summer time leaves out counts as if the clock had not leapt.
    """
    local = now.astimezone(settings.zone)
    today = local.date()
    return today if now >= _moment(settings, today) else today - timedelta(days=1)


def _moment(settings: Settings, day: date) -> datetime:
    # of a time that comes twice the first counts
    return datetime.combine(day, settings.nightly_at, settings.zone).replace(fold=0).astimezone(UTC)


def begin(connection: Connection, settings: Settings, day: date, person: str, *, again: bool = False) -> str | None:
    """Begin a night that nobody has begun; its run, or None when it is begun already or there is nothing to start from.

    Of many workers exactly one begins a night: the night's date is its key.  ``again`` also begins one anew that ended
    without a result: nothing was published then, or its run failed or was cancelled.
    """
    if not nights.begin(connection, day, person) and not (again and nights.begin_again(connection, day, person)):
        return None
    standing = plans.published(connection)
    if standing is None:
        said = {"sentence_en": "No plan is published.", "sentence_zh": "尚无已发布方案。"}
        nights.close(connection, day, "idle", said, PERSON)
        return None
    return _order(connection, settings, day, person, standing)


def _order(
    connection: Connection, settings: Settings, day: date, person: str, standing: Mapping[str, Any]
) -> str | None:
    in_force = plans.document_of(connection, standing["plan_id"])
    newest = registries.find(connection, None)
    enquiries = batches.open_enquiries(connection, in_city=True)
    if in_force is None or newest is None or not enquiries:
        said = {"sentence_en": "No enquiry is open.", "sentence_zh": "没有待安排的项目。"}
        nights.close(connection, day, "idle", said, PERSON)
        return None
    records = registries.records_of(newest["document"])
    wish = RunRequest(max_moves=settings.nightly_moves, day=day)
    try:
        with connection.begin_nested():
            inputs, owners = assemble(records, enquiries, in_force, wish)
            inputs = inputs.model_copy(update={"goals": goals_of(inputs)})
    except InputError as error:
        faults = [str(fault) for fault in error.faults[:100]]
        nights.close(connection, day, "failed", {"faults": faults}, PERSON)
        return None
    order = RunRecord(
        name=f"nightly {day.isoformat()}",
        kind="nightly",
        district=None,
        registry=newest["number"],
        request={"time_limit_s": settings.nightly_time_limit_s, "max_moves": settings.nightly_moves},
        quota=None,
        basis_plan=standing["plan_id"],
    )
    run_id = runs.create(connection, person, order, inputs, owners)
    nights.start(connection, day, run_id, standing["plan_id"])
    return run_id


def conclude(
    connection: Connection, settings: Settings, held: Claim, made: tuple[str, PlanOut], found: WorthwhileMoves | None
) -> None:
    """With the storing of a night's plan: write the change report, and propose the plan if it is worth it.

    ``made`` is the plan's id and document, ``found`` the curve of moves that it was chosen from.
    """
    plan_id, document = made
    if held.row["kind"] != "nightly":
        return
    day = nights.of_run(connection, held.run_id)
    before = plans.document_of(connection, held.row["basis_plan"])
    if before is None:
        raise LookupError(f"the plan {held.row['basis_plan']} has no document")
    report = with_curve(change_report(before, document, held.row["basis_plan"], plan_id, day), found)
    row = plans.find(connection, plan_id, lock=True)
    if report.worth_it and row is not None:
        review.propose(connection, PERSON, row)
    state = "proposed" if report.worth_it else "nothing"
    nights.close(connection, day, state, report.model_dump(mode="json"), PERSON, plan_id=plan_id)
    announce(connection, settings, f"night/{day.isoformat()}", report)


def cancel(connection: Connection, person: str, day: date) -> str | None:
    """Ask for the end of a night, which then proposes nothing; the state of its run, None when the night is over."""
    run_id = nights.running(connection, day)
    return None if run_id is None else runs.cancel(connection, person, run_id, keep=False)


def report_of(connection: Connection, day: date) -> ChangeReport | None:
    """Change report of a night that made a plan."""
    found = nights.find(connection, day)
    return None if found is None or found["plan_id"] is None else ChangeReport.model_validate(found["report"])
