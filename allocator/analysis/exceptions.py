"""What every policy exception of a plan bought: the plan solved anew without it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from allocator.analysis.budget import AnalysisBudget
from allocator.analysis.resolve import CompiledPlan, Resolved, Variant, at_most, deltas, none_of, resolve
from allocator.checking.relocations import Relocation, relocations
from allocator.checking.verify import VerifiedPlan
from allocator.domain.plan import GoalReport, PlanStatus
from allocator.domain.vocabulary import Permission
from allocator.problem.options import Option

ONE_LESS, NONE = "one-less", "none"
"""Names of the two questions about all exceptions together; no component is called so, as its key has a slash."""


@dataclass(frozen=True, slots=True)
class ExceptionPrice:
    """What goes with an exception: ``deltas`` of every goal without it, better for nobody but the policy.

    ``goals`` are those pursued again, with their bounds; ``moves`` who stands elsewhere, comes or goes.
    """

    without: str
    space_id: str | None
    status: PlanStatus
    deltas: Mapping[str, int]
    goals: tuple[GoalReport, ...]
    moves: tuple[Relocation, ...]


@dataclass(frozen=True, slots=True)
class Exceptions:
    """The exceptions of a plan one by one, then one less than there are, then none; ``undone`` ran out of time."""

    used: int
    budget: int | None
    bought: tuple[ExceptionPrice, ...]
    undone: tuple[str, ...]


def exceptions(verified: VerifiedPlan, means: AnalysisBudget, tiers: int | None = None) -> Exceptions:
    """Price of each exception in the first so many goals, all of them by default.

    Without one exception another component may take its turn; that is why their prices need not add up.
    """
    standing = CompiledPlan.of(verified)
    by_exception = [option for option in standing.options if _exceptional(standing, option)]
    asked = list(_variants(standing, by_exception, tiers))
    found = resolve(asked, len(asked), means)
    sites = {option.component: "+".join(sorted(option.space_ids)) for option in by_exception}
    bought = tuple(_bought(standing, found[v.key], sites.get(v.key)) for v in asked if v.key in found)
    undone = tuple(variant.key for variant in asked if variant.key not in found)
    return Exceptions(len(by_exception), standing.problem.policy.exception_budget, bought, undone)


def _variants(standing: CompiledPlan, used: list[Option], tiers: int | None) -> Iterator[Variant]:
    for chosen in used:
        own = standing.problem.options_of[chosen.component]
        yield standing.with_rows(
            chosen.component, [none_of((o for o in own if _exceptional(standing, o)), "asked/without")], tiers
        )
    every = [option for option in standing.problem.options if _exceptional(standing, option)]
    if len(used) > 1:
        yield standing.with_rows(ONE_LESS, [at_most(every, len(used) - 1, "asked/one-less")], tiers)
    if used:
        yield standing.with_rows(NONE, [at_most(every, 0, "asked/none")], tiers)


def _exceptional(standing: CompiledPlan, option: Option) -> bool:
    problem, component = standing.problem, standing.problem.components[option.component]
    exceptional = problem.permission(component, option.space_id) is Permission.EXCEPTION
    return exceptional and component.like is None


def _bought(standing: CompiledPlan, resolved: Resolved, space_id: str | None) -> ExceptionPrice:
    verified = standing.verified
    after = resolved.verified
    moved = relocations(verified.problem, verified.plan, after.plan) if after else ()
    return ExceptionPrice(resolved.key, space_id, resolved.status, deltas(resolved, verified), resolved.goals, moved)
