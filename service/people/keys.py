"""API keys: made once and shown once; the database has only their peppered hashes."""

import hashlib
import hmac
import os
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from service.database.tables import api_key
from service.people.roles import Principal, Role
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


def make_key(  # noqa: PLR0913, PLR0917  a key is these facts
    connection: Connection,
    pepper: bytes,
    principal: Principal,
    made_by: str,
    label: str = "",
    days: int | None = None,
) -> tuple[str, str]:
    """A new key of a person: its id, and the key itself, which cannot be shown again."""
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
    return key_id, key


def person_of(connection: Connection, pepper: bytes, key: str) -> Principal | None:
    """Whose key this is; None if it is unknown, expired or revoked."""
    found = _in_force(connection, api_key.c.digest == digest_of(key, pepper))
    return None if found is None else found[1]


def key_id_of(connection: Connection, pepper: bytes, key: str) -> str | None:
    """Id of a key in force, under which a session may stand for it."""
    found = _in_force(connection, api_key.c.digest == digest_of(key, pepper))
    return None if found is None else found[0]


def person_of_id(connection: Connection, key_id: str) -> Principal | None:
    """Whose key has this id; None once it is expired or revoked."""
    found = _in_force(connection, api_key.c.key_id == key_id)
    return None if found is None else found[1]


def _in_force(connection: Connection, wanted: ColumnElement[bool]) -> tuple[str, Principal] | None:
    found = connection.execute(
        select(api_key.c.key_id, api_key.c.person, api_key.c.role, api_key.c.district).where(
            wanted,
            api_key.c.revoked_at.is_(None),
            (api_key.c.expires_at.is_(None)) | (api_key.c.expires_at > func.now()),
        )
    ).first()
    return None if found is None else (found.key_id, Principal(found.person, Role(found.role), found.district))


def revoke_key(connection: Connection, key_id: str) -> bool:
    """Let a key no longer be taken; False if there is none of that id in force."""
    done = connection.execute(
        update(api_key)
        .where(api_key.c.key_id == key_id, api_key.c.revoked_at.is_(None))
        .values(revoked_at=func.now())
        .returning(api_key.c.key_id)
    )
    return done.first() is not None
