"""Nobody waits for the parsing of somebody else's body: the loop parses little at a time, and nothing of files."""

import json
import threading

import pytest
from python_multipart import multipart

from service.web.limits import admission
from service.web.limits.admission import INLINE_BYTES
from service.web.limits.parsed_body import BodyRoute
from service.web.limits.route_limits import _walked

JSON = {"Content-Type": "application/json"}
LARGE = 4 * INLINE_BYTES


@pytest.fixture
def parsed(desk, monkeypatch):
    """Sizes of what is parsed in this process: on the loop, and elsewhere."""
    loop = desk._portal.call(threading.get_ident)
    found = {"loop": [], "elsewhere": []}

    def watch(owner, name, place):
        parse = getattr(owner, name)

        def watched(*given, **named):
            found["loop" if threading.get_ident() == loop else "elsewhere"].append(len(given[place]))
            return parse(*given, **named)

        monkeypatch.setattr(owner, name, watched)

    watch(json, "loads", 0)
    watch(admission, "check_json", 0)
    watch(multipart.MultipartParser, "write", 1)
    watch(multipart.QuerystringParser, "write", 1)
    return found


@pytest.mark.parametrize(
    ("path", "person", "body"),
    [
        ("runs", "ada", {"name": "x" * LARGE}),
        ("scenarios", "ada", {"name": "x", "document": {"note": ["x" * 10] * (LARGE // 12)}}),
        ("recommendations", "vic", {"project": {"name": "x" * LARGE}}),
        ("/ogc/processes/allocate/execution", "ada", {"inputs": {"run": {"name": "x" * LARGE}}}),
    ],
)
def test_a_large_body_is_parsed_once_and_in_a_thread(desk, parsed, path, person, body):
    answer = desk.post(path, person, json=body)
    assert answer.status_code in {201, 400, 404, 409, 422}, answer.text
    assert max(parsed["loop"], default=0) <= INLINE_BYTES
    # the strict reader and the parser that it calls
    assert [size > LARGE for size in parsed["elsewhere"] if size > INLINE_BYTES] == [True, True]


def test_files_in_json_are_parsed_nowhere_in_this_process(desk, parsed):
    current = desk.get("registries/current", "oli")
    number, etag = current.json()["number"], current.headers["ETag"]
    # this process is the client as well
    parsed["elsewhere"].clear()
    registry = {"note": "x" * LARGE, "parks": [{}], "spaces": [{}]}
    refused = desk.post("registries", "oli", json=registry)
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:allocator:problem:invalid")
    assert refused.json()["errors"][0]["pointer"] == "#/note"
    changed = desk.post(f"registries/{number}/changes", "oli", json={"note": "x" * LARGE}, headers={"If-Match": etag})
    assert (changed.status_code, changed.json()["errors"][0]["pointer"]) == (422, "#/note")
    batch = desk.post("batches", json={"projects": [{"project_id": "x" * LARGE}]})
    assert batch.status_code == 422
    assert max(parsed["loop"] + parsed["elsewhere"], default=0) <= INLINE_BYTES


@pytest.mark.parametrize("body", [b'{"note": 1' + b" " * LARGE, b'{"note": NaN, "x": "' + b"x" * LARGE + b'"}'])
def test_a_registry_that_is_no_json_is_told_as_every_other_body(desk, body):
    answer = desk.post("registries", "oli", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:allocator:problem:unreadable")
    assert answer.json()["detail"].startswith("The body is no JSON that is taken: ")
    assert desk.post("registries", "oli", content=body, headers={"Content-Type": "text/csv"}).status_code == 415


def test_a_form_is_parsed_in_pieces(desk, parsed):
    answer = desk.post("batches", files={"file": ("a.csv", b"project_id\n" + b"x" * LARGE, "text/csv")})
    assert "has a cell of more than 32,767 characters" in answer.text
    assert max(parsed["loop"]) == INLINE_BYTES
    assert sum(parsed["loop"]) > LARGE


def test_every_route_with_a_json_body_takes_it_as_it_was_parsed(desk):
    routes = [route for _, path, route in _walked(desk.app.routes, "", "") if not path.startswith("/pages")]
    bodied = [route for route in routes if route.body_field is not None]
    assert len(bodied) > 10
    assert [route.path for route in bodied if not isinstance(route, BodyRoute)] == []
