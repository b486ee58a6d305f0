"""Uploads before they are batches: a file and what its columns mean, seen by the person who sent it alone."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from service.database.rows import first
from service.database.tables import draft
from service.repositories.ids import new_id


def store(connection: Connection, person: str, file_name: str, name: str, content: bytes) -> str:
    """Keep a file; its id."""
    draft_id = new_id("draft")
    values = {"person": person, "file_name": file_name, "name": name, "content": content}
    connection.execute(insert(draft).values(draft_id=draft_id, **values))
    return draft_id


def find(connection: Connection, draft_id: str) -> Mapping[str, Any] | None:
    """A draft of the person of the transaction."""
    return first(connection, select(draft).where(draft.c.draft_id == draft_id))


def confirm(connection: Connection, draft_id: str, name: str, mapping: Mapping[str, Any]) -> None:
    """Remember what the columns mean, and what the batch is to be called."""
    connection.execute(update(draft).where(draft.c.draft_id == draft_id).values(name=name, mapping=dict(mapping)))


def drop(connection: Connection, draft_id: str) -> None:
    """Forget a draft."""
    connection.execute(delete(draft).where(draft.c.draft_id == draft_id))
