"""Rows as plain dictionaries by column name."""

from typing import Any

from sqlalchemy import Connection, Executable, Select

Facts = dict[str, Any]
"""A row."""


def first(connection: Connection, query: Executable) -> Facts | None:
    """The first row, None if there is none."""
    found = connection.execute(query).mappings().first()
    return None if found is None else dict(found)


def every(connection: Connection, query: Executable) -> list[Facts]:
    """Every row."""
    return [dict(found) for found in connection.execute(query).mappings()]


def newest_first(
    connection: Connection, query: Select[Any], number: Any, most: int, before: int | None = None
) -> list[Facts]:
    """Rows by falling number, at most so many, and of those before a number if one is given."""
    chosen = query if before is None else query.where(number < before)
    return every(connection, chosen.order_by(number.desc()).limit(most))


def only(connection: Connection, query: Executable) -> Facts:
    """The one row there must be."""
    return dict(connection.execute(query).mappings().one())
