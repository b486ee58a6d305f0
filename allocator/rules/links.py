"""Rule links."""

from collections import defaultdict
from collections.abc import Hashable, Iterator

from allocator.domain import Link
from allocator.linear import total
from allocator.options import Option
from allocator.plan import Breach, Plan
from allocator.problem import Problem
from allocator.rules.base import Choose, NamedRow, Rule
from allocator.vocabulary import LinkKind


class Links(Rule):
    """Linked components of a project stand in one building, in one park, or at most so many metres apart.

    Distances are straight lines between parks in EPSG:4547; within one park the distance is 0.
    """

    id = "links"
    alone = False
    title_zh = "组成部分之间的邻近要求"
    title_en = "Linked components stand near each other"
    formula = (
        r"\sum_{o \in O_c,\, s(o) \in k} z_o \le \sum_{o \in O_{c'},\, s(o) \in N_\ell(k)} z_o "
        r"\quad \forall \ell = (c, c'),\ k, \text{ and with } c, c' \text{ exchanged}"
    )
    source = ("P-LINKAGE", "DESIGN-4.6")

    def formulate(self, problem: Problem, choose: Choose) -> Iterator[NamedRow]:
        """Per link and place of either end: it is chosen there only if the other end is chosen near."""
        for name, link, ends in _links(problem):
            for here, there in (ends, ends[::-1]):
                groups: dict[Hashable, list[Option]] = defaultdict(list)
                for option in problem.options_of[here]:
                    groups[place_of(problem, link, option.space_id)].append(option)
                for options in groups.values():
                    space_id = options[0].space_id
                    near = [o for o in problem.options_of[there] if are_near(problem, link, space_id, o.space_id)]
                    chosen, partner = (total(choose.option(option) for option in side) for side in (options, near))
                    yield f"{name}/{here}@{space_id}", chosen <= partner

    def check(self, problem: Problem, plan: Plan) -> Iterator[Breach]:
        """Measure the distance between the two ends of each link."""
        for name, link, (first, second) in _links(problem):
            sites = [
                assignment.space_id
                for key in (first, second)
                if (assignment := plan.by_component.get(key)) and assignment.space_id in problem.registry.spaces
            ]
            if len(sites) == 1:
                yield Breach(self.id, name, "one end placed", "both or none")
            elif len(sites) == 2 and not are_near(problem, link, *sites):
                apart = problem.distance_m(*sites) if link.kind is LinkKind.MAX_KM else " – ".join(sites)
                yield Breach(self.id, name, apart, link.kind.value if link.max_m is None else link.max_m)

    def explain(self, problem: Problem, breach: Breach) -> str:
        """Name both ends and how far apart they are."""
        if isinstance(breach.measured, int):
            return (
                f"The ends of link {breach.where} stand {breach.measured} m apart; at most {breach.limit} m is allowed."
            )
        return f"Link {breach.where} asks for {breach.limit}; found: {breach.measured}."


def _links(problem: Problem) -> Iterator[tuple[str, Link, tuple[str, str]]]:
    for project in problem.projects:
        for link in project.links:
            name = f"{project.project_id}/{link.first}~{link.second}/{link.kind.value}"
            yield name, link, (f"{project.project_id}/{link.first}", f"{project.project_id}/{link.second}")


def place_of(problem: Problem, link: Link, space_id: str) -> Hashable:
    """The building or park of a space, whichever a link speaks of: spaces of one place are alike to it."""
    space = problem.registry.spaces[space_id]
    return space.building_key if link.kind is LinkKind.SAME_BUILDING else space.park_id


def are_near(problem: Problem, link: Link, first_space: str, second_space: str) -> bool:
    """Whether two spaces are as near each other as a link asks."""
    if link.max_m is not None:
        return problem.distance_m(first_space, second_space) <= link.max_m
    return place_of(problem, link, first_space) == place_of(problem, link, second_space)
