"""A dump of a used database holds no secret, however it was made; and neither does what an earlier release left."""

import base64
import json
import lzma
import secrets
import subprocess
import time

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from service.api.administration import SHOWN_BEFORE
from service.cli import main
from service.database.engine import open_engine
from service.database.migrate import migrate
from service.jobs.notifications import send_due
from service.operations.backup import _program
from service.pages.shell.assets import PREFIX
from service.pages.shell.session_cookie import COOKIE
from tests.api.matrix import session_of
from tests.support.api_client import a_project, as_owner, desk_on
from tests.support.dumps import DUMPS, brought

WEBHOOK_SECRET = "whsec_" + base64.b64encode(b"a webhook secret of the tests").decode()
PEPPER = "a pepper that is nowhere else"


def dump_of(url):
    """Everything that a backup of the database holds, as text."""
    return subprocess.run([_program("pg_dump"), url], check=True, capture_output=True).stdout


def places_of(secret, dump):
    """How often a secret stands in a dump: as it is, as JSON or base64 would have it, or as bytes."""
    raw = secret.encode()
    forms = {raw, raw.hex().encode(), base64.b64encode(raw).rstrip(b"="), json.dumps(secret).encode()[1:-1]}
    return sum(dump.count(form) for form in forms)


@pytest.fixture(scope="module")
def used(server, tmp_path_factory):
    """A desk whose every operation that makes or takes a secret was used, and these secrets by name."""
    folder = tmp_path_factory.mktemp("used")
    issuer = RSAKey.generate_key(2048, {"kid": "one"})
    (folder / "jwks.json").write_text(json.dumps(KeySet([issuer]).as_dict(private=False)))
    given = {
        "pepper": PEPPER,
        "oidc_issuer": "https://id.example",
        "oidc_jwks_file": folder / "jwks.json",
        "webhook_url": "http://127.0.0.1:9/hook",
        "webhook_secret": WEBHOOK_SECRET,
    }
    with desk_on(server, folder, **given) as desk:
        found = {f"key of {person}": key for person, key in desk.keys.items()}
        found |= {"pepper": PEPPER, "webhook secret": WEBHOOK_SECRET}

        made = desk.post("keys", "max", json={"person": "zoe", "role": "admin"}, headers={"Idempotency-Key": "make"})
        found["key by the API"] = made.json()["key"]
        with pytest.MonkeyPatch.context() as patched, pytest.MonkeyPatch.context() as caught:
            said = []
            patched.setenv("DATABASE_URL", desk.url)
            patched.setenv("ALLOCATOR_PEPPER", PEPPER)
            caught.setattr("builtins.print", lambda *words, **_: said.extend(words))
            assert main(("key", "operator", "--role", "operator")) == 0
        found["key by the command"] = said[0]

        claims = {
            "iss": "https://id.example",
            "aud": "district-allocator",
            "sub": "li.na",
            "allocator_role": "planner",
            "scope": "x",
        }
        token = jwt.encode({"alg": "RS256", "kid": "one"}, {**claims, "exp": int(time.time()) + 300}, issuer)
        bearer = {"Authorization": f"Bearer {token}"}
        assert desk.ask(None, "POST", "scenarios", json={"document": {}}, headers=bearer).status_code == 201
        found["token"] = token

        cookie, form = session_of(desk, "max")
        found |= {"cookie": cookie, "seal of the cookie": cookie.rpartition(".")[2], "form token": form}
        asked = {"token": form, "once": secrets.token_hex(8), "because": "no"}
        desk._client.cookies.clear()
        desk.ask(None, "POST", f"{PREFIX}/nights", data=asked, headers={"Cookie": f"{COOKIE}={cookie}"})

        desk.published("USED-1")
        desk.upload([a_project("USED-2")])
        night = desk.post("nights", "oli")
        if night.is_success:
            desk.solve(night.json()["run_id"])
        send_due(desk.works)
        assert desk.post(f"keys/{made.json()['key_id']}/revoke", "max").status_code == 200
        yield desk, found, made


def test_a_dump_of_a_used_database_holds_no_secret(used):
    desk, found, made = used
    dump = dump_of(as_owner(desk.url))
    assert len(dump) > 100_000
    assert b"USED-1" in dump
    assert made.json()["key_id"].encode() in dump, "the dump has the key's row"
    assert {name: places_of(secret, dump) for name, secret in found.items()} == dict.fromkeys(found, 0)
    assert places_of(made.json()["key_id"], dump) > places_of("dak_", dump) == 0


def test_the_repeated_answer_says_that_the_key_was_shown_and_makes_none(used):
    desk, _, made = used
    before = desk.get("keys", "max").json()["items"]
    again = desk.post("keys", "max", json={"person": "zoe", "role": "admin"}, headers={"Idempotency-Key": "make"})
    assert (made.status_code, again.status_code) == (201, 201)
    assert made.json()["note"] is None
    assert again.json() == {"key_id": made.json()["key_id"], "key": None, "note": SHOWN_BEFORE}
    assert again.headers["Idempotent-Replayed"] == "true"
    assert desk.get("keys", "max").json()["items"] == before


def test_keys_that_an_earlier_release_stored_are_removed(server):
    dump = lzma.decompress((DUMPS / "0005.sql.xz").read_bytes())
    assert dump.count(b"dak_".hex().encode()) == 1, "an answer with a key is in it"
    url = brought(server, "0005")
    engine = open_engine(url, pool_size=1)
    migrate(engine)
    with engine.connect() as connection:
        query = "SELECT convert_from(body, 'UTF8') FROM allocator.idempotency WHERE route LIKE 'POST %%/keys'"
        kept = json.loads(connection.exec_driver_sql(query).scalar_one())
    engine.dispose()
    assert kept["key"] is None
    assert kept["note"] == SHOWN_BEFORE
    assert kept["key_id"].startswith("key-")
    assert places_of("dak_", dump_of(url)) == 0
