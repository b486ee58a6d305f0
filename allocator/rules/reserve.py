"""Rule reserve."""

from collections.abc import Iterator

from allocator.linear import total
from allocator.months import format_month
from allocator.options import Option
from allocator.plan import Assignment, Breach, Plan
from allocator.policy import Reserve
from allocator.problem import Problem
from allocator.rules.base import Choose, NamedRow, Rule
from allocator.rules.levels import Held, levels
from allocator.rules.phases import phases


class Reserved(Rule):
    """Until a date, so much floor of a place is held back for projects of certain tiers.

    The others share what is left of the free floor there; where less is free than held back, they get none.  A tenant
    who moves there is one of the others; what a tenant leaves there is not shared out before the date.
    """

    id = "reserve"
    whole_plan = True
    title_zh = "为重大项目预留的空间"
    title_en = "Floor held back for major projects"
    formula = (
        r"\sum_{o \ni t,\, p(o) \notin M_R} a_{oR} z_o \le "
        r"\max\Bigl(0, \sum_{s \in R} (A_s - T_{st}) - H_R\Bigr) \quad \forall R,\ t < \theta_R"
    )
    source = ("P-PRIORITY", "DESIGN-4.8")

    def formulate(self, problem: Problem, choose: Choose) -> Iterator[NamedRow]:
        """One row per reserve and month before its end in which use may grow."""
        for reserve in problem.policy.reserves:
            others = [o for o in problem.options if o.start < reserve.until and _taken_m2(problem, reserve, o)]
            held = [lease for lease in _held(problem, reserve) if lease[0] < reserve.until]
            for month, active, taken in phases(others, held):
                used = total(_taken_m2(problem, reserve, option) * choose.option(option) for option in active)
                yield f"{reserve.name}/{format_month(month)}", used <= _left(problem, reserve, taken)

    def check(self, problem: Problem, plan: Plan) -> Iterator[Breach]:
        """Add up what others let there in every month before the reserve ends."""
        for reserve in problem.policy.reserves:
            wanted = [
                (p.start, min(p.end, reserve.until), _taken_m2(problem, reserve, p.assignment))
                for p in problem.placements(plan)
            ]
            for month, let, held in levels((w for w in wanted if w[0] < w[1] and w[2]), _held(problem, reserve)):
                left = _left(problem, reserve, held)
                if let > left:
                    yield Breach(self.id, f"{reserve.name}/{format_month(month)}", let, left)

    def explain(self, problem: Problem, breach: Breach) -> str:
        """Say how much others take and how much is left to them."""
        name, month = breach.where.rsplit("/", 1)
        return f"In {month} others let {breach.measured} m² where reserve {name} leaves them {breach.limit} m²."


def _taken_m2(problem: Problem, reserve: Reserve, use: Option | Assignment) -> int:
    """Floor that somebody takes there for whom nothing is held back; 0 for everybody else."""
    project = problem.project_by_id.get(use.project_id)
    if project is not None and project.tier in reserve.tiers:
        return 0
    return sum(area for space_id, area in use.pieces if _covers(problem, reserve, space_id))


def _covers(problem: Problem, reserve: Reserve, space_id: str) -> bool:
    kind = problem.registry.spaces[space_id].kind
    return reserve.place in problem.places_of(space_id) and (not reserve.kinds or kind in reserve.kinds)


def _held(problem: Problem, reserve: Reserve) -> list[Held]:
    return [
        (t.since, t.until, t.floor_area_m2) for t in problem.registry.tenancies if _covers(problem, reserve, t.space_id)
    ]


def _left(problem: Problem, reserve: Reserve, taken: int) -> int:
    floor = sum(s.floor_area_m2 for s in problem.registry.spaces.values() if _covers(problem, reserve, s.space_id))
    return max(0, floor - taken - reserve.floor_area_m2)
