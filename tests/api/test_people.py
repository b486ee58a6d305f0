"""Who may do what: keys, tokens, roles; every operation for every role and district is in test_matrix.py."""

import base64
import hashlib
import hmac
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from service.identity import issuer_keys
from service.identity.api_keys import digest_of, pepper_of
from service.identity.roles import RIGHTS, Right, Role
from tests.support.api_client import PINGSHAN, a_project, desk_on


def test_the_district_of_a_batch_is_that_of_its_planner(desk):
    assert desk.upload([a_project("D1")], "pam").json()["district"] == PINGSHAN
    assert desk.upload([a_project("D2")], "ada").json()["district"] is None
    refused = desk.post("runs", "pam", json={"basis": "published"})
    assert refused.status_code == 422


def test_a_key_is_shown_once_hashed_and_taken_until_it_is_revoked(fresh):
    made = fresh.post("keys", "max", json={"person": "zoe", "role": "viewer", "district": PINGSHAN}).json()
    header = {"X-API-Key": made["key"]}
    me = fresh.ask(None, "GET", "me", headers=header).json()
    assert (me["person"], me["district"], me["rights"]) == ("zoe", PINGSHAN, ["read"])
    assert made["key"] not in fresh.get("keys", "max").text
    assert made["key"] not in fresh.get("audit", "max").text
    assert digest_of(made["key"], pepper_of(fresh.settings)) != digest_of(made["key"], b"another pepper")
    assert fresh.post(f"keys/{made['key_id']}/revoke", "max").status_code == 200
    assert fresh.ask(None, "GET", "me", headers=header).status_code == 401
    bound = fresh.post("keys", "max", json={"person": "zoe", "role": "reviewer", "district": PINGSHAN})
    assert bound.status_code == 422


def test_too_many_requests_are_refused_with_the_time_to_wait(server, tmp_path):
    with desk_on(server, tmp_path, requests_per_minute=5) as desk:
        codes = [desk.get("me").status_code for _ in range(8)]
        assert codes == [200] * 5 + [429] * 3
        assert desk.get("me").headers["Retry-After"] == "10"
        assert desk.get("me", "ben").status_code == 200


@pytest.fixture(scope="module")
def issuer(server, tmp_path_factory):
    """An application that takes tokens, and the issuer's key."""
    folder = tmp_path_factory.mktemp("issuer")
    key = RSAKey.generate_key(2048, {"kid": "one"})
    path = folder / "jwks.json"
    path.write_text(json.dumps(KeySet([key]).as_dict(private=False)))
    given = {"oidc_issuer": "https://id.example", "oidc_jwks_file": path}
    with desk_on(server, folder, **given) as desk:
        yield desk, key


CLAIMS = {
    "iss": "https://id.example",
    "aud": "district-allocator",
    "sub": "li.na",
    "allocator_role": "planner",
    "allocator_district": PINGSHAN,
    "scope": "openid",
}


def token(key, header=None, **changes):
    claims = {**CLAIMS, "exp": int(time.time()) + 300, **changes}
    claims = {name: value for name, value in claims.items() if value is not None}
    header = header or {"alg": "RS256", "kid": "one"}
    return jwt.encode(header, claims, key, algorithms=["RS256", "HS256", "ES256", "none"])


def me(desk, text):
    return desk.ask(None, "GET", "me", headers={"Authorization": f"Bearer {text}"})


def test_a_token_of_the_issuer_is_taken_with_its_role_and_district(issuer):
    desk, key = issuer
    answer = me(desk, token(key))
    assert answer.status_code == 200
    assert answer.json() == {
        "person": "oidc:li.na",
        "role": "planner",
        "district": PINGSHAN,
        "rights": ["plan", "read"],
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 1},
        {"exp": None},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "li\u0000na"},
        {"sub": "li\u202ena"},
        {"allocator_role": "king"},
        {"allocator_role": None},
        {"allocator_role": "admin"},
        {"allocator_district": 7},
        {"nbf": 1 << 33},
    ],
    ids=str,
)
def test_a_token_with_a_claim_that_does_not_hold_is_refused(issuer, changes):
    desk, key = issuer
    answer = me(desk, token(key, **changes))
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"]


def signed_with_the_public_key(key):
    """A token that takes the issuer's public key for a shared secret."""
    parts = [{"alg": "HS256", "kid": "one"}, {**CLAIMS, "exp": int(time.time()) + 300}]
    text = b".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    seal = hmac.new(key.as_pem(private=False), text, hashlib.sha256).digest()
    return (text + b"." + base64.urlsafe_b64encode(seal).rstrip(b"=")).decode()


def test_forged_tokens_are_refused(issuer):
    desk, key = issuer
    forged = [
        token(RSAKey.generate_key(2048), {"alg": "RS256", "kid": "one"}),
        signed_with_the_public_key(key),
        token(ECKey.generate_key("P-256"), {"alg": "ES256", "kid": "one"}),
        token(key)[:-4] + "AAAA",
        "e30.e30.",
        "x" * 20_000,
        "eyJhbGciOiJub25lIn0." + token(key).split(".")[1] + ".",
        token(key, {"alg": "RS256", "kid": "two"}),
    ]
    assert [me(desk, text).status_code for text in forged] == [401] * len(forged)


def test_key_holders_are_answered_while_the_issuer_hangs_and_strangers_send_tokens(server, tmp_path, monkeypatch):
    monkeypatch.setattr(issuer_keys, "WAIT_S", 60.0)
    begun, opened, asked = threading.Event(), threading.Event(), []

    def hangs(url):
        asked.append(url)
        begun.set()
        assert opened.wait(60)
        return {"keys": []}

    given = {"oidc_issuer": "https://id.example", "oidc_jwks_url": "https://id.example/keys"}
    with desk_on(server, tmp_path, **given) as desk, ThreadPoolExecutor(60) as many:
        desk.app.state.house.issuer.keys.fetch = hangs
        forged = token(RSAKey.generate_key(2048), {"alg": "RS256", "kid": "new"})
        sent = [many.submit(me, desk, forged) for _ in range(60)]
        assert begun.wait(60)
        assert [desk.get("me").status_code for _ in range(20)] == [200] * 20
        assert not opened.is_set(), "all of that while nothing was fetched"
        opened.set()
        codes = {each.result(60).status_code for each in sent}
        assert codes <= {401, 503}
        assert asked == ["https://id.example/keys"]
        assert me(desk, "x.y.z").status_code == 401


def test_roles_have_the_rights_that_the_documentation_says():
    assert RIGHTS[Role.VIEWER] == {Right.READ}
    assert Right.REVIEW not in RIGHTS[Role.PLANNER]
    assert Right.PLAN not in RIGHTS[Role.REVIEWER]
    assert RIGHTS[Role.ADMIN] == set(Right)
