"""What a re-planned city would change against the plan in force: who moves, why, what it gains and costs."""

from collections.abc import Iterator, Mapping
from datetime import date

from pydantic import Field

from allocator.goals import BY_ID, maximised
from allocator.months import parse_month
from allocator.plan import Aim, Assignment, Plan
from allocator.problem import Problem
from allocator.verify import find_breaches, measure, sentence
from service.documents import plan_of
from service.pipeline import problem_of
from service.wire import AssignmentOut, PlanOut, Wire


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


class Arrival(Wire):
    """A project that the plan places and the published one does not."""

    project_id: str
    enterprise: str
    spaces: tuple[str, ...]
    floor_area_m2: int


class Departure(Wire):
    """A project that is published and not in the plan: withdrawn, or dropped by it."""

    project_id: str
    withdrawn: bool


class ChangeReport(Wire):
    """A night's report; ``worth_it`` says whether there is anything to decide."""

    night: str
    basis_plan: str
    plan_id: str
    worth_it: bool
    sentence_zh: str
    sentence_en: str
    moves: tuple[ChangedComponent, ...]
    arrivals: tuple[Arrival, ...]
    departures: tuple[Departure, ...]
    goals: dict[str, int] = Field(description="Change of every goal against keeping what is published.")
    exceptions_gained: tuple[str, ...] = Field(description="Components newly placed by exception to the policy.")
    exceptions_lost: tuple[str, ...]
    proven: bool = Field(description="Whether two engines proved that no better proposal exists within the limit.")


def change_report(before: PlanOut, after: PlanOut, basis_plan: str, plan_id: str, night: date) -> ChangeReport:
    """The report of a plan against the published one."""
    if after.inputs is None:
        raise ValueError("a stored plan carries its inputs")
    problem = problem_of(after.inputs)
    published = {_key(made): made for made in before.assignments}
    moves = tuple(_moves(problem, plan_of(after), published))
    arrivals = tuple(_arrivals(problem, before, after))
    departures = tuple(_departures(problem, before, after))
    kept = _kept(problem, before)
    now, then = measure(problem, plan_of(after)), measure(problem, kept)
    exceptions = {_key(made) for made in after.assignments if made.permission == "exception"}
    excepted = {_key(made) for made in before.assignments if made.permission == "exception"}
    worth_it = bool(moves or arrivals or departures)
    zh, en = _sentences(worth_it, len(moves), len(arrivals), len(departures))
    return ChangeReport(
        night=night.isoformat(),
        basis_plan=basis_plan,
        plan_id=plan_id,
        worth_it=worth_it,
        sentence_zh=zh,
        sentence_en=en,
        moves=moves,
        arrivals=arrivals,
        departures=departures,
        goals={name: now[name] - then[name] for name in now},
        exceptions_gained=tuple(sorted(exceptions - excepted)),
        exceptions_lost=tuple(sorted(excepted - exceptions)),
        proven=after.status.value == "optimal",
    )


def _key(made: AssignmentOut) -> str:
    return f"{made.project_id}/{made.component_id}"


def _kept(problem: Problem, before: PlanOut) -> Plan:
    """The published plan as far as its components and spaces are still there."""
    return Plan.of(
        made
        for made in plan_of(before).assignments
        if made.key in problem.components and made.space_id in problem.registry.spaces
    )


def _moves(problem: Problem, plan: Plan, published: Mapping[str, AssignmentOut]) -> Iterator[ChangedComponent]:
    for made in plan.assignments:
        stood = published.get(made.key)
        if stood is None or stood.space_id == made.space_id:
            continue
        gains, because = _alone(problem, plan, made, stood)
        yield ChangedComponent(
            project_id=made.project_id,
            component_id=made.component_id,
            enterprise=problem.project_by_id[made.project_id].enterprise,
            from_space=stood.space_id,
            to_space=made.space_id,
            start=stood.start,
            floor_area_m2=made.floor_area_m2,
            price=problem.policy.move_price[problem.stages[made.key]],
            gains=gains,
            because=because,
        )


def _alone(
    problem: Problem, plan: Plan, made: Assignment, stood: AssignmentOut
) -> tuple[dict[str, int] | None, tuple[str, ...]]:
    """What the move brings, by trying the plan without it; or why the component cannot stay."""
    back = Assignment(made.project_id, made.component_id, stood.space_id, parse_month(stood.start), stood.floor_area_m2)
    without = Plan.of(back if each is made else each for each in plan.assignments)
    breaches = find_breaches(problem, without)
    if breaches:
        return None, tuple(dict.fromkeys(sentence(problem, breach) for breach in breaches))
    with_it, without_it = measure(problem, plan), measure(problem, without)
    return {name: with_it[name] - without_it[name] for name in with_it}, ()


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
            yield Departure(project_id=project_id, withdrawn=project_id not in problem.project_by_id)


def _sentences(worth_it: bool, moves: int, arrivals: int, departures: int) -> tuple[str, str]:  # noqa: FBT001
    if not worth_it:
        return "没有值得调整之处。", "Nothing worth changing."
    zh = f"建议调整 {moves} 处、新增 {arrivals} 个项目、移出 {departures} 个项目。"
    return zh, f"Proposed: {moves} moves, {arrivals} projects more, {departures} projects less."


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
    for arrival in report.arrivals:
        yield f"  新增 new {arrival.project_id} ({arrival.enterprise}): {', '.join(arrival.spaces)}"
    for departure in report.departures:
        word = "已撤回 withdrawn" if departure.withdrawn else "移出 dropped"
        yield f"  {word} {departure.project_id}"
    for key in report.exceptions_gained:
        yield f"  新例外 new exception {key}"
    if not report.proven:
        yield "  未证明最优 not proven to be the best within the limit"


def _why(move: ChangedComponent) -> str:
    if move.gains is None:
        return "必须搬迁 must move: " + "; ".join(move.because)
    return "收益 gains " + ", ".join(f"{goal} {change:+,}" for goal, change in move.gains.items() if change)
