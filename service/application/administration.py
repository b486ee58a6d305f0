"""The audit, keys and sessions, as administrators and commands use them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from service.application.errors import InvalidError, NotFoundError
from service.identity import api_keys, sessions
from service.identity.roles import DISTRICT_ROLES, Principal, Role
from service.repositories import audit_log


@dataclass(frozen=True)
class KeyRequest:
    """A key that is asked for; None days is one that does not expire."""

    principal: Principal
    label: str = ""
    days: int | None = None


def _check_role(role: Role, district: str | None) -> None:
    """Refuse a district for a role that has none; raises InvalidError."""
    if district is not None and role not in DISTRICT_ROLES:
        errors = [{"pointer": "#/district", "message": f"does not go with the role {role}", "remedy": "Leave it out."}]
        raise InvalidError("invalid", "The key does not hold.", errors)


def make_key(connection: Connection, pepper: bytes, asked: KeyRequest, made_by: str) -> tuple[str, str]:
    """Make a key for a person: its id, and the key itself, which cannot be shown again.

    Raises InvalidError for a district with a role that has none, InputError for one that is not known.
    """
    principal = asked.principal
    _check_role(principal.role, principal.district)
    api_keys.check_district(connection, principal.district)
    key_id, key = api_keys.make_key(connection, pepper, principal, made_by, asked.label, asked.days)
    detail = {"person": principal.person, "role": principal.role.value, "district": principal.district}
    audit_log.record(connection, made_by, "key.make", f"key/{key_id}", detail)
    return key_id, key


def revoke_key(connection: Connection, person: str, key_id: str) -> Mapping[str, Any]:
    """Let a key no longer be taken; its row.  Raises NotFoundError when none of that id is in force."""
    if not api_keys.revoke_key(connection, key_id):
        raise NotFoundError("key in force")
    audit_log.record(connection, person, "key.revoke", f"key/{key_id}", {})
    return api_keys.key_row(connection, key_id)


def end_session(connection: Connection, person: str, session_id: str, *, of: str | None = None) -> list[str]:
    """End a session, of anybody or of one person alone; raises NotFoundError when none of that id is in force."""
    ended = sessions.end(connection, person, session_id, of=of)
    if not ended:
        raise NotFoundError("session in force" if of is None else "session")
    return ended


@dataclass(frozen=True)
class ChainCheck:
    """Whether the chain of the audit holds; ``broken_at`` is the first entry that does not, and ``why`` says why."""

    holds: bool
    entries: int
    last_digest: str
    broken_at: int | None
    why: str | None


def check_audit(connection: Connection) -> ChainCheck:
    """Recompute every seal of the audit."""
    count, last, broken = audit_log.verify_chain(connection)
    if broken is None:
        return ChainCheck(True, count, last.hex(), None, None)
    return ChainCheck(False, count, last.hex(), broken.number, broken.why)
