"""Runs every kernel on small tasks, so that all are compiled: ``python -m allocator.engines.scale.kernel_warmup``.

The kernels are called as the engine calls them but under no clock: a run with a time limit would spend it on compiling
the first ones and end before it came to the last.
"""

import time

import numpy as np

from allocator.engines.scale.assignment.branch_and_bound import BranchAndBound, spot_of
from allocator.engines.scale.assignment.ejection_chains import Chains, ways_of
from allocator.engines.scale.assignment.structure import AssignmentStructure
from allocator.engines.scale.core.arrays import arrays_of
from allocator.engines.scale.core.block_structure import split
from allocator.engines.scale.core.propagation import Domains
from allocator.engines.scale.incumbent import Incumbent
from allocator.engines.scale.lagrangian.initial_duals import priced_by_room
from allocator.engines.scale.lagrangian.pricing import Pricer
from allocator.engines.scale.lagrangian.reduced_cost_fixing import fix_by_bound
from allocator.engines.scale.lagrangian.subgradient import Descent, Steps, never, opening_duals
from allocator.engines.scale.primal.diving import greedy, grown
from allocator.engines.task import Progress, Task
from allocator.linear.expressions import Row, Sense


def assignment_task(jobs: int = 12, agents: int = 3) -> Task:
    """Tight pure assignment, with numbers that repeat nothing in particular."""
    pairs = [(i, j) for i in range(agents) for j in range(jobs)]
    use = {(i, j): 5 + (7 * i + 11 * j) % 13 for i, j in pairs}
    number = {pair: k for k, pair in enumerate(pairs)}
    rows = [Row({number[i, j]: 1 for i in range(agents)}, Sense.EQUAL, 1, f"job/{j}") for j in range(jobs)]
    for i in range(agents):
        most = sum(use[i, j] for j in range(jobs)) * 4 // (5 * agents) + 6
        rows.append(Row({number[i, j]: use[i, j] for j in range(jobs)}, Sense.AT_MOST, most, f"agent/{i}"))
    weights = {number[i, j]: -(111 - 3 * use[i, j] + (i + j) % 5) for i, j in pairs}
    return Task(tuple(map(str, pairs)), tuple(rows), weights, blocks=tuple(i for i, _ in pairs), time_limit_s=8.0)


def two_phase_task() -> Task:
    """Two capacities in one block, groups, a static variable and an opening."""
    rows = (
        Row({0: 3, 1: 4, 2: 2, 3: 5}, Sense.AT_MOST, 6, "first"),
        Row({0: 2, 1: 1, 2: 4, 3: 3}, Sense.AT_MOST, 5, "second"),
        Row({0: 1, 1: 1, 4: -1}, Sense.EQUAL, 0, "one"),
        Row({2: 1, 5: 1}, Sense.AT_MOST, 1, "other"),
        Row({5: 3, 6: 3, 7: -4}, Sense.AT_MOST, 0, "opened"),
    )
    weights = {0: 5, 1: 6, 2: 4, 3: 5, 4: 3, 5: 4, 6: 6, 7: -3}
    return Task(tuple("abcdefgh"), rows, weights, blocks=(0, 0, 0, 0, -1, 1, 1, 1), time_limit_s=8.0)


def ignore(_: Progress) -> None:
    """Watch nothing."""


def exercise(task: Task) -> None:
    """Call every kernel that a run on the task may call."""
    arrays = arrays_of(task)
    domains = Domains.of(arrays)
    domains.settle()
    domains.copy().fix(0, 1)
    descent = Descent(Pricer(split(arrays), 1))
    at = opening_duals(descent, domains.lower, domains.upper)
    descent.descend(at, Steps(3, 0.1), domains.lower, domains.upper, never)
    priced_by_room(descent, domains.lower, domains.upper)
    best = Incumbent(arrays, task.constant, ignore, time.monotonic() + task.time_limit_s)
    best.offer(greedy(descent, at, domains))
    grown(descent, at, domains, np.zeros(arrays.variables, dtype=np.int8))
    fix_by_bound(descent.pricer, at.dual, domains.copy(), descent.pricer.objective_bound(at.bound) - 50)
    agents = AssignmentStructure.of(descent.pricer.parts)
    if agents is not None:
        root = spot_of(agents.variable >= 0, -at.dual / descent.pricer.scale, agents.bound_to)
        tree = BranchAndBound(agents.small(), 1 << 20, root)
        tree.run(20, lambda: False)
        if tree.home is not None and agents.required:
            ways = ways_of(agents.small(), agents.variable >= 0)
            Chains(agents.small(), ways, tree.home, tree.known, 0).slice(tree.home, tree.known)


if __name__ == "__main__":
    for small in (assignment_task(), two_phase_task()):
        exercise(small)
