"""Scenarios: patches of inputs, stored once and never changed."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select

from service.database.rows import first, newest_first, only
from service.database.tables import scenario
from service.repositories import audit_log
from service.repositories.ids import new_id


def store(
    connection: Connection, person: str, district: str | None, name: str, document: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Store a checked scenario; its row.  Without a name it has the document's, else its id."""
    scenario_id = new_id("scenario")
    row = {
        "scenario_id": scenario_id,
        "name": name or document.get("name") or scenario_id,
        "district": district,
        "document": dict(document),
        "made_by": person,
    }
    made = only(connection, insert(scenario).values(**row).returning(scenario))
    audit_log.record(connection, person, "scenario.store", f"scenario/{scenario_id}", {})
    return made


def listed(connection: Connection, most: int, before: int | None = None) -> Sequence[Mapping[str, Any]]:
    """Scenarios that the transaction may see, newest first."""
    return newest_first(connection, select(scenario), scenario.c.number, most, before)


def find(connection: Connection, scenario_id: str) -> Mapping[str, Any] | None:
    """A scenario that the transaction may see."""
    return first(connection, select(scenario).where(scenario.c.scenario_id == scenario_id))
