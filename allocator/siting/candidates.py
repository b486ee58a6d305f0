"""Options of one project beside a plan that stands: nobody else's are enumerated.

With all else staying, floor and supply fall free in a park only when something there ends: a tenancy, a reserve, a
lease that stands, or a lease of the project itself.  A start can be moved back to the latest such month, or to the
first month of its window, without breaking what it kept (the left-shift argument of ``docs/explanation/model.md``).
"""

from collections.abc import Iterable, Mapping, Sequence

from allocator.checking.incremental import IncrementalCheck
from allocator.domain.entities import Project
from allocator.domain.plan import Assignment
from allocator.problem.options import Housed, Option, options_of, sites
from allocator.problem.problem import assignment_of


def options_beside(standing: IncrementalCheck, project: Project) -> Mapping[str, tuple[Option, ...]]:
    """By component key, every allowed choice of spaces and start month, in the order of spaces."""
    problem = standing.problem
    housed = [(component, pieces) for component in project.components for pieces in sites(problem, component)]
    return options_housed(standing, project, housed)


def options_housed(
    standing: IncrementalCheck, project: Project, housed: Sequence[Housed], others: Iterable[Option] = ()
) -> Mapping[str, tuple[Option, ...]]:
    """By component key, the options of some components in given spaces, where the project may have others too."""
    ends = {park_id: set(months) for park_id, months in standing.ends.items()}
    for other in others:
        ends.setdefault(standing.problem.park_of(other.space_id).park_id, set()).add(other.end)
    made = options_of(standing.problem, housed, ends)
    return {part.key: tuple(o for o in made if o.component == part.key) for part in project.components}


def sites_of(options: Iterable[Option]) -> tuple[Assignment, ...]:
    """The assignments that options mean, sorted."""
    return tuple(sorted(map(assignment_of, options)))
