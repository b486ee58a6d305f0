"""What an empty database gets: the seed registry, a first key, and a demo plan that a worker makes."""

import os
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select, text

from geodata.readers.read_files import RegistryRecords, read_projects, read_registry
from seeds.load import batch_path, load_boundaries, load_districts, plan_from, registry_dir
from service.application.planning.submit_run import submit_run
from service.database.engine import SYSTEM, transaction
from service.database.tables import api_key, batch, registry
from service.identity.api_keys import make_key
from service.identity.roles import Principal, Role
from service.repositories import audit_log, batches, registries
from service.settings import Settings

PERSON = "first-use"
LOCK = 7_241_004
KEY_FILE = "first-key"
"""In the data folder."""


def bootstrap(engine: Engine, settings: Settings) -> None:
    """Store the seed registry and queue a demo run of the seed batch, unless there is a registry already."""
    if not settings.demo:
        return
    with transaction(engine, SYSTEM) as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        if connection.execute(select(func.count()).select_from(registry)).scalar_one():
            return
        records = seed_registry()
        stored = RegistryRecords(parks=records.parks, spaces=records.spaces, tenancies=records.tenancies)
        registries.store(connection, PERSON, stored, "the seed registry")
        if not connection.execute(select(func.count()).select_from(batch)).scalar_one():
            _demo(connection, settings, records)


def seed_registry() -> RegistryRecords:
    """The registry that comes with the product; its districts are those of the policy of a plan's first month."""
    return read_registry(registry_dir(), load_districts(date.max), load_boundaries())


def _demo(connection: Connection, settings: Settings, records: RegistryRecords) -> None:
    path = batch_path()
    projects = read_projects(path, records)
    batch_id = batches.store(connection, PERSON, None, projects, "示范批次 Demo batch", path.name, path.read_bytes())
    asked = {
        "name": "示范方案 Demo plan",
        "batches": [batch_id],
        "basis": "nothing",
        "plan_from": plan_from(),
        "time_limit_s": settings.demo_time_limit_s,
        "engine": "auto",
    }
    submit_run(
        connection,
        PERSON,
        None,
        asked,
        lambda row: registries.records_of(row["document"]),
        quota=None,
        kind="demo",
    )


def first_key(engine: Engine, settings: Settings, pepper: bytes) -> str | None:
    """Make the first administrator's key where there is no key yet, and keep it in the data folder until it is deleted.

    None where there is a key already.
    """
    with transaction(engine, SYSTEM) as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        if connection.execute(select(func.count()).select_from(api_key)).scalar_one():
            return None
        principal = Principal(PERSON, Role.ADMIN)
        key_id, key = make_key(connection, pepper, principal, PERSON, "first use; replace it")
        audit_log.record(connection, PERSON, "key.make", f"key/{key_id}", {"person": PERSON, "role": "admin"})
        _keep(settings.data_dir / KEY_FILE, key)
        return key


def told(settings: Settings, key: str | None) -> list[str]:
    """Lines for whoever starts the service: the first key when it was made now, else where it is kept."""
    path = settings.data_dir / KEY_FILE
    if not path.is_file():
        return []
    first = [] if key is None else [f"first-use key: {key}"]
    another = f"another key: allocator key NAME --role admin --data-dir {settings.data_dir}"
    return [*first, f"first-use key kept in {path}; make keys for people, then delete that file", another]


def _keep(path: Path, key: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(key + "\n")
