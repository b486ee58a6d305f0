"""Rule pinned."""

from collections.abc import Iterator
from dataclasses import replace

from allocator.domain.entities import Project
from allocator.domain.months import format_month
from allocator.domain.plan import Assignment, Breach, Plan
from allocator.problem.plan_index import Reach
from allocator.problem.problem import Problem
from allocator.rules.base import Choose, NamedRow, Rule
from allocator.rules.limits import Edit, Limit, Loosened, with_component

OUT = "barred"
BEGUN = "begun"


class Pinned(Rule):
    """What is locked in stays where it is locked, and what is locked out stays out.

    A pin names a space, a park or a district, and means that the component must be placed there, all of it; a bar means
    that no part of it may be.  A published lease that has begun is locked in where it is, from its own month.
    Contracted tenancies hold their floor in the rules floor-area and utilities.
    """

    id = "pinned"
    title_zh = "锁定与排除"
    title_en = "Locked in and locked out"
    formula = (
        r"\sum_{o \in O_c,\, s(o) \in \text{pin}(c)} z_o = 1, \qquad "
        r"\sum_{o \in O_c,\, s(o) \in \text{bar}(c)} z_o = 0, \qquad z_{o_c} = 1 \ (c \text{ has begun})"
    )
    source = ("DESIGN-4.9",)
    reach = Reach.PROJECT

    def formulate(self, problem: Problem, choose: Choose) -> Iterator[NamedRow]:
        """One row per pinned component, one per component with bars, and one per lease that has begun."""
        for component in problem.components.values():
            options = problem.options_of[component.key]
            if component.pinned_to is not None:
                there = (o for o in options if component.pinned_to in problem.places_shared(o.space_ids))
                yield f"{component.key}@{component.pinned_to}", choose.sum_of(there) == 1
            if component.barred_from:
                out = (o for o in options if component.barred_from & problem.places_touched(o.space_ids))
                yield f"{component.key}/{OUT}", choose.sum_of(out) <= 0
            if (begun := problem.fixed.get(component.key)) is not None:
                same = (o for o in options if (o.space_ids, o.start) == (begun.space_ids, begun.start))
                yield f"{component.key}/{BEGUN}", choose.sum_of(same) == 1

    def check(self, problem: Problem, plan: Plan) -> Iterator[Breach]:
        """Compare the places of each assignment with the pins and bars of its component."""
        where = {p.component.key: p.assignment for p in problem.placements(plan)}
        for component in problem.components.values():
            made = where.get(component.key)
            spaces = made.space_ids if made else frozenset()
            places = problem.places_touched(spaces)
            if component.pinned_to is not None and component.pinned_to not in problem.places_shared(spaces):
                found = "+".join(sorted(spaces)) or "not placed"
                yield Breach(self.id, f"{component.key}@{component.pinned_to}", found, component.pinned_to)
            if component.barred_from & places:
                barred = "|".join(sorted(component.barred_from & places))
                yield Breach(self.id, f"{component.key}/{OUT}", barred, "not there")
            begun = problem.fixed.get(component.key)
            if begun is not None and (made is None or _site(made) != _site(begun)):
                found = _site(made) if made else "not placed"
                yield Breach(self.id, f"{component.key}/{BEGUN}", found, _site(begun))

    def explain(self, problem: Problem, breach: Breach) -> str:
        """Name the component, where it is, and where it is locked."""
        if breach.where.endswith(f"/{OUT}"):
            key = breach.where.removesuffix(f"/{OUT}")
            return f"Component {key} is barred from {breach.measured} but placed there."
        if breach.where.endswith(f"/{BEGUN}"):
            key = breach.where.removesuffix(f"/{BEGUN}")
            return f"The lease of component {key} has begun: {breach.limit}; found: {breach.measured}."
        key = breach.where.removesuffix(f"@{breach.limit}")
        return f"Component {key} is locked to {breach.limit}; found: {breach.measured}."

    def concerns(self, problem: Problem, project: Project) -> bool:
        """Every project with a pin or a bar."""
        return any(part.pinned_to or part.barred_from for part in project.components)

    def loosen(self, problem: Problem, limit: Limit, amount: int) -> Loosened:
        """Drop the pin, the bars, or the lock of a lease that has begun."""
        if limit.where.endswith(f"/{OUT}"):
            component = problem.components[limit.where.removesuffix(f"/{OUT}")]
            bars = ";".join(sorted(component.barred_from))
            edit = Edit("component", component.key, "barred_from", bars, None)
            return with_component(problem, replace(component, barred_from=frozenset())), edit
        if limit.where.endswith(f"/{BEGUN}"):
            key = limit.where.removesuffix(f"/{BEGUN}")
            loose = tuple(replace(each, fixed=each.fixed and each.assignment.key != key) for each in problem.published)
            return replace(problem, published=loose), Edit("published", key, "fixed", "true", None)
        component = next(c for c in problem.components.values() if limit.where == f"{c.key}@{c.pinned_to}")
        edit = Edit("component", component.key, "pinned_to", component.pinned_to, None)
        return with_component(problem, replace(component, pinned_to=None)), edit


def _site(made: Assignment) -> str:
    """Spaces and first month of a lease."""
    return f"{'+'.join(sorted(made.space_ids))} from {format_month(made.start)}"
