"""Rule reserve."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from allocator.domain.entities import Component, Project
from allocator.domain.months import format_month
from allocator.domain.plan import Assignment, Breach, Plan
from allocator.domain.policy import Reserve
from allocator.problem.options import Option
from allocator.problem.plan_index import Part, PlanIndex, Sites
from allocator.problem.problem import Problem
from allocator.rules.base import Choose, Compared, NamedRow, PartBreach, SharedByMonth
from allocator.rules.limits import Edit, Limit, Loosened, exchanged
from allocator.rules.peak_months import phases
from allocator.rules.usage_profile import Held, levels


class Reserved(SharedByMonth):
    """Until a date, so much floor of a place is held back for projects of certain tiers.

    The others share what is left of the free floor there; where less is free than held back, they get none.  A tenant
    who moves there is one of the others; what a tenant leaves there is not shared out before the date.  A firm that has
    signed a lease there counts as a tenancy.
    """

    id = "reserve"
    title_zh = "为重大项目预留的空间"
    title_en = "Floor held back for major projects"
    formula = (
        r"\sum_{o \ni t,\, p(o) \notin M_R} a_{oR} z_o \le "
        r"\max\Bigl(0, \sum_{s \in R} (A_s - T_{st}) - H_R\Bigr) \quad \forall R,\ t < \theta_R"
    )
    source = ("P-PRIORITY", "DESIGN-4.8")
    short = ("预留", "reserve")
    part_breach = PartBreach.GROWING

    def formulate(self, problem: Problem, choose: Choose) -> Iterator[NamedRow]:
        """One row per reserve and month before its end in which use may grow."""
        for name, reserve in problem.policy.named_reserves.items():
            covered = _covered(problem, reserve)
            there = {o.index: o for space_id in covered for o in problem.options_in[space_id]}
            floor = {index: _taken_m2(problem, reserve, covered, there[index]) for index in sorted(there)}
            others = [there[i] for i, area in floor.items() if area and there[i].start < reserve.until]
            held = [lease for lease in _held(problem, reserve, covered) if lease[0] < reserve.until]
            for month, active, taken in phases(others, held):
                used = choose.sum_of(active, partial(_known_m2, floor))
                yield f"{name}/{format_month(month)}", used <= _left(problem, reserve, covered, taken)

    def check(self, problem: Problem, plan: Plan) -> Iterator[Breach]:
        """Add up what others let there in every month before the reserve ends."""
        for name, reserve in problem.policy.named_reserves.items():
            covered = _covered(problem, reserve)
            wanted = [
                (p.start, min(p.end, reserve.until), _taken_m2(problem, reserve, covered, p.assignment))
                for p in problem.placements(plan)
            ]
            for month, let, held in levels(
                (w for w in wanted if w[0] < w[1] and w[2]), _held(problem, reserve, covered)
            ):
                left = _left(problem, reserve, covered, held)
                if let > left:
                    yield Breach(self.id, f"{name}/{format_month(month)}", let, left)

    def compared(self, problem: Problem, breach: Breach, option: Option) -> Compared:
        """Floor asked for there, what is open to it, and until when the rest is held back."""
        name = breach.where.rsplit("/", 1)[0]
        reserve = problem.policy.named_reserves[name]
        asked = _taken_m2(problem, reserve, _covered(problem, reserve), option)
        return Compared.of_share(asked, breach, "m2", name, format_month(reserve.until))

    def explain(self, problem: Problem, breach: Breach) -> str:
        """Say how much others take and how much is left to them."""
        name, month = breach.where.rsplit("/", 1)
        return f"In {month} others let {breach.measured} m² where reserve {name} leaves them {breach.limit} m²."

    def affected(self, index: PlanIndex, sites: Sites) -> Part:
        """What stands where floor is held back that the sites would take from."""
        problem = index.problem
        entered = problem.places_touched(space_id for site in sites for space_id in site.space_ids)
        held = {reserve.place for reserve in problem.policy.reserves} & entered
        if not held:
            return index.nothing()
        return index.part_with(sites, (a for a in index.plan.assignments if held & problem.places_touched(a.space_ids)))

    def asked_by(self, project: Project, place: str) -> int:
        """Floor of all components, m²."""
        return sum(part.floor_area_m2 for part in project.components)

    def loosen(self, problem: Problem, limit: Limit, amount: int) -> Loosened:
        """Hold back less floor."""
        now = problem.policy.named_reserves[limit.where]
        less = replace(now, floor_area_m2=now.floor_area_m2 - amount)
        policy = replace(problem.policy, reserves=exchanged(problem.policy.reserves, now, less))
        edit = Edit("reserve", limit.where, "floor_area_m2", now.floor_area_m2, less.floor_area_m2)
        return replace(problem, policy=policy), edit


def _covered(problem: Problem, reserve: Reserve) -> frozenset[str]:
    """Spaces that the reserve speaks of."""
    return frozenset(
        space.space_id
        for space in problem.registry.spaces.values()
        if reserve.place in problem.places_of(space.space_id) and (not reserve.kinds or space.kind in reserve.kinds)
    )


def _taken_m2(problem: Problem, reserve: Reserve, covered: frozenset[str], use: Option | Assignment) -> int:
    """Floor that somebody takes there for whom nothing is held back; 0 for everybody else.

    Who has signed a lease there holds it like a tenancy: it is not shared out.
    """
    if _component(problem, use).lease is not None:
        return 0
    project = problem.project_by_id.get(use.project_id)
    if project is not None and project.tier in reserve.tiers:
        return 0
    return sum(area for space_id, area in use.pieces if space_id in covered)


def _component(problem: Problem, use: Option | Assignment) -> Component:
    return problem.components[use.component if isinstance(use, Option) else use.key]


def _known_m2(floor: Mapping[int, int], option: Option) -> int:
    return floor[option.index]


def _held(problem: Problem, reserve: Reserve, covered: frozenset[str]) -> list[Held]:
    """What tenancies hold there, and firms that have signed and for whom nothing is held back."""
    tenancies = [(t.since, t.until, t.floor_area_m2) for t in problem.registry.tenancies if t.space_id in covered]
    return tenancies + [
        (part.lease.start, part.lease_end(part.lease.start), area)
        for project in problem.projects
        for part in project.components
        if part.lease is not None and project.tier not in reserve.tiers
        for space_id, area in part.lease.pieces
        if space_id in covered
    ]


def _left(problem: Problem, reserve: Reserve, covered: frozenset[str], taken: int) -> int:
    return max(0, problem.registry.stock_m2(covered) - taken - reserve.floor_area_m2)
