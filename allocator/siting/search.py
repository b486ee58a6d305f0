"""Every way to place a project beside a plan that stands, best first by the plan's own goals.

A search over spaces, best promise first: the promise of a partial choice is what its components are worth, and the
most that the others can be worth near it.  Months are chosen last, for no goal depends on them.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count, islice, product

from allocator.checking.incremental import PlanIndex
from allocator.checking.single_move import ALONE
from allocator.domain.entities import Link, Project
from allocator.domain.plan import Aim, Assignment
from allocator.goals import aims_of, maximised, worth
from allocator.problem.options import Option
from allocator.rules import RULES
from allocator.rules.links import are_near, place_of
from allocator.siting.bounds import Worth, optimistic_gain
from allocator.siting.candidates import options_beside, sites_of

OF_LATER_PARTS = frozenset({"pinned", "move-budget"})
"""Rules that a part can break only because the others are not placed yet."""

BY_ITSELF = tuple(rule for rule in ALONE if rule.id not in OF_LATER_PARTS)
"""Rules that, once broken by one part, are broken by the whole project."""

MOST_TRIED = 3000
"""How many ways of placing a project are looked at before the search stops."""

MOST_MONTHS = 500
"""How many combinations of start months are tried in one set of spaces."""

MOST_LOOKED_AT = 30_000
"""How many sites are looked at before the search stops: a way of fifty components has fifty."""


Spaces = tuple[tuple[str, int], ...]
"""The spaces of one component, one or several of one building, each with the floor taken there."""


@dataclass(frozen=True, slots=True)
class ProjectPlacement:
    """One way to place a whole project; ``deltas`` is the change of every goal."""

    sites: tuple[Assignment, ...]
    deltas: Mapping[str, int]
    worth: Worth

    @property
    def space_ids(self) -> frozenset[str]:
        """Every space it takes floor in."""
        return frozenset(space_id for site in self.sites for space_id in site.space_ids)


@dataclass(frozen=True, slots=True)
class ProjectPlacements:
    """Ways in distinct sets of spaces, best first; ``complete`` says that nothing better was left untried."""

    found: tuple[ProjectPlacement, ...]
    complete: bool


def place_project(standing: PlanIndex, project: Project, most: int) -> ProjectPlacements:
    """The best ways to place a project that the plan does not place, all else staying put."""
    search = _Search(standing, project)
    best: dict[frozenset[str], ProjectPlacement] = {}
    for tried, (bound, spaces) in enumerate(search.choices()):
        ranked = sorted(best.values(), key=lambda way: way.worth, reverse=True)
        if len(ranked) >= most and bound <= ranked[most - 1].worth:
            return ProjectPlacements(tuple(ranked[:most]), complete=True)
        if tried >= MOST_TRIED or search.is_spent:
            return ProjectPlacements(tuple(ranked[:most]), complete=False)
        way = search.way(spaces)
        if way is None:
            continue
        used = way.space_ids
        if used not in best or best[used].worth < way.worth:
            best[used] = way
    ranked = sorted(best.values(), key=lambda way: way.worth, reverse=True)
    return ProjectPlacements(tuple(ranked[:most]), complete=not search.is_spent)


def worth_of(aims: tuple[Aim, ...], deltas: Mapping[str, int]) -> Worth:
    """A change of goals as one number per tier, larger is better."""
    return tuple(worth(aim, deltas) * (1 if maximised(aim) else -1) for aim in aims)


class _Search:
    def __init__(self, standing: PlanIndex, project: Project) -> None:
        self._standing = standing
        self._problem = standing.problem
        self._aims = aims_of(standing.problem)
        self._parts = project.components
        self._links = _links(project)
        # the project's own value is the same wherever it stands
        self._value = project.value
        self._starts = {key: _by_space(options) for key, options in self._offers(project).items()}
        self._promises = {
            key: {s: optimistic_gain(standing, self._aims, starts[0], len(self._parts)) for s, starts in spaces.items()}
            for key, spaces in self._starts.items()
        }
        self._nearby: dict[object, tuple[Spaces, ...]] = {}
        self._looked_at = 0

    @property
    def is_spent(self) -> bool:
        """Whether as many sites were looked at as there may be."""
        return self._looked_at >= MOST_LOOKED_AT

    def _offers(self, project: Project) -> dict[str, list[Option]]:
        """Options that break no rule by themselves."""
        return {
            key: [o for o in options if self._may(o) and not self._standing.breaks(sites_of([o]), BY_ITSELF)]
            for key, options in options_beside(self._standing, project).items()
        }

    def _may(self, option: Option) -> bool:
        component, problem = self._problem.components[option.component], self._problem
        if component.barred_from & problem.places_touched(option.space_ids):
            return False
        return component.pinned_to in (None, *problem.places_shared(option.space_ids))

    def choices(self) -> Iterator[tuple[Worth, tuple[Spaces, ...]]]:
        """Choices of one space per component that keep the links, best promise first, each with its promise."""
        turn = count()
        start = self._bound(())
        queue: list[tuple[Worth, int, int, tuple[Spaces, ...]]] = []
        if start is not None:
            queue.append((_negated(start), 0, next(turn), ()))
        while queue and not self.is_spent:
            negative, _, _, chosen = heappop(queue)
            if len(chosen) == len(self._parts):
                yield _negated(negative), chosen
                continue
            for space_id in self._candidates(len(chosen), chosen):
                bound = self._bound((*chosen, space_id))
                if bound is not None:
                    heappush(queue, (_negated(bound), -len(chosen) - 1, next(turn), (*chosen, space_id)))

    def _bound(self, chosen: tuple[Spaces, ...]) -> Worth | None:
        """Promise of the chosen spaces and of the best that is left to the other components; None for no way."""
        self._looked_at += len(self._parts)
        promises = [self._promises[part.key][s] for part, s in zip(self._parts, chosen, strict=False)]
        for place in range(len(chosen), len(self._parts)):
            best = self._best(place, chosen)
            if best is None:
                return None
            promises.append(best)
        total = tuple(map(sum, zip(*promises, strict=True)))
        return tuple(
            base + self._value * sum(weight for goal, weight in aim.parts if goal == "value")
            for base, aim in zip(total, self._aims, strict=True)
        )

    def _best(self, place: int, chosen: tuple[Spaces, ...]) -> Worth | None:
        candidates = self._candidates(place, chosen)
        return self._promises[self._parts[place].key][candidates[0]] if candidates else None

    def _candidates(self, place: int, chosen: tuple[Spaces, ...]) -> tuple[Spaces, ...]:
        """Spaces of a component near the spaces that are chosen already, best promise first."""
        tied = tuple((link, chosen[other][0][0]) for link, other in self._links[place] if other < len(chosen))
        corners = tuple((link, place_of(self._problem, link, other)) for link, other in tied)
        known = self._nearby.get((place, corners))
        if known is None:
            promises = self._promises[self._parts[place].key]
            problem = self._problem
            fitting = (s for s in promises if all(are_near(problem, link, s[0][0], other) for link, other in tied))
            known = tuple(sorted(fitting, key=lambda space_id: promises[space_id], reverse=True))
            self._nearby[place, corners] = known
        return known

    def way(self, spaces: tuple[Spaces, ...]) -> ProjectPlacement | None:
        """The project in these spaces from the first months in which no rule is broken."""
        offers = [self._starts[part.key][space_id] for part, space_id in zip(self._parts, spaces, strict=True)]
        for options in islice(product(*offers), MOST_MONTHS):
            if self.is_spent:
                break
            self._looked_at += len(options)
            sites = sites_of(options)
            if not self._standing.breaches(sites, RULES):
                deltas = self._standing.deltas(sites)
                return ProjectPlacement(sites, deltas, worth_of(self._aims, deltas))
        return None


def _negated(worths: Worth) -> Worth:
    return tuple(-one for one in worths)


def _links(project: Project) -> dict[int, list[tuple[Link, int]]]:
    """By number of a component, its links and the number of the other end."""
    number = {part.component_id: place for place, part in enumerate(project.components)}
    tied: dict[int, list[tuple[Link, int]]] = defaultdict(list)
    for link in project.links:
        tied[number[link.first]].append((link, number[link.second]))
        tied[number[link.second]].append((link, number[link.first]))
    return tied


def _by_space(options: list[Option]) -> Mapping[Spaces, list[Option]]:
    grouped: dict[Spaces, list[Option]] = defaultdict(list)
    for option in options:
        grouped[option.pieces].append(option)
    return dict(grouped)
