"""The time that a request may search: so many seconds, as long as its client is there and the service goes on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from threading import Event
from typing import Annotated

from fastapi import Depends, Request

from allocator.siting.deadline import Deadline
from service.web.context import Reader, RequestUser


@asynccontextmanager
async def search_turn(asker: RequestUser, request: Request) -> AsyncIterator[Deadline]:
    """The person's turn to search; raises a 429 or a 503 problem when there is none.

    The whole request must have been read: whatever comes of it afterwards is its end.
    """
    house = asker.house
    async with house.asking.turn(asker.person), _gone(request) as gone:
        yield Deadline.within(house.settings.recommendation_limit_s, lambda: gone.is_set() or house.stopping.is_set())


@asynccontextmanager
async def _gone(request: Request) -> AsyncIterator[Event]:
    """Set once the client of a request has gone away."""
    gone = Event()

    async def wait() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        gone.set()

    waiting = asyncio.create_task(wait())
    try:
        yield gone
    finally:
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting


async def _search_turn(asker: Reader, request: Request) -> AsyncIterator[Deadline]:
    async with search_turn(asker, request) as deadline:
        yield deadline


SearchTurn = Annotated[Deadline, Depends(_search_turn, scope="function")]
"""Dependency of a route that computes a recommendation: its turn, until it is computed, and its deadline."""
