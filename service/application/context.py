"""What a use case has at hand besides its arguments."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine

from allocator.checking.verify import VerifiedPlan
from geodata.readers.read_files import RegistryRecords
from service.application.errors import NotAllowedError
from service.application.plan_cache import PlanCache
from service.database.engine import transaction
from service.formats.plan import PlanOut
from service.identity.roles import Principal, Right
from service.repositories.fair_queue import Quota
from service.settings import Settings


@dataclass(frozen=True)
class UseCaseContext:
    """The person, the settings, and the way to what the person may see."""

    principal: Principal
    settings: Settings
    engine: Engine
    cache: PlanCache

    @property
    def person(self) -> str:
        """Name for the record."""
        return self.principal.person

    @property
    def district(self) -> str | None:
        """The district that binds the person, if one does."""
        return self.principal.district

    @property
    def quota(self) -> Quota:
        """How much the person may have waiting."""
        return Quota.of(self.settings)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction that sees what the person may see."""
        with transaction(self.engine, self.principal.scope) as connection:
            yield connection

    def plan(self, plan_id: str) -> tuple[PlanOut, VerifiedPlan]:
        """A stored plan, read whole whoever asks; use cases tell of it what the person may see."""
        return self.cache.stored_plan(self.engine, plan_id)

    def registry(self, row: Mapping[str, Any]) -> RegistryRecords:
        """Records of a stored version of the registry."""
        return self.cache.registry(row)

    def needs(self, right: Right) -> None:
        """Raise NotAllowedError without a right."""
        if not self.principal.may(right):
            raise NotAllowedError(f"The role {self.principal.role} has no right to {right}.")

    def unbound(self, what: str) -> None:
        """Refuse people who are bound to a district; raises NotAllowedError."""
        if self.district is not None:
            raise NotAllowedError(f"{what} is for people who are bound to no district.")
