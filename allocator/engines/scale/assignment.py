"""Compiled local search for pure assignment: every job to one agent, one capacity per agent.

Shifts and ejection chains of two moves with penalties for overload that adapt, restarted from the best plan by small
kicks (after Yagiura, Ibaraki and Glover 2006, A path relinking approach with ejection chains for the generalized
assignment problem).  Jobs move only to agents that the duals favour.
"""

import numpy as np

from allocator.engines.scale.arrays import Floats, Ints
from allocator.engines.scale.compiled import compiled


@compiled
def draw(state: Ints) -> int:
    """Next number of a xorshift generator, not negative."""
    x = state[0]
    x ^= x << 13
    x ^= (x >> 7) & ((1 << 57) - 1)
    x ^= x << 17
    state[0] = x
    return int(x & ((1 << 62) - 1))


@compiled
def over(load: int, cap: int) -> int:
    """Load beyond a capacity."""
    return max(0, load - cap)


@compiled
def shift(job: int, agent: int, use: Ints, assign: Ints, load: Ints, member: Ints, slot: Ints, size: Ints) -> None:
    """Move a job, and keep loads and member lists."""
    old = assign[job]
    load[old] -= use[old, job]
    last = member[old, size[old] - 1]
    member[old, slot[job]] = last
    slot[last] = slot[job]
    size[old] -= 1
    assign[job] = agent
    load[agent] += use[agent, job]
    slot[job] = size[agent]
    member[agent, size[agent]] = job
    size[agent] += 1


@compiled
def descend(
    cost: Floats,
    use: Ints,
    cap: Ints,
    near: Ints,
    price: Floats,
    assign: Ints,
    load: Ints,
    member: Ints,
    slot: Ints,
    size: Ints,
    first: int,
) -> None:
    """Best shift or chain of two shifts per job, until no job has one."""
    jobs, choices = near.shape
    still, job = 0, first
    while still < jobs:
        i = assign[job]
        relief = price[i] * (over(load[i], cap[i]) - over(load[i] - use[i, job], cap[i]))
        best, to, chained, onward = -1e-7, -1, -1, -1
        for c in range(choices):
            k = near[job, c]
            if k < 0 or k == i:
                continue
            step = cost[k, job] - cost[i, job] - relief
            full = load[k] + use[k, job]
            alone = step + price[k] * (over(full, cap[k]) - over(load[k], cap[k]))
            if alone < best:
                best, to, chained = alone, k, -1
            if full <= cap[k]:
                continue
            for s in range(size[k]):
                other = member[k, s]
                eased = step + price[k] * (over(full - use[k, other], cap[k]) - over(load[k], cap[k])) - cost[k, other]
                if eased + cost[near[other, 0], other] >= best:
                    continue
                for d in range(choices + 1):
                    m = near[other, d] if d < choices else i
                    if m < 0 or m == k:
                        continue
                    before = load[m] - (use[m, job] if m == i else 0)
                    chain = (
                        eased
                        + cost[m, other]
                        + price[m] * (over(before + use[m, other], cap[m]) - over(before, cap[m]))
                    )
                    if chain < best:
                        best, to, chained, onward = chain, k, other, m
        if to >= 0:
            shift(job, to, use, assign, load, member, slot, size)
            if chained >= 0:
                shift(chained, onward, use, assign, load, member, slot, size)
            still = 0
        else:
            still += 1
        job = job + 1 if job + 1 < jobs else 0


@compiled
def search_assignment(
    cost: Floats, use: Ints, cap: Ints, near: Ints, start: Ints, best: Ints, known: float, rounds: int, seed: int
) -> float:
    """Least cost within the capacities after so many kicks, its plan in ``best``; ``known`` if none is less."""
    agents, jobs = cost.shape
    state = np.array([seed * 2654435761 + 88172645463325252], dtype=np.int64)
    assign = start.copy()
    load, size = np.zeros(agents, dtype=np.int64), np.zeros(agents, dtype=np.int64)
    member, slot = np.zeros((agents, jobs), dtype=np.int64), np.zeros(jobs, dtype=np.int64)
    for j in range(jobs):
        i = assign[j]
        slot[j] = size[i]
        member[i, size[i]] = j
        size[i] += 1
        load[i] += use[i, j]
    spread = 0.0
    for j in range(jobs):
        far = near[j, min(1, near.shape[1] - 1)]
        spread += abs(cost[max(far, 0), j] - cost[near[j, 0], j]) / max(1.0, float(use[near[j, 0], j]))
    price = np.full(agents, max(1e-3, spread / jobs))
    stale = 0
    for _ in range(rounds):
        descend(cost, use, cap, near, price, assign, load, member, slot, size, draw(state) % jobs)
        feasible = True
        for i in range(agents):
            feasible = feasible and load[i] <= cap[i]
        stale += 1
        if feasible:
            total = 0.0
            for j in range(jobs):
                total += cost[assign[j], j]
            if total < known - 0.5:
                known = total
                best[:] = assign
                stale = 0
        for i in range(agents):
            price[i] *= 0.93 if feasible else (1.15 if load[i] > cap[i] else 1.0)
        if stale > 400 and best[0] >= 0:
            stale = 0
            for j in range(jobs):
                if assign[j] != best[j]:
                    shift(j, best[j], use, assign, load, member, slot, size)
        for _ in range(2 + draw(state) % 4):
            j = draw(state) % jobs
            k = near[j, draw(state) % near.shape[1]]
            if k >= 0 and k != assign[j]:
                shift(j, k, use, assign, load, member, slot, size)
    return known
