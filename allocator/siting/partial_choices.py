"""Where the components of one project can go beside a plan that stands, and together with which others of them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from allocator.checking.incremental import IncrementalCheck
from allocator.checking.single_move import BY_ITSELF, STEADY
from allocator.domain.entities import Link, Project
from allocator.domain.plan import Assignment
from allocator.goals import BY_ID, aims_of
from allocator.problem.options import Option
from allocator.rules import RULE_BY_ID, RULES
from allocator.rules.links import are_near, place_of
from allocator.siting.bounds import Worth, optimistic_gain
from allocator.siting.candidates import options_beside, sites_of
from allocator.siting.deadline import Deadline

MOST_MONTHS = 500
"""How many combinations of start months are tried in one set of spaces."""

MOST_LOOKED_AT = 30_000
"""How many sites are looked at before a search stops: a way of fifty components has fifty."""

CAPACITIES = tuple(rule for rule in RULES if rule.capacity)
"""Rules whose breaches name a month in which leases together take more than there is."""

Spaces = tuple[tuple[str, int], ...]
"""The spaces of one component, one or several of one building, each with the floor taken there."""


class Offers:
    """The spaces that each component of a project may have by itself, and how much has been looked at."""

    def __init__(self, standing: IncrementalCheck, project: Project, deadline: Deadline) -> None:
        self.standing, self.parts, self.deadline = standing, project.components, deadline
        self.aims = aims_of(standing.problem)
        self.is_cut = False
        """Whether something was left untried."""
        self.looked_at, self.most_looked_at = 0, MOST_LOOKED_AT
        self._links = _links(project)
        found = options_beside(standing, project)
        self.starts = [_by_space(self._allowed(found[part.key])) for part in self.parts]
        self.promises = [
            {spaces: optimistic_gain(standing, self.aims, made[0], len(self.parts)) for spaces, made in starts.items()}
            for starts in self.starts
        ]
        # what the project as a whole is worth is the same wherever it stands
        self._whole = [
            sum(weight * BY_ID[goal].project_gain(standing.problem, project) for goal, weight in aim.parts)
            for aim in self.aims
        ]
        self._nearby: dict[object, tuple[Spaces, ...]] = {}

    def _allowed(self, options: Sequence[Option]) -> Iterator[Option]:
        """Options that break no rule by themselves."""
        for option in options:
            # raises when nobody waits any more
            self.deadline.is_over()
            if self._may(option) and not self.standing.breaks(sites_of([option]), BY_ITSELF):
                yield option

    def _may(self, option: Option) -> bool:
        problem = self.standing.problem
        component = problem.components[option.component]
        if component.barred_from & problem.places_touched(option.space_ids):
            return False
        return component.pinned_to in (None, *problem.places_shared(option.space_ids))

    def is_spent(self) -> bool:
        """Whether as much was looked at as there may be, or the time is up; then something was left untried."""
        spent = self.looked_at >= self.most_looked_at or self.deadline.is_over()
        self.is_cut |= spent
        return spent

    def more(self, looked_at: int, deadline: Deadline) -> None:
        """Let another search look at so many sites."""
        self.most_looked_at, self.deadline, self.is_cut = self.looked_at + looked_at, deadline, False

    def candidates(self, place: int, chosen: Mapping[int, Spaces]) -> tuple[Spaces, ...]:
        """Spaces of a component near the spaces that are chosen already, best promise first."""
        problem = self.standing.problem
        tied = tuple((link, chosen[other][0][0]) for link, other in self._links.get(place, ()) if other in chosen)
        corners = tuple((link, place_of(problem, link, other)) for link, other in tied)
        known = self._nearby.get((place, corners))
        if known is None:
            promises = self.promises[place]
            fitting = (s for s in promises if all(are_near(problem, link, s[0][0], other) for link, other in tied))
            known = tuple(sorted(fitting, key=promises.__getitem__, reverse=True))
            self._nearby[place, corners] = known
        return known

    def bound(self, chosen: Mapping[int, Spaces], brother: int = 0) -> Worth | None:
        """Promise of spaces for the first components, of a candidate of the next one and of the best for all others.

        None where one of them has no such space.
        """
        promises = [self.promises[place][spaces] for place, spaces in chosen.items()]
        for place in range(len(chosen), len(self.parts)):
            near, number = self.candidates(place, chosen), brother if place == len(chosen) else 0
            if number >= len(near):
                return None
            promises.append(self.promises[place][near[number]])
        return tuple(
            sum(column) + whole for column, whole in zip(zip(*promises, strict=True), self._whole, strict=True)
        )

    def sites(self, options: Sequence[Option]) -> tuple[Assignment, ...]:
        """The sites that options mean, which are looked at."""
        self.looked_at += len(options)
        return sites_of(options)


class PartialChoice:
    """Spaces for some components, with the start months in which they break no rule, found as they are asked for."""

    def __init__(
        self, offers: Offers, parent: "PartialChoice | None" = None, place: int = 0, spaces: Spaces = ()
    ) -> None:
        self._offers = offers
        self.chosen: Mapping[int, Spaces] = {} if parent is None else {**parent.chosen, place: spaces}
        self._found: list[tuple[Option, ...]] = []
        self._rest = iter([()]) if parent is None else self._grown(parent, offers.starts[place][spaces])

    def months(self) -> Iterator[tuple[Option, ...]]:
        """Combinations of start months in which the components together break no rule, the earliest first."""
        place = 0
        while True:
            if place == len(self._found):
                made = next(self._rest, None)
                if made is None:
                    return
                self._found.append(made)
            yield self._found[place]
            place += 1

    @property
    def can_stand(self) -> bool:
        """Whether there is such a combination."""
        return next(self.months(), None) is not None

    def _grown(self, parent: "PartialChoice", starts: Sequence[Option]) -> Iterator[tuple[Option, ...]]:
        offers, tried = self._offers, 0
        for before in parent.months():
            for option in starts:
                if tried >= MOST_MONTHS:
                    offers.is_cut = True
                    return
                if offers.is_spent():
                    return
                tried += 1
                options = (*before, option)
                if not offers.standing.breaks(offers.sites(options), STEADY):
                    yield options
            if tried == len(starts) and not self._found and self._never():
                return

    def _never(self) -> bool:
        """Whether floor or supply is short in whatever months: in a month that the leases cover whenever they start."""
        offers = self._offers
        starts = [offers.starts[place][spaces] for place, spaces in self.chosen.items()]
        latest = offers.sites([each[-1] for each in starts])
        for breach in offers.standing.breaches(latest, CAPACITIES):
            held = RULE_BY_ID[breach.rule].holding(breach.where)
            if held and all(each[0].active(held.month) for each in starts if each[-1].active(held.month)):
                return True
        return False


def _links(project: Project) -> dict[int, list[tuple[Link, int]]]:
    """By number of a component, its links and the number of the other end."""
    number = {part.component_id: place for place, part in enumerate(project.components)}
    tied: dict[int, list[tuple[Link, int]]] = defaultdict(list)
    for link in project.links:
        tied[number[link.first]].append((link, number[link.second]))
        tied[number[link.second]].append((link, number[link.first]))
    return dict(tied)


def _by_space(options: Iterator[Option]) -> Mapping[Spaces, list[Option]]:
    grouped: dict[Spaces, list[Option]] = defaultdict(list)
    for option in options:
        grouped[option.pieces].append(option)
    return dict(grouped)
