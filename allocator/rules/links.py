"""Rule links."""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace

from allocator.domain.entities import Link, Project
from allocator.domain.plan import Breach, Plan
from allocator.domain.policy import numbered
from allocator.domain.vocabulary import LinkKind
from allocator.problem.options import Option
from allocator.problem.plan_index import Reach
from allocator.problem.problem import Problem
from allocator.rules.base import Choose, Compared, NamedRow, PartBreach, Rule
from allocator.rules.limits import Edit, Limit, Loosened, with_project


class Links(Rule):
    """Linked components of a project stand in one building, in one park, or at most so many metres apart.

    Distances are straight lines between parks, in metres; within one park the distance is 0.
    """

    id = "links"
    title_zh = "组成部分之间的邻近要求"
    title_en = "Linked components stand near each other"
    formula = (
        r"\sum_{o \in O_c} z_o = \sum_{o \in O_{c'}} z_o, \qquad "
        r"\sum_{o \in O_c,\, N_\ell(o) = N} z_o \le \sum_{o \in O_{c'} \cap N} z_o "
        r"\quad \forall \ell = (c, c'),\ N, \text{ and with } c, c' \text{ exchanged}"
    )
    source = ("DESIGN-4.6",)
    short = ("邻近", "nearness")
    vocabulary = "link_kind"
    unit = "m"
    reach = Reach.PROJECT
    part_breach = PartBreach.IGNORED

    def formulate(self, problem: Problem, choose: Choose) -> Iterator[NamedRow]:
        """Per link: both ends or none; per end and neighbourhood: it is chosen only with the other end in there.

        Where the neighbourhood is the greater part of what the other end may choose, the row counts what lies outside.
        """
        for name, link, ends in named_links(problem):
            whole = [choose.sum_of(problem.options_of[end]) for end in ends]
            yield f"{name}/both", whole[0] == whole[1]
            placed = choose.placed(problem.components[ends[0]].project_id)
            for here, there in (ends, ends[::-1]):
                for number, (options, near, far) in enumerate(_neighbourhoods(problem, link, here, there)):
                    chosen = choose.sum_of(options)
                    if far and len(near) <= len(far):
                        yield f"{name}/{here}/{number}", chosen <= choose.sum_of(near)
                    elif far:
                        outside = choose.sum_of(far)
                        yield f"{name}/{here}/{number}", chosen + outside <= placed

    def check(self, problem: Problem, plan: Plan) -> Iterator[Breach]:
        """Measure the distance between the two ends of each link."""
        for name, link, (first, second) in named_links(problem):
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

    def compared(self, problem: Problem, breach: Breach, option: Option) -> Compared:
        """How near the other end must be, and how far it is."""
        return Compared(breach.limit, breach.measured, "m" if isinstance(breach.measured, int) else "")

    def explain(self, problem: Problem, breach: Breach) -> str:
        """Name both ends and how far apart they are."""
        if isinstance(breach.measured, int):
            return (
                f"The ends of link {breach.where} stand {breach.measured} m apart; at most {breach.limit} m is allowed."
            )
        return f"Link {breach.where} asks for {breach.limit}; found: {breach.measured}."

    def concerns(self, problem: Problem, project: Project) -> bool:
        """Every project with links."""
        return bool(project.links)

    def limit_of(self, problem: Problem, where: str) -> Limit:
        """A link of a project."""
        return Limit(f"{self.id}/{next(name for name, _, _ in named_links(problem) if _is_of(where, name))}")

    def loosen(self, problem: Problem, limit: Limit, amount: int) -> Loosened:
        """Drop the link."""
        link, ends = next((link, ends) for name, link, ends in named_links(problem) if name == limit.where)
        project = problem.project_by_id[problem.components[ends[0]].project_id]
        freed = replace(project, links=tuple(other for other in project.links if other is not link))
        name = limit.where.removeprefix(f"{project.project_id}/")
        return with_project(problem, freed), Edit("project", project.project_id, "links", name, None)


def _is_of(where: str, link_name: str) -> bool:
    """Whether a row or a breach is of a link."""
    return f"{where}/".startswith(f"{link_name}/")


def named_links(problem: Problem) -> Iterator[tuple[str, Link, tuple[str, str]]]:
    """Every link with a name that no other has, and the keys of its two ends."""
    for project in problem.projects:
        names = numbered(f"{link.first}~{link.second}/{link.kind.value}" for link in project.links)
        for given, link in zip(names, project.links, strict=True):
            name = f"{project.project_id}/{given}"
            yield name, link, (f"{project.project_id}/{link.first}", f"{project.project_id}/{link.second}")


def place_of(problem: Problem, link: Link, space_id: str) -> Hashable:
    """The building or park of a space, whichever a link speaks of: spaces of one place are alike to it."""
    space = problem.registry.spaces[space_id]
    return space.building_key if link.kind is LinkKind.SAME_BUILDING else space.park_id


def are_near(problem: Problem, link: Link, first_space: str, second_space: str) -> bool:
    """Whether two spaces are as near each other as a link asks."""
    return _near(problem, link, place_of(problem, link, first_space), place_of(problem, link, second_space))


def _near(problem: Problem, link: Link, first_place: Hashable, second_place: Hashable) -> bool:
    if link.max_m is not None:
        # for a link by distance the places are parks
        return problem.between_m(str(first_place), str(second_place)) <= link.max_m
    return first_place == second_place


def _neighbourhoods(
    problem: Problem, link: Link, here: str, there: str
) -> Iterator[tuple[list[Option], list[Option], list[Option]]]:
    """Options of one end that have the same neighbourhood, and those of the other end inside and outside of it."""
    by_place, partners = _by_place(problem, link, here), _by_place(problem, link, there)
    alike: dict[tuple[Hashable, ...], list[Option]] = defaultdict(list)
    for here_place, options in by_place.items():
        alike[_reached(problem, link, here_place, partners)] += options
    for places, options in alike.items():
        inside = [option for place in places for option in partners[place]]
        within = set(places)
        outside = [option for place, others in partners.items() if place not in within for option in others]
        yield options, inside, outside


def _reached(problem: Problem, link: Link, place: Hashable, others: Mapping[Hashable, object]) -> tuple[Hashable, ...]:
    """Those of the other places that are near one."""
    if link.max_m is None:
        return (place,) if place in others else ()
    within = problem.parks_within(str(place), link.max_m)
    return tuple(other for other in others if other in within)


def _by_place(problem: Problem, link: Link, key: str) -> dict[Hashable, list[Option]]:
    groups: dict[Hashable, list[Option]] = defaultdict(list)
    for option in problem.options_of[key]:
        groups[place_of(problem, link, option.space_id)].append(option)
    return groups
