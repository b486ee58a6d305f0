"""Two plans side by side: goals, moves, who comes and goes, exceptions and figures, as data and as text."""

from collections.abc import Iterator

from pydantic import Field

from allocator.goals import BY_ID
from service.formats.plan import AssignmentOut, PlanOut, Wire

CHANGES = {
    "dropped": ("在 B 未落位", "nowhere in B"),
    "withdrawn": ("B 中已撤回", "withdrawn in B"),
    "joined": ("B 中新加入", "new in B"),
}


class GoalChange(Wire):
    """One goal in both plans; a plan that does not have the goal has no value."""

    goal: str
    a: int | None
    b: int | None
    change: int | None = Field(description="b − a.")
    unit: str


class Move(Wire):
    """A component that stands elsewhere, or begins in another month, in plan b."""

    project_id: str
    component_id: str
    from_space: str
    to_space: str
    from_start: str
    to_start: str
    floor_area_m2: int


class KpiChange(Wire):
    """One figure in both plans."""

    id: str
    label_zh: str
    label_en: str
    a: float | None
    b: float | None


class ProjectChange(Wire):
    """One project in both plans: where it stands in each, and why it is nowhere."""

    project_id: str
    enterprise: str
    change: str = Field(description="same, moved, placed, dropped, waiting (in both), joined or withdrawn.")
    spaces_a: tuple[str, ...]
    spaces_b: tuple[str, ...]
    why_a: tuple[str, ...] = Field(description="Codes of the reasons why it is nowhere in plan a.")
    why_b: tuple[str, ...] = Field(description="Codes of the reasons why it is nowhere in plan b.")


class Comparison(Wire):
    """What plan b does differently from plan a."""

    plan_a: str
    plan_b: str
    same_inputs: bool = Field(description="Whether both were made from the same inputs.")
    goals: tuple[GoalChange, ...]
    moves: tuple[Move, ...]
    placed_only_in_a: tuple[str, ...]
    placed_only_in_b: tuple[str, ...]
    exceptions_only_in_a: tuple[str, ...]
    exceptions_only_in_b: tuple[str, ...]
    kpis: tuple[KpiChange, ...]
    projects: tuple[ProjectChange, ...] = ()


def compare(a: PlanOut, b: PlanOut) -> Comparison:
    """Compare two plans."""
    placed_a, placed_b = ({made.project_id for made in plan.assignments} for plan in (a, b))
    exceptions_a, exceptions_b = (set(_exceptions(plan)) for plan in (a, b))
    return Comparison(
        plan_a=a.plan_id,
        plan_b=b.plan_id,
        same_inputs=a.input_hash == b.input_hash,
        goals=tuple(_goals(a, b)),
        moves=tuple(_moves(a, b)),
        placed_only_in_a=tuple(sorted(placed_a - placed_b)),
        placed_only_in_b=tuple(sorted(placed_b - placed_a)),
        exceptions_only_in_a=tuple(sorted(exceptions_a - exceptions_b)),
        exceptions_only_in_b=tuple(sorted(exceptions_b - exceptions_a)),
        kpis=tuple(_kpis(a, b)),
        projects=tuple(_projects(a, b)),
    )


def _projects(a: PlanOut, b: PlanOut) -> Iterator[ProjectChange]:
    names = {p.project_id: p.enterprise for plan in (b, a) for p in (plan.inputs.projects if plan.inputs else ())}
    known = [{*_asked(plan), *(made.project_id for made in plan.assignments)} for plan in (a, b)]
    for project_id in dict.fromkeys((*_asked(a), *_asked(b), *sorted(known[0] | known[1]))):
        sites = [[made for made in plan.assignments if made.project_id == project_id] for plan in (a, b)]
        why = [
            tuple(reason.code for entry in plan.unplaced if entry.project_id == project_id for reason in entry.reasons)
            for plan in (a, b)
        ]
        yield ProjectChange(
            project_id=project_id,
            enterprise=names.get(project_id, ""),
            change=_change(project_id in known[0], project_id in known[1], *sites),
            spaces_a=tuple(made.space_id for made in sites[0]),
            spaces_b=tuple(made.space_id for made in sites[1]),
            why_a=why[0],
            why_b=why[1],
        )


def _asked(plan: PlanOut) -> tuple[str, ...]:
    return tuple(project.project_id for project in plan.inputs.projects) if plan.inputs else ()


def _change(in_a: bool, in_b: bool, first: list[AssignmentOut], second: list[AssignmentOut]) -> str:  # noqa: FBT001
    if not in_a or not in_b:
        return "joined" if in_b else "withdrawn"
    if not first or not second:
        return "placed" if second else "dropped" if first else "waiting"
    before, after = ([(made.component_id, made.space_id, made.start) for made in plan] for plan in (first, second))
    return "same" if before == after else "moved"


def _exceptions(plan: PlanOut) -> Iterator[str]:
    return (_key(made) for made in plan.assignments if made.permission == "exception")


def _key(made: AssignmentOut) -> str:
    return f"{made.project_id}/{made.component_id}"


def _goals(a: PlanOut, b: PlanOut) -> Iterator[GoalChange]:
    for name in dict.fromkeys((*a.measures, *b.measures)):
        first, second = a.measures.get(name), b.measures.get(name)
        change = None if first is None or second is None else second - first
        yield GoalChange(goal=name, a=first, b=second, change=change, unit=BY_ID[name].unit if name in BY_ID else "")


def _moves(a: PlanOut, b: PlanOut) -> Iterator[Move]:
    in_a, in_b = (_by_component(plan) for plan in (a, b))
    for key, first in in_a.items():
        second = in_b.get(key)
        if second and (_where(second), second[0].start) != (_where(first), first[0].start):
            yield Move(
                project_id=first[0].project_id,
                component_id=first[0].component_id,
                from_space=_where(first),
                to_space=_where(second),
                from_start=first[0].start,
                to_start=second[0].start,
                floor_area_m2=sum(made.floor_area_m2 for made in second),
            )


def _by_component(plan: PlanOut) -> dict[str, list[AssignmentOut]]:
    """The entries of each component: several where it is divided over floors."""
    found: dict[str, list[AssignmentOut]] = {}
    for made in plan.assignments:
        found.setdefault(_key(made), []).append(made)
    return found


def _where(entries: list[AssignmentOut]) -> str:
    return "+".join(sorted(made.space_id for made in entries))


def _kpis(a: PlanOut, b: PlanOut) -> Iterator[KpiChange]:
    in_b = {kpi.id: kpi for kpi in b.kpis}
    for kpi in a.kpis:
        other = in_b.get(kpi.id)
        if other and (kpi.value is not None or other.value is not None):
            yield KpiChange(id=kpi.id, label_zh=kpi.label_zh, label_en=kpi.label_en, a=kpi.value, b=other.value)


def comparison_text(comparison: Comparison) -> str:
    """The comparison, a line per fact."""
    return "\n".join(_lines(comparison))


def _lines(c: Comparison) -> Iterator[str]:
    yield f"A {c.plan_a}  →  B {c.plan_b}" + ("" if c.same_inputs else "  (输入不同 different inputs)")
    for goal in c.goals:
        change = "" if goal.change is None else f"  ({goal.change:+,})"
        yield f"  {goal.goal}: {_number(goal.a)} → {_number(goal.b)} {goal.unit}{change}"
    groups = (
        ("只在 A 落位 placed only in A", c.placed_only_in_a),
        ("只在 B 落位 placed only in B", c.placed_only_in_b),
        ("只在 A 的例外 exceptions only in A", c.exceptions_only_in_a),
        ("只在 B 的例外 exceptions only in B", c.exceptions_only_in_b),
    )
    for title, names in groups:
        if names:
            yield f"  {title}: {', '.join(names)}"
    for project in c.projects:
        if project.change in {"dropped", "withdrawn", "joined"}:
            why = f": {', '.join(dict.fromkeys(project.why_b))}" if project.why_b else ""
            zh, en = CHANGES[project.change]
            yield f"  {zh} {en}: {project.project_id} {project.enterprise}{why}"
    yield f"  调整 moves: {len(c.moves)}"
    for move in c.moves:
        sites = f"{move.from_space} → {move.to_space}" if move.from_space != move.to_space else move.from_space
        months = "" if move.from_start == move.to_start else f", {move.from_start} → {move.to_start}"
        yield f"    {move.project_id}/{move.component_id}: {sites}{months} ({move.floor_area_m2:,} m²)"
    for kpi in c.kpis:
        if kpi.a != kpi.b:
            yield f"  {kpi.label_zh} {kpi.label_en}: {_number(kpi.a)} → {_number(kpi.b)}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,g}" if isinstance(value, float) else f"{value:,}"
