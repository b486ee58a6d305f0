"""Compiled prices of room: what a unit of each agent's capacity is worth in the linear relaxation of an assignment.

Priced are the capacities, not the jobs: a job then goes where it is best for itself, and the bound of these prices is
that of the linear relaxation (Geoffrion 1974, Lagrangean relaxation for integer programming: what is left has integral
corners).  Each price steps by a running mean of how far its agent is overloaded, over the running size of that (Kingma
and Ba 2015, Adam); the steps fall off geometrically.
"""

from typing import NamedTuple

import numpy as np

from allocator.engines.scale.core.agent_knapsack import AssignmentInstance
from allocator.engines.scale.core.arrays import Bits, Floats, Ints
from allocator.engines.scale.core.block_structure import Flags
from allocator.engines.scale.core.jit import compiled

STEPS, STEP_FACTOR = 600, 0.985
"""Steps, and by what each is shorter than the one before.

Six hundred come within some millionths of the relaxation on the instances of Chu and Beasley and of Yagiura, and within
a thousandth on a city of 5,000 × 1,000.
"""

MEAN, SIZE = 0.1, 0.05
"""What the newest overload counts for in the running mean and in the running size."""

MOST_VISITS, LEAST_STEPS = 300_000_000, 150
"""Entries of offers looked at from which on there are fewer and longer steps, but at least so many."""

HALVINGS = 20
"""Prices, the same for all, that the first ones are chosen from."""


class JobOffers(NamedTuple):
    """Where jobs may go: offers ``start[j]:start[j+1]`` of ``agent``, ``cost`` and ``use`` are job j's.

    ``cap`` and ``fee`` are the agents', ``group`` the jobs', ``bound_to`` says which groups must be placed, and ``own``
    what each costs beside its jobs.  Offer k also takes ``taken[e]`` of each scarce thing ``scarce[e]``, e from
    ``extra[k]`` to ``extra[k+1]``; these are numbered on from the agents that have capacities of their own.
    """

    start: Ints
    agent: Ints
    cost: Ints
    use: Ints
    cap: Floats
    fee: Ints
    group: Ints
    bound_to: Bits
    own: Ints
    extra: Ints
    scarce: Ints
    taken: Floats


class Room(NamedTuple):
    """Prices per unit of room and of scarce things, what each job costs at best, and the mean choice of each offer."""

    price: Floats
    cost: Floats
    fraction: Floats


class Choice(NamedTuple):
    """Best cost and offer of each job at some prices (−1: its group is left out), and the load of each agent."""

    cost: Floats
    offer: Ints
    load: Floats


def offers_of(small: AssignmentInstance, allowed: Flags, bound_to: Bits) -> JobOffers:
    """The allowed pairs of a task, job by job."""
    job, agent = np.nonzero(allowed.T)
    start = np.searchsorted(job, np.arange(allowed.shape[1] + 1)).astype(np.int64)
    pairs = small.cost[agent, job], small.use[agent, job]
    own, none = np.zeros(len(bound_to), dtype=np.int64), np.zeros(0, dtype=np.int64)
    agents = small.cap.astype(np.float64), small.fee
    no_extra = np.zeros(len(job) + 1, dtype=np.int64)
    return JobOffers(start, agent, *pairs, *agents, small.group, bound_to, own, no_extra, none, np.zeros(0))


@compiled
def best_offer(offers: JobOffers, price: Floats, j: int) -> tuple[float, int]:
    """What a job costs at best with all that it takes, and the offer; −1 where it has none."""
    least, best = np.inf, -1
    for k in range(offers.start[j], offers.start[j + 1]):
        asked = offers.cost[k] + price[offers.agent[k]] * offers.use[k]
        for e in range(offers.extra[k], offers.extra[k + 1]):
            asked += price[offers.scarce[e]] * offers.taken[e]
        if asked < least:
            least, best = asked, k
    return least, best


@compiled
def room_held(offers: JobOffers, price: Floats, i: int) -> float:
    """Room that an agent has at the prices: none where that is not worth the fee; what is owed is there in any case."""
    return offers.cap[i] if offers.cap[i] < 0 or price[i] * offers.cap[i] >= offers.fee[i] else 0.0


@compiled
def choose_offers(offers: JobOffers, price: Floats, choice: Choice) -> float:
    """Every job to its best offer at the prices, its group left out where that is better; the bound of the cost."""
    worth, total = offers.own.astype(np.float64), 0.0
    for j in range(len(choice.cost)):
        choice.cost[j], choice.offer[j] = best_offer(offers, price, j)
        worth[offers.group[j]] += choice.cost[j]
    choice.load[:] = 0.0
    for j in range(len(choice.cost)):
        g, k = offers.group[j], choice.offer[j]
        if k >= 0 and (offers.bound_to[g] or worth[g] < 0):
            choice.load[offers.agent[k]] += offers.use[k]
            for e in range(offers.extra[k], offers.extra[k + 1]):
                choice.load[offers.scarce[e]] += offers.taken[e]
        else:
            choice.offer[j] = -1
    for g in range(len(worth)):
        if offers.bound_to[g] or worth[g] < 0:
            total += worth[g]
    for i in range(len(price)):
        room = room_held(offers, price, i)
        total -= price[i] * room - (offers.fee[i] if room > 0 else 0)
    return total


@compiled
def move_prices(offers: JobOffers, load: Floats, price: Floats, running: Floats, step: float) -> None:
    """Dearer room where agents are overloaded, cheaper where they are not; ``running`` are means, then sizes."""
    mean, size = running[0], running[1]
    for i in range(len(price)):
        over = (load[i] - room_held(offers, price, i)) / max(1.0, abs(offers.cap[i]))
        mean[i] += MEAN * (over - mean[i])
        size[i] += SIZE * (over * over - size[i])
        price[i] = max(0.0, price[i] + step * mean[i] / max(1e-6, np.sqrt(size[i])))


@compiled
def even_prices(offers: JobOffers, choice: Choice) -> Floats:
    """The best prices that are the same for every agent with a capacity of its own, and 0 for scarce things."""
    dearest, own = 0.0, 0
    for j in range(len(choice.cost)):
        for k in range(offers.start[j], offers.start[j + 1]):
            worth = abs(offers.cost[k]) + abs(offers.own[offers.group[j]])
            dearest = max(dearest, worth / max(1.0, float(offers.use[k])))
            own = max(own, offers.agent[k] + 1)
    price = np.zeros(len(offers.cap))
    best, highest = price.copy(), -np.inf
    for halved in range(HALVINGS):
        price[:own] = dearest * 0.5**halved
        bound = choose_offers(offers, price, choice)
        if bound > highest:
            highest, best[:] = bound, price
    return best


@compiled
def room_prices(offers: JobOffers) -> Room:
    """Prices whose bound is the highest seen."""
    things, jobs = len(offers.cap), len(offers.start) - 1
    choice = Choice(np.empty(jobs), np.empty(jobs, dtype=np.int64), np.empty(things))
    price = even_prices(offers, choice)
    best, highest, step, weight = price.copy(), -np.inf, price.max(), 0.0
    running, fraction = np.zeros((2, things)), np.zeros(len(offers.agent))
    running[1] = 1.0
    steps = min(STEPS, max(LEAST_STEPS, MOST_VISITS // max(1, len(offers.agent) + len(offers.scarce))))
    factor = STEP_FACTOR ** (STEPS / steps)
    for number in range(steps):
        bound = choose_offers(offers, price, choice)
        if bound > highest:
            highest, best[:] = bound, price
        if number >= steps // 3:
            # the mean over steps counts each by its length, as the theory of ergodic means asks
            weight += step
            for j in range(jobs):
                if choice.offer[j] >= 0:
                    fraction[choice.offer[j]] += step
        move_prices(offers, choice.load, price, running, step)
        step *= factor
    choose_offers(offers, best, choice)
    return Room(best, choice.cost, fraction / max(weight, 1e-300))
