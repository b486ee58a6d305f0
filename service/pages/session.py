"""Sign-in on the pages: a signed cookie that stands for an API key, and the token that every form carries.

The cookie names the key, not the secret, so revoking the key ends every session of it at once.
"""

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass

from fastapi import Request, Response

from service.api.house import House, count_person
from service.database.engine import SYSTEM, transaction
from service.pages.assets import PREFIX
from service.people.keys import person_of_id
from service.people.roles import Principal
from service.people.tokens import TokenError

COOKIE = "allocator_session"


@dataclass(frozen=True)
class Session:
    """A person who signed in; ``mark`` is what tokens of forms are bound to."""

    principal: Principal
    mark: str


def sealed(house: House, what: str, content: str) -> str:
    """Seal of a content for one purpose."""
    said = f"{what}|{content}".encode()
    return hmac.new(house.pepper, said, hashlib.sha256).hexdigest()


def start(house: House, request: Request, response: Response, key_id: str) -> None:
    """Set the cookie of a new session for a key."""
    said = f"{key_id}.{int(time.time())}.{secrets.token_hex(8)}"
    response.set_cookie(
        COOKIE,
        f"{said}.{sealed(house, 'session', said)}",
        max_age=int(house.settings.session_hours * 3600),
        path=PREFIX,
        httponly=True,
        secure=house.settings.secure_cookies or request.url.scheme == "https",
        samesite="lax",
    )


def end(response: Response) -> None:
    """Take the cookie away."""
    response.delete_cookie(COOKIE, path=PREFIX)


def session_of(house: House, request: Request) -> Session | None:
    """Who signed in, by cookie, or by the bearer token that a proxy adds; None for anybody else."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    found = _by_token(house, token.strip()) if scheme.lower() == "bearer" else None
    return found or _by_cookie(house, request.cookies.get(COOKIE, ""))


def counted_session_of(house: House, request: Request) -> Session | None:
    """The same for a request that counts; raises a 429 problem beyond the person's limit."""
    found = session_of(house, request)
    if found is not None:
        count_person(house, found.principal.person)
    return found


def _by_token(house: House, token: str) -> Session | None:
    if not house.settings.oidc_issuer:
        return None
    try:
        principal = house.issuer.principal(token)
    except TokenError:
        return None
    return Session(principal, f"bearer {principal.person}")


def _by_cookie(house: House, value: str) -> Session | None:
    said, _, seal = value.rpartition(".")
    parts = said.split(".")
    if len(parts) != 3 or not hmac.compare_digest(seal.encode(), sealed(house, "session", said).encode()):
        return None
    key_id, at, _nonce = parts
    if time.time() - int(at) > house.settings.session_hours * 3600:
        return None
    with transaction(house.engine, SYSTEM) as connection:
        principal = person_of_id(connection, key_id)
    return None if principal is None else Session(principal, said)


def form_token(house: House, session: Session) -> str:
    """What a form of this session carries."""
    return sealed(house, "form", session.mark)


def is_form_token(house: House, session: Session, token: str) -> bool:
    """Whether a form carries what it should."""
    return hmac.compare_digest(token.encode(), form_token(house, session).encode())
