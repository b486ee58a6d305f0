"""Compiled choice of the agents that stay shut, so far as the others have room for every job that must be placed."""

import numpy as np

from allocator.engines.scale.core.agent_knapsack import NEVER, AssignmentInstance, extend
from allocator.engines.scale.core.arrays import Bits, Ints
from allocator.engines.scale.core.jit import compiled
from allocator.engines.scale.core.knapsack import MOST_CELLS, common_divisor, single


@compiled
def spare_room(small: AssignmentInstance, state: Bits, need: int) -> int:
    """Capacity that agents may be shut with in all; −1 where those that are left cannot do."""
    total = -need
    for i in range(len(small.cap)):
        if state[i] != 2:
            total += small.cap[i]
    return max(-1, total)


@compiled
def shut_some(small: AssignmentInstance, held: Bits, room: int, value: Ints, taken: Bits) -> int:
    """Greatest saving by shutting agents whose gain is below 0, within the room; their ``value`` becomes 0."""
    agents = len(value)
    which = np.empty(agents, dtype=np.int64)
    n = 0
    for i in range(agents):
        if not held[i] and value[i] < 0 and small.cap[i] <= room:
            which[n] = i
            n += 1
    saved = 0
    if n:
        chosen = np.zeros(n, dtype=np.int8)
        worth, most = single(-value[which[:n]], small.cap[which[:n]], np.arange(n), n, room, MOST_CELLS, chosen)
        saved = max(worth, most)
        for k in range(n):
            if chosen[k]:
                value[which[k]] = 0
                taken[which[k]] = 0
    return saved


@compiled
def force_agents(small: AssignmentInstance, held: Bits, gain: Ints, room: int, kept: Ints, shut: Ints) -> None:
    """Greatest saving by shutting others with each agent kept open, and with it shut (−NEVER where it cannot be)."""
    agents = len(gain)
    which = np.empty(agents, dtype=np.int64)
    n = 0
    divisor = room
    for i in range(agents):
        if not held[i]:
            divisor = common_divisor(small.cap[i], divisor)
    for i in range(agents):
        kept[i], shut[i] = 0, -NEVER
        if not held[i] and gain[i] < 0 and small.cap[i] <= room:
            which[n] = i
            n += 1
    wide = room // max(1, divisor) + 1
    front, back = np.zeros((n + 1, wide), dtype=np.int64), np.zeros((n + 1, wide), dtype=np.int64)
    for k in range(n):
        extend(front[k], front[k + 1], small.cap[which[k]] // divisor, -gain[which[k]])
    for k in range(n - 1, -1, -1):
        extend(back[k + 1], back[k], small.cap[which[k]] // divisor, -gain[which[k]])
    for i in range(agents):
        kept[i] = front[n, wide - 1]
        if not held[i] and gain[i] >= 0 and small.cap[i] <= room:
            shut[i] = front[n, wide - 1 - small.cap[i] // divisor] - gain[i]
    for k in range(n):
        i, w = which[k], small.cap[which[k]] // divisor
        out, into = -NEVER, -NEVER
        for c in range(wide):
            out = max(out, front[k, c] + back[k + 1, wide - 1 - c])
        for c in range(wide - w):
            into = max(into, front[k, c] + back[k + 1, wide - 1 - w - c])
        kept[i], shut[i] = out, into - gain[i]
