"""What every route needs: settings, database, keys, limits; and the person who asks.

Dependencies that wait for nothing are coroutines: the framework hands every other one to a thread of its own.
"""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from threading import Event
from typing import Annotated

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import Depends, Request, Security
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import Connection, Engine
from starlette.routing import BaseRoute

from allocator.checking.verify import VerifiedPlan
from service.application.context import UseCaseContext
from service.application.plan_cache import PlanCache
from service.database.engine import SYSTEM, transaction
from service.files.readers import Readers
from service.formats.plan import PlanOut
from service.identity.api_keys import KeyRecord, digest_of, find_key
from service.identity.key_cache import KeyCache
from service.identity.oidc import Issuer, IssuerAwayError, TokenError
from service.identity.roles import Principal, Right
from service.identity.security_events import SecurityEvents
from service.observability.probes import Probes
from service.settings import Settings
from service.web.limits import body_limits
from service.web.limits.admission import RecognisedUser, admission_result_of
from service.web.limits.concurrency import ConcurrencyLimit
from service.web.limits.rate_limits import RateLimits
from service.web.problems import ProblemError

API_KEY = APIKeyHeader(name="X-API-Key", scheme_name="ApiKey", auto_error=False)
BEARER = HTTPBearer(scheme_name="Bearer", auto_error=False)
STRANGERS_PER_MINUTE = 120
"""Failed recognitions that one address may have a minute."""

TOKENS_AT_ONCE = 4
"""Bearer tokens that are read at the same time."""

WAIT_S = 5.0
"""How long a recommendation waits for its turn, s."""

WAITING = 8
"""Recommendations of one person that may wait."""


@dataclass
class AppContext:
    """Everything that lives as long as the process."""

    settings: Settings
    engine: Engine
    pepper: bytes
    rate_limits: RateLimits = field(default_factory=RateLimits)
    standings: PlanCache = field(default_factory=PlanCache)
    known: KeyCache = field(default_factory=KeyCache)

    def __post_init__(self) -> None:
        at_once = self.settings.recommendations_at_once
        # one person leaves room for another
        self.asking = ConcurrencyLimit("recommendations", at_once, max(1, at_once - 1), waiting=WAITING, wait_s=WAIT_S)
        self.streams = ConcurrencyLimit("streams", self.settings.streams_at_once, self.settings.streams_per_person)
        readers = self.settings.readers_at_once
        self.files = ConcurrencyLimit(
            "files", readers, max(1, readers - 1), waiting=body_limits.FILES_WAITING, wait_s=body_limits.FILES_S
        )
        self.events = SecurityEvents(self.engine)
        self.probes = Probes(self.settings, self.engine)
        self.tokens_at_once = CapacityLimiter(TOKENS_AT_ONCE)
        self.stopping = Event()

    def stop(self) -> None:
        """End what requests are computing, for the service ends."""
        self.stopping.set()
        self.readers.stop()

    def remembered(self, key: str) -> Principal | None:
        """Whose key this is, if it was looked up a moment ago."""
        return self.known.remembered(digest_of(key, self.pepper))

    def key(self, key: str) -> KeyRecord | None:
        """What is known of a key; one that is taken is remembered for a moment."""
        with transaction(self.engine, SYSTEM) as connection:
            found = find_key(connection, self.pepper, key)
        if found is not None and found.in_force:
            self.known.remember(digest_of(key, self.pepper), found.principal)
        return found

    def plan(self, plan_id: str) -> tuple[PlanOut, VerifiedPlan]:
        """A stored plan, read whole whoever asks; callers show of it what their person may see."""
        return self.standings.stored_plan(self.engine, plan_id)

    @cached_property
    def readers(self) -> Readers:
        """Processes that read files from outside; whoever has one read has a turn of ``files``."""
        chosen = self.settings
        return Readers(chosen.reading_limit_s, chosen.reader_memory_bytes)

    @cached_property
    def issuer(self) -> Issuer:
        """Who signs bearer tokens."""
        return Issuer(self.settings)


async def app_context_of(request: Request) -> AppContext:
    """The house of the application."""
    house: AppContext = request.app.state.house
    return house


InHouse = Annotated[AppContext, Depends(app_context_of)]


@dataclass(frozen=True)
class RequestUser:
    """A person with the right that the route needs, and the door to what the person may see."""

    principal: Principal
    house: AppContext

    @property
    def person(self) -> str:
        """Name for the record."""
        return self.principal.person

    @property
    def district(self) -> str | None:
        """The district that binds the person, if one does."""
        return self.principal.district

    @property
    def context(self) -> UseCaseContext:
        """What use cases have at hand when the person calls them."""
        return UseCaseContext(self.principal, self.house.settings, self.house.engine, self.house.standings)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction that sees what the person may see."""
        with self.context.transaction() as connection:
            yield connection

    def needs(self, right: Right) -> None:
        """Raise NotAllowedError without a right."""
        self.context.needs(right)

    def unbound(self, what: str) -> None:
        """Refuse people who are bound to a district; raises a 403 problem."""
        if self.district is not None:
            raise ProblemError(403, "not-allowed", f"{what} is for people who are bound to no district.")


async def _recognised(
    house: InHouse,
    request: Request,
    _key: Annotated[str | None, Security(API_KEY)] = None,
    _bearer: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)] = None,
) -> Principal:
    """Who asks, who may have been recognised before; raises the problem for which a body was not read."""
    arrival = admission_result_of(request)
    if arrival is not None and arrival.who is not None:
        return arrival.who.principal
    return (await recognise(house, request)).principal


async def recognise(house: AppContext, request: Request) -> RecognisedUser:
    """Who asks, by the headers alone; raises a 401 problem when that is not known, a 429 problem beyond a limit."""
    found, why = await _by_headers(house, request)
    if found is None:
        count_stranger(house, address_of(request))
        raise ProblemError(401, "unknown-person", why, headers={"WWW-Authenticate": 'ApiKey, Bearer realm="allocator"'})
    recognised(request, found)
    count_person(house, found.person)
    return RecognisedUser(found, None)


async def still_known(asker: "RequestUser", request: Request) -> bool:
    """Whether the key or token of a request is still taken, and for the same person, role and district."""
    return (await _by_headers(asker.house, request))[0] == asker.principal


async def _by_headers(house: AppContext, request: Request) -> tuple[Principal | None, str]:
    """Who asks, or why that is not known."""
    key = request.headers.get("x-api-key")
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if key:
        return house.remembered(key) or await run_sync(_by_key, house, request, key), "The key is not taken."
    if scheme.lower() == "bearer" and token.strip() and house.settings.oidc_issuer:
        try:
            house.issuer.glance(token.strip())
            # threads of their own: who waits for the issuer's keys must not hold up those who need none
            return await run_sync(house.issuer.principal, token.strip(), limiter=house.tokens_at_once), ""
        except TokenError as error:
            refuse_token(house, request, error)
            return None, f"{error}."
    return None, "Send a key as X-API-Key, or a token as Authorization: Bearer."


def _by_key(house: AppContext, request: Request, key: str) -> Principal | None:
    found = house.key(key)
    if found is not None and found.in_force:
        return found.principal
    refuse_key(house, request, "key.refused", found)
    return None


def address_of(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else "?"


def recognised(request: Request, principal: Principal) -> None:
    """Keep who asks with the request, for what is logged of it."""
    request.state.person = principal.person


def refuse_key(house: AppContext, request: Request, event: str, key: KeyRecord | None) -> None:
    """Tell of a key that was not taken; one that was made here once is named."""
    if key is None:
        house.events.tell(event, address=address_of(request))
    else:
        house.events.tell(event, key.principal.person, f"key/{key.key_id}", address=address_of(request))


def refuse_token(house: AppContext, request: Request, error: TokenError) -> None:
    """Tell of a token that was not taken; raises a 503 problem where that is the issuer's fault."""
    if isinstance(error, IssuerAwayError):
        raise ProblemError(503, "issuer", f"{error}.", headers={"Retry-After": "5"}) from None
    house.events.tell("token.refused", address=address_of(request), why=str(error))


def count_stranger(house: AppContext, address: str) -> None:
    """Count a failed recognition of an address; raises a 429 problem beyond its limit."""
    _count(house, STRANGERS_PER_MINUTE, "stranger", address)


def count_person(house: AppContext, person: str) -> None:
    """Count a request of a person; raises a 429 problem beyond the limit."""
    _count(house, house.settings.requests_per_minute, "person", person)


def _count(house: AppContext, most: int, *who: str) -> None:
    if not house.rate_limits.hit(most, *who):
        detail = f"There may be {most} a minute."
        raise ProblemError(429, "too-many", detail, headers={"Retry-After": "10"})


@dataclass(frozen=True)
class Needs:
    """Dependency of a route: recognises who asks, and asks for a right."""

    right: Right

    async def __call__(
        self, request: Request, house: InHouse, principal: Annotated[Principal, Depends(_recognised)]
    ) -> RequestUser:
        """The person; raises NotAllowedError without the right and a 422 problem for unknown parameters."""
        asker = RequestUser(principal, house)
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


Reader = Annotated[RequestUser, Depends(Needs(Right.READ))]
Planner = Annotated[RequestUser, Depends(Needs(Right.PLAN))]
Reviewer = Annotated[RequestUser, Depends(Needs(Right.REVIEW))]
Keeper = Annotated[RequestUser, Depends(Needs(Right.SUPPLY))]
Operator = Annotated[RequestUser, Depends(Needs(Right.OPERATE))]
Administrator = Annotated[RequestUser, Depends(Needs(Right.ADMINISTER))]


async def _stream_turn(asker: Reader) -> AsyncIterator[None]:
    async with asker.house.streams.turn(asker.person):
        yield


StreamTurn = Depends(_stream_turn)
"""Dependency of a route that streams: one of the streams there may be, until the answer has ended."""
