"""Rule positioning."""

from collections.abc import Iterator
from dataclasses import replace

from allocator.domain.entities import Project
from allocator.domain.plan import Breach, Plan
from allocator.domain.vocabulary import Permission
from allocator.linear.expressions import total
from allocator.problem.options import Option
from allocator.problem.plan_index import Part, PlanIndex, Reach, Sites
from allocator.problem.problem import Placement, Problem
from allocator.rules.base import Choose, Compared, NamedRow, PartBreach, Rule, Sides, component_and_district
from allocator.rules.limits import Edit, Limit, Loosened, raised_policy_number

BUDGET = "exception-budget"


class Positioning(Rule):
    """No function goes where the positioning forbids it, and no more components than budgeted go by exception.

    The five districts have roles in the south R&D, north manufacturing pattern; what each function may do in each
    district is an interpretation of those roles, kept as data.  An exception is possible, counted and reported
    one by one.  A tenant who moves stays in its district and is not judged, nor is a firm that
    has signed a lease.
    """

    id = "positioning"
    title_zh = "功能定位与例外额度"
    title_en = "Function by district, and the exception budget"
    formula = (
        r"z_o = 0 \quad \forall o: \pi(f_{c(o)}, d_{s(o)}) = \text{forbidden}; \qquad "
        r"\sum_{o: \pi = \text{exception}} z_o \le E"
    )
    source = ("P-NS-AXIS", "P-ROLE-NS", "P-ROLE-PS", "P-ROLE-LH", "P-ROLE-GM", "P-ROLE-YT")
    short = ("定位", "positioning")
    vocabulary = "permission"
    unit = "components"
    reach = Reach.DISTRICTS
    part_breach = PartBreach.GROWING

    def formulate(self, problem: Problem, choose: Choose) -> Iterator[NamedRow]:
        """One row per component and forbidden district, and one for the budget."""
        exceptions = []
        for component in (part for project in problem.projects for part in project.components):
            forbidden: dict[str, list[int]] = {}
            signed = component.lease is not None
            for position, option in enumerate(problem.options_of[component.key]):
                permission = problem.permission(component, option.space_id)
                if permission is Permission.FORBIDDEN and not signed:
                    forbidden.setdefault(problem.district_of(option.space_id).adcode, []).append(position)
                elif permission is Permission.EXCEPTION:
                    exceptions.append(choose.option(option))
            options = problem.options_of[component.key]
            for adcode, positions in forbidden.items():
                yield f"{component.key}/{adcode}", choose.sum_of(options[i] for i in positions) <= 0
        if problem.policy.exception_budget is not None:
            yield BUDGET, total(exceptions) <= problem.policy.exception_budget

    def check(self, problem: Problem, plan: Plan) -> Iterator[Breach]:
        """Look up what the positioning says of each assignment, and count the exceptions."""
        exceptions = 0
        for placement in problem.requests_in(plan):
            district = problem.district_of(placement.space.space_id)
            permission = district.permissions[placement.component.function]
            exceptions += permission is Permission.EXCEPTION
            if permission is Permission.FORBIDDEN and placement.component.lease is None:
                function = placement.component.function
                yield Breach(self.id, f"{placement.component.key}/{district.adcode}", function.value, permission.value)
        budget = problem.policy.exception_budget
        if budget is not None and exceptions > budget:
            yield Breach(self.id, BUDGET, exceptions, budget)

    def compared(self, problem: Problem, breach: Breach, option: Option) -> Compared:
        """One exception and what the others leave of them, or the permission that it would need and the one it has."""
        if breach.where == BUDGET:
            return Compared.of_share(1, breach, "components")
        return Compared(Permission.ALLOWED.value, breach.limit)

    def explain(self, problem: Problem, breach: Breach) -> str:
        """Name the function and district, or the number of exceptions."""
        if breach.where == BUDGET:
            return f"The plan places {breach.measured} components by exception; the budget is {breach.limit}."
        key, adcode = component_and_district(problem, breach.where)
        district = problem.registry.districts[adcode]
        return f"Component {key} is {breach.measured}, which is forbidden in {district.name_en} ({district.role_en})."

    def sides(self, breach: Breach) -> Sides:
        """The exceptions and their budget, or the permission that a function needs and the one that it has."""
        return (breach.measured, breach.limit) if breach.where == BUDGET else (Permission.ALLOWED.value, breach.limit)

    def affected(self, index: PlanIndex, sites: Sites) -> Part:
        """What counts against the exception budget, and the sites."""
        problem = index.problem

        def by_exception(placement: Placement) -> bool:
            return problem.permission(placement.component, placement.space.space_id) is Permission.EXCEPTION

        return problem, index.with_sites(index.selected(self.id, by_exception), sites)

    def concerns(self, problem: Problem, project: Project) -> bool:
        """Every project: where it may stand, and where it may not, follows from the positioning."""
        return True

    def limit_of(self, problem: Problem, where: str) -> Limit:
        """The exception budget, or what a function may not do in a district."""
        if where == BUDGET:
            return Limit(f"{self.id}/{where}", "exceptions")
        key, adcode = component_and_district(problem, where)
        return Limit(f"{self.id}/{problem.components[key].function.value}@{adcode}")

    def loosen(self, problem: Problem, limit: Limit, amount: int) -> Loosened:
        """Raise the exception budget, or allow the function in the district."""
        if limit.where == BUDGET:
            return raised_policy_number(problem, "exception_budget", amount)
        function, adcode = limit.where.split("@", 1)
        district = problem.registry.districts[adcode]
        permissions = {
            each: Permission.ALLOWED if each.value == function else permission
            for each, permission in district.permissions.items()
        }
        districts = {**problem.registry.districts, adcode: replace(district, permissions=permissions)}
        edit = Edit("district", adcode, f"permissions.{function}", Permission.FORBIDDEN.value, Permission.ALLOWED.value)
        return replace(problem, registry=replace(problem.registry, districts=districts)), edit
