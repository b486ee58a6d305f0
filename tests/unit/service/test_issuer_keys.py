"""Tokens and the keys of their issuer: what is refused before any fetch, and what is taken while the issuer is away."""

import base64
import json
import threading
import time
from pathlib import Path

import pytest
from joserfc import jws, jwt
from joserfc.jwk import KeySet, RSAKey

from allocator.errors import InputError
from service.identity import issuer_keys
from service.identity.issuer_keys import FRESH_S, PAUSE_S, IssuerAwayError, IssuerKeys, TokenError
from service.identity.oidc import Issuer
from tests.support.api_client import settings_for

URL = "https://id.example/keys"
CLAIMS = {"iss": "https://id.example", "aud": "district-allocator", "sub": "li.na", "allocator_role": "viewer"}
DEADLINE_S = 20.0


class Provider:
    """An identity provider whose keys, moods and clock the test holds."""

    def __init__(self) -> None:
        self.keys = {kid: RSAKey.generate_key(2048, {"kid": kid}) for kid in ("one", "two")}
        self.served, self.asked, self.now, self.away = ["one"], 0, 1000.0, False
        self.open = threading.Event()
        self.open.set()
        settings = settings_for(Path("unused"), oidc_issuer=CLAIMS["iss"], oidc_jwks_url=URL)
        self.issuer = Issuer(settings)
        self.issuer.keys = IssuerKeys(settings, self.fetch, lambda: self.now)

    def fetch(self, url: str) -> object:
        assert url == URL
        self.asked += 1
        assert self.open.wait(DEADLINE_S)
        if self.away:
            raise TokenError("away")
        return KeySet([self.keys[kid] for kid in self.served]).as_dict(private=False)

    def token(self, kid: str = "one", kind: str = "at+jwt", **changes: object) -> str:
        claims = {**CLAIMS, "exp": int(time.time()) + 300, **changes}
        header = {"alg": "RS256", "kid": kid, "typ": kind}
        given = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(header, given, self.keys[kid])

    def takes(self, token: str) -> bool:
        try:
            return self.issuer.principal(token).person == "oidc:li.na"
        except IssuerAwayError:
            raise
        except TokenError:
            return False

    def settled(self) -> None:
        """Wait for a fetch that goes on beside the tokens."""
        ends = time.monotonic() + DEADLINE_S
        while self.issuer.keys._fetching is not None and time.monotonic() < ends:
            time.sleep(0.001)


@pytest.fixture
def provider() -> Provider:
    return Provider()


def part(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def test_what_cannot_be_a_token_is_refused_before_any_fetch(provider):
    good = {"alg": "RS256", "kid": "new", "typ": "at+jwt"}
    claims = {**CLAIMS, "exp": int(time.time()) + 300}
    garbage = [
        "x.y.z",
        "",
        "a.b",
        "é.é.é",
        "....",
        "x" * 20_000,
        f"{part(good)}.{part(claims)}.",
        f"{part(good)}.{part([])}.c2ln",
        f"{part({**good, 'alg': 'HS256'})}.{part(claims)}.c2ln",
        f"{part({**good, 'alg': 'none'})}.{part(claims)}.c2ln",
        f"{part({'alg': 'RS256'})}.{part(claims)}.c2ln",
        f"{part({**good, 'kid': ['x']})}.{part(claims)}.c2ln",
        f"{part({**good, 'kid': 'x' * 201})}.{part(claims)}.c2ln",
        f"{part(good)}.{part({**claims, 'iss': 'https://evil.example'})}.c2ln",
        f"{part(good)}.{part({**claims, 'aud': 'another'})}.c2ln",
        f"{part(good)}.{part({**claims, 'exp': 1})}.c2ln",
        f"{part(good)}.{'[' * 9000}.c2ln",
    ]
    assert [token for token in garbage if provider.takes(token)] == []
    assert provider.asked == 0
    assert provider.takes(provider.token())
    assert provider.asked == 1


def test_fifty_tokens_make_one_fetch_and_few_of_them_wait_for_it(provider):
    provider.open.clear()
    outcomes: list[object] = []

    def ask() -> None:
        try:
            outcomes.append(provider.takes(provider.token()))
        except IssuerAwayError as error:
            outcomes.append(str(error))

    threads = [threading.Thread(target=ask) for _ in range(50)]
    for thread in threads:
        thread.start()
    ends = time.monotonic() + DEADLINE_S
    while len(outcomes) < 50 - issuer_keys.MOST_WAITING and time.monotonic() < ends:
        time.sleep(0.005)
    assert outcomes.count(True) == 0
    provider.open.set()
    for thread in threads:
        thread.join(DEADLINE_S)
    assert provider.asked == 1
    assert outcomes.count(True) == issuer_keys.MOST_WAITING
    assert len(outcomes) == 50


def test_after_a_fetch_that_failed_there_is_a_pause(provider):
    provider.away = True
    for _ in range(20):
        with pytest.raises(IssuerAwayError):
            provider.takes(provider.token())
    assert provider.asked == 1
    provider.away, provider.now = False, provider.now + PAUSE_S + 1
    assert provider.takes(provider.token())
    assert provider.asked == 2


def test_keys_that_nobody_has_are_asked_for_once_in_a_pause(provider):
    assert provider.takes(provider.token())
    for _ in range(20):
        assert not provider.takes(provider.token("two"))
    assert provider.asked == 1
    provider.now += PAUSE_S + 1
    assert not provider.takes(provider.token("two"))
    assert not provider.takes(provider.token("two"))
    assert provider.asked == 2


def test_the_last_good_keys_are_taken_for_the_hours_of_the_setting(provider):
    assert provider.takes(provider.token())
    provider.away = True
    for hours in (0.2, 1, 23.9):
        provider.now = 1000.0 + hours * 3600
        assert provider.takes(provider.token(exp=int(time.time()) + 300))
        provider.settled()
    assert provider.asked == 4, "each time it was asked for, beside the token"
    provider.now = 1000.0 + 24.1 * 3600
    with pytest.raises(IssuerAwayError):
        provider.takes(provider.token())


def test_a_known_key_never_waits_for_the_issuer(provider):
    assert provider.takes(provider.token())
    provider.now += FRESH_S + 1
    provider.open.clear()
    assert [provider.takes(provider.token()) for _ in range(5)] == [True] * 5
    provider.open.set()
    provider.settled()
    assert provider.asked == 2


def test_changed_keys_are_taken_and_the_old_ones_no_longer(provider):
    assert provider.takes(provider.token())
    provider.served = ["two"]
    provider.now += PAUSE_S + 1
    assert provider.takes(provider.token("two"))
    assert not provider.takes(provider.token("one"))


@pytest.mark.parametrize(
    ("typ", "claims", "taken"),
    [
        ("at+jwt", {}, True),
        ("application/at+jwt", {}, True),
        ("AT+JWT", {}, True),
        ("JWT", {"scope": "openid"}, True),
        (None, {"scp": "plans"}, True),
        ("JWT", {"typ": "Bearer"}, True),
        ("JWT", {"client_id": "gis"}, True),
        ("JWT", {}, False),
        (None, {}, False),
        ("JWT", {"scope": "openid", "nonce": "n"}, False),
        ("JWT", {"scope": "openid", "at_hash": "h"}, False),
        ("JWT", {"typ": "ID", "scope": "openid"}, False),
        ("JWT", {"token_use": "id", "scope": "openid"}, False),
        ("at+jwt", {"nonce": "n"}, False),
        ("logout+jwt", {"scope": "openid"}, False),
        ("dpop+jwt", {"scope": "openid"}, False),
    ],
    ids=str,
)
def test_an_access_token_is_taken_and_an_id_token_is_not(provider, typ, claims, taken):
    # the library writes a type where none is given
    token = provider.token(kind=typ, **claims) if typ else untyped(provider, **claims)
    assert provider.takes(token) is taken


def untyped(provider: Provider, **claims: object) -> str:
    content = json.dumps({**CLAIMS, "exp": int(time.time()) + 300, **claims})
    return jws.serialize_compact({"alg": "RS256", "kid": "one"}, content, provider.keys["one"])


@pytest.mark.parametrize(
    "url",
    ["http://id.example/keys", "http://127.0.0.1.evil.example/keys", "http://localhost@evil/", "ftp://id", "https://"],
)
def test_keys_come_by_https_or_from_this_machine(url):
    with pytest.raises(InputError, match="https"):
        settings_for(Path("unused"), oidc_issuer="https://id", oidc_jwks_url=url)


@pytest.mark.parametrize(
    "url", [URL, "http://127.0.0.1:8080/keys", "http://localhost/keys", "http://[::1]:1/k", "https://id:8443/k?x=1"]
)
def test_addresses_of_keys_that_are_taken(url):
    assert settings_for(Path("unused"), oidc_issuer="https://id", oidc_jwks_url=url).oidc_jwks_url == url
