"""What a decision rests on: clauses of the policy, sources of figures, and what is proven of the plan."""

from collections.abc import Iterator

from allocator.engines.portfolio import PROOFS
from seeds.policy_facts import documents
from service.formats.plan import DossierOut, GoalOut, PlanOut
from service.i18n.localizer import Localizer

BASIS = {
    "sourced": ("有来源", "sourced"),
    "assumed": ("假设", "assumed"),
    "submitted": ("申报所述", "as submitted"),
}

WHAT = {"project": ("申请", "the request"), "space": ("空间", "space"), "park": ("园区", "park")}


def clauses(voice: Localizer, dossier: DossierOut, _plan: PlanOut) -> Iterator[str]:
    """Each clause by its id, with the rules and goals by which it had a say."""
    for clause in dossier.policy:
        statement = voice.of(clause.statement_zh, clause.statement_en)
        by = ", ".join(clause.by)
        named = voice.listed(dict.fromkeys(map(voice.had_a_say, clause.by)))
        yield voice.of(
            f"{clause.id}（{named}）：{statement}〔{_title(clause.document)}，{clause.section}〕",
            f"{clause.id} ({by}): {statement} [{clause.document} §{clause.section}]",
        )


def _title(file: str) -> str:
    """A document's Chinese title; the name of its file where it is not known."""
    return next((f"《{one['title_zh']}》" for one in documents() if one["file"] == file), file)


def evidence(voice: Localizer, dossier: DossierOut, _plan: PlanOut) -> Iterator[str]:
    """The request, and the spaces and parks that the decision is about."""
    for about, source in sources(voice, dossier):
        yield f"{about}{voice.of('，', ', ')}{source}" if source else about


def sources(voice: Localizer, dossier: DossierOut) -> Iterator[tuple[str, str]]:
    """What each piece of evidence is and rests on, and the words of its source as they were recorded."""
    for entry in dossier.evidence:
        name = voice.park(entry.id) if entry.what == "park" else entry.id
        yield f"{voice.of(*WHAT[entry.what])} {name}: {voice.of(*BASIS[entry.basis])}", entry.source


def proof(voice: Localizer, _dossier: DossierOut, plan: PlanOut) -> Iterator[str]:
    """Whether the plan is proven to be the best, goal by goal, and the policy of which month it follows."""
    yield voice.of(
        f"方案 {plan.plan_id} 已由独立检查核实，没有违反任何规则。"
        if plan.verified
        else f"方案 {plan.plan_id} 未核实。",
        f"Plan {plan.plan_id} has passed the independent check: it breaks no rule."
        if plan.verified
        else f"Plan {plan.plan_id} is not verified.",
    )
    for goal in plan.goals:
        yield goal_proof(voice, goal)


def goal_proof(voice: Localizer, goal: GoalOut) -> str:
    """Value of a goal and what is proven of it."""
    name, value = voice.goal(goal.goal), voice.amount(goal.value, goal.unit)
    if goal.gap is None:
        return voice.of(f"{name}：{value}；没有任何界限得到证明。", f"{name}: {value}; nothing is proven of it.")
    if len(goal.proved_by) >= PROOFS:
        both = " + ".join(goal.proved_by)
        return voice.of(f"{name}：{value}，已证明最优（{both}）。", f"{name}: {value}, proven to be the best ({both}).")
    if goal.proved_by:
        (one,) = goal.proved_by
        return voice.of(
            f"{name}：{value}，{one} 已证明不可能更优；第二个求解器在时限内未能印证。",
            f"{name}: {value}; {one} proves that it cannot be better, a second engine could not confirm it in time.",
        )
    bound = voice.amount(goal.bound or 0, goal.unit)
    return voice.of(
        f"{name}：{value}；不可能优于 {bound}，差距 {goal.gap:.2%} 未证明。",
        f"{name}: {value}; it cannot be better than {bound}, and the gap of {goal.gap:.2%} is not proven.",
    )
