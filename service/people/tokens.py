"""Bearer tokens of an OpenID Connect issuer: signature, issuer, audience, time, subject, role and district."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from service.people.roles import DISTRICT_ROLES, Principal, Role
from service.settings import Settings

ALGORITHMS = ["RS256", "PS256", "ES256"]
"""Asymmetric signatures alone: a public key must never be taken for a shared secret."""

MAX_TOKEN = 16_384
LEEWAY_S = 30
FRESH_S = 600.0
"""How long fetched keys are taken as they are, s."""


class TokenError(Exception):
    """Raised when a token is not taken; says why in words that may be logged."""


@dataclass
class Issuer:
    """The issuer that the settings name; its keys are read again when they are old or do not know a token's."""

    settings: Settings
    fetch: Callable[[str], Any] | None = None
    _keys: KeySet | None = None
    _read_at: float = field(default=-FRESH_S)

    def principal(self, token: str) -> Principal:
        """Who a token speaks for; raises TokenError when any of its claims does not hold."""
        if len(token) > MAX_TOKEN:
            raise TokenError("the token is too long")
        try:
            decoded = self._decoded(token)
            registry = jwt.JWTClaimsRegistry(
                leeway=LEEWAY_S,
                exp={"essential": True},
                iss={"essential": True, "value": self.settings.oidc_issuer or ""},
                aud={"essential": True, "value": self.settings.oidc_audience},
                sub={"essential": True},
            )
            registry.validate(decoded.claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise TokenError(f"{type(error).__name__}: the token is not taken") from None
        return self._person(decoded.claims)

    def _decoded(self, token: str) -> jwt.Token:
        try:
            return jwt.decode(token, self.keys(), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            if time.monotonic() - self._read_at < LEEWAY_S:
                raise
            # the issuer may have changed its keys since they were read
            return jwt.decode(token, self.keys(again=True), algorithms=ALGORITHMS)

    def _person(self, claims: dict[str, Any]) -> Principal:
        subject, role = claims["sub"], claims.get(self.settings.oidc_role_claim)
        district = claims.get(self.settings.oidc_district_claim)
        if not isinstance(subject, str) or not 0 < len(subject) <= 200:
            raise TokenError("the claim sub is no name")
        if role not in list(Role):
            raise TokenError(f"the claim {self.settings.oidc_role_claim} names no role")
        if district is not None and (not isinstance(district, str) or not district or Role(role) not in DISTRICT_ROLES):
            raise TokenError(f"the claim {self.settings.oidc_district_claim} does not fit the role")
        return Principal(f"oidc:{subject}", Role(role), district)

    def keys(self, *, again: bool = False) -> KeySet:
        """Public keys of the issuer."""
        if self._keys is None or again or time.monotonic() - self._read_at > FRESH_S:
            self._keys = KeySet.import_key_set(self._read())
            self._read_at = time.monotonic()
        return self._keys

    def _read(self) -> Any:
        if self.settings.oidc_jwks_file is not None:
            return json.loads(self.settings.oidc_jwks_file.read_text(encoding="utf-8"))
        if self.settings.oidc_jwks_url is None:
            raise TokenError("no issuer is set")
        return (self.fetch or _fetch)(self.settings.oidc_jwks_url)


def _fetch(url: str) -> Any:
    try:
        answer = httpx.get(url, timeout=5, follow_redirects=False)
        answer.raise_for_status()
        return answer.json()
    except httpx.HTTPError as error:
        raise TokenError(f"the issuer's keys cannot be read: {type(error).__name__}") from None
