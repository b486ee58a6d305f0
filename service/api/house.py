"""What every route needs: settings, database, keys, limits; and the person who asks.

Dependencies that wait for nothing are coroutines: the framework hands every other one to a thread of its own.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from threading import BoundedSemaphore
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import Depends, Request, Security
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy import Connection, Engine
from starlette.routing import BaseRoute

from allocator.verify import VerifiedPlan
from service.api.problems import ProblemError
from service.api.standing import Standings
from service.database.engine import SYSTEM, transaction
from service.people.keys import digest_of, person_of
from service.people.known import Known
from service.people.roles import Principal, Right
from service.people.tokens import Issuer, TokenError
from service.records import plans
from service.settings import Settings
from service.wire import PlanOut

API_KEY = APIKeyHeader(name="X-API-Key", scheme_name="ApiKey", auto_error=False)
BEARER = HTTPBearer(scheme_name="Bearer", auto_error=False)
STRANGERS_PER_MINUTE = 120
"""Failed recognitions that one address may have a minute."""


@dataclass
class House:
    """Everything that lives as long as the process."""

    settings: Settings
    engine: Engine
    pepper: bytes
    limiter: MovingWindowRateLimiter = field(default_factory=lambda: MovingWindowRateLimiter(MemoryStorage()))
    standings: Standings = field(default_factory=Standings)
    known: Known = field(default_factory=Known)

    def __post_init__(self) -> None:
        self.asking = BoundedSemaphore(self.settings.recommendations_at_once)
        self.streams = BoundedSemaphore(self.settings.streams_at_once)

    def remembered(self, key: str) -> Principal | None:
        """Whose key this is, if it was looked up a moment ago."""
        return self.known.remembered(digest_of(key, self.pepper))

    def person(self, key: str) -> Principal | None:
        """Whose key this is."""

        def look() -> Principal | None:
            with transaction(self.engine, SYSTEM) as connection:
                return person_of(connection, self.pepper, key)

        return self.known.get(digest_of(key, self.pepper), look)

    def plan(self, plan_id: str) -> tuple[PlanOut, VerifiedPlan]:
        """A stored plan, read whole whoever asks; callers show of it what their person may see."""

        def read() -> PlanOut:
            with transaction(self.engine, SYSTEM) as connection:
                document = plans.document_of(connection, plan_id)
            if document is None:
                raise LookupError(f"the plan {plan_id} has no document")
            return document

        return self.standings.plan(plan_id, read)

    @cached_property
    def issuer(self) -> Issuer:
        """Who signs bearer tokens."""
        return Issuer(self.settings)


async def house_of(request: Request) -> House:
    """The house of the application."""
    house: House = request.app.state.house
    return house


InHouse = Annotated[House, Depends(house_of)]


@dataclass(frozen=True)
class Asker:
    """A person with the right that the route needs, and the door to what the person may see."""

    principal: Principal
    house: House

    @property
    def person(self) -> str:
        """Name for the record."""
        return self.principal.person

    @property
    def district(self) -> str | None:
        """The district that binds the person, if one does."""
        return self.principal.district

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction that sees what the person may see."""
        with transaction(self.house.engine, self.principal.scope) as connection:
            yield connection

    def needs(self, right: Right) -> None:
        """Raise a 403 problem without a right."""
        if not self.principal.may(right):
            raise ProblemError(403, "not-allowed", f"The role {self.principal.role} has no right to {right}.")

    def unbound(self, what: str) -> None:
        """Refuse people who are bound to a district."""
        if self.district is not None:
            raise ProblemError(403, "not-allowed", f"{what} is for people who are bound to no district.")


async def _recognised(
    house: InHouse,
    request: Request,
    key: Annotated[str | None, Security(API_KEY)] = None,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)] = None,
) -> Principal:
    """Who asks; raises a 401 problem when that is not known."""
    why = "Send a key as X-API-Key, or a token as Authorization: Bearer."
    found: Principal | None = None
    if key:
        found = house.remembered(key) or await run_sync(house.person, key)
        why = "The key is not taken."
    elif bearer is not None and house.settings.oidc_issuer:
        try:
            found = await run_sync(house.issuer.principal, bearer.credentials)
        except TokenError as error:
            why = f"{error}."
    if found is None:
        address = request.client.host if request.client else "?"
        count_stranger(house, address)
        raise ProblemError(401, "unknown-person", why, headers={"WWW-Authenticate": 'ApiKey, Bearer realm="allocator"'})
    count_person(house, found.person)
    return found


def count_stranger(house: House, address: str) -> None:
    """Count a failed recognition of an address; raises a 429 problem beyond its limit."""
    _count(house, RateLimitItemPerMinute(STRANGERS_PER_MINUTE), "stranger", address)


def count_person(house: House, person: str) -> None:
    """Count a request of a person; raises a 429 problem beyond the limit."""
    _count(house, RateLimitItemPerMinute(house.settings.requests_per_minute), "person", person)


def _count(house: House, limit: RateLimitItem, *who: str) -> None:
    if not house.limiter.hit(limit, *who):
        detail = f"There may be {limit.amount} a minute."
        raise ProblemError(429, "too-many", detail, headers={"Retry-After": "10"})


@dataclass(frozen=True)
class Needs:
    """Dependency of a route: recognises who asks, and asks for a right."""

    right: Right

    async def __call__(
        self, request: Request, house: InHouse, principal: Annotated[Principal, Depends(_recognised)]
    ) -> Asker:
        """The person; raises a 403 problem without the right and a 400 problem for unknown parameters."""
        asker = Asker(principal, house)
        asker.needs(self.right)
        _known_parameters(request)
        return asker


def _known_parameters(request: Request) -> None:
    """Refuse query parameters that the route does not have: a filter with a typing error must not be ignored."""
    if not request.query_params:
        return
    known = _parameters(request.scope["route"].dependant)
    for name in request.query_params:
        if name not in known:
            errors = [{"pointer": name[:80], "message": "is not a parameter", "remedy": ", ".join(sorted(known))}]
            raise ProblemError(422, "invalid", "The request has an unknown parameter.", errors)


def _parameters(dependant: Dependant) -> set[str]:
    own = {each.alias for each in dependant.query_params}
    return own.union(*(_parameters(each) for each in dependant.dependencies))


def name_rights(routes: Iterable[BaseRoute]) -> None:
    """Write the right that each route needs into its OpenAPI entry, as ``x-right``."""
    for route in routes:
        if isinstance(route, APIRoute):
            needs = [each.call for each in route.dependant.dependencies if isinstance(each.call, Needs)]
            if needs:
                route.openapi_extra = {**(route.openapi_extra or {}), "x-right": needs[0].right.value}


Reader = Annotated[Asker, Depends(Needs(Right.READ))]
Planner = Annotated[Asker, Depends(Needs(Right.PLAN))]
Reviewer = Annotated[Asker, Depends(Needs(Right.REVIEW))]
Keeper = Annotated[Asker, Depends(Needs(Right.SUPPLY))]
Operator = Annotated[Asker, Depends(Needs(Right.OPERATE))]
Administrator = Annotated[Asker, Depends(Needs(Right.ADMINISTER))]
