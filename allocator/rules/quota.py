"""Rule quota."""

from collections.abc import Iterator
from dataclasses import replace
from operator import attrgetter

from allocator.domain.plan import Breach, Plan
from allocator.domain.policy import Quota
from allocator.domain.vocabulary import QuotaKind
from allocator.linear.expressions import Linear, Row
from allocator.problem.options import Option
from allocator.problem.plan_index import Reach
from allocator.problem.problem import Problem
from allocator.rules.base import Choose, Compared, NamedRow, PartBreach, Rule, Sides
from allocator.rules.limits import Edit, Limit, Loosened, exchanged

WHOLE_BP = 10_000


class Quotas(Rule):
    """Small firms get at least their share, no enterprise too much, and districts neither too little nor too much.

    A tier share is a least part of all floor placed; an enterprise share a most part of the whole stock of floor; a
    district's least and most are floor placed there.
    """

    id = "quota"
    title_zh = "份额与上下限"
    title_en = "Shares, floors and ceilings"
    formula = (
        r"\sum_{o:\, \tau \in M_q} a_o z_o \ge \sigma_q \sum_{o} a_o z_o; \quad "
        r"\sum_{o:\, e(o) = e} a_o z_o \le \sigma_q \sum_s A_s; \quad "
        r"L_q \le \sum_{o:\, d(o) = d_q} a_o z_o \le U_q"
    )
    source = ("P-TIER", "P-NS-AXIS", "DESIGN-4.10")
    short = ("份额", "quota")
    unit = "m2"
    reach = Reach.DISTRICTS
    part_breach = PartBreach.LASTING  # not growing: a share may grow with the next component
    of_batch = True

    def formulate(self, problem: Problem, choose: Choose) -> Iterator[NamedRow]:
        """One row per quota, and per enterprise for a ceiling on each."""
        for name, quota in problem.policy.named_quotas.items():
            yield from _rows(problem, choose, name, quota)

    def check(self, problem: Problem, plan: Plan) -> Iterator[Breach]:
        """Add up the floor of whoever the quota speaks of."""
        if not problem.policy.quotas:
            return
        placements = problem.requests_in(plan)
        area: dict[tuple[str, str], int] = {}
        for placement in placements:
            project = problem.project_by_id[placement.component.project_id]
            district = problem.district_of(placement.space.space_id).adcode
            for key in (("all", ""), ("tier", project.tier.value), ("firm", project.enterprise), ("in", district)):
                area[key] = area.get(key, 0) + placement.assignment.total_m2
        for name, quota in problem.policy.named_quotas.items():
            for where, measured, least, most in _measured(problem, name, quota, area):
                if measured < least or measured > most:
                    yield Breach(self.id, where, measured, least if measured < least else most)

    def compared(self, problem: Problem, breach: Breach, option: Option) -> Compared:
        """The option's floor and what the others leave under a ceiling; or the least asked for and what there is."""
        if int(breach.measured) > int(breach.limit):
            return Compared.of_share(option.area_m2, breach, "m2")
        return Compared(breach.limit, breach.measured, "m2")

    def explain(self, problem: Problem, breach: Breach) -> str:
        """Say how much floor was found and how much is allowed or asked for."""
        return f"Quota {breach.where}: {breach.measured} m² are placed; the limit is {breach.limit} m²."

    def sides(self, breach: Breach) -> Sides:
        """Of a least share the share and what is placed; of a ceiling what is placed and the ceiling."""
        above = float(breach.measured) > float(breach.limit)
        return (breach.measured, breach.limit) if above else (breach.limit, breach.measured)

    def limit_of(self, problem: Problem, where: str) -> Limit:
        """A least or most of a district, or a share; the rows of all enterprises are one limit."""
        firms = {project.enterprise for project in problem.projects}
        for name, quota in problem.policy.named_quotas.items():
            if quota.kind is QuotaKind.DISTRICT_AREA and where in {f"{name}/least", f"{name}/most"}:
                return Limit(f"{self.id}/{where}", self.unit, price=1)
            if quota.kind is QuotaKind.TIER_SHARE and where == name:
                return Limit(f"{self.id}/{name}", self.unit, WHOLE_BP, price=1)
            if quota.kind is QuotaKind.ENTERPRISE_SHARE and where in {f"{name}/{firm}" for firm in firms}:
                return Limit(f"{self.id}/{name}", self.unit, price=1)
        return Limit(f"{self.id}/{where}")

    def loosen(self, problem: Problem, limit: Limit, amount: int) -> Loosened:
        """Lower the least of the quota, or raise its most."""
        quotas = problem.policy.named_quotas
        name, side = limit.where, ""
        if name not in quotas or quotas[name].kind is QuotaKind.DISTRICT_AREA:
            name, _, side = limit.where.rpartition("/")
        quota = quotas[name]
        field, sign = _field(quota, side)
        now = getattr(quota, field)
        changed = replace(quota, **{field: now + sign * amount})
        policy = replace(problem.policy, quotas=exchanged(problem.policy.quotas, quota, changed))
        return replace(problem, policy=policy), Edit("quota", name, field, now, now + sign * amount)


def _field(quota: Quota, side: str) -> tuple[str, int]:
    """Field of a quota that loosens it, and the sign of the change."""
    match quota.kind:
        case QuotaKind.TIER_SHARE:
            return "share_bp", -1
        case QuotaKind.ENTERPRISE_SHARE:
            return "share_bp", 1
        case _:
            return ("least_m2", -1) if side == "least" else ("most_m2", 1)


def _rows(problem: Problem, choose: Choose, name: str, quota: Quota) -> Iterator[NamedRow]:
    def floor(options: Iterator[int]) -> Linear:
        return choose.sum_of((problem.requested[i] for i in options), attrgetter("area_m2"))

    every = range(len(problem.requested))
    tier_of = [problem.project_by_id[o.project_id].tier for o in problem.requested]
    match quota.kind:
        case QuotaKind.TIER_SHARE:
            theirs = floor(i for i in every if tier_of[i] in quota.tiers)
            yield name, WHOLE_BP * theirs >= (quota.share_bp or 0) * floor(iter(every))
        case QuotaKind.ENTERPRISE_SHARE:
            ceiling, theirs_of = _ceiling(problem, quota), _by_enterprise(problem)
            for enterprise, mine in theirs_of.items():
                yield f"{name}/{enterprise}", floor(iter(mine)) <= ceiling
        case QuotaKind.DISTRICT_AREA:
            there = (i for i in every if problem.district_of(problem.requested[i].space_id).adcode == quota.district)
            used = floor(there)
            yield from _between(name, quota, used)


def _by_enterprise(problem: Problem) -> dict[str, list[int]]:
    """Indices of the requested options of every enterprise, those without an option among them."""
    options: dict[str, list[int]] = {project.enterprise: [] for project in problem.projects}
    for index, option in enumerate(problem.requested):
        options[problem.project_by_id[option.project_id].enterprise].append(index)
    return options


def _between(name: str, quota: Quota, used: Linear) -> Iterator[tuple[str, Row]]:
    if quota.least_m2 is not None:
        yield f"{name}/least", used >= quota.least_m2
    if quota.most_m2 is not None:
        yield f"{name}/most", used <= quota.most_m2


def _ceiling(problem: Problem, quota: Quota) -> int:
    return problem.registry.stock_m2(problem.registry.spaces) * (quota.share_bp or 0) // WHOLE_BP


def _measured(
    problem: Problem, name: str, quota: Quota, area: dict[tuple[str, str], int]
) -> Iterator[tuple[str, int, int, int]]:
    """Where, floor measured, least and most allowed."""
    unlimited = 1 << 62
    match quota.kind:
        case QuotaKind.TIER_SHARE:
            theirs = sum(area.get(("tier", tier.value), 0) for tier in quota.tiers)
            least = -(-area.get(("all", ""), 0) * (quota.share_bp or 0) // WHOLE_BP)
            yield name, theirs, least, unlimited
        case QuotaKind.ENTERPRISE_SHARE:
            ceiling = _ceiling(problem, quota)
            for enterprise in dict.fromkeys(project.enterprise for project in problem.projects):
                yield f"{name}/{enterprise}", area.get(("firm", enterprise), 0), 0, ceiling
        case QuotaKind.DISTRICT_AREA:
            there = area.get(("in", quota.district or ""), 0)
            if quota.least_m2 is not None:
                yield f"{name}/least", there, quota.least_m2, unlimited
            if quota.most_m2 is not None:
                yield f"{name}/most", there, 0, quota.most_m2
