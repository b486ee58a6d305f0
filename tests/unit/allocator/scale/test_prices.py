"""Prices of room and of rows: as a plain reading says, near the linear relaxation, near the best bound of prices."""

import itertools
import math

import numpy as np
import pytest

from allocator.engines.scale.core.arrays import arrays_of
from allocator.engines.scale.core.block_structure import split
from allocator.engines.scale.core.resource_pool import APART, ResourcePool
from allocator.engines.scale.lagrangian.capacity_prices import Choice, choose_offers, room_prices
from allocator.engines.scale.lagrangian.initial_duals import assignment_within, priced_by_room
from allocator.engines.scale.lagrangian.lp_relaxation import relax
from allocator.engines.scale.lagrangian.pricing import Pricer
from allocator.engines.scale.lagrangian.subgradient import Descent, Steps, never, opening_duals
from allocator.engines.scale.strategy import FAR
from allocator.engines.task import Task
from allocator.linear.expressions import Row, Sense
from tests.support.priced_tasks import drawn


def taken_apart(task):
    arrays = arrays_of(task)
    descent = Descent(Pricer(split(arrays), 1))
    free = np.zeros(arrays.variables, dtype=np.int8), np.ones(arrays.variables, dtype=np.int8)
    return arrays, descent, free


def relaxed_value(arrays, free):
    relaxed = relax(arrays, *free, 20.0)
    return float(relaxed.fraction @ arrays.weight)


KINDS = pytest.mark.parametrize(
    "kind", [{}, {"fees": True}, {"budget": True}, {"fees": True, "budget": True}, {"share": True, "budget": True}]
)


def room_for(offers):
    jobs = len(offers.start) - 1
    return Choice(np.empty(jobs), np.empty(jobs, dtype=np.int64), np.empty(len(offers.cap)))


@KINDS
@pytest.mark.parametrize("seed", range(6))
def test_the_choice_of_offers_is_what_a_plain_reading_chooses(seed, kind):
    _, descent, free = taken_apart(drawn(seed, **kind))
    offers = assignment_within(descent.pricer.parts, *free).offers
    price = np.random.default_rng(seed).uniform(0, 4, len(offers.cap))
    choice = room_for(offers)
    bound = choose_offers(offers, price, choice)

    def takes(k):
        things = slice(offers.extra[k], offers.extra[k + 1])
        return [(offers.agent[k], offers.use[k]), *zip(offers.scarce[things], offers.taken[things], strict=True)]

    asked = [offers.cost[k] + sum(price[i] * much for i, much in takes(k)) for k in range(len(offers.agent))]
    best = [min(range(*ends), key=asked.__getitem__) for ends in itertools.pairwise(offers.start)]
    worth = [
        own + sum(asked[k] for k, g in zip(best, offers.group, strict=True) if g == group)
        for group, own in enumerate(offers.own)
    ]
    placed = [k if worth[g] < 0 else -1 for k, g in zip(best, offers.group, strict=True)]
    assert choice.offer.tolist() == placed
    load = np.zeros(len(price))
    for i, much in itertools.chain.from_iterable(takes(k) for k in placed if k >= 0):
        load[i] += much
    assert load == pytest.approx(choice.load)
    held = sum(min(0.0, p * c) + max(0.0, p * c - f) for p, c, f in zip(price, offers.cap, offers.fee, strict=True))
    assert bound == pytest.approx(sum(w for w in worth if w < 0) - held)


@KINDS
@pytest.mark.parametrize("seed", range(4))
def test_prices_of_room_come_near_the_linear_relaxation_and_never_pass_it(seed, kind):
    arrays, descent, free = taken_apart(drawn(seed, agents=6, jobs=80, **kind))
    offers = assignment_within(descent.pricer.parts, *free).offers
    room = room_prices(offers)
    bound, most = -choose_offers(offers, room.price, room_for(offers)), relaxed_value(arrays, free)
    assert most * (1 - 1e-9) <= bound <= most * 1.002
    placed = np.bincount(np.repeat(np.arange(80), np.diff(offers.start)), room.fraction, 80)
    assert ((placed >= 0) & (placed <= 1 + 1e-9)).all()


@KINDS
@pytest.mark.parametrize("seed", range(4))
def test_what_jobs_are_worth_at_prices_of_room_bounds_no_worse_than_the_relaxation(seed, kind):
    arrays, descent, free = taken_apart(drawn(seed, **kind))
    at = priced_by_room(descent, *free)
    assert at.bound / descent.pricer.scale <= relaxed_value(arrays, free) * 1.002
    assert (at.fraction >= 0).all()
    assert at.bound == descent.pricer.price(at.dual, *free).bound


def best_of_prices(task, arrays):
    """The bound of the best prices: the linear relaxation over every choice that a block has (Geoffrion 1974)."""
    columns, gains, ties = [], [], {}
    for block in sorted(set(task.blocks) - {-1}):
        own = [v for v, b in enumerate(task.blocks) if b == block]
        local = [
            row for row in task.rows if set(row.weights) <= set(own) and row.sense is Sense.AT_MOST and row.limit > 1
        ]
        for taken in itertools.product((0, 1), repeat=len(own)):
            chosen = {v for v, x in zip(own, taken, strict=True) if x}
            if all(sum(w for v, w in row.weights.items() if v in chosen) <= row.limit for row in local):
                ties.setdefault(block, {})[len(columns)] = 1
                columns.append(chosen)
                gains.append(sum(task.weights.get(v, 0) for v in chosen))
    for v, block in enumerate(task.blocks):
        if block == -1:
            columns.append({v})
            gains.append(task.weights.get(v, 0))
    rows = [Row(tie, Sense.AT_MOST, 1) for tie in ties.values()]
    for row in task.rows:
        if len({task.blocks[v] for v in row.weights}) > 1:
            sums = {k: sum(w for v, w in row.weights.items() if v in chosen) for k, chosen in enumerate(columns)}
            rows.append(Row({k: w for k, w in sums.items() if w}, row.sense, row.limit))
    weights = dict(enumerate(gains))
    other = arrays_of(Task(tuple(map(str, range(len(columns)))), tuple(rows), weights, blocks=(-1,) * len(columns)))
    free = np.zeros(other.variables, dtype=np.int8), np.ones(other.variables, dtype=np.int8)
    return relaxed_value(other, free)


@pytest.mark.parametrize("kind", [{}, {"budget": True}])
@pytest.mark.parametrize("seed", range(10))
def test_descents_come_near_the_best_bound_of_all_prices_and_never_pass_it(seed, kind):
    task = drawn(seed, agents=3, jobs=10, **kind)
    arrays, descent, free = taken_apart(task)
    at = opening_duals(descent, *free)
    for passes, first in FAR:
        descent.descend(at, Steps(passes, first), *free, never)
    best, found = best_of_prices(task, arrays), at.bound / descent.pricer.scale
    assert best * (1 - 1e-9) <= found <= best * 1.001


def test_a_descent_ends_with_its_time_and_at_its_target():
    _, descent, free = taken_apart(drawn(1))
    at = opening_duals(descent, *free)
    descent.descend(at, Steps(50, 0.05), *free, lambda: 1.0)
    assert at.passes == 0
    descent.descend(at, Steps(50, 0.05), *free, never, target=at.bound)
    assert at.passes == 0
    descent.descend(at, Steps(50, 0.05), *free, never)
    assert at.passes == 50


def test_a_task_without_any_choice_of_places_starts_at_no_prices():
    task = Task(("x", "y"), (Row({0: 2, 1: 3}, Sense.AT_MOST, 4),), {0: 3, 1: 4}, blocks=(-1, -1))
    _, descent, free = taken_apart(task)
    at = priced_by_room(descent, *free)
    assert not at.dual.any()
    assert at.bound == 7 * descent.pricer.scale


@pytest.mark.parametrize("power", range(0, 40, 5))
def test_no_sum_at_the_farthest_prices_leaves_64_bits(power):
    task = drawn(1, budget=True)
    weights = {j: w << power for j, w in task.weights.items()}
    _, descent, _ = taken_apart(Task(task.variables, task.rows, weights, blocks=task.blocks))
    pricer, parts = descent.pricer, descent.pricer.parts
    farthest = [math.ceil(p) * pricer.scale for p in (pricer.reach / descent.norm).tolist()]
    worst = [abs(w) * pricer.scale for w in parts.arrays.weight.tolist()]
    for row, j, weight in zip(parts.master.owner(), parts.master.index, parts.master.weight.tolist(), strict=True):
        worst[j] += abs(weight) * farthest[row]
    blocks = [parts.blocks.items[first:last] for first, last in itertools.pairwise(parts.blocks.start)]
    assert all(sum(worst[j] for j in items) < 1 << 63 for items in [*blocks, parts.static])
    assert pricer.scale >= 1
    assert (pricer.reach >= 1).all()


def test_a_thing_that_is_lent_is_lent_to_nobody_else_and_seeds_follow_on():
    pool = ResourcePool(2)
    begun = []

    def begin(seed):
        begun.append(seed)
        return [seed]

    with pool.one(begin) as first, pool.one(begin) as second:
        assert first is not second
    with pool.one(begin) as again:
        assert again in (first, second)
    assert begun == [2 * APART + 1, 2 * APART + 2]
