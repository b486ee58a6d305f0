"""Compiled rounding: a plan out of what the agents chose each for itself."""

import numpy as np

from allocator.engines.scale.core.agent_knapsack import AssignmentInstance
from allocator.engines.scale.core.arrays import Bits, Ints
from allocator.engines.scale.core.jit import compiled

MOST_FITS = 400
"""Optional groups that are tried at the end, at most."""


@compiled
def put(small: AssignmentInstance, job: int, agent: int, home: Ints, room: Ints, held: Ints) -> None:
    """Give a job to an agent, −1 for none."""
    old = home[job]
    if old >= 0:
        room[old] += small.use[old, job]
        held[old] -= 1
    home[job] = agent
    if agent >= 0:
        room[agent] -= small.use[agent, job]
        held[agent] += 1


@compiled
def cheapest(small: AssignmentInstance, job: int, allowed: Bits, room: Ints, held: Ints) -> tuple[int, float, float]:
    """The agent with room where a job costs least, −1 if there is none; that cost and the next one."""
    first, second, where = 1e18, 1e18, -1
    for i in range(len(room)):
        if allowed[i, job] and small.use[i, job] <= room[i]:
            step = float(small.cost[i, job]) + (0.0 if held[i] else float(small.fee[i]))
            if step < first:
                first, second, where = step, first, i
            elif step < second:
                second = step
    return where, first, second


@compiled
def leave(small: AssignmentInstance, group: int, home: Ints, room: Ints, held: Ints) -> None:
    """Take a group out of the plan."""
    for j in range(len(home)):
        if small.group[j] == group:
            put(small, j, -1, home, room, held)


@compiled
def complete(
    small: AssignmentInstance, allowed: Bits, joined: Bits, wanted: Bits, home: Ints, room: Ints, held: Ints
) -> bool:
    """Place the jobs missing of wanted groups, those first that would lose most; give up optional ones that do not fit.

    False when a group that must be placed cannot be.
    """
    while True:
        pick, to, most = -1, -1, -1.0
        for j in range(len(home)):
            if home[j] < 0 and wanted[small.group[j]]:
                where, first, second = cheapest(small, j, allowed, room, held)
                if where < 0 or second - first > most:
                    pick, to, most = j, where, 1e19 if where < 0 else second - first
                if where < 0:
                    break
        if pick < 0:
            return True
        if to >= 0:
            put(small, pick, to, home, room, held)
        elif joined[small.group[pick]] == 1:
            return False
        else:
            wanted[small.group[pick]] = 0
            leave(small, small.group[pick], home, room, held)


@compiled
def add_groups(
    small: AssignmentInstance, allowed: Bits, joined: Bits, wanted: Bits, home: Ints, room: Ints, held: Ints
) -> None:
    """Add optional groups that pay and fit, in their order."""
    groups = len(wanted)
    worth = np.zeros(groups)
    fits = np.zeros(groups, dtype=np.int8)
    tried = 0
    for g in range(groups):
        fits[g] = 1 if not wanted[g] and joined[g] == 0 else 0
    for j in range(len(home)):
        g = small.group[j]
        if fits[g] and tried < MOST_FITS:
            where, first, _ = cheapest(small, j, allowed, room, held)
            tried += 1
            if where < 0:
                fits[g] = 0
            else:
                worth[g] += first
                put(small, j, where, home, room, held)
    for g in range(groups):
        if joined[g] != 1 and not wanted[g] and not (fits[g] and worth[g] < 0):
            leave(small, g, home, room, held)
    # groups that were cut off by the limit or half placed are left out
    whole = np.ones(groups, dtype=np.int8)
    for j in range(len(home)):
        if home[j] < 0:
            whole[small.group[j]] = 0
    for j in range(len(home)):
        if home[j] >= 0 and not whole[small.group[j]]:
            put(small, j, -1, home, room, held)


@compiled
def cost_of(small: AssignmentInstance, home: Ints, held: Ints) -> int:
    """Cost of a plan."""
    total = 0
    for j in range(len(home)):
        if home[j] >= 0:
            total += small.cost[home[j], j]
    for i in range(len(held)):
        if held[i]:
            total += small.fee[i]
    return total


@compiled
def round_choices(
    small: AssignmentInstance, allowed: Bits, state: Bits, joined: Bits, taken: Bits, known: int, best: Ints
) -> int:
    """Cost of a plan made from the agents' own choices, kept in ``best`` if it is below ``known``; else known."""
    agents, jobs = small.cost.shape
    room, held = small.cap.copy(), np.zeros(agents, dtype=np.int64)
    home = np.full(jobs, -1, dtype=np.int64)
    wanted = np.zeros(len(joined), dtype=np.int8)
    for g in range(len(joined)):
        wanted[g] = 1 if joined[g] == 1 else 0
    for j in range(jobs):
        chosen = -1
        for i in range(agents):
            if taken[i, j] and (chosen < 0 or small.cost[i, j] < small.cost[chosen, j]):
                chosen = i
        if chosen >= 0:
            put(small, j, chosen, home, room, held)
            wanted[small.group[j]] = 1
    for i in range(agents):
        if state[i] == 2:
            room[i] = -1
    if not complete(small, allowed, joined, wanted, home, room, held):
        return known
    add_groups(small, allowed, joined, wanted, home, room, held)
    total = cost_of(small, home, held)
    if total < known:
        best[:] = home
        return total
    return known
