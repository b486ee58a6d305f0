"""Index a plan by space, park and project, so that rules and goals look only where a change can matter."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from enum import Enum
from functools import cached_property

from allocator.domain.entities import Project, Tenancy
from allocator.domain.plan import Assignment, Plan
from allocator.problem.problem import Placement, Problem

Sites = Sequence[Assignment]
"""Where components of one project go; each leaves the site that the plan gives it, if there is one."""

Part = tuple[Problem, Plan]
"""A part of a problem and of its plan."""


class Reach(Enum):
    """How far a change of one project can matter to a rule or a goal."""

    PROJECT = "project"
    """To the project alone."""
    SPACES = "spaces"
    """To whoever is in the spaces that it enters or leaves."""
    PARKS = "parks"
    """To every project with a component in a park that it enters or leaves."""
    DISTRICTS = "districts"
    """To all, but of a site only the district, the floor, and whether it is the published one make a difference."""
    PLAN = "plan"
    """To all."""


class PlanIndex:
    """A plan by space, park and project, with one problem per project that holds no other."""

    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem = problem
        self.plan = plan
        self._alone: dict[str, Problem] = {}
        self._selected: dict[str, list[Assignment]] = {}

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
    def housed(self) -> Mapping[str, list[Tenancy]]:
        """By place, the tenancies as the plan leaves them."""
        found: dict[str, list[Tenancy]] = defaultdict(list)
        for tenancy in self.problem.housed(self.plan):
            for place in self.problem.places_of(tenancy.space_id):
                found[place].append(tenancy)
        return found

    @cached_property
    def ends(self) -> Mapping[str, set[int]]:
        """By park, the months in which leases of the plan end."""
        found: dict[str, set[int]] = defaultdict(set)
        for placement in self.problem.placements(self.plan):
            found[placement.space.park_id].add(placement.end)
        return found

    def selected(self, owner: str, select: Callable[[Placement], bool]) -> list[Assignment]:
        """Assignments that the rule or goal ``owner`` selects; computed once for each owner."""
        if owner not in self._selected:
            placements = self.problem.placements(self.plan)
            self._selected[owner] = [placement.assignment for placement in placements if select(placement)]
        return self._selected[owner]

    def alone(self, project_id: str) -> Problem:
        """The problem with no other project in it."""
        found = self._alone.get(project_id)
        if found is None:
            found = self._alone[project_id] = lone(self.problem, self.problem.project_by_id[project_id])
        return found

    def changed(self, sites: Sites) -> Plan:
        """The plan with components moved to their sites."""
        return self.with_sites(self.plan.assignments, sites)

    def with_sites(self, assignments: Iterable[Assignment], sites: Sites) -> Plan:
        """Some assignments of the plan, with components moved to their sites."""
        return Plan.of([*staying(assignments, sites), *sites])

    def parks_of(self, sites: Sites) -> set[str]:
        """Parks that the sites lie in."""
        return {self.problem.registry.spaces[site.space_id].park_id for site in sites}

    def part(self, reach: Reach, sites: Sites) -> Part:
        """Problem and plan as far as a change of one project reaches."""
        match reach:
            case Reach.PROJECT:
                own = self.of_project.get(sites[0].project_id, ())
                return self.alone(sites[0].project_id), self.with_sites(own, sites)
            case Reach.SPACES:
                entered = {space_id for site in sites for space_id in site.space_ids}
                return self.part_with(sites, (a for space_id in entered for a in self.in_space.get(space_id, ())))
            case Reach.PARKS:
                near = {a.project_id for park_id in self.parks_of(sites) for a in self.in_park.get(park_id, ())}
                near.add(sites[0].project_id)
                return self.part_with(sites, (a for name in near for a in self.of_project.get(name, ())))
            case _:
                return self.problem, self.changed(sites)

    def part_with(self, sites: Sites, assignments: Iterable[Assignment]) -> Part:
        """The problem with some assignments, every tenant whom the plan moves, and components moved to their sites."""
        return self.problem, self.with_sites(dict.fromkeys([*assignments, *self.tenants]), sites)

    def nothing(self) -> Part:
        """The problem with an empty plan, for changes that cannot matter."""
        return self.problem, Plan(())


def lone(problem: Problem, project: Project) -> Problem:
    """A problem with no project but one."""
    return replace(problem, projects=(project,))


def staying(assignments: Iterable[Assignment], sites: Sites) -> list[Assignment]:
    """Assignments of all components but those that move to the sites."""
    leaving = {site.key for site in sites}
    return [assignment for assignment in assignments if assignment.key not in leaving]


def _grouped(plan: Plan, names_of: Callable[[Assignment], Iterable[str]]) -> Mapping[str, list[Assignment]]:
    grouped: dict[str, list[Assignment]] = defaultdict(list)
    for assignment in plan.assignments:
        for name in names_of(assignment):
            grouped[name].append(assignment)
    return dict(grouped)
