"""Shares: so much in all, so much for each, turns in order, and nothing lost however a turn ends."""

import anyio
import pytest

from service.web.limits.concurrency import ConcurrencyLimit
from service.web.problems import ProblemError
from tests.support.in_a_loop import apart


@apart
async def test_one_owner_has_its_share_and_others_have_theirs():
    share = ConcurrencyLimit("things", 3, 2)
    async with share.turn("a"), share.turn("a"):
        with pytest.raises(ProblemError) as own:
            async with share.turn("a"):
                pass
        assert (own.value.status, own.value.headers["Retry-After"]) == (429, "5")
        async with share.turn("b"):
            with pytest.raises(ProblemError) as all_of_it:
                async with share.turn("c"):
                    pass
            assert all_of_it.value.status == 503
    assert (share.used, share.queued) == (0, 0)


@apart
async def test_whoever_waits_is_served_in_order_and_nobody_waits_behind_one_owners_queue():
    share = ConcurrencyLimit("things", 2, 1, waiting=10, wait_s=60)
    begun = []

    async def use(owner, name, gate):
        async with share.turn(owner):
            begun.append(name)
            await gate.wait()

    gate, quick = anyio.Event(), anyio.Event()
    quick.set()
    async with anyio.create_task_group() as tasks:
        for name in ("a1", "a2", "a3"):
            tasks.start_soon(use, "a", name, gate)
        await anyio.wait_all_tasks_blocked()
        assert (begun, share.queued) == (["a1"], 2)
        await use("b", "b1", quick)
        assert begun == ["a1", "b1"]
        gate.set()
    assert begun == ["a1", "b1", "a2", "a3"]
    assert (share.used, share.queued) == (0, 0)


@apart
async def test_a_large_turn_is_not_passed_for_ever_by_small_ones():
    share = ConcurrencyLimit("bytes", 10, 10, waiting=10, wait_s=60)
    begun = []

    async def use(owner, amount, gate):
        async with share.turn(owner, amount):
            begun.append(owner)
            await gate.wait()

    first, rest = anyio.Event(), anyio.Event()
    rest.set()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(use, "small", 3, first)
        await anyio.wait_all_tasks_blocked()
        tasks.start_soon(use, "large", 10, rest)
        await anyio.wait_all_tasks_blocked()
        tasks.start_soon(use, "late", 1, rest)
        await anyio.wait_all_tasks_blocked()
        assert begun == ["small"]
        first.set()
    assert begun == ["small", "large", "late"]


@apart
async def test_more_than_may_wait_are_refused_at_once_and_cancelled_ones_give_back():
    share = ConcurrencyLimit("things", 1, 1, waiting=1, wait_s=60)
    async with anyio.create_task_group() as tasks:

        async def hold():
            async with share.turn("a"):
                await anyio.sleep_forever()

        tasks.start_soon(hold)
        tasks.start_soon(hold)
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(ProblemError) as refused:
            async with share.turn("a"):
                pass
        assert refused.value.status == 429
        tasks.cancel_scope.cancel()
    assert (share.used, share.queued) == (0, 0)


@apart
async def test_a_turn_that_does_not_come_in_time_is_refused():
    share = ConcurrencyLimit("things", 1, 1, waiting=5, wait_s=0.01)
    async with share.turn("a"):
        with pytest.raises(ProblemError) as refused:
            async with share.turn("b"):
                pass
    assert refused.value.status == 503
    assert (share.used, share.queued) == (0, 0)
