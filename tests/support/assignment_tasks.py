"""Draw small assignment tasks and enumerate their plans."""

import itertools
import random

import numpy as np

from allocator.engines.scale.assignment.branch_and_bound import scale_of
from allocator.engines.scale.core.agent_knapsack import AssignmentInstance
from allocator.engines.task import Task
from allocator.linear.expressions import Row, Sense


def drawn(seed):
    """A small assignment with forbidden pairs, perhaps opening fees and groups that may stay out."""
    rng = random.Random(seed)
    agents, jobs = rng.randint(2, 3), rng.randint(2, 6)
    low = -20 if seed % 3 == 0 else 1
    cost = np.array([[rng.randint(low, 20) for _ in range(jobs)] for _ in range(agents)], dtype=np.int64)
    use = np.array([[rng.randint(1, 9) for _ in range(jobs)] for _ in range(agents)], dtype=np.int64)
    cap = np.array([rng.randint(4, 6 * jobs // agents + 6) for _ in range(agents)], dtype=np.int64)
    fee = np.array([rng.choice([0, 5, 30]) if seed % 2 else 0 for _ in range(agents)], dtype=np.int64)
    group = np.sort(np.array([rng.randint(0, jobs - 1) for _ in range(jobs)], dtype=np.int64))
    group = np.unique(group, return_inverse=True)[1].astype(np.int64) if seed % 3 == 0 else np.arange(jobs)
    must = np.array([rng.random() < 0.3 or seed % 3 > 0 for _ in range(group.max() + 1)], dtype=np.int8)
    allowed = np.array([[rng.random() < 0.9 for _ in range(jobs)] for _ in range(agents)])
    return AssignmentInstance(cost, use, cap, fee, group, scale_of(cost, fee)), allowed & (use <= cap[:, None]), must


def plans(small, allowed, must):
    """Every plan with its cost; −1 is a job left out."""
    agents, jobs = small.cost.shape
    for home in itertools.product(range(-1, agents), repeat=jobs):
        placed = [j for j in range(jobs) if home[j] >= 0]
        load = [sum(int(small.use[i, j]) for j in placed if home[j] == i) for i in range(agents)]
        whole = all(len({home[j] >= 0 for j in range(jobs) if small.group[j] == g}) == 1 for g in range(len(must)))
        asked = all(home[j] >= 0 for j in range(jobs) if must[small.group[j]])
        fits = all(allowed[home[j], j] for j in placed) and all(u <= c for u, c in zip(load, small.cap, strict=True))
        if whole and asked and fits:
            opened = {home[j] for j in placed}
            yield home, sum(int(small.cost[home[j], j]) for j in placed) + sum(int(small.fee[i]) for i in opened)


def beyond(small):
    return int(np.abs(small.cost).sum() + small.fee.sum()) + 1


def as_task(small, allowed, must):
    """The assignment as a task in the product's own rows."""
    agents, jobs = small.cost.shape
    pairs = [(i, j) for i in range(agents) for j in range(jobs) if allowed[i, j]]
    number = {pair: k for k, pair in enumerate(pairs)}
    fees = {i: len(pairs) + k for k, i in enumerate(np.flatnonzero(small.fee).tolist())}
    tied = [g for g in range(len(must)) if not must[g] and (small.group == g).sum() > 1]
    statics = {g: len(pairs) + len(fees) + k for k, g in enumerate(tied)}
    rows = []
    for j in range(jobs):
        ones = {number[i, j]: 1 for i in range(agents) if (i, j) in number}
        g = int(small.group[j])
        if g in statics:
            rows.append(Row({**ones, statics[g]: -1}, Sense.EQUAL, 0, f"job/{j}"))
        else:
            rows.append(Row(ones, Sense.EQUAL if must[g] else Sense.AT_MOST, 1, f"job/{j}"))
    for i in range(agents):
        held = {number[i, j]: int(small.use[i, j]) for j in range(jobs) if (i, j) in number}
        if i in fees:
            rows.append(Row({**held, fees[i]: -int(small.cap[i])}, Sense.AT_MOST, 0, f"agent/{i}"))
            rows += [Row({k: 1, fees[i]: -1}, Sense.AT_MOST, 0, f"open/{i}") for k in held]
        else:
            rows.append(Row(held, Sense.AT_MOST, int(small.cap[i]), f"agent/{i}"))
    weights = {number[i, j]: -int(small.cost[i, j]) for i, j in pairs} | {
        v: -int(small.fee[i]) for i, v in fees.items()
    }
    blocks = (*(i for i, _ in pairs), *fees, *(-1 for _ in statics))
    return Task(tuple(map(str, range(len(blocks)))), tuple(rows), weights, blocks=blocks, time_limit_s=20.0)
