"""What a re-planned city would change against the plan in force: who moves, why, what it gains and costs."""

from collections.abc import Iterator, Sequence
from datetime import date

from pydantic import Field

from allocator.analysis.worthwhile_moves import WorthwhileMoves
from allocator.checking.verify import find_breaches, measure, sentence
from allocator.domain.months import format_month
from allocator.domain.plan import Aim, Assignment, Breach, Plan
from allocator.goals import BY_ID, maximised
from allocator.problem.problem import Problem
from allocator.rules.move_budget import moved
from maps.payload.reason_labels import REASONS
from service.application.planning.pipeline import problem_of
from service.application.plans.plan_document import plan_of
from service.formats.analyses import MoveCurveOut
from service.formats.plan import PlanOut, TenantMoveOut, Wire


class ChangedComponent(Wire):
    """A component that stands elsewhere than published; ``gains`` is what is lost if it alone stays."""

    project_id: str
    component_id: str
    enterprise: str
    from_space: str
    to_space: str
    start: str
    floor_area_m2: int
    price: int = Field(description="Points that moving it costs by its stage.")
    gains: dict[str, int] | None = Field(
        description="Change of every goal that this move alone brings; absent if it must move."
    )
    because: tuple[str, ...] = Field((), description="Rules against its staying, when it must move.")
    because_zh: tuple[str, ...] = Field((), description="The same in Chinese.")


class Arrival(Wire):
    """A project that the plan places and the published one does not."""

    project_id: str
    enterprise: str
    spaces: tuple[str, ...]
    floor_area_m2: int


class Departure(Wire):
    """A project that is published and not in the plan: withdrawn, or dropped by it.

    What is dropped counts as moved, component by component; what was withdrawn costs nothing.
    """

    project_id: str
    withdrawn: bool
    components: tuple[str, ...] = Field((), description="Components that are dropped, each of which is a move.")
    price: int = Field(0, description="Points that dropping them costs by their stages.")


class ChangeReport(Wire):
    """A night's report; ``worth_it`` says whether there is anything to decide."""

    night: str
    basis_plan: str
    plan_id: str
    worth_it: bool
    sentence_zh: str
    sentence_en: str
    moves: tuple[ChangedComponent, ...]
    tenant_moves: tuple[TenantMoveOut, ...] = Field((), description="Sitting tenants who would move.")
    arrivals: tuple[Arrival, ...]
    departures: tuple[Departure, ...]
    moves_used: int = Field(
        0, description="Published components moved or dropped, and tenants moved: what counts against the limit."
    )
    most_moves: int | None = Field(None, description="The limit on moves; absent is none.")
    goals: dict[str, int] = Field(description="Change of every goal against keeping what is published.")
    exceptions_gained: tuple[str, ...] = Field(description="Components newly placed by exception to the policy.")
    exceptions_lost: tuple[str, ...]
    proven: bool = Field(description="Whether two engines proved that no better proposal exists within the limit.")
    proved_by: tuple[str, ...] = Field((), description="Engines that proved that the first goals cannot be better.")
    guaranteed: bool = Field(
        default=False, description="Whether it is proven that no set of the moves gains less than its price."
    )
    curve: MoveCurveOut | None = Field(None, description="What each number of moves gains, less its price.")


def change_report(before: PlanOut, after: PlanOut, basis_plan: str, plan_id: str, night: date) -> ChangeReport:
    """The report of a plan against the published one."""
    if after.inputs is None:
        raise ValueError("a stored plan carries its inputs")
    problem = problem_of(after.inputs)
    kept, made = _kept(problem, before), plan_of(after)
    moves = tuple(_moves(problem, made, kept))
    arrivals = tuple(_arrivals(problem, before, after))
    departures = tuple(_departures(problem, before, after))
    now, then = measure(problem, made), measure(problem, kept)
    exceptions, excepted = _exceptions(after), _exceptions(before)
    worth_it = bool(moves or arrivals or departures or after.tenant_moves)
    used = len(moved(problem, made))
    zh, en = _sentences(len(moves) + len(after.tenant_moves), arrivals, departures, (used, problem.max_moves))
    return ChangeReport(
        night=night.isoformat(),
        basis_plan=basis_plan,
        plan_id=plan_id,
        worth_it=worth_it,
        sentence_zh=zh,
        sentence_en=en,
        moves=moves,
        tenant_moves=after.tenant_moves,
        arrivals=arrivals,
        departures=departures,
        moves_used=used,
        most_moves=problem.max_moves,
        goals={name: now[name] - then[name] for name in now},
        exceptions_gained=tuple(sorted(exceptions - excepted)),
        exceptions_lost=tuple(sorted(excepted - exceptions)),
        proven=after.status.value == "optimal",
        proved_by=after.goals[0].proved_by if after.goals else (),
    )


def with_curve(report: ChangeReport, found: WorthwhileMoves | None) -> ChangeReport:
    """The report with what is proven of its moves one by one, and with the curve they were chosen from."""
    if found is None:
        return report
    proven = report.proven or found.best
    changed: dict[str, object] = {
        "proven": proven,
        "guaranteed": report.proven or found.guaranteed,
        "curve": MoveCurveOut.model_validate(found.curve),
    }
    if not report.worth_it and not proven:
        zh, en = UNPROVEN
        changed |= {"sentence_zh": zh, "sentence_en": en}
    return report.model_copy(update=changed)


UNPROVEN = (
    "在时限内没有找到值得的调整，但未证明不存在。",
    "No change was found that is worth its price; that there is none is not proven.",
)
"""What a night without a proposal says when time did not allow the proof."""


def _exceptions(plan: PlanOut) -> set[str]:
    return {f"{made.project_id}/{made.component_id}" for made in plan.assignments if made.permission == "exception"}


def _kept(problem: Problem, before: PlanOut) -> Plan:
    """The published plan as far as its components and spaces are still there."""
    return Plan.of(
        made
        for made in plan_of(before).assignments
        if made.key in problem.components and made.space_ids <= set(problem.registry.spaces)
    )


def _moves(problem: Problem, plan: Plan, kept: Plan) -> Iterator[ChangedComponent]:
    for key, stood in problem.published_by_component.items():
        made = plan.by_component.get(key)
        if made is None or made.space_ids == stood.space_ids:
            continue
        gains, because, because_zh = _alone(problem, plan, made, kept.by_component.get(key))
        yield ChangedComponent(
            project_id=made.project_id,
            component_id=made.component_id,
            enterprise=problem.project_by_id[made.project_id].enterprise,
            from_space="+".join(sorted(stood.space_ids)),
            to_space="+".join(sorted(made.space_ids)),
            start=format_month(made.start),
            floor_area_m2=made.total_m2,
            price=problem.policy.move_price[problem.stages[key]],
            gains=gains,
            because=because,
            because_zh=because_zh,
        )


def _alone(
    problem: Problem, plan: Plan, made: Assignment, stood: Assignment | None
) -> tuple[dict[str, int] | None, tuple[str, ...], tuple[str, ...]]:
    """What the move brings, by trying the plan without it; or why the component cannot stay, in English and Chinese."""
    if stood is None:
        return None, ("Its space is not in the registry any more.",), ("其空间已不在台账中。",)
    without = Plan.of(stood if each.key == made.key else each for each in plan.assignments)
    breaches = find_breaches(problem, without)
    if breaches:
        english = tuple(dict.fromkeys(sentence(problem, breach) for breach in breaches))
        return None, english, tuple(dict.fromkeys(map(_in_chinese, breaches)))
    with_it, without_it = measure(problem, plan), measure(problem, without)
    return {name: with_it[name] - without_it[name] for name in with_it}, (), ()


def _in_chinese(breach: Breach) -> str:
    """A breach by the title of its rule, with both numbers where there are any."""
    family, _, code = breach.rule.partition("/")
    label = REASONS.get(f"no-option/{code}" if family == "site" else f"displaced/{breach.rule}", {}).get(
        "zh", breach.rule
    )
    if isinstance(breach.measured, str) or isinstance(breach.limit, str):
        return f"{label}。"
    return f"{label}：实际 {breach.measured:,}，限值 {breach.limit:,}。"


def _arrivals(problem: Problem, before: PlanOut, after: PlanOut) -> Iterator[Arrival]:
    there = {made.project_id for made in before.assignments}
    for project_id in dict.fromkeys(made.project_id for made in after.assignments):
        if project_id not in there:
            placed = [made for made in after.assignments if made.project_id == project_id]
            yield Arrival(
                project_id=project_id,
                enterprise=problem.project_by_id[project_id].enterprise,
                spaces=tuple(made.space_id for made in placed),
                floor_area_m2=sum(made.floor_area_m2 for made in placed),
            )


def _departures(problem: Problem, before: PlanOut, after: PlanOut) -> Iterator[Departure]:
    there = {made.project_id for made in after.assignments}
    for project_id in dict.fromkeys(made.project_id for made in before.assignments):
        if project_id not in there:
            dropped = [key for key, made in problem.published_by_component.items() if made.project_id == project_id]
            yield Departure(
                project_id=project_id,
                withdrawn=project_id not in problem.project_by_id,
                components=tuple(key.removeprefix(f"{project_id}/") for key in dropped),
                price=sum(problem.policy.move_price[problem.stages[key]] for key in dropped),
            )


def _sentences(
    moves: int, arrivals: Sequence[Arrival], departures: Sequence[Departure], used: tuple[int, int | None]
) -> tuple[str, str]:
    """What is proposed, and how many of the moves that are allowed it takes: a dropped component takes one too."""
    if not (moves or arrivals or departures):
        return "没有值得调整之处。", "Nothing worth changing."
    zh = f"建议调整 {moves} 处、新增 {len(arrivals)} 个项目、移出 {len(departures)} 个项目"
    en = f"Proposed: {moves} moves, {len(arrivals)} projects more, {len(departures)} projects less"
    dropped = sum(len(departure.components) for departure in departures)
    taken, most = used
    if dropped:
        zh += f"（其中方案移出 {dropped} 个组成部分）"
        en += f" ({dropped} components dropped by the plan)"
    if taken:
        zh += f"；计入调整 {taken} 次" + ("" if most is None else f"，上限 {most} 次")
        en += f"; {taken} moves in all" + ("" if most is None else f" of at most {most}")
    return f"{zh}。", f"{en}."


def improves(goal: str, change: int) -> bool:
    """Whether a change of a goal is for the better."""
    return change > 0 if maximised(Aim(((goal, 1),))) else change < 0


def report_text(report: ChangeReport) -> str:
    """The report, a line per fact."""
    return "\n".join(_lines(report))


def _lines(report: ChangeReport) -> Iterator[str]:
    yield f"{report.night}  {report.basis_plan} → {report.plan_id}"
    yield f"{report.sentence_zh} {report.sentence_en}"
    for goal, change in report.goals.items():
        if change:
            mark = "+" if improves(goal, change) else "−"
            yield f"  [{mark}] {goal}: {change:+,} {BY_ID[goal].unit}"
    for move in report.moves:
        named = f"{move.project_id}/{move.component_id} ({move.enterprise})"
        yield f"  调整 move {named}: {move.from_space} → {move.to_space}"
        yield f"    代价 price {move.price}; " + _why(move)
    for tenant in report.tenant_moves:
        yield f"  租户搬迁 tenant {tenant.occupant}: {tenant.from_space} → {tenant.to_space}, 代价 price {tenant.price}"
    for arrival in report.arrivals:
        yield f"  新增 new {arrival.project_id} ({arrival.enterprise}): {', '.join(arrival.spaces)}"
    for departure in report.departures:
        if departure.withdrawn:
            yield f"  已撤回 withdrawn {departure.project_id}"
            continue
        yield f"  移出 dropped {departure.project_id}: {', '.join(departure.components)}, 代价 price {departure.price}"
    for key in report.exceptions_gained:
        yield f"  新例外 new exception {key}"
    yield from _proofs(report)


def _proofs(report: ChangeReport) -> Iterator[str]:
    if report.guaranteed and report.moves:
        yield "  已证明每项调整所得不低于其代价 proven: no set of these moves gains less than its price"
    if report.proven:
        yield "  已证明在调整上限内最优 proven to be the best within the limit"
    elif report.proved_by:
        by = " + ".join(report.proved_by)
        yield f"  仅 {by} 证明在上限内最优 only {by} proves that it is the best within the limit"
    else:
        yield "  未证明最优 not proven to be the best within the limit"
    if report.curve is not None:
        yield from _curve(report.curve)


def _curve(curve: MoveCurveOut) -> Iterator[str]:
    """A line per number of moves, with what it gains in points of each goal against no move at all, and its price."""
    yield "  调整次数与收益 moves, what they gain, and their price"
    goals = [part.rpartition("*")[2] for part in curve.goal.split("+")]
    base = next((point.values for point in curve.points if point.values and not point.moved), None)
    for point in curve.points:
        if point.values is None:
            yield f"    ≤ {point.most_moves}: {point.status.value}"
            continue
        known = "" if point.status.value == "optimal" else " 未证明 not proven"
        gained = ", ".join(
            f"{goal} {point.values[goal]:,}" if base is None else f"{goal} {point.values[goal] - base[goal]:+,}"
            for goal in goals
        )
        yield f"    ≤ {point.most_moves}: {gained}; 代价 price {point.price} ({', '.join(point.moved) or '–'}){known}"
    for most in curve.undone:
        yield f"    ≤ {most}: 时限内未求解 not solved in time"


def _why(move: ChangedComponent) -> str:
    if move.gains is None:
        return "必须搬迁 must move: " + "; ".join(move.because)
    return "收益 gains " + ", ".join(f"{goal} {change:+,}" for goal, change in move.gains.items() if change)
