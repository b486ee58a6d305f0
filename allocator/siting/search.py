"""Every way to place a project beside a plan that stands, best first by the plan's own goals.

A search over spaces, best promise first: the promise of a partial choice is what its components are worth, and the
most that the others can be worth near it.  Months are chosen last, for no goal depends on them.  A choice of some
spaces that breaks a rule in whatever months is not followed.  Where that does not end in time, the component with the
fewest spaces left goes first instead: what it finds is a way, but need not be the best.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count

from allocator.checking.incremental import IncrementalCheck
from allocator.domain.entities import Project
from allocator.domain.plan import Aim, Assignment
from allocator.goals import maximised, worth
from allocator.rules import RULES
from allocator.siting.bounds import Worth
from allocator.siting.deadline import NO_DEADLINE, Deadline
from allocator.siting.partial_choices import Offers, PartialChoice

MOST_TRIED = 3000
"""How many ways of placing a project are looked at before the search stops."""

MOST_LOOKED_AT_LAST = 10_000
"""How many sites more are looked at for any way at all."""

SHARE = 0.6
"""Share of the time that is left which the search for the best takes; the search for any takes as much of the rest."""


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


def place_project(
    standing: IncrementalCheck, project: Project, most: int, deadline: Deadline = NO_DEADLINE
) -> ProjectPlacements:
    """The best ways to place a project that the plan does not place, all else staying put.

    Past the deadline those that were found by then; raises SearchCancelledError when nobody waits for them any more.
    """
    offers = Offers(standing, project, deadline.part(SHARE))
    best = _Best(most)
    for tried, (bound, choice) in enumerate(_best_first(offers)):
        if best.is_full and bound <= best.ranked[-1].worth:
            return ProjectPlacements(best.ranked, complete=not offers.is_cut)
        if tried >= MOST_TRIED:
            return ProjectPlacements(best.ranked, complete=False)
        best.add(_way(offers, choice))
    if offers.is_cut and not best.is_full:
        offers.more(MOST_LOOKED_AT_LAST, deadline.part(SHARE))
        for choice in _fewest_first(offers):
            best.add(_way(offers, choice))
            if best.is_full:
                break
        # of ways that were found so the months are not always the first
        return ProjectPlacements(best.ranked, complete=not best.ranked and not offers.is_cut)
    return ProjectPlacements(best.ranked, complete=not offers.is_cut)


def worth_of(aims: tuple[Aim, ...], deltas: Mapping[str, int]) -> Worth:
    """A change of goals as one number per tier, larger is better."""
    return tuple(worth(aim, deltas) * (1 if maximised(aim) else -1) for aim in aims)


class _Best:
    """The best ways so far, one for each set of spaces."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._by_spaces: dict[frozenset[str], ProjectPlacement] = {}
        self.ranked: tuple[ProjectPlacement, ...] = ()

    @property
    def is_full(self) -> bool:
        """Whether there are as many as are asked for."""
        return len(self.ranked) == self._most

    def add(self, way: ProjectPlacement | None) -> None:
        """Take a way, unless a better one has the same spaces."""
        if way is None:
            return
        known = self._by_spaces.get(way.space_ids)
        if known is None or known.worth < way.worth:
            self._by_spaces[way.space_ids] = way
            ranked = sorted(self._by_spaces.values(), key=lambda one: one.worth, reverse=True)
            self.ranked = tuple(ranked[: self._most])


def _best_first(offers: Offers) -> Iterator[tuple[Worth, PartialChoice]]:
    """Choices of spaces for every component that keep the links, best promise first, each with its promise.

    The next best brother of a choice waits behind it, so that few of many are ever looked at.
    """
    turn, bound_of = count(), offers.bound
    queue: list[tuple[Worth, int, int, PartialChoice, int, bool]] = []

    def wait(parent: PartialChoice, brother: int, bound: Worth | None, *, known: bool = False) -> None:
        if bound is not None:
            entry = (tuple(-one for one in bound), -len(parent.chosen), next(turn), parent, brother, known)
            heappush(queue, entry)

    root = PartialChoice(offers)
    wait(root, 0, bound_of(root.chosen, 0))
    while queue and not offers.is_spent():
        negative, depth, _, parent, brother, known = heappop(queue)
        place, bound = -depth, tuple(-one for one in negative)
        spaces = offers.candidates(place, parent.chosen)[brother]
        chosen = {**parent.chosen, place: spaces}
        if not known:
            wait(parent, brother + 1, bound_of(parent.chosen, brother + 1))
            nearer = bound_of(chosen, 0)
            if nearer is None or nearer < bound:
                wait(parent, brother, nearer, known=True)
                continue
        choice = PartialChoice(offers, parent, place, spaces)
        if not choice.can_stand:
            continue
        if len(chosen) == len(offers.parts):
            yield bound, choice
        else:
            wait(choice, 0, bound)


def _fewest_first(offers: Offers) -> Iterator[PartialChoice]:
    """Choices of spaces for every component that keep the links, the component with the fewest spaces left first."""
    left = [PartialChoice(offers)]
    while left and not offers.is_spent():
        choice = left.pop()
        if not choice.can_stand:
            continue
        near = {
            place: offers.candidates(place, choice.chosen)
            for place in range(len(offers.parts))
            if place not in choice.chosen
        }
        if not near:
            yield choice
            continue
        place = min(near, key=lambda one: len(near[one]))
        left += [PartialChoice(offers, choice, place, spaces) for spaces in reversed(near[place])]


def _way(offers: Offers, choice: PartialChoice) -> ProjectPlacement | None:
    """The project in these spaces from the first months in which no rule is broken."""
    for options in choice.months():
        if offers.is_spent():
            return None
        sites = offers.sites(options)
        if not offers.standing.breaks(sites, RULES):
            deltas = offers.standing.deltas(sites)
            return ProjectPlacement(sites, deltas, worth_of(offers.aims, deltas))
    return None
