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
    """What emits a hazard and what is sensitive to it are never at the same time in one building, or in one park.

    How far apart is needed is data per hazard.  Distances of some ten metres are below what a registry of parks
    knows, so they are kept by building; a hazard that reaches farther is kept by park.
    """

    id = "separation"
    title_zh = "危害源与敏感用途分隔"
    title_en = "Emitters apart from the sensitive"
    formula = (
        r"z_o + \sum_{o' \in O_{c'},\, o' \parallel o,\, g(o') = g(o)} z_{o'} \le 1 \quad "
        r"\forall h,\ c \text{ emits } h,\ o \in O_c,\ c' \ne c \text{ sensitive to } h"
    )
    source = ("P-EIA", "DESIGN-4.7")

    def formulate(self, problem: Problem, choose: Choose) -> Iterator[NamedRow]:
        """Per hazard, option of an emitter and sensitive component: not both in one place at one time."""
        for apart in problem.policy.separations:
            emitting, sensitive = _grouped(problem, apart)
            for place, options in emitting.items():
                others: dict[str, list[Option]] = defaultdict(list)
                for option in sensitive.get(place, ()):
                    others[option.component].append(option)
                for option, (key, candidates) in product(options, others.items()):
                    near = [other for other in candidates if _meet(option, other)]
                    if near and key != option.component:
                        chosen = choose.option(option) + total(choose.option(other) for other in near)
                        yield f"{apart.hazard.value}/{option.name}/{key}", chosen <= 1

    def check(self, problem: Problem, plan: Plan) -> Iterator[Breach]:
        """Look at every pair of an emitter and a sensitive neighbour."""
        placements = problem.placements(plan)
        for apart in problem.policy.separations:
            emitting = [p for p in placements if apart.hazard in p.component.emits]
            sensitive = [p for p in placements if apart.hazard in p.component.sensitive_to]
            for source, target in product(emitting, sensitive):
                same = _place(problem, apart, source.space.space_id) == _place(problem, apart, target.space.space_id)
                if same and source.component is not target.component and _meet(source, target):
                    where = f"{apart.hazard.value}/{source.component.key}/{target.component.key}"
                    yield Breach(self.id, where, f"one {apart.scope.value}", f"not one {apart.scope.value}")

    def explain(self, problem: Problem, breach: Breach) -> str:
        """Name the hazard and both components."""
        hazard, *keys = breach.where.split("/", 1)
        return f"{keys[0]}: one emits {hazard}, the other is sensitive to it, and they share {breach.measured}."


def _meet(first: Option | Placement, second: Option | Placement) -> bool:
    return first.start < second.end and second.start < first.end


def _place(problem: Problem, apart: Separation, space_id: str) -> Hashable:
    space = problem.registry.spaces[space_id]
    return space.building_key if apart.scope.value == "building" else space.park_id


def _grouped(problem: Problem, apart: Separation) -> tuple[dict[Hashable, list[Option]], dict[Hashable, list[Option]]]:
    emitting: dict[Hashable, list[Option]] = defaultdict(list)
    sensitive: dict[Hashable, list[Option]] = defaultdict(list)
    for option in problem.options:
        component = problem.components[option.component]
        place = _place(problem, apart, option.space_id)
        if apart.hazard in component.emits:
            emitting[place].append(option)
        if apart.hazard in component.sensitive_to:
            sensitive[place].append(option)
    return emitting, sensitive
