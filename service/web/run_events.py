"""The server-sent events of a run, for API keys and for sessions of the pages."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from anyio import sleep
from anyio.to_thread import run_sync
from fastapi.responses import StreamingResponse

from service.application.planning import run_control
from service.repositories import runs
from service.web.context import RequestUser

LOOK_S = 0.5
"""How often a stream looks at its run."""

KNOWN_LOOKS = 4
"""Looks after which a stream asks whether its person is still known."""

STREAM_S = 900.0
"""How long a stream lasts; clients take it up again by themselves."""


def followed(
    asker: RequestUser, run_id: str, last_event_id: str | None, known: Callable[[], Awaitable[bool]]
) -> StreamingResponse:
    """The events of a run, for as long as whoever asks is known; raises NotFoundError."""
    _found(asker, run_id)
    headers = {"X-Accel-Buffering": "no", "Cache-Control": "no-cache"}
    stream = _stream(asker, run_id, last_event_id, known)
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


async def _stream(
    asker: RequestUser, run_id: str, seen: str | None, known: Callable[[], Awaitable[bool]]
) -> AsyncIterator[str]:
    for look in range(int(STREAM_S / LOOK_S)):
        if look % KNOWN_LOOKS == KNOWN_LOOKS - 1 and not await known():
            return
        found = await run_sync(_found, asker, run_id)
        event = event_of(found)
        if event["id"] != seen:
            seen = event["id"]
            yield f"id: {event['id']}\nevent: {event['event']}\ndata: {event['data']}\n\n"
        elif look % 30 == 0:
            yield ": still here\n\n"
        if found["state"] in runs.OVER:
            return
        await sleep(LOOK_S)


def event_of(found: Mapping[str, Any]) -> dict[str, str]:
    """Where a run stands as an event: its id changes whenever something that is followed does."""
    progress = found["progress"] or {}
    shown = {name: found[name] for name in ("run_id", "state", "attempt", "plan_id", "reason")} | {"progress": progress}
    marks = [
        found["attempt"],
        found["state"],
        progress.get("phase", ""),
        *(progress.get(name, "") for name in ("goal", "incumbent", "bound", "done")),
    ]
    return {
        "id": "-".join(str(mark) for mark in marks).replace("\n", ""),
        "event": "end" if found["state"] in runs.OVER else "progress",
        "data": json.dumps(shown, ensure_ascii=False),
    }


def _found(asker: RequestUser, run_id: str) -> Mapping[str, Any]:
    with asker.transaction() as connection:
        return run_control.find(connection, run_id)
