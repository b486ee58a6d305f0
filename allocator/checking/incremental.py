"""Check and measure a change of one project in a plan that stands, only where the change can matter.

Each rule and goal says how far a change reaches (:class:`allocator.problem.plan_index.Reach`).  A test compares the
results with those of the whole plan.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property

from allocator.checking.verify import measure
from allocator.domain.plan import Assignment, Breach, Plan
from allocator.goals import BY_ID, goals_for
from allocator.problem.plan_index import PlanIndex, Reach, Sites
from allocator.rules import RULES, Rule


class IncrementalCheck(PlanIndex):
    """A plan in which the check found nothing, with what was found of it before."""

    @cached_property
    def _known(self) -> dict[object, list[Breach]]:
        return {}

    @cached_property
    def _sums(self) -> dict[object, int]:
        return {}

    @cached_property
    def goals(self) -> tuple[str, ...]:
        """The goals that have something to say about the problem."""
        return tuple(goal.id for goal in goals_for(self.problem))

    @cached_property
    def values(self) -> Mapping[str, int]:
        """Exact value of every goal that applies."""
        return measure(self.problem, self.plan)

    def without(self, project_id: str) -> "IncrementalCheck":
        """The plan without a project, all else staying."""
        if project_id not in self.of_project:
            return self
        return IncrementalCheck(
            self.problem, Plan(tuple(a for a in self.plan.assignments if a.project_id != project_id))
        )

    def breaches(self, sites: Sites, rules: Iterable[Rule] = RULES) -> list[Breach]:
        """What the plan breaks once components of one project are at the sites, all else staying."""
        return [breach for rule in rules for breach in self._check(rule, sites)]

    def breaks(self, sites: Sites, rules: Iterable[Rule] = RULES) -> bool:
        """Whether it breaks anything; stops at the first breach."""
        return any(self._check(rule, sites) for rule in rules)

    def _check(self, rule: Rule, sites: Sites) -> list[Breach]:
        if rule.reach is not Reach.DISTRICTS:
            return list(rule.check(*rule.affected(self, sites)))
        key = self._seen_by_district(rule.id, sites)
        if key not in self._known:
            self._known[key] = list(rule.check(*rule.affected(self, sites)))
        return self._known[key]

    def _seen_by_district(self, owner: str, sites: Sites) -> object:
        """Key under which a rule or goal of reach DISTRICTS has one answer."""
        return owner, *map(self._seen_from_afar, sites)

    def _seen_from_afar(self, site: Assignment) -> tuple[str, str, int, bool]:
        published = self.problem.published_by_component.get(site.key)
        stays = published is not None and published.space_ids == site.space_ids
        return site.key, self.problem.park_of(site.space_id).district, site.total_m2, stays

    def deltas(self, sites: Sites) -> dict[str, int]:
        """Change of every goal that applies once components of one project are at the sites."""
        return {goal_id: self.delta(goal_id, sites) for goal_id in self.goals}

    def delta(self, goal_id: str, sites: Sites) -> int:
        """Change of one goal; goals that reach farther than a park are measured over the whole plan."""
        goal = BY_ID[goal_id]
        match goal.reach:
            case Reach.PROJECT:
                problem, after = self.part(Reach.PROJECT, sites)
                return goal.measure(problem, after) - goal.measure(problem, Plan(tuple(self._own(sites))))
            case Reach.SPACES | Reach.PARKS:
                before = self._around(sites, whole_parks=goal.reach is Reach.PARKS)
                after = self.with_sites(before.assignments, sites)
                return goal.measure(self.problem, after) - goal.measure(self.problem, before)
            case Reach.DISTRICTS:
                key = self._seen_by_district(goal_id, sites)
                if key not in self._sums:
                    self._sums[key] = self._whole_delta(goal_id, sites)
                return self._sums[key]
            case _:
                return self._whole_delta(goal_id, sites)

    def _whole_delta(self, goal_id: str, sites: Sites) -> int:
        return BY_ID[goal_id].measure(self.problem, self.changed(sites)) - self.values[goal_id]

    def _own(self, sites: Sites) -> list[Assignment]:
        return self.of_project.get(sites[0].project_id, []) if sites else []

    def _around(self, sites: Sites, *, whole_parks: bool) -> Plan:
        """What stands in the spaces, or the whole parks, that the project leaves or enters, and the rest of it."""
        own = self._own(sites)
        spaces = dict.fromkeys(space_id for site in (*own, *sites) for space_id, _ in site.pieces)
        if whole_parks:
            parks = {self.problem.registry.spaces[space_id].park_id: None for space_id in spaces}
            return Plan.of(dict.fromkeys([*own, *(a for park_id in parks for a in self.in_park.get(park_id, ()))]))
        return Plan.of(dict.fromkeys([*own, *(a for s in spaces for a in self.in_space.get(s, ()))]))
