"""Rule placed-once."""

from collections import Counter
from collections.abc import Iterator

from allocator.domain.plan import Breach, Plan
from allocator.problem.plan_index import Reach
from allocator.problem.problem import Problem
from allocator.rules.base import Choose, NamedRow, PartBreach, Rule


class PlacedOnce(Rule):
    """All components of a project are placed, each in exactly one space from one month, or none is.

    A firm that gets its laboratory but not its factory has no project; the policy asks for whole chains
    from research to production.  A tenant who may move is placed once, or stays where it sits.
    """

    id = "placed-once"
    reach = Reach.PROJECT
    part_breach = PartBreach.IGNORED
    defining = True
    title_zh = "整体落位,每个组成部分恰好一处"
    title_en = "All components in one place each, or none"
    formula = r"\sum_{o \in O_c} z_o = y_{p(c)} \quad \forall c \in C"
    source = ("DESIGN-4.1",)

    def formulate(self, problem: Problem, choose: Choose) -> Iterator[NamedRow]:
        """One equation per component."""
        for component in problem.components.values():
            chosen = choose.sum_of(problem.options_of[component.key])
            yield component.key, chosen == choose.placed(component.project_id)

    def check(self, problem: Problem, plan: Plan) -> Iterator[Breach]:
        """Count the places of each component of a project of which something is placed."""
        places = Counter(assignment.key for assignment in plan.assignments)
        for project in problem.projects:
            if project.project_id in plan.placed_projects:
                for component in project.components:
                    if places[component.key] != 1:
                        yield Breach(self.id, component.key, places[component.key], 1)
        for tenant in problem.tenants.values():
            if places[tenant.seat.key] > 1:
                yield Breach(self.id, tenant.seat.key, places[tenant.seat.key], 1)

    def explain(self, problem: Problem, breach: Breach) -> str:
        """Say how often the component is placed."""
        return f"Component {breach.where} is placed {breach.measured} times; a placed project has each exactly once."
