"""Compiled ejection chains for assignment (Yagiura, Ibaraki and Glover 2004): loads may exceed capacities, at a price.

A job leaves its agent; another takes the room, leaving some elsewhere, and so on, until the first job goes in again.
"""

from typing import NamedTuple

import numpy as np

from allocator.engines.scale.core.agent_knapsack import AssignmentInstance
from allocator.engines.scale.core.arrays import Bits, Floats, Ints
from allocator.engines.scale.core.jit import compiled

LONGEST = 10
"""Jobs that a chain moves beside its first, at the most."""

KICKED = 3
"""Jobs that are put elsewhere before each descent."""

LIKELY_KICKS = 4
"""Agents that a job may be put to by that, its best by the prices."""

DEARER, CHEAPER = 1.02, 0.99
"""Factors of the price of overload after a plan that exceeds a capacity, and after one that does not."""

CHAINS, COST = 0, 1
"""Places in ``Walk.tally``."""

LEAST_GAIN = 1e-6
MOST_MOVES = 200
"""Moves of one descent, times the jobs: room for rounding to end what it began."""


class Ways(NamedTuple):
    """Where jobs may sensibly go, −1 after the last.

    ``reduced`` is cost and the price of the room used, less the least of the job, agents by jobs; ``places`` the best
    agents of each job; ``jobs`` those that each agent is among the best few of; ``least`` the lowest price of overload.
    """

    reduced: Floats
    places: Ints
    jobs: Ints
    least: Floats


class Walk(NamedTuple):
    """Where a walk stands: its best plan, the one it starts each round from, the one it changes, loads and prices.

    ``tally`` holds the number of chains begun and the cost of the best plan.
    """

    best: Ints
    base: Ints
    home: Ints
    load: Ints
    trial: Ints
    penalty: Floats
    queue: Ints
    waiting: Bits
    mark: Ints
    moved: Ints
    into: Ints
    tally: Ints


@compiled
def excess_change(penalty: float, over: int, use: int) -> float:
    """What more use adds to the price of the overload of an agent that is over its capacity by so much, or under it."""
    return float(penalty * (max(over + use, 0) - max(over, 0)))


@compiled
def best_place(small: AssignmentInstance, ways: Ways, walk: Walk, job: int) -> tuple[int, float]:
    """The agent that a job adds least to, and how much."""
    places, cost, use, cap = ways.places, small.cost, small.use, small.cap
    trial, penalty = walk.trial, walk.penalty
    where, least = -1, 1e300
    for z in range(places.shape[1]):
        i = places[job, z]
        if i < 0:
            break
        added = cost[i, job] + excess_change(penalty[i], trial[i] - cap[i], use[i, job])
        if added < least:
            where, least = i, added
    return where, least


@compiled
def best_follower(small: AssignmentInstance, ways: Ways, walk: Walk, hole: int) -> int:
    """The job outside a chain that had best take the room that an agent has left; −1 for none."""
    jobs, reduced, use, home, mark = ways.jobs, ways.reduced, small.use, walk.home, walk.mark
    penalty, room, chain = walk.penalty[hole], small.cap[hole] - walk.trial[hole], walk.tally[CHAINS]
    pick, least = -1, 1e300
    for z in range(jobs.shape[1]):
        k = jobs[hole, z]
        if k < 0:
            break
        at = home[k]
        score = reduced[hole, k] - reduced[at, k]
        if score < least and at != hole and mark[k] != chain:
            score += penalty * max(use[hole, k] - room, 0)
            if score < least:
                pick, least = k, score
    return pick


@compiled
def move(small: AssignmentInstance, walk: Walk, job: int, agent: int) -> float:
    """Take a job from its agent and, unless it is −1, add it to another, in the trial loads; what that adds."""
    cost, use, cap, trial, penalty = small.cost, small.use, small.cap, walk.trial, walk.penalty
    old = walk.home[job]
    added = excess_change(penalty[old], trial[old] - cap[old], -use[old, job]) - cost[old, job]
    trial[old] -= use[old, job]
    if agent >= 0:
        added += cost[agent, job] + excess_change(penalty[agent], trial[agent] - cap[agent], use[agent, job])
        trial[agent] += use[agent, job]
    return float(added)


@compiled
def improve(small: AssignmentInstance, ways: Ways, walk: Walk, job: int) -> bool:
    """Move a job, or a chain of jobs that begins with it, if that costs less; the loads of the trial follow."""
    walk.tally[CHAINS] += 1
    walk.mark[job] = walk.tally[CHAINS]
    hole, length = walk.home[job], 0
    total = move(small, walk, job, -1)
    while True:
        place, added = best_place(small, ways, walk, job)
        if place >= 0 and total + added < -LEAST_GAIN:
            walk.trial[place] += small.use[place, job]
            walk.home[job] = place
            for z in range(length):
                walk.home[walk.moved[z]] = walk.into[z]
            return True
        follower = best_follower(small, ways, walk, hole) if length < LONGEST else -1
        if follower < 0:
            walk.trial[:] = walk.load
            return False
        walk.mark[follower] = walk.tally[CHAINS]
        walk.moved[length], walk.into[length] = follower, hole
        hole, old = walk.home[follower], hole
        total += move(small, walk, follower, old)
        length += 1


@compiled
def descend(small: AssignmentInstance, ways: Ways, walk: Walk, waiting: int) -> None:
    """Improve the jobs of the queue, and then those on agents that changed, until nothing does."""
    jobs, head = len(walk.home), 0
    for _ in range(MOST_MOVES * jobs):
        if waiting == 0:
            return
        job = walk.queue[head]
        head = (head + 1) % jobs
        waiting -= 1
        walk.waiting[job] = 0
        if improve(small, ways, walk, job):
            for k in range(jobs):
                at = walk.home[k]
                if walk.trial[at] != walk.load[at] and not walk.waiting[k]:
                    walk.queue[(head + waiting) % jobs] = k
                    walk.waiting[k] = 1
                    waiting += 1
            walk.load[:] = walk.trial


@compiled
def weigh(small: AssignmentInstance, home: Ints, load: Ints, penalty: Floats) -> tuple[int, float]:
    """Cost of a plan, and the price of its overloads; its loads are filled in."""
    load[:] = 0
    cost, over = 0, 0.0
    for j in range(len(home)):
        load[home[j]] += small.use[home[j], j]
        cost += small.cost[home[j], j]
    for i in range(len(load)):
        over += penalty[i] * max(load[i] - small.cap[i], 0)
    return cost, over


@compiled
def kick(ways: Ways, walk: Walk, rng: np.random.Generator, touched: Bits) -> None:
    """Put a few jobs elsewhere, and mark the agents that this touches."""
    for _ in range(KICKED):
        job = rng.integers(0, len(walk.home))
        to = ways.places[job, rng.integers(0, min(LIKELY_KICKS, ways.places.shape[1]))]
        if to >= 0:
            touched[walk.home[job]] = touched[to] = 1
            walk.home[job] = to


@compiled
def line_up(walk: Walk, rng: np.random.Generator, touched: Bits) -> int:
    """Queue the jobs on touched agents in random order; how many they are."""
    count = 0
    walk.waiting[:] = 0
    for j in rng.permutation(len(walk.home)):
        if touched[walk.home[j]]:
            walk.queue[count] = j
            walk.waiting[j] = 1
            count += 1
    return count


@compiled
def wander(small: AssignmentInstance, ways: Ways, walk: Walk, rng: np.random.Generator, rounds: int) -> None:
    """Kick and descend so many times from the base, which follows what is no dearer, and keep the best plan."""
    touched = np.ones(len(small.cap), dtype=np.int8)
    for _ in range(rounds):
        walk.home[:] = walk.base
        kick(ways, walk, rng, touched)
        weigh(small, walk.home, walk.load, walk.penalty)
        walk.trial[:] = walk.load
        descend(small, ways, walk, line_up(walk, rng, touched))
        touched[:] = 0
        cost, over = weigh(small, walk.home, walk.load, walk.penalty)
        base_cost, base_over = weigh(small, walk.base, walk.trial, walk.penalty)
        if over == 0.0 and cost < walk.tally[COST]:
            walk.tally[COST] = cost
            walk.best[:] = walk.home
        if cost + over <= base_cost + base_over:
            walk.base[:] = walk.home
        for i in range(len(small.cap)):
            if walk.load[i] > small.cap[i]:
                walk.penalty[i] *= DEARER
            elif over == 0.0:
                walk.penalty[i] = max(ways.least[i], walk.penalty[i] * CHEAPER)
