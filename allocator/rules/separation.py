"""Rule separation."""

from collections import defaultdict
from collections.abc import Hashable, Iterator
from itertools import product

from allocator.linear import total
from allocator.options import Option
from allocator.plan import Breach, Plan
from allocator.policy import Separation
from allocator.problem import Placement, Problem
from allocator.rules.base import Choose, NamedRow, Rule


class Separations(Rule):
    """What emits a hazard and what is sensitive to it are never at the same time in one place, or in parks too near.

    The place is a building or a park, as the policy says for the hazard; the least distance between two parks is in
    metres, straight lines in EPSG:4547.  Where a machine stands within its park is not known, so a distance of some ten
    metres is kept by building.
    """

    id = "separation"
    whole_plan = True
    title_zh = "危害源与敏感用途分隔"
    title_en = "Emitters apart from the sensitive"
    formula = (
        r"z_o + \sum_{o' \in O_{c'},\, o' \parallel o,\, s(o') \in N_h(s(o))} z_{o'} \le 1 \quad "
        r"\forall h,\ c \text{ emits } h,\ o \in O_c,\ c' \ne c \text{ sensitive to } h"
    )
    source = ("P-EIA", "DESIGN-4.7")

    def formulate(self, problem: Problem, choose: Choose) -> Iterator[NamedRow]:
        """Per hazard, option of an emitter and sensitive component: not both near each other at one time."""
        for apart in problem.policy.separations:
            emitting = [o for o in problem.options if apart.hazard in problem.components[o.component].emits]
            sensitive: dict[str, list[Option]] = defaultdict(list)
            for option in problem.options:
                if apart.hazard in problem.components[option.component].sensitive_to:
                    sensitive[problem.park_of(option.space_id).park_id].append(option)
            for option in emitting:
                others: dict[str, list[Option]] = defaultdict(list)
                for other in _near(problem, apart, option, sensitive):
                    if _meet(option, other) and other.component != option.component:
                        others[other.component].append(other)
                for key, near in others.items():
                    chosen = choose.option(option) + total(choose.option(other) for other in near)
                    yield f"{apart.hazard.value}/{option.name}/{key}", chosen <= 1

    def check(self, problem: Problem, plan: Plan) -> Iterator[Breach]:
        """Look at every pair of an emitter and a sensitive neighbour."""
        placements = problem.placements(plan)
        for apart in problem.policy.separations:
            emitting = [p for p in placements if apart.hazard in p.component.emits]
            sensitive = [p for p in placements if apart.hazard in p.component.sensitive_to]
            for source, target in product(emitting, sensitive):
                if source.component is not target.component and _meet(source, target):
                    where = f"{apart.hazard.value}/{source.component.key}/{target.component.key}"
                    yield from _clash(self.id, where, problem, apart, (source, target))

    def explain(self, problem: Problem, breach: Breach) -> str:
        """Name the hazard and both components, and how near they stand."""
        hazard, keys = breach.where.split("/", 1)
        stand = f"stand {breach.measured} m apart, less than {breach.limit} m"
        shared = stand if isinstance(breach.measured, int) else f"share {breach.measured}"
        return f"{keys}: one emits {hazard}, the other is sensitive to it, and they {shared}."


def _clash(
    rule_id: str, where: str, problem: Problem, apart: Separation, pair: tuple[Placement, Placement]
) -> Iterator[Breach]:
    first, second = (placement.space for placement in pair)
    if _place(problem, apart, first.space_id) == _place(problem, apart, second.space_id):
        yield Breach(rule_id, where, f"one {apart.scope.value}", f"not one {apart.scope.value}")
    elif first.park_id != second.park_id:
        metres = problem.registry.distance_m[first.park_id, second.park_id] if apart.least_m else 0
        if metres < apart.least_m:
            yield Breach(rule_id, where, metres, apart.least_m)


def _meet(first: Option | Placement, second: Option | Placement) -> bool:
    return first.start < second.end and second.start < first.end


def _place(problem: Problem, apart: Separation, space_id: str) -> Hashable:
    space = problem.registry.spaces[space_id]
    return space.building_key if apart.scope.value == "building" else space.park_id


def _near(problem: Problem, apart: Separation, option: Option, sensitive: dict[str, list[Option]]) -> Iterator[Option]:
    """Options of the sensitive in the same place, and in other parks that are too near."""
    here = problem.park_of(option.space_id).park_id
    place = _place(problem, apart, option.space_id)
    yield from (o for o in sensitive.get(here, ()) if _place(problem, apart, o.space_id) == place)
    if apart.least_m:
        for park_id, others in sensitive.items():
            if park_id != here and problem.between_m(here, park_id) < apart.least_m:
                yield from others
