"""What is kept in memory because it never changes: registries by version, checked plans by id."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Generic, TypeVar

from sqlalchemy import Engine

from allocator.checking.verify import VerifiedPlan
from geodata.readers.read_files import RegistryRecords
from service.application.plans.plan_check import checked
from service.database.engine import SYSTEM, transaction
from service.formats.plan import AssignmentOut, PlanOut, UnplacedOut
from service.repositories import plans, registries

Parts = tuple[list[AssignmentOut], list[UnplacedOut]]
"""What a plan places, and what waits."""

T = TypeVar("T")


@dataclass(frozen=True)
class FeaturePage:
    """A page of features as GeoJSON: how many match, how many these are, and the text of the list."""

    matched: int
    returned: int
    features: str


@dataclass
class RecentCache(Generic[T]):
    """The last few of something that is made from its key alone."""

    most: int
    _found: OrderedDict[Hashable, T] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """What is there, or is made now."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        made = make()
        with self._lock:
            self._found[key] = made
            while len(self._found) > self.most:
                self._found.popitem(last=False)
        return made


@dataclass
class PlanCache:
    """Registries and plans that were read lately, and what people of one district, or of none, see of them."""

    _registries: RecentCache[RegistryRecords] = field(default_factory=lambda: RecentCache(4))
    _plans: RecentCache[tuple[PlanOut, VerifiedPlan]] = field(default_factory=lambda: RecentCache(4))
    _parts: RecentCache[Parts] = field(default_factory=lambda: RecentCache(8))
    _pages: RecentCache[FeaturePage] = field(default_factory=lambda: RecentCache(32))

    def registry(self, row: Mapping[str, Any]) -> RegistryRecords:
        """Records of a stored version."""
        return self._registries.get(row["content_hash"], lambda: registries.records_of(row["document"]))

    def plan(self, plan_id: str, read: Callable[[], PlanOut]) -> tuple[PlanOut, VerifiedPlan]:
        """A stored plan, checked anew once in a while."""

        def make() -> tuple[PlanOut, VerifiedPlan]:
            document = read()
            return document, checked(document)

        return self._plans.get(plan_id, make)

    def stored_plan(self, engine: Engine, plan_id: str) -> tuple[PlanOut, VerifiedPlan]:
        """A plan of the database, read whole; raises LookupError where there is none of that id."""

        def read() -> PlanOut:
            with transaction(engine, SYSTEM) as connection:
                document = plans.document_of(connection, plan_id)
            if document is None:
                raise LookupError(f"the plan {plan_id} has no document")
            return document

        return self.plan(plan_id, read)

    def parts(self, plan_id: str, district: str | None, read: Callable[[], Parts]) -> Parts:
        """What a plan places and what waits, as far as people of a district see it."""
        return self._parts.get((plan_id, district), read)

    def page(self, key: Hashable, read: Callable[[], FeaturePage]) -> FeaturePage:
        """A page of features of a registry or a plan; the key names everything that the page depends on."""
        return self._pages.get(key, read)
