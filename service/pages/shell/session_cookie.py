"""Sign-in on the pages: a cookie with a random token of a session kept on the server, and the token of forms."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from fastapi import Request, Response

from service.database.engine import SYSTEM, transaction
from service.identity import sessions
from service.identity.api_keys import KeyRecord, digest_of
from service.identity.oidc import TokenError
from service.identity.roles import Principal
from service.pages.shell.assets import PREFIX
from service.web.context import AppContext, address_of, count_person, recognised, refuse_token

COOKIE = "allocator_session"


@dataclass(frozen=True)
class Session:
    """A person who signed in; ``mark`` is what tokens of forms are bound to, ``session_id`` is empty for a bearer."""

    principal: Principal
    mark: str
    session_id: str = ""


def sealed(house: AppContext, what: str, content: str) -> str:
    """Seal of a content for one purpose."""
    said = f"{what}|{content}".encode()
    return hmac.new(house.pepper, said, hashlib.sha256).hexdigest()


def only_secure(house: AppContext, request: Request) -> bool:
    """Whether cookies are for https alone: where it is set, and wherever a page came by https."""
    return house.settings.secure_cookies or request.url.scheme == "https"


def start(house: AppContext, request: Request, response: Response, key: KeyRecord) -> None:
    """Begin a session for a key, and set its cookie."""
    token = secrets.token_urlsafe(32)
    origin = sessions.Origin(request.headers.get("user-agent", ""), address_of(request))
    with transaction(house.engine, SYSTEM) as connection:
        session_id = sessions.begin(connection, digest_of(token, house.pepper), key.key_id, key.principal, origin)
    house.events.tell("session.begun", key.principal.person, f"session/{session_id}", address=origin.address)
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(house.settings.session_hours * 3600),
        path=PREFIX,
        httponly=True,
        secure=only_secure(house, request),
        samesite="lax",
    )


def end(house: AppContext, session: Session | None) -> None:
    """End a session on the server."""
    if session is not None and session.session_id:
        person = session.principal.person
        with transaction(house.engine, SYSTEM) as connection:
            sessions.end(connection, person, session.session_id)
        house.events.tell("session.ended", person, f"session/{session.session_id}")


def forget(response: Response) -> None:
    """Take the cookie away."""
    response.delete_cookie(COOKIE, path=PREFIX)


def session_of(house: AppContext, request: Request) -> Session | None:
    """Who signed in, by cookie, or by the bearer token that a proxy adds; None for anybody else."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    found = _by_token(house, request, token.strip()) if scheme.lower() == "bearer" else None
    found = found or _by_cookie(house, request)
    if found is not None:
        recognised(request, found.principal)
    return found


def counted_session_of(house: AppContext, request: Request) -> Session | None:
    """The same for a request that counts; raises a 429 problem beyond the person's limit."""
    found = session_of(house, request)
    if found is not None:
        count_person(house, found.principal.person)
    return found


def _by_token(house: AppContext, request: Request, token: str) -> Session | None:
    if not house.settings.oidc_issuer:
        return None
    try:
        principal = house.issuer.principal(token)
    except TokenError as error:
        refuse_token(house, request, error)
        return None
    return Session(principal, f"bearer {principal.person}")


def _by_cookie(house: AppContext, request: Request) -> Session | None:
    token = request.cookies.get(COOKIE, "")
    if not 0 < len(token) <= 100:
        return None
    digest = digest_of(token, house.pepper)
    # a page that asks again by itself does not say that its reader is there
    used = "hx-request" not in request.headers
    with transaction(house.engine, SYSTEM) as connection:
        found = sessions.find(connection, digest, house.settings, used=used)
    return None if found is None else Session(found.principal, digest.hex(), found.session_id)


def form_token(house: AppContext, session: Session) -> str:
    """What a form of this session carries."""
    return sealed(house, "form", session.mark)


def is_form_token(house: AppContext, session: Session, token: str) -> bool:
    """Whether a form carries what it should."""
    return hmac.compare_digest(token.encode(), form_token(house, session).encode())
