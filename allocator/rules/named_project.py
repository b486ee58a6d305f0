"""Rule named-project."""

from collections.abc import Iterator
from dataclasses import replace

from allocator.domain.entities import Project
from allocator.domain.plan import Breach, Plan
from allocator.domain.policy import read_joined
from allocator.problem.plan_index import Reach
from allocator.problem.problem import Problem
from allocator.rules.base import Choose, NamedRow, PartBreach, Rule, component_and_district
from allocator.rules.limits import Edit, Limit, Loosened


class NamedProjectSited(Rule):
    """A project that the policy sites by name goes to the district that the policy names.

    Compact proton therapy to Pingshan, the device CDMO platform to Longhua, the core work of the domestic
    high-throughput gene sequencer to Yantian.  A sentence whose district the registry does not have says nothing
    there, and a firm that has signed a lease elsewhere is not sent away.
    """

    id = "named-project"
    title_zh = "政策点名项目的区位"
    title_en = "Projects that the policy sites by name"
    formula = r"z_o = 0 \quad \forall o: c(o) \in N,\ d_{s(o)} \ne \delta(c(o))"
    source = ("P-ROLE-PS", "P-ROLE-LH", "P-ROLE-YT")
    short = ("点名区位", "site named by the policy")
    reach = Reach.PROJECT
    part_breach = PartBreach.GROWING

    def formulate(self, problem: Problem, choose: Choose) -> Iterator[NamedRow]:
        """One row per named component and sentence with an option elsewhere."""
        for key, sentences in problem.named_districts.items():
            for named in sentences:
                elsewhere = [
                    option
                    for option in problem.options_of[key]
                    if problem.district_of(option.space_id).adcode != named.district
                ]
                if elsewhere:
                    yield f"{key}/{named.district}", choose.sum_of(elsewhere) <= 0

    def check(self, problem: Problem, plan: Plan) -> Iterator[Breach]:
        """Compare the district of each assignment with the one that the policy names."""
        there = [named for named in problem.policy.named_projects if named.district in problem.registry.districts]
        for placement in problem.requests_in(plan):
            project = problem.project_by_id[placement.component.project_id]
            for named in there:
                if placement.component.lease is not None:
                    continue
                if named.covers(project) and placement.component.function in named.functions:
                    adcode = problem.district_of(placement.space.space_id).adcode
                    if adcode != named.district:
                        yield Breach(self.id, f"{placement.component.key}/{named.district}", adcode, named.district)

    def explain(self, problem: Problem, breach: Breach) -> str:
        """Name both districts."""
        named = problem.registry.districts[str(breach.limit)].name_en
        here = problem.registry.districts[str(breach.measured)].name_en
        key = breach.where.removesuffix(f"/{breach.limit}")
        return f"Component {key} stands in {here}; the policy sites it in {named}."

    def concerns(self, problem: Problem, project: Project) -> bool:
        """Every project that the policy sites by name."""
        return any(part.key in problem.named_districts for part in project.components)

    def limit_of(self, problem: Problem, where: str) -> Limit:
        """The sentences of the policy that site the component there."""
        key, adcode = component_and_district(problem, where)
        sentences = {id(named) for named in problem.named_districts[key] if named.district == adcode}
        names = [name for name, named in problem.policy.named_sites.items() if id(named) in sentences]
        return Limit(f"{self.id}/{'+'.join(names)}@{adcode}")

    def loosen(self, problem: Problem, limit: Limit, amount: int) -> Loosened:
        """Drop the sentences."""
        sites = problem.policy.named_sites
        lifted = list(read_joined(limit.where, sites))
        kept = tuple(named for name, named in sites.items() if name not in lifted)
        edit = Edit("policy", "+".join(lifted), "named_projects", limit.where, None)
        return replace(problem, policy=replace(problem.policy, named_projects=kept)), edit
