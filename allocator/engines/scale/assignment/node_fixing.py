"""Compiled ruling out: what cannot be in a plan below a known cost, by the exact bound with it forced.

Two tables per agent, from the front and from the back, say what forcing any job into or out of it would cost.
"""

import numpy as np

from allocator.engines.scale.assignment.agent_closing import force_agents, spare_room
from allocator.engines.scale.assignment.node_bound import (
    AgentChoice,
    NodeBounds,
    NodeState,
    evaluate,
    group_prices,
    least_use,
    lone_jobs,
    scaled,
)
from allocator.engines.scale.core.agent_knapsack import NEVER, AssignmentInstance, fill, force_each
from allocator.engines.scale.core.arrays import Bits, Ints
from allocator.engines.scale.core.jit import compiled


@compiled
def force_openings(
    small: AssignmentInstance, spot: NodeState, found: NodeBounds, price: Ints, lone: Bits, base: int, gain: Ints
) -> None:
    """Bounds with each agent open and shut; ``gain`` of each when open, ``base`` what the groups come to."""
    agents, jobs = small.cost.shape
    held, scratch = np.zeros(agents, dtype=np.int8), np.zeros(jobs, dtype=np.int8)
    total = base
    for i in range(agents):
        held[i] = 1 if spot.state[i] else 0
        if spot.state[i] != 2:
            gain[i] = fill(small, i, price, spot.allowed, lone, scratch) - small.fee[i] * small.scale
            total -= gain[i]
            for j in range(jobs):
                if lone[j] == 1 and spot.allowed[i, j] == 1:
                    held[i] = 1
    kept, shut = np.zeros(agents, dtype=np.int64), np.full(agents, -NEVER, dtype=np.int64)
    if small.fee.max() > 0:
        force_agents(small, held, gain, spare_room(small, spot.state, least_use(small, spot)), kept, shut)
    for i in range(agents):
        found.opened[i] = NEVER if spot.state[i] == 2 else total - kept[i]
        found.shut[i] = NEVER if held[i] or shut[i] <= -NEVER else total - shut[i]


@compiled
def force_jobs(
    small: AssignmentInstance,
    spot: NodeState,
    found: NodeBounds,
    price: Ints,
    lone: Bits,
    gain: Ints,
    into: Ints,
    out: Ints,
) -> None:
    """Bounds of the node with each job forced into each agent, and out of it; ``into`` and ``out`` hold the bound."""
    agents, jobs = small.cost.shape
    bound = into[0, 0]
    fees = small.fee.max() > 0
    for i in range(agents):
        fee = small.fee[i] * small.scale
        if spot.state[i] == 2 or not force_each(small, i, price, spot.allowed, lone, into[i], out[i]):
            into[i] = bound
            out[i] = bound
            continue
        for j in range(jobs):
            into[i, j] = NEVER if into[i, j] <= -NEVER else found.opened[i] + gain[i] - (into[i, j] - fee)
            kept_open = NEVER if out[i, j] <= -NEVER else found.opened[i] + gain[i] - (out[i, j] - fee)
            out[i, j] = min(kept_open, found.shut[i]) if fees else kept_open


@compiled
def losses(small: AssignmentInstance, spot: NodeState, bound: int, j: int, into: Ints, out: Ints, child: Ints) -> None:
    """Bound of the node with job j at each agent: the others are then without it."""
    agents = len(small.cap)
    leaving, hardest, second = 0, bound, bound
    for i in range(agents):
        if spot.allowed[i, j] and out[i, j] < NEVER:
            leaving += max(0, out[i, j] - bound)
            if out[i, j] > hardest:
                hardest, second = out[i, j], hardest
            else:
                second = max(second, out[i, j])
    fees = small.fee.max() > 0
    for i in range(agents):
        if not spot.allowed[i, j]:
            child[i, j] = NEVER
            continue
        own = out[i, j] if out[i, j] < NEVER else bound
        if fees:
            # agents are tied by the room of all: what several lose does not add up
            child[i, j] = max(into[i, j], second if own == hardest else hardest)
        else:
            child[i, j] = into[i, j] + leaving - max(0, own - bound)


@compiled
def force_groups(
    small: AssignmentInstance, spot: NodeState, found: NodeBounds, bound: int, offered: Ints, out: Ints
) -> None:
    """Bounds with each group placed, and left out: then every agent is without its jobs."""
    agents, jobs = small.cost.shape
    for g in range(len(offered)):
        found.within[g] = bound + max(0, offered[g]) if spot.joined[g] != 2 else NEVER
        found.without[g] = bound + max(0, -offered[g]) if spot.joined[g] != 1 else NEVER
    if small.fee.max() > 0:
        return
    hardest = np.zeros((agents, len(offered)), dtype=np.int64)
    for i in range(agents):
        for j in range(jobs):
            if spot.allowed[i, j] and out[i, j] < NEVER and spot.joined[small.group[j]] == 0:
                g = small.group[j]
                hardest[i, g] = max(hardest[i, g], out[i, j] - bound)
    for g in range(len(offered)):
        if spot.joined[g] == 0:
            found.without[g] += hardest[:, g].sum()


@compiled
def rule_out(small: AssignmentInstance, spot: NodeState, found: NodeBounds, known: int) -> int:
    """Forbid what cannot be in a plan below ``known``; scaled bound of the node, NEVER when no such plan is left."""
    agents, jobs = small.cost.shape
    lone = np.zeros(jobs, dtype=np.int8)
    if not lone_jobs(small, spot, lone):
        return NEVER
    price, most = scaled(small, spot.price), (known - 1) * small.scale
    choice = AgentChoice(
        np.zeros((agents, jobs), dtype=np.int8),
        np.zeros(agents, dtype=np.int64),
        np.zeros(len(spot.joined), dtype=np.int8),
    )
    bound = evaluate(small, spot, price, lone, least_use(small, spot), choice)
    if bound > most:
        return NEVER
    offered = group_prices(small, price, len(spot.joined))
    gain = np.zeros(agents, dtype=np.int64)
    force_openings(small, spot, found, price, lone, int((offered * choice.chosen).sum()), gain)
    into, out = np.full((agents, jobs), bound), np.full((agents, jobs), bound)
    force_jobs(small, spot, found, price, lone, gain, into, out)
    force_groups(small, spot, found, bound, offered, out)
    for j in range(jobs):
        losses(small, spot, bound, j, into, out, found.child)
        for i in range(agents):
            if not spot.allowed[i, j]:
                continue
            g = small.group[j]
            extra = max(0, offered[g]) if spot.joined[g] == 0 and small.fee.max() == 0 else 0
            found.child[i, j] = bound if lone[j] else max(bound, found.child[i, j] + extra)
            if found.child[i, j] > most:
                spot.allowed[i, j] = 0
                found.child[i, j] = NEVER
    for i in range(agents):
        if spot.state[i] == 0 and small.fee[i] > 0:
            if found.shut[i] > most:
                spot.state[i] = 1
            elif found.opened[i] > most:
                spot.state[i] = 2
                spot.allowed[i] = 0
    for g in range(len(offered)):
        if spot.joined[g] == 0:
            if found.without[g] > most:
                spot.joined[g] = 1
            elif found.within[g] > most:
                spot.joined[g] = 2
    return bound
