"""Notices: queued in the transaction of what they tell of, tried until they arrive or were tried too often."""

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from service.database.rows import first
from service.database.tables import notice

FIRST_PAUSE_S = 30
"""Wait after the first try that failed, s; doubled after every other."""


def add(connection: Connection, kind: str, subject: str, payload: Mapping[str, Any]) -> None:
    """Queue a notice; a subject is told once by each kind."""
    row = {"notice_id": f"msg_{secrets.token_hex(12)}", "kind": kind, "subject": subject, "payload": dict(payload)}
    connection.execute(insert(notice).values(**row).on_conflict_do_nothing())


def next_due(connection: Connection, most_tries: int) -> Mapping[str, Any] | None:
    """The oldest notice whose time has come, locked, with the database's time as ``now``; None if there is none."""
    due = (notice.c.sent_at.is_(None), notice.c.next_at <= func.now(), notice.c.tries < most_tries)
    query = select(notice, func.now().label("now")).where(*due).order_by(notice.c.made_at).limit(1)
    return first(connection, query.with_for_update(skip_locked=True))


def tried(connection: Connection, row: Mapping[str, Any], error: str | None) -> None:
    """Count a try: it arrived, or failed with an error and is tried again later."""
    values: dict[str, Any] = {"tries": row["tries"] + 1, "error": error}
    if error is None:
        values["sent_at"] = func.now()
    else:
        values["next_at"] = text(f"now() + make_interval(secs => {FIRST_PAUSE_S * 2 ** row['tries']})")
    connection.execute(update(notice).where(notice.c.notice_id == row["notice_id"]).values(**values))
