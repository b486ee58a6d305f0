"""Dives side by side hold as plans and repeat; places with fees end with the answer of another engine."""

import numpy as np

from allocator.engines.cp_sat import run as run_cp_sat
from allocator.engines.scale.core.arrays import arrays_of
from allocator.engines.scale.core.block_structure import split
from allocator.engines.scale.core.propagation import Domains
from allocator.engines.scale.kernel_warmup import assignment_task
from allocator.engines.scale.lagrangian.initial_duals import priced_by_room
from allocator.engines.scale.lagrangian.pricing import Pricer
from allocator.engines.scale.lagrangian.subgradient import Descent, Steps, never
from allocator.engines.scale.primal.parallel_dives import ParallelDives
from allocator.engines.scale.run import run
from allocator.engines.task import AnswerStatus, Task
from allocator.linear.expressions import Row, Sense


def test_divers_of_equal_seeds_dive_alike_and_what_they_bring_up_holds():
    task = assignment_task(jobs=30, agents=5)
    arrays = arrays_of(task)
    domains = Domains.of(arrays)
    assert domains.settle()
    descent = Descent(Pricer(split(arrays), 1))
    at = priced_by_room(descent, domains.lower, domains.upper)
    descent.descend(at, Steps(100, 0.05), domains.lower, domains.upper, never)
    before = domains.lower.copy(), domains.upper.copy()
    one, other, third = (ParallelDives(descent.pricer, at, domains, seed) for seed in (0, 0, 1))
    found = [[each.step(never) for _ in range(6)] for each in (one, other, third)]
    made = [[None if x is None else x.tolist() for x in plans] for plans in found]
    assert made[0] == made[1] != made[2]
    plans = [tuple(plan) for plan in made[0] + made[2] if plan is not None]
    assert len(plans) >= 6
    assert all(task.admits(plan) for plan in plans)
    assert (before[0] == domains.lower).all()
    assert (before[1] == domains.upper).all()


def located(seed, places=4, jobs=9):
    """Places that cost something to open, with room for less than all of them would take."""
    rng = np.random.default_rng(seed)
    number = {(i, j): i * jobs + j for i in range(places) for j in range(jobs)}
    need = rng.integers(4, 15, jobs)
    rows = [Row({number[i, j]: 1 for i in range(places)}, Sense.EQUAL, 1) for j in range(jobs)]
    opened = [places * jobs + i for i in range(places)]
    for i in range(places):
        cap = int(need.sum() * rng.uniform(0.4, 0.6))
        rows.append(Row({**{number[i, j]: int(need[j]) for j in range(jobs)}, opened[i]: -cap}, Sense.AT_MOST, 0))
    weights = {k: -int(rng.integers(10, 60)) for k in number.values()} | {u: -int(rng.integers(20, 90)) for u in opened}
    blocks = (*(i for i, _ in number), *range(places))
    return Task(tuple(map(str, range(len(blocks)))), tuple(rows), weights, blocks=blocks, time_limit_s=20.0)


def test_places_that_cost_something_to_open_end_with_the_answer_of_cp_sat():
    for seed in range(8):
        task = located(seed)
        answer = run(task, lambda _: None)
        assert (answer.status, answer.bound) == (AnswerStatus.OPTIMAL, run_cp_sat(task, lambda _: None).bound), seed
