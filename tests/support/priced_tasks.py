"""Draw tasks to test prices and relaxations on."""

import numpy as np

from allocator.engines.task import Task
from allocator.linear.expressions import Row, Sense


def drawn(seed, *, agents=4, jobs=30, fees=False, budget=False, share=False):
    """A task that is assignment: some jobs two by two, agents with a fee, a common budget and a share where asked."""
    rng = np.random.default_rng(seed)
    pairs = [(i, j) for i in range(agents) for j in range(jobs) if rng.random() < 0.8 or i == j % agents]
    number = {pair: k for k, pair in enumerate(pairs)}
    use = {pair: int(rng.integers(5, 40)) for pair in pairs}
    weights = {number[pair]: int(3 * use[pair] + rng.integers(0, 40)) for pair in pairs}
    names, blocks, rows = [str(pair) for pair in pairs], [i for i, _ in pairs], []
    offered = [{number[i, j]: 1 for i in range(agents) if (i, j) in number} for j in range(jobs)]
    for j in range(0, jobs, 2):
        if j % 4 == 0:
            names.append(f"both {j}")
            blocks.append(-1)
            weights[len(names) - 1] = int(rng.integers(0, 60))
            rows += [Row({**offered[k], len(names) - 1: -1}, Sense.EQUAL, 0) for k in (j, j + 1)]
        else:
            rows += [Row(offered[k], Sense.AT_MOST, 1) for k in (j, j + 1)]
    if budget:
        # weights of one row that differ a hundredfold
        costs = {number[pair]: int(10 ** rng.uniform(0, 2)) for pair in pairs}
        rows.append(Row(costs, Sense.AT_MOST, sum(costs.values()) // (3 * agents)))
    if share:
        # a fifth of the jobs must take a third of the room taken, and least room a few are owed
        lucky = {pair for pair in pairs if pair[1] % 5 == 0}
        rows.append(Row({number[p]: use[p] * (2 if p in lucky else -1) for p in pairs}, Sense.AT_LEAST, 0))
        rows.append(Row({number[p]: use[p] for p in pairs if p[1] % 3 == 0}, Sense.AT_LEAST, 20))
    for i in range(agents):
        own = {number[i, j]: use[i, j] for j in range(jobs) if (i, j) in number}
        cap = sum(own.values()) // (2 * agents) + 20
        if fees:
            names.append(f"open {i}")
            blocks.append(i)
            weights[len(names) - 1] = -int(rng.integers(10, 200))
            rows.append(Row({**own, len(names) - 1: -cap}, Sense.AT_MOST, 0))
        else:
            rows.append(Row(own, Sense.AT_MOST, cap))
    return Task(tuple(names), tuple(rows), weights, blocks=tuple(blocks), time_limit_s=20.0)
