"""The newest registry against the plan in force: whom a change of parks and spaces concerns."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection

from service.application.registry.registry_effects import Effect, effects
from service.pages.shell.access import SignedInRequest
from service.pages.shell.plan_localizer import localizer_of
from service.repositories import plans, registries

MOST = 100
"""Firms that are named."""


class _Stored:
    """A plan and two registries, known by their ids: what they say of each other never changes."""

    def __init__(self, caller: SignedInRequest, standing: Mapping[str, Any], number: int) -> None:
        self._caller, self._standing, self._number = caller, standing, number
        self._key = (standing["plan_id"], standing["registry"], number)

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Stored) and other._key == self._key

    def effects(self) -> tuple[Effect, ...]:
        document, _ = self._caller.asker.house.plan(self._standing["plan_id"])
        with self._caller.transaction() as connection:
            before = registries.find(connection, self._standing["registry"])
            after = registries.find(connection, self._number)
        if before is None or after is None:
            return ()
        return effects(document, before["document"], after["document"])


@lru_cache(maxsize=16)
def _known(stored: _Stored) -> tuple[Effect, ...]:
    return stored.effects()


def concerned(caller: SignedInRequest, connection: Connection) -> dict[str, Any] | None:
    """Whom the newest registry concerns of those whom the person may see; None where it concerns nobody."""
    standing, newest = plans.published(connection), registries.newest(connection)
    if standing is None or newest is None or newest["number"] <= standing["registry"]:
        return None
    found = _known(_Stored(caller, standing, newest["number"]))
    own = None if caller.asker.district is None else set(plans.projects_seen(connection, standing["plan_id"]))
    seen = [one for one in found if own is None or one.project_id in own]
    if not seen:
        return None
    document, _ = caller.asker.house.plan(standing["plan_id"])
    return {
        "plan": standing,
        "registry": newest["number"],
        "effects": seen[:MOST],
        "firms": len({one.project_id for one in seen}),
        "grave": len({one.project_id for one in seen if one.what != "changed"}),
        "left": max(0, len(seen) - MOST),
        "voice": localizer_of(caller, document),
    }
