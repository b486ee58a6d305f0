"""Who may do what: keys, tokens, and every operation of the description for every role and district."""

import base64
import hashlib
import hmac
import json
import time

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from service.people.keys import digest_of, pepper_of
from service.people.roles import RIGHTS, Right, Role
from tests.service_for_tests import PEOPLE, PINGSHAN, a_project, as_csv, desk_on

UNBOUND_ONLY = {
    ("post", "/api/v1/registries"),
    ("post", "/api/v1/registries/files"),
    ("post", "/api/v1/registries/{number}/changes"),
    ("post", "/api/v1/plans/{plan_id}/propose"),
}
"""Operations that people of one district may not do though their role could have the right."""


def operations(desk):
    """Every operation of the description: method, path, right."""
    for path, entry in desk.get("openapi.json", None).json()["paths"].items():
        for method, operation in entry.items():
            yield method, path, operation["x-right"]


def body_for(method, path):
    """A request that has the right form."""
    if method == "get":
        return {}
    if path.endswith("/batches"):
        return {"content": as_csv([a_project("M1")]), "headers": {"Content-Type": "text/csv"}}
    if path.endswith("/files"):
        return {"files": {"parks": ("parks.csv", b"x", "text/csv")}}
    bodies = {
        "registries": {"parks": [{}], "spaces": [{}]},
        "reject": {"because": "no"},
        "scenarios": {"document": {}},
        "sweeps": {"scenarios": ["scenario-000000000000"]},
        "recommendations": {"project": {}},
        "keys": {"person": "x", "role": "viewer"},
    }
    return {"json": bodies.get(path.rsplit("/", 1)[-1], {}), "headers": {"If-Match": '"x"'}}


@pytest.fixture(scope="module")
def city(server, tmp_path_factory):
    """A city with batches, runs, plans and scenarios of the city and of one district."""
    with desk_on(server, tmp_path_factory.mktemp("city")) as desk:
        made = {}
        for person in ("ada", "ned"):
            batch = desk.upload([a_project(f"{person}-1")], person).json()
            run = desk.post("runs", person, json={"batches": [batch["batch_id"]]}).json()
            desk.solve(run["run_id"])
            scenario = desk.post("scenarios", person, json={"document": {"withdraw": []}}).json()
            sweep = desk.post("sweeps", person, json={"scenarios": [scenario["scenario_id"]]}).json()
            made[person] = {
                "batch_id": batch["batch_id"],
                "run_id": run["run_id"],
                "plan_id": desk.get(f"runs/{run['run_id']}", person).json()["plan_id"],
                "other_id": desk.get(f"runs/{run['run_id']}", person).json()["plan_id"],
                "scenario_id": scenario["scenario_id"],
                "sweep_id": sweep["sweep_id"],
                "project_id": f"{person}-1",
                "number": 1,
                "name": "plan.json",
                "local_date": "2026-01-01",
                "key_id": "key-00000000",
            }
        yield desk, made


def test_every_operation_names_its_right_and_refuses_strangers(desk):
    found = list(operations(desk))
    assert len(found) > 40
    for method, path, right in found:
        assert right in list(Right)
        target = path.format(**dict.fromkeys(_names(path), "x"))
        for headers in ({}, {"X-API-Key": "dak_wrong"}, {"Authorization": "Bearer x.y.z"}):
            answer = desk.ask(None, method.upper(), target, headers=headers, json={} if method == "post" else None)
            assert answer.status_code in {401, 429}, (method, path)
            desk.app.state.house.limiter.storage.reset()
    print(f"operations: {len(found)}")


def _names(path):
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]


def test_every_operation_is_refused_to_every_role_without_its_right(city):
    desk, made = city
    tried = 0
    for method, path, right in operations(desk):
        for person, (role, district) in PEOPLE.items():
            target = path.format(**made["ada"])
            answer = desk.ask(person, method.upper(), target, **body_for(method, path))
            allowed = Right(right) in RIGHTS[role] and not (district and (method, path) in UNBOUND_ONLY)
            assert (answer.status_code != 403) == allowed, (method, path, person, answer.text)
            assert answer.status_code < 500, (method, path, person, answer.text)
            tried += 1
    print(f"operation × person: {tried}")


def test_no_operation_shows_or_touches_what_belongs_to_another_district(city):
    desk, made = city
    tried = 0
    own = ("batch_id", "run_id", "plan_id", "scenario_id", "sweep_id", "other_id")
    for method, path, _ in operations(desk):
        if not any("{" + name + "}" in path for name in own):
            continue
        for owner in ("ada", "ned"):
            for stranger in ("pam", "pat"):
                target = path.format(**made[owner])
                answer = desk.ask(stranger, method.upper(), target, **body_for(method, path))
                assert answer.status_code in {403, 404}, (method, path, owner, stranger, answer.status_code)
                assert f"{owner}-1" not in answer.text
                tried += 1
    for method, path, _ in operations(desk):
        if method == "get" and "{" not in path and path not in {"/api/v1/registries", "/api/v1/registries/current"}:
            for stranger in ("pam", "pat"):
                answer = desk.ask(stranger, "GET", path)
                for owner in ("ada", "ned"):
                    for name in own:
                        assert str(made[owner][name]) not in answer.text, (path, name)
                tried += 1
    print(f"operations on other districts: {tried}")


def test_the_district_of_a_batch_is_that_of_its_planner(city):
    desk, _ = city
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


def test_roles_have_the_rights_that_the_documentation_says():
    assert RIGHTS[Role.VIEWER] == {Right.READ}
    assert Right.REVIEW not in RIGHTS[Role.PLANNER]
    assert Right.PLAN not in RIGHTS[Role.REVIEWER]
    assert RIGHTS[Role.ADMIN] == set(Right)
