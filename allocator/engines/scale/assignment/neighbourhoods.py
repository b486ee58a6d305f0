"""Draws neighbourhoods of an assignment: a few related agents, what stands in them and what could."""

from typing import NamedTuple

import numpy as np

from allocator.engines.scale.assignment.structure import AssignmentStructure
from allocator.engines.scale.core.agent_knapsack import AssignmentInstance
from allocator.engines.scale.core.arrays import Floats, Ints
from allocator.engines.scale.core.block_structure import Flags

FIRST_JOBS = 30
"""Jobs of the first neighbourhoods, about."""

MOST_JOBS = 90
"""Jobs of a neighbourhood, at the most; more once their trees end soon."""

LIKELY = 6
"""Agents that are looked at for each job, the best by the prices."""

GUESTS = 1.5
"""Jobs that are not placed and may come in, for each one that stands in a neighbourhood."""


class Neighbourhood(NamedTuple):
    """A few agents and jobs by their numbers, the task that they are by themselves, and what it may do with groups."""

    agents: Ints
    jobs: Ints
    small: AssignmentInstance
    stands: Ints
    joined: Ints


class NeighbourhoodSampler:
    """Neighbourhoods of a task, larger or smaller as their trees end or not; one thread at a time may draw."""

    def __init__(
        self, agents: AssignmentStructure, small: AssignmentInstance, allowed: Flags, price: Floats, seed: int
    ) -> None:
        self._agents, self._small, self._allowed = agents, small, allowed
        self._rng = np.random.default_rng(seed)
        self._wanted = max(4.0, FIRST_JOBS * len(small.cap) / len(price))
        self._most_jobs = float(MOST_JOBS)
        reduced = np.where(allowed, small.cost - price, np.inf)
        self._likely = np.argsort(reduced, axis=0, kind="stable")[:LIKELY]
        self._worth = np.bincount(agents.group, np.minimum(reduced.min(axis=0), 0.0) + price)

    def draw(self, home: Ints, price: Floats) -> Neighbourhood | None:
        """A neighbourhood of a plan; None where nothing stands in it or could."""
        chosen = self._related(home)
        jobs, joined = self._jobs(home, chosen)
        jobs = self._flexible(jobs, chosen, price)
        if not len(jobs):
            return None
        part = np.ix_(chosen, jobs)
        groups, group = np.unique(self._small.group[jobs], return_inverse=True)
        cost, use = np.ascontiguousarray(self._small.cost[part]), np.ascontiguousarray(self._small.use[part])
        small = AssignmentInstance(
            cost, use, *self._left(home, chosen, jobs), group.astype(np.int64), self._small.scale
        )
        stands = np.where(np.isin(home[jobs], chosen), np.searchsorted(chosen, home[jobs]), -1)
        return Neighbourhood(chosen, jobs, small, stands, joined[groups])

    def adapt(self, few: Neighbourhood, *, complete: bool) -> None:
        """Larger neighbourhoods where trees end, smaller ones where they do not."""
        factor = 1.04 if complete else 0.97
        if len(few.jobs) >= int(self._most_jobs):
            self._most_jobs = max(MOST_JOBS / 2, self._most_jobs * factor)
        else:
            self._wanted = min(float(len(self._small.cap)), max(2.0, self._wanted * factor))

    def _related(self, home: Ints) -> Ints:
        """Agents that like each other's jobs, around a random first one, in order of their numbers."""
        agents = len(self._small.cap)
        wanted = min(agents, int(self._wanted + self._rng.random()))
        chosen = [int(self._rng.integers(agents))]
        while len(chosen) < wanted:
            jobs = np.flatnonzero(home == self._rng.choice(chosen))
            if len(jobs) == 0 or self._rng.random() < 0.2:
                found = int(self._rng.integers(agents))
            else:
                found = int(self._likely[self._rng.integers(len(self._likely)), self._rng.choice(jobs)])
            if found not in chosen:
                chosen.append(found)
        return np.array(sorted(chosen), dtype=np.int64)

    def _jobs(self, home: Ints, chosen: Ints) -> tuple[Ints, Ints]:
        """Jobs of a neighbourhood, and what it may do with each group: leave it out (0) or not (1).

        They are those that stand there, and of the groups that stand nowhere the best that could.
        """
        group = self._small.group
        inside = np.isin(home, chosen)
        joined = self._agents.bound_to.astype(np.int64)
        joined[group[~inside & (home >= 0)]] = 1
        jobs = np.flatnonzero(inside)
        if self._agents.required:
            return jobs, joined
        able = np.ones(len(joined), dtype=np.bool_)
        able[group[home >= 0]] = False
        able[group[~self._allowed[chosen].any(axis=0)]] = False
        wanting = np.flatnonzero(able)
        noise = self._rng.exponential(0.1 * float(np.abs(self._worth).mean()), len(wanting))
        wanting = wanting[np.argsort(self._worth[wanting] + noise, kind="stable")]
        guests = np.zeros(len(joined), dtype=np.bool_)
        guests[wanting[: int(GUESTS * len(jobs)) + 3]] = True
        return np.flatnonzero(inside | guests[group]), joined

    def _flexible(self, jobs: Ints, chosen: Ints, price: Floats) -> Ints:
        """Of many jobs, those that lose least by going elsewhere, with some chance; the others stay."""
        most = int(self._most_jobs)
        if len(jobs) <= most or not self._agents.required:
            return jobs
        part = np.ix_(chosen, jobs)
        reduced = np.where(self._allowed[part], self._small.cost[part], np.inf)
        ranked = np.partition(reduced - price[jobs], 1, axis=0)
        loss = ranked[1] - ranked[0]
        loss = np.where(np.isfinite(loss), loss, np.inf)
        noise = self._rng.exponential(max(1e-9, float(np.median(loss))), len(jobs))
        return np.sort(jobs[np.argpartition(loss + noise, most)[:most]])

    def _left(self, home: Ints, chosen: Ints, jobs: Ints) -> tuple[Ints, Ints]:
        """Room and fees of some agents beside what stays in them."""
        cap, fee = self._small.cap[chosen].copy(), self._small.fee[chosen].copy()
        inside = np.isin(home, chosen)
        inside[jobs] = False
        stay = np.flatnonzero(inside)
        number = np.searchsorted(chosen, home[stay])
        np.subtract.at(cap, number, self._small.use[home[stay], stay])
        fee[number] = 0
        return cap, fee
