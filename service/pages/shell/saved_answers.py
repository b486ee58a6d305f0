"""Pages that answer forms, kept for their person so that reload, Back and the other language show them again."""

import json
import secrets
from collections.abc import Mapping

from sqlalchemy import insert, select

from service.database.engine import SYSTEM, transaction
from service.database.rows import first
from service.database.tables import idempotency
from service.web.context import AppContext

PLACE = "/answered"
ROUTE = f"GET /pages{PLACE}"
"""Kept pages stand among the answers that are repeated for a key, and go when those go."""


def new_token() -> str:
    """A name for a page to be kept."""
    return secrets.token_hex(16)


def keep(house: AppContext, person: str, token: str, status: int, pages: Mapping[str, str]) -> None:
    """Keep a page, as it reads in each language."""
    with transaction(house.engine, SYSTEM) as connection:
        connection.execute(
            insert(idempotency).values(
                person=person, route=ROUTE, key=token, fingerprint="", status=status, body=json.dumps(pages).encode()
            )
        )


def kept(house: AppContext, person: str, token: str) -> tuple[int, Mapping[str, str]] | None:
    """Status and languages of a page that was kept for the person, None if there is none of that name."""
    mine = (idempotency.c.person == person, idempotency.c.route == ROUTE, idempotency.c.key == token)
    with transaction(house.engine, SYSTEM) as connection:
        found = first(connection, select(idempotency).where(*mine))
    return None if found is None else (found["status"], json.loads(bytes(found["body"])))
