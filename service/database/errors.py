"""Tells a database that is away from one that refuses, and says either in a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import DBAPIError

from allocator.errors import Fault, InputError

_AWAY = ("08", "53", "57P")
"""How SQLSTATEs begin that say: the connection broke, resources ran out, the server starts, stops or recovers."""

_NOT_ALLOWED = "42501"


def is_away(error: BaseException) -> bool:
    """Return whether an error means that the database gives no connection at the moment, so that waiting may help."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    cause = _of_driver(error)
    if isinstance(cause, psycopg.Error):
        # libpq gives no SQLSTATE for a connection that was never made, also where the server said why
        state = cause.sqlstate
        return isinstance(cause, psycopg.OperationalError) if state is None else state.startswith(_AWAY)
    return isinstance(cause, OSError)


def said_by(error: BaseException) -> str:
    """Return the first line of what the server or its driver says."""
    lines = str(_of_driver(error)).strip().splitlines()
    return lines[0] if lines else type(error).__name__


@contextmanager
def in_a_sentence() -> Iterator[None]:
    """Raise InputError in place of an error of the database that its administrator can mend."""
    try:
        yield
    except (DBAPIError, psycopg.Error) as error:
        state = getattr(_of_driver(error), "sqlstate", None)
        if state == _NOT_ALLOWED:
            remedy = (
                "Run it with the address of the database's owner, or `allocator migrate --grant-to NAME` as the owner."
            )
            raise InputError([_fault(f"does not allow it: {said_by(error)}", remedy)]) from error
        if is_away(error):
            remedy = "Check that the server runs, and the address, login and password in DATABASE_URL."
            raise InputError([_fault(f"gives no connection: {said_by(error)}", remedy)]) from error
        raise


def _fault(message: str, remedy: str) -> Fault:
    return Fault("database", None, None, None, message, remedy)


def _of_driver(error: BaseException) -> BaseException:
    """The error of the driver that a library has wrapped; the error itself if there is none."""
    found: BaseException | None = error
    while found is not None and not isinstance(found, psycopg.Error | OSError):
        found = found.orig if isinstance(found, DBAPIError) else found.__cause__
    return error if found is None else found
