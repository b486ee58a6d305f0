"""A plan that stands, sorted by place, so that a change is checked and measured where it can matter and nowhere else.

Each rule says in :data:`LOOKS` how far a change can reach; a rule that is not listed sees the projects that share a
park with the change, or the whole plan if it says so itself.  A test holds the answers against the plain way.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from allocator.checking.verify import measure
from allocator.domain.entities import PARK_UTILITIES, Project, Tenancy
from allocator.domain.plan import Assignment, Breach, Plan
from allocator.domain.vocabulary import Permission
from allocator.goals import BY_ID, goals_for
from allocator.problem.problem import Problem
from allocator.rules import RULES, Rule

Sites = Sequence[Assignment]
"""Where components go; each leaves the site where it stands, if it stands."""


class PlanIndex:
    """A plan in which the check found nothing, with one problem per project that speaks of it alone."""

    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem = problem
        self.plan = plan
        self._alone: dict[str, Problem] = {}
        self._known: dict[object, list[Breach]] = {}
        self._sums: dict[object, int] = {}

    @cached_property
    def in_space(self) -> Mapping[str, list[Assignment]]:
        """Assignments by space id."""
        return _grouped(self.plan, lambda made: made.space_ids)

    @cached_property
    def in_park(self) -> Mapping[str, list[Assignment]]:
        """Assignments by park id."""
        return _grouped(self.plan, lambda made: (self.problem.registry.spaces[made.space_id].park_id,))

    @cached_property
    def of_project(self) -> Mapping[str, list[Assignment]]:
        """Assignments by project id."""
        return _grouped(self.plan, lambda made: (made.project_id,))

    @cached_property
    def tenants(self) -> list[Assignment]:
        """Sitting tenants whom the plan moves: they free floor where they sat."""
        moved = {tenant.project_id for tenant in self.problem.tenants.values()}
        return [made for made in self.plan.assignments if made.project_id in moved]

    @cached_property
    def exceptions(self) -> list[Assignment]:
        """Assignments that stand by exception to the positioning."""
        problem = self.problem
        return [
            placement.assignment
            for placement in problem.placements(self.plan)
            if problem.permission(placement.component, placement.space.space_id) is Permission.EXCEPTION
        ]

    @cached_property
    def housed(self) -> Mapping[str, list[Tenancy]]:
        """By place, the tenancies as the plan leaves them."""
        found: dict[str, list[Tenancy]] = defaultdict(list)
        for tenancy in self.problem.housed(self.plan):
            for place in self.problem.places_of(tenancy.space_id):
                found[place].append(tenancy)
        return found

    @cached_property
    def goals(self) -> tuple[str, ...]:
        """The goals that have something to say about the problem."""
        return tuple(goal.id for goal in goals_for(self.problem))

    @cached_property
    def values(self) -> Mapping[str, int]:
        """Exact value of every goal that applies."""
        return measure(self.problem, self.plan)

    @cached_property
    def ends(self) -> Mapping[str, set[int]]:
        """By park, the months in which leases of the plan end."""
        found: dict[str, set[int]] = defaultdict(set)
        for placement in self.problem.placements(self.plan):
            found[placement.space.park_id].add(placement.end)
        return found

    def without(self, project_id: str) -> "PlanIndex":
        """The plan without a project, all else staying."""
        if project_id not in self.of_project:
            return self
        return PlanIndex(self.problem, Plan(tuple(a for a in self.plan.assignments if a.project_id != project_id)))

    def alone(self, project_id: str) -> Problem:
        """The problem with no other project in it."""
        found = self._alone.get(project_id)
        if found is None:
            found = self._alone[project_id] = problem_of_project(self.problem, self.problem.project_by_id[project_id])
        return found

    def changed(self, sites: Sites) -> Plan:
        """The plan with components gone to their sites."""
        return Plan.of([*_staying(self.plan.assignments, sites), *sites])

    def breaches(self, sites: Sites, rules: Iterable[Rule] = RULES) -> list[Breach]:
        """What the plan breaks once components of one project are at the sites, all else staying."""
        return [breach for rule in rules for breach in self._check(rule, sites)]

    def breaks(self, sites: Sites, rules: Iterable[Rule] = RULES) -> bool:
        """Whether it breaks anything; stops at the first breach."""
        return any(self._check(rule, sites) for rule in rules)

    def _check(self, rule: Rule, sites: Sites) -> list[Breach]:
        if rule.id in PER_DISTRICT:
            return self._per_district(rule, sites)
        look = LOOKS.get(rule.id, _whole if rule.whole_plan else _neighbours)
        return list(rule.check(*look(self, sites)))

    def _per_district(self, rule: Rule, sites: Sites) -> list[Breach]:
        """Sums over the whole plan that change alike for every space of a district are taken once."""
        key = (rule.id, *map(self._seen_from_afar, sites))
        if key not in self._known:
            self._known[key] = list(rule.check(*LOOKS.get(rule.id, _whole)(self, sites)))
        return self._known[key]

    def _seen_from_afar(self, site: Assignment) -> tuple[str, str, int, bool]:
        published = self.problem.published_by_component.get(site.key)
        stays = published is not None and published.space_ids == site.space_ids
        return site.key, self.problem.park_of(site.space_id).district, site.total_m2, stays

    def deltas(self, sites: Sites) -> dict[str, int]:
        """Change of every goal that applies once components of one project are at the sites."""
        return {goal_id: self.delta(goal_id, sites) for goal_id in self.goals}

    def delta(self, goal_id: str, sites: Sites) -> int:
        """Change of one goal; goals that reach farther than a space are measured over the whole plan."""
        goal = BY_ID[goal_id]
        if goal_id in OF_PROJECT:
            problem, after = _project(self, sites)
            return goal.measure(problem, after) - goal.measure(problem, Plan(tuple(self._own(sites))))
        if goal_id in OF_SPACES or goal_id in OF_PARKS:
            before = self._around(sites, whole_parks=goal_id in OF_PARKS)
            after = Plan.of([*_staying(before.assignments, sites), *sites])
            return goal.measure(self.problem, after) - goal.measure(self.problem, before)
        key = (goal_id, *map(self._seen_from_afar, sites))
        if goal_id not in OF_DISTRICTS or key not in self._sums:
            self._sums[key] = goal.measure(self.problem, self.changed(sites)) - self.values[goal_id]
        return self._sums[key]

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


def problem_of_project(problem: Problem, project: Project) -> Problem:
    """A problem with no project but one."""
    return replace(problem, projects=(project,))


def _grouped(plan: Plan, names_of: Callable[[Assignment], Iterable[str]]) -> Mapping[str, list[Assignment]]:
    grouped: dict[str, list[Assignment]] = defaultdict(list)
    for assignment in plan.assignments:
        for name in names_of(assignment):
            grouped[name].append(assignment)
    return dict(grouped)


def _staying(assignments: Iterable[Assignment], sites: Sites) -> list[Assignment]:
    leaving = {site.key for site in sites}
    return [assignment for assignment in assignments if assignment.key not in leaving]


def _part(standing: PlanIndex, there: Iterable[Assignment], sites: Sites) -> Plan:
    """A part of the plan with components gone to their sites, and with every tenant whom the plan moves."""
    return Plan.of([*_staying(dict.fromkeys([*there, *standing.tenants]), sites), *sites])


Look = Callable[[PlanIndex, Sites], tuple[Problem, Plan]]


def _project(standing: PlanIndex, sites: Sites) -> tuple[Problem, Plan]:
    """The project that changes, without any other."""
    problem = standing.alone(sites[0].project_id)
    return problem, Plan.of([*_staying(standing.of_project.get(sites[0].project_id, ()), sites), *sites])


def _spaces(standing: PlanIndex, sites: Sites) -> tuple[Problem, Plan]:
    """What stands in the spaces that are entered."""
    entered = {space_id for site in sites for space_id in site.space_ids}
    there = [a for space_id in entered for a in standing.in_space.get(space_id, ())]
    return standing.problem, _part(standing, there, sites)


def _parks(standing: PlanIndex, sites: Sites) -> tuple[Problem, Plan]:
    """What stands in the parks that are entered."""
    entered = {standing.problem.registry.spaces[site.space_id].park_id for site in sites}
    there = [a for park_id in entered for a in standing.in_park.get(park_id, ())]
    return standing.problem, _part(standing, there, sites)


def _drawing(standing: PlanIndex, sites: Sites) -> tuple[Problem, Plan]:
    """The parks that are entered, if anything is drawn there."""
    drawn = any(getattr(standing.problem.components[site.key], name) for site in sites for name in PARK_UTILITIES)
    return _parks(standing, sites) if drawn else (standing.problem, Plan(()))


def _hazardous(standing: PlanIndex, sites: Sites) -> tuple[Problem, Plan]:
    """The parks that are entered and those within the reach of a hazard, if the sites have to do with hazards."""
    problem = standing.problem
    components = [problem.components[site.key] for site in sites]
    if not any(component.emits or component.sensitive_to for component in components):
        return problem, Plan(())
    reach = max((apart.least_m for apart in problem.policy.separations), default=0)
    entered = {problem.registry.spaces[site.space_id].park_id for site in sites}
    near = {k for k in standing.in_park if k in entered or any(problem.between_m(k, p) < reach for p in entered)}
    there = [a for park_id in near for a in standing.in_park[park_id]]
    return problem, _part(standing, there, sites)


def _by_exception(standing: PlanIndex, sites: Sites) -> tuple[Problem, Plan]:
    """What counts against the exception budget, and the sites."""
    return standing.problem, Plan.of([*_staying(standing.exceptions, sites), *sites])


def _reserved(standing: PlanIndex, sites: Sites) -> tuple[Problem, Plan]:
    """What stands where floor is held back that the sites would take from."""
    problem = standing.problem
    entered = problem.places_touched(space_id for site in sites for space_id in site.space_ids)
    held = {reserve.place for reserve in problem.policy.reserves} & entered
    if not held:
        return problem, Plan(())
    there = [a for a in standing.plan.assignments if held & problem.places_touched(a.space_ids)]
    return problem, _part(standing, there, sites)


def _neighbours(standing: PlanIndex, sites: Sites) -> tuple[Problem, Plan]:
    """Every project with a component in a park that is entered, whole."""
    entered = {standing.problem.registry.spaces[site.space_id].park_id for site in sites}
    near = {a.project_id for park_id in entered for a in standing.in_park.get(park_id, ())} | {sites[0].project_id}
    there = [a for project_id in near for a in standing.of_project.get(project_id, ())]
    return standing.problem, _part(standing, there, sites)


def _whole(standing: PlanIndex, sites: Sites) -> tuple[Problem, Plan]:
    return standing.problem, standing.changed(sites)


LOOKS: Mapping[str, Look] = {
    "placed-once": _project,
    "links": _project,
    "named-project": _project,
    "pinned": _project,
    "floor-area": _spaces,
    "utilities": _drawing,
    "separation": _hazardous,
    "positioning": _by_exception,
    "reserve": _reserved,
}
"""By rule, the part of problem and plan outside which a change of one project cannot break it."""

PER_DISTRICT = frozenset({"positioning", "quota", "move-budget"})
"""Rules that see of a site its district, its floor, and whether it is the published one."""

OF_PROJECT = frozenset({"majors", "value", "policy-fit", "stability", "delay", "commute"})
"""Goals that a project adds to whatever the others do."""

OF_SPACES = frozenset({"cost"})
"""Goals that a project shares with whoever is in the same spaces."""

OF_PARKS = frozenset({"clustering"})
"""Goals that a project shares with whoever is in the same parks."""

OF_DISTRICTS = frozenset({"spread", "tier-balance"})
"""Goals that see of a site its district and its floor."""
