"""Hostile requests: refused with a reason, never a 5xx, nothing of them stored, nothing of the inside shown."""

import io
import os
import zipfile

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings, strategies
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support.api_client import a_project, as_csv

JSON = {"Content-Type": "application/json"}

BODIES = {
    "NaN": b'{"name": "x", "time_limit_s": NaN}',
    "Infinity": b'{"time_limit_s": Infinity}',
    "minus infinity": b'{"time_limit_s": -Infinity}',
    "1e400": b'{"time_limit_s": 1e400}',
    "lone surrogate": b'{"name": "\\ud800"}',
    "NUL": b'{"name": "a\\u0000b"}',
    "huge whole number": b'{"seed": ' + b"9" * 5000 + b"}",
    "2**70": b'{"seed": 1180591620717411303424}',
    "true for a number": b'{"seed": true}',
    "text for a number": b'{"seed": "1"}',
    "number for a text": b'{"name": 1}',
    "a key twice": b'{"name": "a", "name": "b"}',
    "900 deep": b'{"goals": ' + b"[" * 900 + b"]" * 900 + b"}",
    "100000 deep": b"[" * 100_000,
    "not UTF-8": b'{"name": "\xff\xfe"}',
    "UTF-16": '{"name": "x"}'.encode("utf-16"),
    "cut short": b'{"name": "x"',
    "two values": b"{} {}",
    "a list": b"[]",
    "null": b"null",
    "empty": b"",
    "unknown key": b'{"__class__": "x"}',
    "status": b'{"state": "succeeded", "plan_id": "p-000000000000"}',
    "a control character": b'{"name": "a\\u0007b"}',
    "too long": b'{"name": "' + b"x" * 10_000 + b'"}',
    "SQL": b'{"scenario_id": "\'; DROP TABLE allocator.plan; --"}',
    "template": b'{"batches": ["{{7*7}}"]}',
}


@pytest.mark.parametrize("name", BODIES)
def test_a_hostile_body_is_refused_and_stores_nothing(desk, name):
    before = len(desk.get("runs?limit=200").json()["items"])
    answer = desk.post("runs", content=BODIES[name], headers=JSON)
    assert answer.status_code in {400, 422}, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert not any(word in answer.text for word in ("Traceback", "sqlalchemy", "psycopg", "SELECT", "/site-packages/"))
    assert len(desk.get("runs?limit=200").json()["items"]) == before


def test_bodies_that_are_too_large_are_refused_however_they_say_it(desk):
    most = desk.settings.max_body_bytes
    declared = desk.post("runs", content=b"{}", headers={**JSON, "Content-Length": str(most + 1)})
    assert declared.status_code == 413

    async def pieces():
        for _ in range(most // 2**20 + 2):
            yield b" " * 2**20

    assert desk.post("runs", content=pieces(), headers=JSON).status_code == 413


def bomb():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (150 * 2**20))
    return stream.getvalue()


def test_hostile_files_are_refused_with_a_fault_and_harmless_names(desk):
    xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    files = [
        (bomb(), xlsx),
        (b"PK\x03\x04 nothing", xlsx),
        (b"\x00" * 100, "text/csv"),
        (b"a,b\n1,2,3\n", "text/csv"),
        (b"", "text/csv"),
        (as_csv([a_project("=cmd|x", enterprise="=1+1")]) + b'"', "text/csv"),
        (b'{"type": "FeatureCollection", "features": 1}', "application/geo+json"),
        (b"SQLite format 3\0" + b"x" * 200, "application/geopackage+sqlite3"),
    ]
    for content, media_type in files:
        answer = desk.post("batches", content=content, headers={"Content-Type": media_type})
        assert answer.status_code in {400, 422}, (media_type, answer.text)
    names = ["../../etc/passwd", "..\\..\\x.csv", "a" * 190, "<script>.csv", "\u202egpj.exe", "CON.csv", "x.csv%00.png"]
    for number, name in enumerate(names):
        sent = {"file": (name, as_csv([a_project(f"NAME{number}", segment="nonsense")]), "text/csv")}
        answer = desk.post("batches", files=sent)
        assert answer.status_code in {400, 422}, (name, answer.text)
        assert "<script>" not in answer.text
        assert "etc/passwd" not in answer.text


def test_a_hostile_name_in_a_project_comes_back_as_text_alone(desk):
    payload = "{{ 7*7 }}<script>alert(1)</script>=HYPERLINK(1)"
    batch = desk.upload([a_project("EVIL", enterprise=payload)]).json()
    run_id = desk.post("runs", json={"batches": [batch["batch_id"]]}).json()["run_id"]
    desk.solve(run_id)
    plan_id = desk.get(f"runs/{run_id}").json()["plan_id"]
    page = desk.get(f"plans/{plan_id}/exports/map.html")
    assert "<script>alert(1)" not in page.text
    assert page.headers["content-security-policy"].startswith("sandbox allow-scripts; default-src 'none'")
    assert "49<" not in page.text
    assert payload == desk.get(f"plans/{plan_id}/dossiers/EVIL").json()["enterprise"]


@pytest.mark.parametrize(
    "path", ["me%00", "batches?limit=%00", "plans/%2e%2e%2f%2e%2e", "runs/..%5c..", "%ff%fe", "x" * 9000]
)
def test_hostile_addresses_are_refused(desk, path):
    assert desk.get(path).status_code in {400, 404, 422}


def test_every_answer_has_the_headers_that_browsers_need(desk):
    for path in ("me", "nothing", "openapi.json"):
        headers = desk.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "server" not in headers


CASES = int(os.environ.get("ALLOCATOR_TEST_CASES", "150"))
"""Generated requests in all; ALLOCATOR_TEST_CASES=5000 for the full count."""

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
"""The last one is on what is accepted: whatever breaks the description must be refused."""


PARTS = 4


@pytest.mark.parametrize("part", range(PARTS))
def test_generated_requests_get_documented_answers_and_never_a_5xx(desk, part):
    description = schemathesis.openapi.from_asgi("/api/v1/openapi.json", desk.app)
    every = [each.ok() for each in description.get_all_operations() if "events" not in each.ok().path]
    operations = every[part::PARTS]
    tried = 0

    for operation in operations:

        @settings(
            max_examples=max(3, -(-CASES // len(every))),
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @schemathesis_given(operation)
        def ask(case):
            nonlocal tried
            tried += 1
            case.headers = {**(case.headers or {}), "X-API-Key": desk.keys["max"]}
            answer = case.call(base_url="http://test")
            case.validate_response(answer, checks=CHECKS, excluded_checks=[ignored_auth])

        ask()
    assert tried >= CASES / 2 / PARTS
    print(f"generated requests: {tried} on {len(operations)} operations")


def schemathesis_given(operation):
    """Hypothesis strategy of an operation's requests, valid and invalid."""
    modes = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]
    return given(case=strategies.one_of(operation.as_strategy(generation_mode=mode) for mode in modes))
