"""Rule floor-area."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from allocator.domain.entities import Project, Tenancy
from allocator.domain.months import format_month
from allocator.domain.plan import Breach, Plan
from allocator.problem.options import Option
from allocator.problem.plan_index import Reach, Sites
from allocator.problem.problem import Problem
from allocator.rules.base import Choose, Compared, NamedRow, PartBreach, SharedByMonth
from allocator.rules.limits import Edit, Limit, Loosened
from allocator.rules.peak_months import phases
from allocator.rules.tenant_occupancy import Capacity, Seat, fixed, held, seats, within
from allocator.rules.usage_profile import Held, levels


class FloorArea(SharedByMonth):
    """In no month may the floor let in a space exceed the floor that its tenancies leave free.

    Leases begin and end at different times, so the sum is taken in every month in which one may begin;
    between two such months floor only falls free.  A tenant whom the plan moves holds its old floor no longer.
    """

    id = "floor-area"
    title_zh = "任何月份不超出可用面积"
    title_en = "Never more floor than is free"
    formula = (
        r"\sum_{o \in O_s,\, o \ni t} a_{os} z_o + \sum_{\nu \in N_s,\, \nu \ni t} a_\nu (1 - y_\nu) "
        r"\le A_s - T_{st} \quad \forall s \in S,\ t \in \mathcal T_s"
    )
    source = ("DESIGN-4.2",)
    short = ("可用面积", "free floor")
    displaced = ("面积已由其他项目占用", "The floor is held by others")
    refused = ("面积由现有租户占用", "Sitting tenants hold the floor")
    needs = ("企业需 {needed}，空余 {offered}", "needs {needed}, {offered} free")
    reach = Reach.SPACES
    part_breach = PartBreach.GROWING
    capacity = True
    loosened_first = True  # more floor also leaves more beside a reserve

    def formulate(self, problem: Problem, choose: Choose) -> Iterator[NamedRow]:
        """One row per space and month in which use may grow."""
        for space_id, space in problem.registry.spaces.items():
            tenancies, options = problem.tenancies_of_space[space_id], problem.options_in[space_id]
            leases: list[Option | Seat] = [*options, *seats(problem, tenancies, _floor)] if options else []
            for month, active, taken in phases(leases, fixed(problem, tenancies, _floor)):
                free = Capacity(self.id, f"{space_id}/{format_month(month)}", space.floor_area_m2 - taken)
                yield from within(choose, free, active, partial(Option.area_in, space_id=space_id))

    def check(self, problem: Problem, plan: Plan) -> Iterator[Breach]:
        """Add up the floor in use in every month in which an assignment begins or ends."""
        placed: dict[str, list[Held]] = defaultdict(list)
        for placement in problem.placements(plan):
            for space_id, area_m2 in placement.assignment.pieces:
                placed[space_id].append((placement.start, placement.end, area_m2))
        for space_id, wanted in placed.items():
            area = problem.registry.spaces[space_id].floor_area_m2
            sitting = held(problem, plan, problem.tenancies_of_space[space_id], _floor)
            for month, let, taken in levels(wanted, sitting):
                if let and let > area - taken:
                    yield Breach(self.id, f"{space_id}/{format_month(month)}", let, area - taken)

    def compared(self, problem: Problem, breach: Breach, option: Option) -> Compared:
        """Floor asked for in the space, and what the others leave free there."""
        space_id = breach.where.rsplit("/", 1)[0]
        return Compared.of_share(option.area_in(space_id), breach, "m2", space_id)

    def explain(self, problem: Problem, breach: Breach) -> str:
        """Say how much floor is asked for and how much is free."""
        space_id, month = breach.where.rsplit("/", 1)
        return f"In {month} the plan lets {breach.measured} m² in space {space_id}, where {breach.limit} m² are free."

    def asked_by(self, project: Project, place: str) -> int:
        """Floor of all components, m²."""
        return sum(part.floor_area_m2 for part in project.components)

    def own_need(self, problem: Problem, place: str, sites: Sites) -> int:
        """Floor that the sites take in the space, m²."""
        return sum(area_m2 for site in sites for space_id, area_m2 in site.pieces if space_id == place)

    def loosen(self, problem: Problem, limit: Limit, amount: int) -> Loosened:
        """Give the space more floor."""
        space = problem.registry.spaces[limit.where]
        grown = replace(space, floor_area_m2=space.floor_area_m2 + amount)
        registry = replace(problem.registry, spaces={**problem.registry.spaces, space.space_id: grown})
        edit = Edit("space", space.space_id, "floor_area_m2", space.floor_area_m2, grown.floor_area_m2)
        return replace(problem, registry=registry), edit


def _floor(tenancy: Tenancy) -> int:
    return tenancy.floor_area_m2
