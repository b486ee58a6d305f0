"""Pages that answer forms, kept for their person so that reload, Back and the other language show them again."""

import json
import secrets
from collections.abc import Mapping

from service.database.engine import SYSTEM, transaction
from service.repositories.idempotency import Deed
from service.web.context import AppContext

PLACE = "/answered"
ROUTE = f"GET /pages{PLACE}"
"""Kept pages stand among the answers that are repeated for a key, and go when those go."""


def new_token() -> str:
    """A name for a page to be kept."""
    return secrets.token_hex(16)


def keep(house: AppContext, person: str, token: str, status: int, pages: Mapping[str, str]) -> None:
    """Keep a page, as it reads in each language."""
    operation = Deed(person, ROUTE, token)
    with transaction(house.engine, SYSTEM) as connection:
        operation.begin(connection, "")
        operation.remember(connection, status, {}, json.dumps(pages).encode())


def kept(house: AppContext, person: str, token: str) -> tuple[int, Mapping[str, str]] | None:
    """Status and languages of a page that was kept for the person, None if there is none of that name."""
    with transaction(house.engine, SYSTEM) as connection:
        found = Deed(person, ROUTE, token).find(connection)
    return None if found is None else (found["status"], json.loads(bytes(found["body"])))
