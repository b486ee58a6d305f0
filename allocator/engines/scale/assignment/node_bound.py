"""Compiled bound of one node of a search tree over an assignment: jobs to agents, one capacity per agent.

That a job is placed once is priced, every agent is a knapsack with an opening fee, and the prices are made better by
deflected subgradients.  All bounds are exact integers.
"""

from typing import NamedTuple

import numpy as np

from allocator.engines.scale.assignment.agent_closing import shut_some, spare_room
from allocator.engines.scale.assignment.rounding import round_choices
from allocator.engines.scale.core.agent_knapsack import NEVER, AssignmentInstance, fill
from allocator.engines.scale.core.arrays import Bits, Floats, Ints
from allocator.engines.scale.core.jit import compiled

PATIENCE, SHRINK, MOMENTUM = 8, 0.6, 0.6
"""Passes without progress before the step shrinks, by how much, and what of the last direction is kept."""


class NodeState(NamedTuple):
    """A node: what is allowed, agents by jobs; agents free (0), open (1), shut (2); groups likewise; prices of jobs."""

    allowed: Bits
    state: Bits
    joined: Bits
    price: Floats


class NodeBounds(NamedTuple):
    """What a node gave: scaled bounds with job j at agent i, with an agent open or shut, with a group in or out.

    ``openness`` and ``presence`` are the mean choices of agents and groups, ``home`` a better plan if one was found
    (−1: not placed; all −2: none).
    """

    child: Ints
    opened: Ints
    shut: Ints
    within: Ints
    without: Ints
    openness: Floats
    presence: Floats
    home: Ints


class AgentChoice(NamedTuple):
    """What the agents choose at some prices: jobs ``taken``, the ``value`` of each, and the groups ``chosen``."""

    taken: Bits
    value: Ints
    chosen: Bits


@compiled
def lone_jobs(small: AssignmentInstance, spot: NodeState, lone: Bits) -> bool:
    """Mark jobs that must go to the one agent that may take them; leave out groups with a job that none may take.

    False when such a group must be placed.
    """
    agents, jobs = spot.allowed.shape
    for j in range(jobs):
        count = 0
        for i in range(agents):
            count += spot.allowed[i, j]
        lone[j] = 1 if count == 1 else 0
        if count == 0:
            if spot.joined[small.group[j]] == 1:
                return False
            spot.joined[small.group[j]] = 2
    for j in range(jobs):
        if spot.joined[small.group[j]] != 1:
            lone[j] = 0
        if spot.joined[small.group[j]] == 2:
            spot.allowed[:, j] = 0
    return True


@compiled
def least_use(small: AssignmentInstance, spot: NodeState) -> int:
    """Capacity that the jobs that must be placed take together at the least."""
    total = 0
    for j in range(spot.allowed.shape[1]):
        if spot.joined[small.group[j]] == 1:
            least = NEVER
            for i in range(spot.allowed.shape[0]):
                if spot.allowed[i, j]:
                    least = min(least, small.use[i, j])
            total += least
    return total


@compiled
def group_prices(small: AssignmentInstance, price: Ints, groups: int) -> Ints:
    """Sum of the prices of each group's jobs."""
    total = np.zeros(groups, dtype=np.int64)
    for j in range(len(price)):
        total[small.group[j]] += price[j]
    return total


@compiled
def evaluate(
    small: AssignmentInstance, spot: NodeState, price: Ints, lone: Bits, need: int, choice: AgentChoice
) -> int:
    """Scaled bound at the prices; agents may be shut as far as the others have room for ``need``."""
    total = 0
    offered = group_prices(small, price, len(spot.joined))
    for g in range(len(offered)):
        choice.chosen[g] = 1 if spot.joined[g] == 1 or (spot.joined[g] == 0 and offered[g] < 0) else 0
        total += offered[g] * choice.chosen[g]
    held = np.zeros(len(small.cap), dtype=np.int8)
    for i in range(len(small.cap)):
        if spot.state[i] == 2:
            choice.value[i] = 0
            choice.taken[i] = 0
            held[i] = 1
            continue
        gain = fill(small, i, price, spot.allowed, lone, choice.taken[i])
        if gain <= -NEVER:
            return NEVER
        choice.value[i] = gain - small.fee[i] * small.scale
        total -= choice.value[i]
        held[i] = spot.state[i]
        # an agent that must hold a lone job is open by that
        for j in range(len(price)):
            if lone[j] == 1 and spot.allowed[i, j] == 1:
                held[i] = 1
    room = spare_room(small, spot.state, need)
    return NEVER if room < 0 else total - shut_some(small, held, room, choice.value, choice.taken)


@compiled
def scaled(small: AssignmentInstance, point: Floats) -> Ints:
    """Prices as whole numbers."""
    price = np.empty(len(point), dtype=np.int64)
    for j in range(len(point)):
        price[j] = np.int64(np.rint(point[j] * small.scale))
    return price


@compiled
def missing(small: AssignmentInstance, choice: AgentChoice, way: Floats) -> int:
    """Turn ``way`` towards prices that ask for what is not placed once; the number of such jobs."""
    count = 0
    for j in range(len(way)):
        gap = float(choice.chosen[small.group[j]])
        for i in range(len(small.cap)):
            gap -= choice.taken[i, j]
        count += abs(gap) > 0.5
        way[j] = gap + MOMENTUM * way[j]
    return count


@compiled
def average(choice: AgentChoice, found: NodeBounds, share: float) -> None:
    """Take a choice into the mean of those before."""
    for i in range(len(choice.value)):
        found.openness[i] += share * (choice.taken[i].max() - found.openness[i])
    for g in range(len(choice.chosen)):
        found.presence[g] += share * (choice.chosen[g] - found.presence[g])


@compiled
def descend_node(
    small: AssignmentInstance, spot: NodeState, found: NodeBounds, known: int, passes: int, step: float
) -> tuple[bool, int]:
    """Better prices at a node, kept in ``spot``: whether a plan below the best cost now known is possible, and that."""
    agents, jobs = small.cost.shape
    lone = np.zeros(jobs, dtype=np.int8)
    if not lone_jobs(small, spot, lone):
        return False, known
    need = least_use(small, spot)
    choice = AgentChoice(
        np.zeros((agents, jobs), dtype=np.int8),
        np.zeros(agents, dtype=np.int64),
        np.zeros(len(spot.joined), dtype=np.int8),
    )
    point, centre, way = spot.price.copy(), spot.price.copy(), np.zeros(jobs)
    best, stalled = -NEVER, 0
    for number in range(passes):
        price = scaled(small, point)
        bound = evaluate(small, spot, price, lone, need, choice)
        if bound > (known - 1) * small.scale:
            return False, known
        average(choice, found, 0.1 if number else 1.0)
        if bound > best:
            stalled, best = 0, bound
            centre[:] = point
            known = round_choices(small, spot.allowed, spot.state, spot.joined, choice.taken, known, found.home)
        else:
            stalled += 1
        if stalled > PATIENCE:
            stalled = 0
            step *= SHRINK
            point[:] = centre
            way[:] = 0.0
            continue
        if missing(small, choice, way) == 0:
            # the agents' own choices are a plan: nothing in the node is better
            known = round_choices(small, spot.allowed, spot.state, spot.joined, choice.taken, known, found.home)
            if bound > (known - 1) * small.scale:
                return False, known
        length = (way * way).sum()
        if length < 1e-9:
            break
        ahead = min(float(known * small.scale - bound), 0.02 * abs(float(bound)) + small.scale)
        point += step * ahead / small.scale / length * way
    spot.price[:] = centre
    return True, known
