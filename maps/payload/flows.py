"""Floor that research in one district brings to manufacturing in another: the matrix beside the flows."""

from allocator.checking.verify import VerifiedPlan
from allocator.domain.plan import Assignment
from allocator.domain.vocabulary import Function
from maps.payload.tables import sites_of

UPSTREAM = (Function.RND, Function.HQ, Function.PILOT, Function.PLATFORM)
"""Where a project's manufacturing is thought to come from: its research, else the first of these that it has."""


def flow_matrix(verified: VerifiedPlan) -> dict[tuple[str, str], tuple[int, int]]:
    """(district of research, district of manufacturing) → (m² of manufacturing, number of projects)."""
    problem, sites = verified.problem, sites_of(verified.plan)
    area: dict[tuple[str, str], int] = {}
    projects: dict[tuple[str, str], set[str]] = {}
    for project in problem.projects:
        placed: dict[Function, list[Assignment]] = {function: [] for function in Function}
        for component in project.components:
            placed[component.function] += sites.get(component.key, [])
        source = next((placed[function][0] for function in UPSTREAM if placed[function]), None)
        if source is None:
            continue
        origin = problem.district_of(source.space_id).adcode
        for works in placed[Function.MANUFACTURING]:
            pair = origin, problem.district_of(works.space_id).adcode
            area[pair] = area.get(pair, 0) + works.floor_area_m2
            projects.setdefault(pair, set()).add(project.project_id)
    return {pair: (area[pair], len(projects[pair])) for pair in area}
