"""Bearer tokens of an OpenID Connect issuer: form, type, issuer, audience, time, signature, subject, role, district."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError

from service.formats.visible_text import shows
from service.identity.issuer_keys import IssuerAwayError, IssuerKeys, TokenError
from service.identity.roles import DISTRICT_ROLES, Principal, Role
from service.settings import Settings

__all__ = ["ALGORITHMS", "Issuer", "IssuerAwayError", "TokenError"]

ALGORITHMS = ["RS256", "PS256", "ES256"]
"""Asymmetric signatures alone: a public key must never be taken for a shared secret."""

MAX_TOKEN = 16_384
LEEWAY_S = 30

ACCESS_TYPES = frozenset({"at+jwt", "application/at+jwt"})
"""Header ``typ`` of an access token (RFC 9068, section 2.1)."""

PLAIN_TYPES = frozenset({"", "jwt", "application/jwt"})
"""Header ``typ`` of issuers that do not tell access tokens from others; their claims must."""

OF_ACCESS = frozenset({"scope", "scp", "client_id", "appid"})
"""Claims of which an access token has one, and an ID token none (RFC 9068, section 2.2; OpenID Connect Core, 2)."""

OF_IDENTITY = frozenset({"nonce", "at_hash", "c_hash", "s_hash"})
"""Claims of ID tokens alone (OpenID Connect Core, sections 2 and 3.3.2.11)."""

_FORM = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


@dataclass
class Issuer:
    """The issuer that the settings name."""

    settings: Settings
    keys: IssuerKeys = field(init=False)

    def __post_init__(self) -> None:
        self.keys = IssuerKeys(self.settings)

    def glance(self, token: str) -> str:
        """The id of the key of a token that may hold; raises TokenError for one that cannot, without any key.

        What is read here is not to be believed: nothing has checked the signature.
        """
        if len(token) > MAX_TOKEN:
            raise TokenError("the token is too long")
        if _FORM.fullmatch(token) is None:
            raise TokenError("the token is no signed JWT")
        header, claims = (_read(part) for part in token.split(".")[:2])
        kid = header.get("kid")
        if header.get("alg") not in ALGORITHMS:
            raise TokenError(f"the token is signed by none of {', '.join(ALGORITHMS)}")
        if not isinstance(kid, str) or not 0 < len(kid) <= 200:
            raise TokenError("the token names no key")
        if not _is_access(header, claims):
            raise TokenError("the token is no access token")
        self._check(claims)
        return kid

    def principal(self, token: str) -> Principal:
        """Who a token speaks for; raises TokenError when any of its claims does not hold.

        Raises IssuerAwayError when the key of the token cannot be had now.
        """
        kid = self.glance(token)
        try:
            decoded = jwt.decode(token, self.keys.with_key(kid), algorithms=ALGORITHMS)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise TokenError(f"{type(error).__name__}: the token is not taken") from None
        self._check(decoded.claims)
        return self._person(decoded.claims)

    def _check(self, claims: dict[str, Any]) -> None:
        try:
            self._registry.validate(claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise TokenError(f"{type(error).__name__}: the token is not taken") from None

    @cached_property
    def _registry(self) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            leeway=LEEWAY_S,
            exp={"essential": True},
            iss={"essential": True, "value": self.settings.oidc_issuer or ""},
            aud={"essential": True, "value": self.settings.oidc_audience},
            sub={"essential": True},
        )

    def _person(self, claims: dict[str, Any]) -> Principal:
        subject, role = claims["sub"], claims.get(self.settings.oidc_role_claim)
        district = claims.get(self.settings.oidc_district_claim)
        if not isinstance(subject, str) or len(subject) > 200 or not shows(subject):
            raise TokenError("the claim sub is no name")
        if role not in list(Role):
            raise TokenError(f"the claim {self.settings.oidc_role_claim} names no role")
        if district is not None and (not isinstance(district, str) or not district or Role(role) not in DISTRICT_ROLES):
            raise TokenError(f"the claim {self.settings.oidc_district_claim} does not fit the role")
        return Principal(f"oidc:{subject}", Role(role), district)


def _read(part: str) -> dict[str, Any]:
    """A part of a token as an object; raises TokenError."""
    try:
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        raise TokenError("the token is no signed JWT") from None
    if not isinstance(found, dict):
        raise TokenError("the token is no signed JWT")
    return found


def _is_access(header: Mapping[str, Any], claims: Mapping[str, Any]) -> bool:
    """Whether a token is for an API: by its type, else by claims that access tokens and ID tokens do not share."""
    kind = str(header.get("typ", "")).casefold()
    if OF_IDENTITY & set(claims) or claims.get("token_use") == "id" or claims.get("typ") == "ID":
        return False
    if kind in ACCESS_TYPES:
        return True
    told = OF_ACCESS & set(claims) or claims.get("token_use") == "access" or claims.get("typ") == "Bearer"
    return kind in PLAIN_TYPES and bool(told)
