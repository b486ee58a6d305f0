"""Draw small tasks that fall into blocks."""

import random

from allocator.engines.task import Task
from allocator.linear.expressions import Row, Sense


def drawn_task(seed, variables=9):
    """A task with capacities, choices, openings and rows across blocks, small enough to try every value."""
    rng = random.Random(seed)
    blocks = tuple(rng.choice([-1, 0, 0, 1, 1, 2]) for _ in range(variables))
    rows = []
    for number in range(rng.randint(2, 7)):
        block = rng.choice([0, 1, 2, None, None])
        among = [j for j in range(variables) if block is None or blocks[j] == block]
        picked = rng.sample(among, min(len(among), rng.randint(2, 5)))
        if not picked:
            continue
        kind = rng.random()
        if kind < 0.5:
            row = Row({j: rng.randint(1, 6) for j in picked}, Sense.AT_MOST, rng.randint(2, 9), f"r{number}")
        elif kind < 0.65 and len(picked) > 1:
            row = Row({picked[0]: -6, **{j: rng.randint(1, 3) for j in picked[1:]}}, Sense.AT_MOST, 0, f"r{number}")
        elif kind < 0.8:
            row = Row({j: rng.choice([1, 1, -1]) for j in picked}, Sense.EQUAL, rng.choice([0, 1]), f"r{number}")
        else:
            row = Row({j: rng.randint(-3, 3) or 1 for j in picked}, Sense.AT_LEAST, rng.randint(-2, 2), f"r{number}")
        rows.append(row)
    weights = {j: rng.randint(-5, 12) for j in range(variables)}
    return Task(
        tuple(f"x{j}" for j in range(variables)),
        tuple(rows),
        weights,
        rng.randint(-9, 9),
        blocks=blocks,
        time_limit_s=20.0,
    )
