"""HEAD beside every GET, ids with any character, slashes at the end, and what a proxy in front may say."""

import re
import secrets
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from pydantic import ValidationError

from service.settings import Settings
from tests.api.matrix import COOKIE, SURFACES, session_of
from tests.support.api_client import a_project, desk_on

IDS = (
    "深械〔2026〕12/3号",
    "A#1",
    "50%",
    "50%2F",
    "what?",
    "a b",
    "x&y=z",
    "研发 甲/乙?丙#丁%戊",
    "a+b;c",
    "back\\slash",
)


@pytest.fixture(scope="module")
def city(server, tmp_path_factory):
    """A plan whose projects have ids of every kind, published, and what routes need beside it."""
    with desk_on(server, tmp_path_factory.mktemp("city")) as desk:
        rows = [a_project(name, floor_area_m2=200) for name in IDS]
        batch = desk.upload(rows).json()
        run = desk.post("runs", json={"batches": [batch["batch_id"]]}).json()
        desk.solve(run["run_id"])
        plan_id = desk.get(f"runs/{run['run_id']}").json()["plan_id"]
        for verb, person in (("propose", "ada"), ("approve", "ben"), ("publish", "eva")):
            assert desk.step(plan_id, verb, person).status_code == 200
        scenario = desk.post("scenarios", json={"document": {"withdraw": []}}).json()
        sweep = desk.post("sweeps", json={"scenarios": [scenario["scenario_id"]]}).json()
        study = desk.post("studies/dossiers", json={"plan_id": plan_id, "projects": [IDS[0]], "places": 0}).json()
        desk.solve(study["parts"][0]["run_id"])
        cookie, token = session_of(desk, "ada")
        sent = desk.ask(
            None,
            "POST",
            "/pages/upload",
            headers={"Cookie": f"{COOKIE}={cookie}"},
            data={"token": token, "once": secrets.token_hex(8)},
            files={"file": ("draft.csv", "企业\n甲\n".encode(), "text/csv")},
        )
        facts = {
            "draft_id": sent.headers["Location"].split("?")[0].rsplit("/", 1)[1],
            "batch_id": batch["batch_id"],
            "run_id": run["run_id"],
            "job_id": run["run_id"],
            "plan_id": plan_id,
            "other_id": plan_id,
            "scenario_id": scenario["scenario_id"],
            "sweep_id": sweep["sweep_id"],
            "study_id": study["study_id"],
            "project_id": quote(IDS[0], safe=""),
            "feature_id": quote(IDS[0], safe=""),
            "process_id": "allocate",
            "park_id": desk.get(f"plans/{plan_id}").json()["assignments"][0]["park_id"],
            "number": 1,
            "registry": 1,
            "name": "plan.xlsx",
            "local_date": "2026-01-01",
            "key_id": "key-00000000",
            "token": "t" * 32,
        }
        yield desk, facts


VARYING = {"date", "set-cookie"}
"""Headers that two answers to the same question do not share."""


def headers_of(answer):
    return {name: value for name, value in answer.headers.items() if name not in VARYING}


def gets(desk):
    for surface in SURFACES:
        for operation in surface.operations(desk):
            if operation.method == "get":
                yield surface, operation


def test_head_answers_as_get_does_on_every_route_and_without_a_body(city):
    desk, facts = city
    tried, found = 0, 0
    for surface, operation in gets(desk):
        target = operation.at(facts)
        get, head = (
            surface.ask(
                desk, "max" if operation.right == "administer" else "ada", replace(operation, method=method), target
            )
            for method in ("get", "head")
        )
        assert head.status_code == get.status_code, (target, head.status_code, get.status_code)
        assert head.content == b"", target
        # a page has tokens of its own in every answer, and metrics count; their lengths may differ, not their names
        same = headers_of(get) if operation.path != "/metrics" else {}
        for name, value in same.items():
            assert head.headers.get(name) == value, (target, name, value, head.headers.get(name))
        assert set(headers_of(head)) == set(headers_of(get)), target
        tried += 1
        found += get.status_code == 200
    print(f"routes: {tried}, of which {found} answer 200")
    assert found > tried * 0.7


@pytest.mark.parametrize(
    "path", ["/api/v1/plans", "/ogc/collections/parks/items", "/ogc/processes", "/healthz", "/pages/sign-in"]
)
def test_head_has_the_length_that_get_has(city, path):
    desk, _ = city
    head, get = desk.ask("ada", "HEAD", path), desk.ask("ada", "GET", path)
    assert head.headers["Content-Length"] == str(len(get.content))
    assert head.content == b""


def test_head_of_an_export_has_its_length_and_tag_and_is_not_sent_again(city):
    desk, facts = city
    path = f"/api/v1/plans/{facts['plan_id']}/exports/plan.xlsx"
    head, get = desk.ask("ada", "HEAD", path), desk.ask("ada", "GET", path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["ETag"] == get.headers["ETag"]
    assert head.headers["Content-Length"] == str(len(get.content))
    assert desk.ask("ada", "HEAD", path, headers={"If-None-Match": get.headers["ETag"]}).status_code == 304


def test_head_of_a_stream_ends_and_leaves_no_stream_open(city):
    desk, _ = city
    batch = desk.upload([a_project("waits")]).json()
    run = desk.post("runs", json={"batches": [batch["batch_id"]]}).json()
    free = desk.app.state.house.streams.used
    head = desk.ask("ada", "HEAD", f"/api/v1/runs/{run['run_id']}/events")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Type"].startswith("text/event-stream")
    assert desk.app.state.house.streams.used == free
    desk.post(f"runs/{run['run_id']}/cancel")


def test_head_is_refused_where_get_is_and_named_where_get_is_allowed(city):
    desk, _ = city
    assert desk.ask("ada", "HEAD", "/api/v1/nothing").status_code == 404
    assert desk.ask(None, "HEAD", "/api/v1/plans").status_code == 401
    assert desk.ask("ada", "HEAD", "/api/v1/plans", params={"nothing": 1}).status_code == 422
    assert desk.ask("ada", "HEAD", "/ogc/processes/allocate/execution").status_code == 405
    refused = desk.ask("ada", "PATCH", "/ogc/conformance")
    assert refused.status_code == 405
    assert refused.headers["Allow"] == "GET, HEAD"


def test_the_descriptions_name_no_operation_twice(city):
    desk, _ = city
    for path in ("/api/v1/openapi.json", "/ogc/api"):
        entries = desk.get(path).json()["paths"].values()
        assert not [entry for entry in entries if "head" in entry]
        ids = [each["operationId"] for entry in entries for each in entry.values()]
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", IDS)
def test_a_project_of_any_id_is_found_by_its_address(city, name):
    desk, facts = city
    plan, part = facts["plan_id"], quote(name, safe="")
    assert desk.get(f"plans/{plan}/dossiers/{part}").json()["project_id"] == name
    cookie, _ = session_of(desk, "ada")
    page = desk.ask(None, "GET", f"/pages/plans/{plan}/projects/{part}", headers={"Cookie": f"{COOKIE}={cookie}"})
    assert page.status_code == 200
    assert name in unescape(page.text)
    item = f"{name}.lab"
    listed = desk.get("/ogc/collections/assignments/items", params={"project_id": name}).json()["features"]
    assert [each["properties"]["project_id"] for each in listed] == [name]
    one = desk.get(f"/ogc/collections/assignments/items/{quote(listed[0]['id'], safe='')}")
    assert one.json()["id"] == listed[0]["id"]
    assert one.json()["id"].startswith(item)
    own = next(each for each in one.json()["links"] if each["rel"] == "self")["href"]
    assert desk.get(own.removeprefix("http://test")).json()["id"] == listed[0]["id"]


def test_the_links_of_the_pages_lead_to_every_project(city):
    desk, facts = city
    cookie, _ = session_of(desk, "ada")
    whole = {"Cookie": f"{COOKIE}={cookie}"}
    page = desk.ask(None, "GET", f"/pages/plans/{facts['plan_id']}", headers=whole).text
    hrefs = {unescape(each) for each in re.findall(r'href="(/pages/plans/[^"]*/projects/[^"]*)"', page)}
    assert len(hrefs) == len(IDS)
    for href in hrefs:
        shown = desk.ask(None, "GET", href, headers=whole)
        assert shown.status_code == 200, href
        # and the link of that page to itself in the other language
        other = next(unescape(each) for each in re.findall(r'href="([^"]*)"', shown.text) if "lang=en" in each)
        assert desk.ask(None, "GET", other, headers=whole).status_code == 200, other
        form = next(unescape(each) for each in re.findall(r'action="([^"]*/pin)"', shown.text))
        assert form == f"{href}/pin"


def test_whoever_has_to_sign_in_first_comes_to_the_project_that_was_asked_for(city):
    desk, facts = city
    asked = f"/pages/plans/{facts['plan_id']}/projects/{facts['project_id']}"
    sent = desk.get(asked, None)
    assert sent.status_code == 303
    back = parse_qs(urlsplit(sent.headers["Location"]).query)["next"][0]
    assert back == asked
    entered = desk.ask(None, "POST", "/pages/sign-in", data={"key": desk.keys["ada"], "next": back})
    assert entered.headers["Location"] == asked


def test_an_item_is_found_by_an_id_with_bare_slashes_too(city):
    desk, _ = city
    listed = desk.get("/ogc/collections/assignments/items", params={"project_id": IDS[0]}).json()["features"][0]["id"]
    assert desk.get(f"/ogc/collections/assignments/items/{quote(listed, safe='/')}").json()["id"] == listed


def test_an_encoded_slash_in_another_place_leads_nowhere(city):
    desk, _ = city
    assert desk.get("/api/v1%2Fplans").status_code == 404
    assert desk.get("/api/v1/plans%2Fpublished").status_code == 404
    assert desk.get("/api/v1/pl%61ns").status_code == 200, "an encoded letter is that letter"


@pytest.mark.parametrize(
    ("asked", "target"),
    [
        ("/api/v1/plans/", "/api/v1/plans"),
        ("/api/v1/plans/?state=draft&limit=3", "/api/v1/plans?state=draft&limit=3"),
        ("/api/v1/plans/published/", "/api/v1/plans/published"),
        ("/ogc/collections/", "/ogc/collections"),
        ("/ogc/collections/parks/items/?limit=2&f=json", "/ogc/collections/parks/items?limit=2&f=json"),
        ("/ogc/processes/allocate/", "/ogc/processes/allocate"),
        ("/pages/inbox/?most=9", "/pages/inbox?most=9"),
        ("/pages/sign-in//", "/pages/sign-in"),
        ("/healthz/", "/healthz"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_slash_at_the_end_leads_to_the_address_without_it(city, method, asked, target):
    answer = city[0].ask("ada", method, asked)
    assert (answer.status_code, answer.headers["Location"]) == (308, target)


def test_the_addresses_of_the_mounted_applications_keep_their_slash(city):
    desk, _ = city
    assert desk.get("/ogc/").status_code == 200
    assert desk.get("/ogc", follow_redirects=True).status_code == 200
    assert desk.get("/pages", None, follow_redirects=False).status_code in {303, 307}


def test_no_redirect_leads_to_another_host(city):
    for path in ("//evil.example/", "//evil.example//", "/%2Fevil.example/", "/\\evil.example/"):
        answer = city[0].ask(None, "GET", f"http://test{path}")
        assert not answer.headers.get("Location", "/").startswith(("//", "/\\", "http")), path


# -- what a proxy says

TOLD = {"X-Forwarded-Host": "plan.example.cn", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}


def links_of(answer):
    return {each["rel"]: each["href"] for each in answer.json()["links"]}


@pytest.fixture(scope="module")
def behind(server, tmp_path_factory):
    """The service behind a proxy under a path, which scripts of one origin may ask."""
    given = {
        "root_path": "/allocator",
        "trusted_proxies": "127.0.0.1, 10.0.0.0/8",
        "cors_origins": "https://gis.example.cn,https://other.example.cn",
    }
    with desk_on(server, tmp_path_factory.mktemp("behind"), **given) as desk:
        yield desk


def test_without_settings_nobody_is_believed_and_no_origin_is_let_in(city):
    desk, _ = city
    answer = desk.get("/ogc/", headers={**TOLD, "Origin": "https://gis.example.cn"})
    assert links_of(answer)["self"] == "http://test/ogc/"
    assert not [name for name in answer.headers if name.startswith("access-control")]
    asked = {"Origin": "https://gis.example.cn", "Access-Control-Request-Method": "GET"}
    assert desk.ask(None, "OPTIONS", "/ogc/", headers=asked).status_code == 405


def test_links_are_those_of_the_proxy_that_is_believed(behind):
    answer = behind.get("/ogc/collections", headers=TOLD)
    assert links_of(answer)["self"] == "https://plan.example.cn/allocator/ogc/collections"
    parks = answer.json()["collections"][1]["links"]
    assert parks[0]["href"] == "https://plan.example.cn/allocator/ogc/collections/parks"
    following = behind.get("/ogc/collections/parks/items", params={"limit": 2}, headers=TOLD)
    assert links_of(following)["next"].startswith("https://plan.example.cn/allocator/ogc/collections/parks/items?")
    assert behind.get("/ogc/api", headers=TOLD).json()["servers"] == [{"url": "https://plan.example.cn/allocator/ogc"}]


@pytest.mark.parametrize("path", ["/ogc/collections", "/allocator/ogc/collections"])
def test_the_proxy_may_take_its_path_away_or_leave_it(behind, path):
    assert links_of(behind.get(path))["self"] == "http://test/allocator/ogc/collections"


def test_answers_under_a_path_lead_to_places_under_it(behind):
    assert behind.get("/api/v1/plans/").headers["Location"] == "/allocator/api/v1/plans"
    assert behind.get("/", None).headers["Location"] == "/allocator/pages/inbox"
    sent = behind.get("/pages/inbox", None).headers["Location"]
    assert sent == "/allocator/pages/sign-in?next=%2Fpages%2Finbox"
    entered = behind.ask(None, "POST", "/pages/sign-in", data={"key": behind.keys["ada"], "next": "/pages/parks"})
    assert entered.headers["Location"] == "/allocator/pages/parks"
    assert "Path=/allocator/pages;" in entered.headers["Set-Cookie"]
    cookie = entered.headers["Set-Cookie"].split(";")[0]
    page = behind.ask(None, "GET", "/allocator/pages/inbox", headers={"Cookie": cookie})
    assert page.status_code == 200
    places = re.findall(r'(?:href|src|action)="(/[^"]*)"', page.text)
    assert len(places) > 10
    assert [each for each in places if not each.startswith("/allocator/pages/")] == []
    for each in {unescape(each) for each in places if "/static/" in each}:
        assert behind.ask(None, "GET", each).status_code == 200, each
    batch = behind.upload([a_project("behind")])
    assert batch.headers["Location"].startswith("/allocator/api/v1/batches/")


def test_a_host_that_is_none_and_a_scheme_that_is_none_are_not_taken(behind):
    for host in ("evil.example/path", "a b", 'x"y', "", "user@host"):
        told = {"X-Forwarded-Host": host, "X-Forwarded-Proto": "javascript"}
        assert links_of(behind.get("/ogc/", headers=told))["self"] == "http://test/allocator/ogc/"


@pytest.mark.parametrize("host", ["evil.example/path", "a b", 'x"y', "", "user@host", "a:b", "a:123456", "[::1"])
def test_a_malformed_host_is_refused(city, host):
    answer = city[0].get("/ogc/", headers={"Host": host})
    assert answer.status_code == 400
    assert answer.json()["type"] == "urn:allocator:problem:host"


def test_with_names_of_its_own_the_service_is_asked_under_these_alone(server, tmp_path):
    given = {"allowed_hosts": "Plan.example.cn, gis.example.cn", "trusted_proxies": "127.0.0.1"}
    with desk_on(server, tmp_path, **given) as desk:
        for host in (
            "plan.example.cn",
            "PLAN.example.cn:8443",
            "gis.example.cn",
            "localhost:8000",
            "127.0.0.1",
            "[::1]:1",
        ):
            answer = desk.get("/ogc/", headers={"Host": host})
            assert links_of(answer)["self"] == f"http://{host}/ogc/"
        for host in ("evil.example", "plan.example.cn.evil.example", "example.cn", "test"):
            assert desk.get("/ogc/", headers={"Host": host}).status_code == 400
            told = {"Host": "plan.example.cn", "X-Forwarded-Host": host}
            assert desk.get("/ogc/", headers=told).status_code == 400


def test_an_origin_that_is_named_may_ask_and_no_other(behind):
    for origin, taken in (
        ("https://gis.example.cn", True),
        ("https://other.example.cn", True),
        ("https://evil.cn", False),
    ):
        asked = {
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "x-api-key,idempotency-key,content-type",
        }
        first = behind.ask(None, "OPTIONS", "/api/v1/runs", headers=asked)
        assert (first.status_code == 200) == taken, origin
        answer = behind.get("/ogc/collections", headers={"Origin": origin})
        assert answer.headers.get("Access-Control-Allow-Origin") == (origin if taken else None)
        assert "Access-Control-Allow-Credentials" not in answer.headers
    assert (
        "ETag"
        in behind.get("/ogc/", headers={"Origin": "https://gis.example.cn"}).headers["Access-Control-Expose-Headers"]
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"root_path": "allocator"},
        {"root_path": "/allocator/"},
        {"root_path": "/"},
        {"trusted_proxies": "proxy.example.cn"},
        {"trusted_proxies": "10.0.0.0/99"},
        {"cors_origins": "gis.example.cn"},
        {"cors_origins": "https://gis.example.cn/"},
        {"allowed_hosts": "https://plan.example.cn"},
        {"allowed_hosts": "plan.example.cn:8000"},
        {"allowed_hosts": "*"},
        {"metrics_from": "monitor"},
    ],
)
def test_settings_that_are_no_address_are_refused(wrong):
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Settings(**wrong)


@pytest.mark.parametrize("client", ["127.0.0.1", "10.3.4.5"])
def test_the_asker_is_the_last_address_that_is_no_proxy(client):
    from service.web.request_paths import Trusted  # noqa: PLC0415

    trusted = Trusted(("127.0.0.1", "10.0.0.0/8"))
    line = b"198.51.100.1, 203.0.113.9, 10.0.0.7"
    scope = {"client": (client, 1), "headers": [(b"x-forwarded-for", line)]}
    assert trusted.facts_of(scope)["client"] == ("203.0.113.9", 0)
    assert trusted.facts_of({**scope, "client": ("192.0.2.1", 1)}) == {}
    assert Trusted(()).facts_of(scope) == {}


def test_a_parameter_with_two_values_is_refused_and_none_of_them_is_taken(city):
    desk = city[0]
    for query in ("limit=1&limit=2", "limit=1&state=draft&limit=", "%6cimit=1&limit=1"):
        answer = desk.get(f"plans?{query}")
        assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (400, "unreadable")
        assert "limit" in answer.json()["detail"]
    assert desk.get("plans?limit=1&state=draft").status_code == 200
