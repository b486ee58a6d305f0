"""Rule pinned."""

from collections.abc import Iterator

from allocator.plan import Breach, Plan
from allocator.problem import Problem
from allocator.rules.base import Choose, NamedRow, Rule

OUT = "barred"


class Pinned(Rule):
    """What is locked in stays where it is locked, and what is locked out stays out.

    A pin names a space, a park or a district, and means that the component must be placed there, all of it; a bar means
    that no part of it may be.  Contracted tenancies hold their floor in the rules floor-area and utilities.
    """

    id = "pinned"
    whole_plan = True
    title_zh = "锁定与排除"
    title_en = "Locked in and locked out"
    formula = (
        r"\sum_{o \in O_c,\, s(o) \in \text{pin}(c)} z_o = 1, \qquad "
        r"\sum_{o \in O_c,\, s(o) \in \text{bar}(c)} z_o = 0"
    )
    source = ("DESIGN-4.9",)

    def formulate(self, problem: Problem, choose: Choose) -> Iterator[NamedRow]:
        """One row per pinned component, and one per component with bars."""
        for component in problem.components.values():
            options = problem.options_of[component.key]
            if component.pinned_to is not None:
                there = (o for o in options if component.pinned_to in problem.places_shared(o.space_ids))
                yield f"{component.key}@{component.pinned_to}", choose.sum_of(there) == 1
            if component.barred_from:
                out = (o for o in options if component.barred_from & problem.places_touched(o.space_ids))
                yield f"{component.key}/{OUT}", choose.sum_of(out) <= 0

    def check(self, problem: Problem, plan: Plan) -> Iterator[Breach]:
        """Compare the places of each assignment with the pins and bars of its component."""
        where = {p.component.key: p.assignment.space_ids for p in problem.placements(plan)}
        for component in problem.components.values():
            spaces = where.get(component.key, frozenset())
            places = problem.places_touched(spaces)
            if component.pinned_to is not None and component.pinned_to not in problem.places_shared(spaces):
                found = "+".join(sorted(spaces)) or "not placed"
                yield Breach(self.id, f"{component.key}@{component.pinned_to}", found, component.pinned_to)
            if component.barred_from & places:
                barred = "|".join(sorted(component.barred_from & places))
                yield Breach(self.id, f"{component.key}/{OUT}", barred, "not there")

    def explain(self, problem: Problem, breach: Breach) -> str:
        """Name the component, where it is, and where it is locked."""
        if breach.where.endswith(f"/{OUT}"):
            key = breach.where.removesuffix(f"/{OUT}")
            return f"Component {key} is barred from {breach.measured} but placed there."
        key = breach.where.rsplit("@", 1)[0]
        return f"Component {key} is locked to {breach.limit}; found: {breach.measured}."
