"""Options of one project beside a plan that stands: nobody else's are enumerated.

With all else staying, floor and supply fall free in a park only when something there ends: a tenancy, a reserve, a
lease that stands, or a lease of the project itself.  A start can be moved back to the latest such month, or to the
first month of its window, without breaking what it kept (the left-shift argument of ``docs/explanation/model.md``).
"""

from collections.abc import Iterable, Mapping

from allocator.domain import Component, Project, Space
from allocator.options import Option, fits, floor_taken_m2, rent_yuan_month
from allocator.plan import Assignment
from allocator.standing import Standing
from allocator.starts import start_months

Pair = tuple[Component, Space]


def options_beside(standing: Standing, project: Project) -> Mapping[str, tuple[Option, ...]]:
    """By component key, every allowed choice of space and start month, in the order of spaces."""
    problem = standing.problem
    pairs = [
        (component, space)
        for component in project.components
        for space in problem.registry.spaces.values()
        if fits(problem, component, space)
    ]
    return options_of_pairs(standing, project, pairs)


def options_of_pairs(
    standing: Standing, project: Project, pairs: list[Pair], others: Iterable[Option] = ()
) -> Mapping[str, tuple[Option, ...]]:
    """By component key, the options of some pairs of component and space, where the project may have others too."""
    ends = {park_id: set(months) for park_id, months in standing.ends.items()}
    for other in others:
        ends.setdefault(standing.problem.park_of(other.space_id).park_id, set()).add(other.end)
    starts = start_months(standing.problem, pairs, ends)
    made: dict[str, list[Option]] = {component.key: [] for component in project.components}
    for component, space in pairs:
        area = floor_taken_m2(component, space)
        rent = rent_yuan_month(space, area)
        for start in starts[component.key, space.space_id]:
            end = component.lease_end(start)
            option = Option(0, component.key, project.project_id, space.space_id, start, end, area, rent)
            made[component.key].append(option)
    return {key: tuple(options) for key, options in made.items()}


def site_of(option: Option) -> Assignment:
    """The assignment that an option means."""
    part = option.component.removeprefix(f"{option.project_id}/")
    return Assignment(option.project_id, part, option.space_id, option.start, option.area_m2)


def sites_of(options: Iterable[Option]) -> tuple[Assignment, ...]:
    """The assignments that options mean, sorted."""
    return tuple(sorted(map(site_of, options)))
