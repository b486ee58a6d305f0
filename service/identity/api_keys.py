"""API keys: made once and shown once; the database has only their peppered hashes."""

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from allocator.errors import Fault, InputError
from seeds.load import load_districts
from service.database.rows import every, only
from service.database.tables import api_key
from service.formats.visible_text import shows
from service.identity import sessions
from service.identity.roles import Principal, Role
from service.repositories import registries
from service.settings import Settings

MARK = "dak_"
"""How every key begins, so that scanners of leaked secrets can tell them."""


def pepper_of(settings: Settings) -> bytes:
    """The secret that keys are hashed with: given, else made once in the data folder, readable to its owner alone."""
    if settings.pepper is not None:
        return settings.pepper.get_secret_value().encode()
    return own_secret(settings.data_dir / "pepper")


def own_secret(path: Path) -> bytes:
    """A random secret in a file that is made once, however many processes ask at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    if not path.exists():
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_hex(32).encode())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes().strip()


def digest_of(key: str, pepper: bytes) -> bytes:
    """What the database knows of a key."""
    return hmac.new(pepper, key.encode(), hashlib.sha256).digest()


def check_district(connection: Connection, district: str | None) -> None:
    """Raise InputError for a district that neither the newest registry nor the policy has."""
    if district is None:
        return
    newest = registries.find(connection, None)
    document = {} if newest is None else newest["document"]
    known = {each["adcode"] for each in document.get("districts", ())} or {
        each.adcode for each in load_districts(date.max)
    }
    known |= {each["district"] for each in document.get("parks", ())}
    if district not in known:
        remedy = f"Known: {', '.join(sorted(known))}"
        raise InputError([Fault("key", None, "district", district, "is not known", remedy)])


def check_person(person: str) -> None:
    """Raise InputError for a name that does not show what it is."""
    if not shows(person):
        raise InputError(
            [Fault("key", None, "person", repr(person), "contains an invisible character", "Write a plain name")]
        )


def make_key(  # noqa: PLR0913, PLR0917  a key is these facts
    connection: Connection,
    pepper: bytes,
    principal: Principal,
    made_by: str,
    label: str = "",
    days: int | None = None,
) -> tuple[str, str]:
    """A new key of a person: its id, and the key itself, which cannot be shown again.

    A role or district that the person did not have before ends the sessions that have another.
    """
    key_id, key = f"key-{secrets.token_hex(4)}", MARK + secrets.token_urlsafe(32)
    expires_at = None if days is None else datetime.now(UTC) + timedelta(days=days)
    connection.execute(
        insert(api_key).values(
            key_id=key_id,
            person=principal.person,
            label=label,
            role=principal.role.value,
            district=principal.district,
            digest=digest_of(key, pepper),
            made_by=made_by,
            expires_at=expires_at,
        )
    )
    sessions.end_changed(connection, principal)
    return key_id, key


@dataclass(frozen=True)
class KeyRecord:
    """A key that was made here, whose it is, and whether it is still taken: neither expired nor revoked."""

    key_id: str
    principal: Principal
    in_force: bool


def find_key(connection: Connection, pepper: bytes, key: str) -> KeyRecord | None:
    """What is known of a key; None of one that was never made here."""
    taken = api_key.c.revoked_at.is_(None) & ((api_key.c.expires_at.is_(None)) | (api_key.c.expires_at > func.now()))
    found = connection.execute(
        select(api_key.c.key_id, api_key.c.person, api_key.c.role, api_key.c.district, taken.label("taken")).where(
            api_key.c.digest == digest_of(key, pepper)
        )
    ).first()
    if found is None:
        return None
    return KeyRecord(found.key_id, Principal(found.person, Role(found.role), found.district), found.taken)


MOST_LISTED = 1000
"""Keys that are listed."""


def keys(connection: Connection) -> Sequence[Mapping[str, Any]]:
    """Keys, newest first."""
    return every(connection, select(api_key).order_by(api_key.c.made_at.desc()).limit(MOST_LISTED))


def key_row(connection: Connection, key_id: str) -> Mapping[str, Any]:
    """The row of a key that there is."""
    return only(connection, select(api_key).where(api_key.c.key_id == key_id))


def revoke_key(connection: Connection, key_id: str) -> bool:
    """Let a key no longer be taken, and end its sessions; False if there is none of that id in force."""
    done = connection.execute(
        update(api_key)
        .where(api_key.c.key_id == key_id, api_key.c.revoked_at.is_(None))
        .values(revoked_at=func.now())
        .returning(api_key.c.key_id)
    )
    sessions.end_of_key(connection, key_id)
    return done.first() is not None
