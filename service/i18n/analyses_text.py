"""Answers about a whole plan as text for people, in Chinese and English."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from allocator.domain.plan import PlanStatus
from allocator.rules import RULES
from allocator.rules.limits import LIFTED
from allocator.solving.infeasibility import rule_of
from maps.payload.reason_labels import aim_label, complete
from seeds.load import labels
from service.formats.analyses import (
    AimOut,
    AlternativesOut,
    AnswerOut,
    BuildNextOut,
    ConflictAnswerOut,
    ExceptionsOut,
    ImportanceOut,
    MoveCurveOut,
    MoveOut,
    RepairOut,
    SensitivityOut,
)
from service.formats.plan import PlanOut, TenantMoveOut
from service.i18n.analyses_labels import WAYS

TITLES = {rule.id: f"{rule.title_zh} {rule.title_en}" for rule in RULES}
STATUS = {
    PlanStatus.OPTIMAL: "已证明 proven",
    PlanStatus.FEASIBLE: "未证明 not proven",
    PlanStatus.INFEASIBLE: "没有可行方案 there is no plan",
    PlanStatus.NO_SOLUTION: "未在时限内找到 none found in time",
}
MOST_SHOWN = 40
"""So many members of a list are printed; all are in the JSON."""


def answer_text(answer: AnswerOut, plan: PlanOut) -> str:
    """The answer, a line per fact."""
    lines = LINES[type(answer.answer)]
    head = f"{answer.plan_id}  {answer.question}  ({' + '.join(answer.engines)}, {answer.wall_s:.1f} s)"
    return "\n".join([head, *(f"  {line}" for line in lines(answer.answer, plan))])


def _conflict(found: ConflictAnswerOut, _: PlanOut) -> Iterator[str]:
    if found.status is not PlanStatus.INFEASIBLE:
        words = {PlanStatus.FEASIBLE: "没有冲突 nothing clashes: there is a plan"}
        yield words.get(found.status, "时限内未能判定 time did not tell whether there is a plan")
        return
    fewest = "缺一即可行 leaving out any one resolves it" if found.minimal else "可能不是最小 perhaps not the fewest"
    yield f"相互冲突的规则 these rules clash ({fewest}):"
    for name in found.members[:MOST_SHOWN]:
        yield f"  {name} — {TITLES.get(rule_of(name), '')}"
    if len(found.members) > MOST_SHOWN:
        yield f"  … 另有 and {len(found.members) - MOST_SHOWN} more"
    if found.hard:
        alone = " (它们自身即冲突 which clash by themselves)" if found.hard_alone else ""
        yield f"视为不可动 taken for granted: {', '.join(found.hard)}{alone}"
    yield "修复建议 for the cheapest repair: allocator answers repair --plan …"


def _repair(found: RepairOut, _: PlanOut) -> Iterator[str]:
    if not found.needed:
        yield "无需修复 nothing to repair: there is a plan"
        return
    if found.status in {PlanStatus.INFEASIBLE, PlanStatus.NO_SOLUTION}:
        yield f"{STATUS[found.status]}; 不可动 not to be touched: {', '.join(found.hard) or '–'}"
        return
    yield f"最省修复 cheapest repair ({STATUS[found.status]}): {len(found.loosened)} 处限制 limits"
    for each in found.loosened:
        how = "解除 lifted" if each.limit.unit == LIFTED else f"{each.amount:+,} {each.limit.unit}"
        yield f"  {each.limit.name}: {how} — {TITLES.get(rule_of(each.limit.name), '')}"
        if each.change is not None:
            change = each.change
            yield f"    {change.record} {change.id} {change.field}: {_said(change.before)} → {_said(change.after)}"
    placed = len({made.project_id for made in found.assignments})
    yield f"修复后经校验的方案 the plan under it, verified: {placed} 个项目落位 projects placed"
    yield from _tenants(found.tenant_moves)


def _exceptions(found: ExceptionsOut, _: PlanOut) -> Iterator[str]:
    budget = "不限 no limit" if found.budget is None else found.budget
    yield f"例外 exceptions: {found.used}, 额度 budget: {budget}"
    names = {"one-less": "少一个例外 one exception less", "none": "没有例外 no exception at all"}
    for each in found.bought:
        where = f" @ {each.space_id}" if each.space_id else ""
        change = _deltas(each.deltas, each.goals, each.status)
        yield f"没有 without {names.get(each.without, each.without)}{where}: {change}"
        yield from _moved(each.moves)
    yield from _undone(found.undone)


def _build_next(found: BuildNextOut, plan: PlanOut) -> Iterator[str]:
    districts = {d.adcode: f"{d.name_zh} {d.name_en}" for d in plan.inputs.districts} if plan.inputs else {}
    yield f"再建 one more {found.floor_area_m2:,} m² — {', '.join(_label('goal', goal) for goal in found.goals)}"
    for cell in found.cells:
        if cell.wanted:
            site = f" @ {cell.park_id}" if cell.park_id else ""
            gain = _deltas(cell.deltas, cell.goals, cell.status)
            came = f"; 新落位 placed: {', '.join(cell.gained)}" if cell.gained else ""
            yield f"{_label('kind', cell.kind)} · {districts.get(cell.district, cell.district)}{site}: {gain}{came}"
    spare = [f"{cell.kind}@{cell.district}" for cell in found.cells if not cell.wanted]
    if spare:
        yield f"无人可用,无需求解 no component could use it, so 0 without a solve: {', '.join(spare)}"
    yield from _undone(found.undone)


def _importance(found: ImportanceOut, _: PlanOut) -> Iterator[str]:
    yield f"没有该空间时 without the space — {', '.join(_label('goal', goal) for goal in found.goals)}"
    for loss in found.losses:
        if loss.floor_area_m2:
            yield f"{loss.space_id} ({loss.floor_area_m2:,} m²): {_deltas(loss.deltas, loss.goals, loss.status)}"
    spared = sum(not loss.floor_area_m2 for loss in found.losses)
    yield f"{spared} 处未使用,损失为 0 unused: the plan stands without them, nothing is lost"
    yield from _undone(found.undone)


def _alternatives(found: AlternativesOut, _: PlanOut) -> Iterator[str]:
    yield f"{_label('goal', found.goal)} ≥ {found.least:,} ({found.gap_bp / 100:g} %)"
    for each in found.plans:
        change = _deltas(each.deltas, each.goals, each.status, pursued=False)
        yield f"{_way(each.way)}: {change}; {each.elsewhere} 处换园 in other parks"
        yield from _tenants(each.tenant_moves)
    if found.same:
        yield f"与已列方案相同 the same as a plan above: {', '.join(map(_way, found.same))}"
    if found.impossible:
        yield f"差距内不可行 no plan within the gap: {', '.join(map(_way, found.impossible))}"
    yield from _undone(tuple(map(_way, found.undone)))


def _way(way: str) -> str:
    name, _, about = way.partition(":")
    words = WAYS.get(name, {"zh": name, "en": ""})
    return " ".join(filter(None, [words["zh"], words["en"], _label("goal", about)]))


def _curve(found: MoveCurveOut, _: PlanOut) -> Iterator[str]:
    said = aim_label(found.goal, complete(labels())["goal"])
    gain = f"{said['zh']} {said['en']}"
    yield f"净收益 net = {gain} − {found.rate} × 调整价 price of moves"
    for point in found.points:
        if point.net is None:
            yield f"≤ {point.most_moves}: {STATUS[point.status]}"
            continue
        sure = "" if point.guaranteed else " (未证明 not proven)"
        moved = f": {', '.join(point.moved)}" if point.moved else ""
        yield f"≤ {point.most_moves}: {point.gain:,} − {found.rate} × {point.price:,} = {point.net:,}{sure}{moved}"
    if found.enough_moves is not None:
        yield f"再多调整也无益 more than {found.enough_moves} moves change nothing"
    yield "保证 guarantee: 撤回任一组调整,收益减少不低于其价 undoing any set of moves loses at least its price"
    yield from _undone([f"≤ {most}" for most in found.undone])


def _sensitivity(found: SensitivityOut, _: PlanOut) -> Iterator[str]:
    yield (
        f"需求 demand ±{found.spread_bp / 100:g} %: {found.samples} 个情景 scenarios (seed {found.seed}), "
        f"不可行 infeasible {found.infeasible}, 未证明 not proven {found.unproven}"
    )
    if found.values:
        yield f"{_label('goal', found.goal)}: {min(found.values):,} … {max(found.values):,}"
    of = found.samples
    steady = [p for p in found.projects if p.placed and p.samples_kept == of]
    yield f"始终留在原园 always in its parks: {len(steady)} 个项目 projects"
    for project in sorted(found.projects, key=lambda p: (p.samples_kept, p.project_id)):
        if project.placed and project.samples_kept < of:
            kept, placed = f"{project.samples_kept}/{of}", f"{project.samples_placed}/{of}"
            yield f"  {project.project_id}: 留在原园 keeps its parks {kept}, 落位 placed {placed}"
    for project in found.projects:
        if not project.placed and project.samples_placed:
            yield f"  {project.project_id}: 新落位 placed {project.samples_placed}/{of}"
    if found.undone:
        yield f"未完成 not done in time: {found.undone} 个情景 scenarios"


LINES: Mapping[type, Callable[[Any, PlanOut], Iterator[str]]] = {
    ConflictAnswerOut: _conflict,
    RepairOut: _repair,
    ExceptionsOut: _exceptions,
    BuildNextOut: _build_next,
    ImportanceOut: _importance,
    AlternativesOut: _alternatives,
    MoveCurveOut: _curve,
    SensitivityOut: _sensitivity,
}
"""The lines of each answer."""


def _deltas(deltas: Mapping[str, int], goals: Sequence[AimOut], status: PlanStatus, *, pursued: bool = True) -> str:
    """Changes of the goals that were pursued, or of all; with a mark where a bound is open."""
    if not deltas:
        return STATUS[status]
    asked = {aim.goal for aim in goals}
    shown = [f"{_label('goal', g)} {change:+,}" for g, change in deltas.items() if not pursued or g in asked]
    open_ends = [f"{aim.goal} 界 bound {aim.bound:,}" for aim in goals if aim.bound is not None and not aim.proved_by]
    return "; ".join([", ".join(shown) or "–", *open_ends])


def _moved(moves: Sequence[MoveOut]) -> Iterator[str]:
    for move in moves[:MOST_SHOWN]:
        yield f"  {move.component}: {move.from_space or '—'} → {move.to_space or '—'}"


def _tenants(moves: Sequence[TenantMoveOut]) -> Iterator[str]:
    for move in moves:
        who = move.occupant or move.tenancy_id
        yield f"  租户搬迁 tenant moves: {who}: {move.from_space} → {move.to_space}, {move.floor_area_m2:,} m²"


def _undone(names: Sequence[str]) -> Iterator[str]:
    if names:
        yield f"未完成 not done in time: {', '.join(names)}"


def _said(value: int | str | None) -> str:
    return "—" if value is None else f"{value:,}" if isinstance(value, int) else value


def _label(vocabulary: str, code: str) -> str:
    found = complete(labels()).get(vocabulary, {}).get(code)
    return f"{found['zh']} {found['en']}" if found else code
