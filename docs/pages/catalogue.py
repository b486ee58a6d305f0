"""Pages of the rules and the goals: what their classes, formulas and sources say."""

from collections.abc import Sequence

from allocator.goals import GOALS, Goal
from allocator.rules import RULES, Rule
from docs.pages.markdown import decisions, page, prose, slug, table
from seeds.policy_facts import policy_facts


def rules() -> str:
    """Page of the hard rules."""
    introduction = (
        "A rule is a hard constraint: a plan that breaks one is no plan. Each rule states its rows for the engines, "
        "an independent check, and a sentence for a breach. A generic test compares rows and check on every plan of "
        "drawn problems. The symbols are explained in [the model](../explanation/model.md); reports list the rules in "
        "this order."
    )
    return page("Rules", introduction, _overview(RULES), *map(_rule, RULES))


def goals() -> str:
    """Page of the goals."""
    introduction = (
        "Goals are met in strict order: an earlier goal is never given up for a later one. A request may "
        "[order, merge and weigh them otherwise](../how-to/compare-scenarios.md#other-goals). The value of a goal is "
        "an exact integer, measured anew by the independent check. Its bound holds for plans that keep the goals "
        "before it. The symbols are explained in [the model](../explanation/model.md)."
    )
    return page("Goals", introduction, _overview(GOALS), *(_goal(tier, goal) for tier, goal in enumerate(GOALS, 1)))


def _overview(parts: Sequence[Rule] | Sequence[Goal]) -> str:
    rows = ((f"[`{part.id}`](#{slug(_heading(part))})", part.title_en, part.title_zh) for part in parts)
    return table(("id", "English", "中文"), rows)


def _heading(part: Rule | Goal) -> str:
    return f"`{part.id}`: {part.title_en}"


def _rule(rule: Rule) -> str:
    duties = (
        f"- **Rows:** {prose(rule.formulate)}",
        f"- **Check:** {prose(rule.check)}",
        f"- **Sentence for a breach:** {prose(rule.explain)}",
    )
    return "\n\n".join([*_common(rule), "\n".join(duties), *_sources(rule)])


def _goal(tier: int, goal: Goal) -> str:
    direction = "more is better" if goal.maximise else "less is better"
    facts = (
        f"- **Usual order:** {tier}",
        f"- **Unit:** {goal.unit}; {direction}",
        f"- **Term:** {prose(goal.term)}",
        f"- **Measure:** {prose(goal.measure)}",
    )
    return "\n\n".join([*_common(goal), "\n".join(facts), *_sources(goal)])


def _common(part: Rule | Goal) -> list[str]:
    return [f"## {_heading(part)}", part.title_zh, prose(type(part)), f"$$\n{part.formula}\n$$"]


def _sources(part: Rule | Goal) -> list[str]:
    return ["Source:", "\n".join(f"- {_source(name)}" for name in part.source)]


def _source(name: str) -> str:
    if name.startswith("P-"):
        fact = policy_facts()[name]
        return f"[{name}](policy.md#{slug(name)}): {fact.statement_en} {fact.statement_zh}"
    return f"[{name}](../explanation/model.md#design-decisions): {decisions()[name]}"
