"""Who asks is known before a body is read; what is read is bounded in size, time, rate and number."""

import json
from urllib.parse import unquote

import anyio
import anyio.lowlevel
import httpx
import pytest

from service.files.strict_json import MAX_VALUES
from service.identity.roles import Principal, Right, Role
from service.pages.shell.session_cookie import COOKIE
from service.web.limits import body_limits
from service.web.limits.admission import SCOPE_KEY, AdmissionControl, RecognisedUser
from service.web.limits.concurrency import ConcurrencyLimit
from service.web.limits.connection_limits import protocol_of
from service.web.limits.route_limits import RouteLimits, RouteTable
from tests.api.matrix import OPEN, SURFACES, session_of
from tests.support.api_client import a_project, as_csv
from tests.support.live_server import listening

BODIED = {"post", "put", "patch", "delete"}
FACTS = {
    "draft_id": "draft-000000000000",
    "batch_id": "batch-000000000000",
    "session_id": "session-000000000000",
    "run_id": "run-000000000000",
    "job_id": "run-000000000000",
    "plan_id": "p-000000000000",
    "other_id": "p-000000000000",
    "scenario_id": "scenario-000000000000",
    "sweep_id": "sweep-000000000000",
    "study_id": "study-000000000000",
    "project_id": "P1",
    "feature_id": "P1",
    "process_id": "nothing",
    "park_id": "P",
    "number": 1,
    "registry": 1,
    "name": "x",
    "local_date": "2026-01-01",
    "key_id": "key-00000000",
    "token": "t" * 32,
}


class Sender:
    """A sender of a body, and what becomes of it."""

    def __init__(self, *pieces, then="silence"):
        self._pieces, self._then = list(pieces), then
        self.read_before_answer = self.read = 0
        self.started, self.body = None, b""

    async def receive(self):
        if not self._pieces:
            if self._then == "silence":
                await anyio.sleep_forever()
            return {"type": "http.disconnect"}
        self.read += 1
        if self.started is None:
            self.read_before_answer += 1
        piece = self._pieces.pop(0)
        await anyio.lowlevel.checkpoint()
        return {"type": "http.request", "body": piece, "more_body": bool(self._pieces) or self._then == "silence"}

    async def send(self, message):
        if message["type"] == "http.response.start":
            self.started = message
        else:
            self.body += message.get("body", b"")

    @property
    def status(self):
        return self.started["status"]

    @property
    def headers(self):
        return {name.decode().lower(): value.decode() for name, value in self.started["headers"]}


def send(desk, sender, method, path, *headers):
    """Send a request whose body is still to come, as a server hands it on."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method.upper(),
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"test"), *((name.encode(), value.encode()) for name, value in headers)],
        "client": ("192.0.2.7", 5),
        "server": ("test", 80),
        "state": {},
    }
    desk._portal.call(desk.app, scope, sender.receive, sender.send)
    return sender


def operations(desk):
    for surface in SURFACES:
        for operation in surface.operations(desk):
            if operation.method in BODIED:
                yield surface, operation


@pytest.fixture
def hasty(monkeypatch):
    """Bodies that must come within a moment."""
    for name, value in {"WINDOW_S": 0.3, "BODY_S": 1.5, "STRANGER_S": 0.5, "DRAIN_S": 0.1}.items():
        monkeypatch.setattr(body_limits, name, value)


def test_the_gate_knows_every_route_its_right_and_its_size(desk):
    routes = RouteTable(desk.app.routes, desk.settings.max_body_bytes)
    large, tried = set(), 0
    for surface, operation in operations(desk):
        route = routes.find({"method": operation.method.upper(), "path": operation.at(FACTS), "root_path": ""})
        assert route is not None, operation
        assert (OPEN if route.right is None else route.right) == operation.right, operation
        assert route.mount == {"pages": "/pages", "ogc": "/ogc"}.get(surface.name, ""), operation
        if route.right is None:
            assert route.most == body_limits.STRANGER_BYTES, operation
        elif route.most == desk.settings.max_body_bytes:
            large.add(operation.path)
        else:
            assert route.most == body_limits.BODY_BYTES, operation
        tried += 1
    assert tried > 40
    assert large == {
        "/api/v1/batches",
        "/api/v1/registries",
        "/api/v1/registries/files",
        "/api/v1/registries/{number}/changes",
        "/pages/upload",
        "/pages/registry",
    }
    assert routes.find({"method": "POST", "path": "/api/v1/nothing", "root_path": ""}) is None
    assert routes.find({"method": "PUT", "path": "/api/v1/runs", "root_path": ""}) is None


def test_of_a_strangers_body_nothing_is_read_before_the_answer_and_little_after_it(desk, hasty):
    tried = 0
    for surface, operation in operations(desk):
        if operation.right == OPEN:
            continue
        sender = Sender(*[b"x" * 2**16] * 1000)
        send(desk, sender, operation.method, operation.at(FACTS), ("content-length", str(2**16 * 1000)))
        assert sender.status == surface.strangers, operation
        assert sender.read_before_answer == 0, operation
        assert sender.read <= body_limits.DRAIN_BYTES / 2**16 + 1, operation
        assert sender.headers["connection"] == "close", operation
        tried += 1
    assert tried > 40


@pytest.mark.parametrize(
    ("person", "path", "status"),
    [
        ("vic", "/api/v1/batches", 403),
        ("vic", "/ogc/processes/allocate/execution", 403),
        ("ada", "/api/v1/registries", 403),
        ("ada", "/api/v1/nothing", 404),
        ("ada", "/ogc/nothing", 404),
        ("ada", "/api/v1/plans/published", 405),
    ],
)
def test_a_body_that_is_not_asked_for_is_not_read(desk, hasty, person, path, status):
    sender = send(desk, Sender(*[b"x" * 2**16] * 100), "post", path, ("x-api-key", desk.keys[person]), CHUNKED)
    assert sender.status == status
    assert (sender.read_before_answer, sender.headers["connection"]) == (0, "close")


CHUNKED = ("transfer-encoding", "chunked")


def test_a_viewer_sends_no_file_by_the_pages(desk, hasty):
    cookie, _ = session_of(desk, "vic")
    sender = send(
        desk, Sender(*[b"x" * 2**16] * 100), "post", "/pages/upload", ("cookie", f"{COOKIE}={cookie}"), CHUNKED
    )
    assert (sender.status, sender.read_before_answer) == (403, 0)
    assert sender.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("path", ["/pages/sign-in", "/pages/sign-out"])
@pytest.mark.parametrize("header", [CHUNKED, ("content-length", "33554432")])
def test_a_stranger_at_the_sign_in_sends_little(desk, hasty, path, header):
    sender = Sender(*[b"key=" + b"x" * 4092] * 1000)
    send(desk, sender, "post", path, header, ("content-type", "application/x-www-form-urlencoded"))
    assert sender.status == 413
    assert sender.read_before_answer <= body_limits.STRANGER_BYTES / 4096 + 1
    assert "文件" in sender.body.decode()


def test_a_route_takes_its_own_size_and_no_more(desk, hasty):
    key = ("x-api-key", desk.keys["ada"])
    sender = send(desk, Sender(b"{"), "post", "/api/v1/runs", key, ("content-length", str(body_limits.BODY_BYTES + 1)))
    assert (sender.status, sender.read_before_answer) == (413, 0)
    sender = send(desk, Sender(*[b" " * 2**20] * 50), "post", "/api/v1/runs", key, CHUNKED)
    assert (sender.status, sender.read_before_answer) == (413, body_limits.BODY_BYTES // 2**20 + 1)
    assert json.loads(sender.body)["type"] == "urn:allocator:problem:too-large"


@pytest.mark.parametrize("length", ["-1", "1e3", "٣", "9" * 5000, "0x10", "+5"])
def test_a_length_that_is_none_is_refused(desk, hasty, length):
    key = ("x-api-key", desk.keys["ada"])
    sender = send(
        desk, Sender(b"{}"), "post", "/api/v1/runs", key, ("content-length", length.encode().decode("latin-1"))
    )
    assert (sender.status, sender.read_before_answer) == (413, 0)


@pytest.mark.parametrize(
    "twice",
    [
        [("content-type", "application/json"), ("content-type", "text/plain")],
        [("content-length", "2"), ("content-length", "3")],
    ],
)
def test_headers_that_decide_how_a_body_is_read_stand_once(desk, hasty, twice):
    sender = send(desk, Sender(b"{}"), "post", "/api/v1/runs", ("x-api-key", desk.keys["ada"]), CHUNKED, *twice)
    assert (sender.status, sender.read_before_answer) == (400, 0)


def test_a_body_that_is_held_back_is_cut_off(desk, hasty):
    key = ("x-api-key", desk.keys["ada"])
    sender = send(desk, Sender(b"x" * 10), "post", "/api/v1/batches", key, ("content-length", "33554432"))
    assert sender.status == 408
    assert json.loads(sender.body)["detail"] == "The body came too slowly; nothing was changed."
    sender = send(desk, Sender(b"key=x"), "post", "/pages/sign-in", CHUNKED)
    assert sender.status == 408
    assert "过慢" in sender.body.decode()


def test_a_body_that_trickles_is_cut_off_and_one_that_is_only_slow_is_not(desk, hasty):
    class Slow(Sender):
        async def receive(self):
            await anyio.sleep(0.02)
            return await super().receive()

    key = ("x-api-key", desk.keys["ada"])
    trickle = send(desk, Slow(*[b"x"] * 500), "post", "/api/v1/batches", key, CHUNKED)
    assert (trickle.status, trickle.read_before_answer < 100) == (408, True)
    content = as_csv([a_project(f"SLOW{number}") for number in range(60)])
    pieces = [content[at : at + 512] for at in range(0, len(content), 512)]
    slow = Slow(*pieces, then="end")
    headers = [("content-type", "text/csv"), ("idempotency-key", "slow")]
    send(desk, slow, "post", "/api/v1/batches", key, ("content-length", str(len(content))), *headers)
    assert slow.status == 201, slow.body


def test_a_sender_that_goes_away_in_the_middle_changes_nothing(desk):
    class Gone(Sender):
        async def receive(self):
            return await super().receive() if self.read == 0 else {"type": "http.disconnect"}

    headers = [("x-api-key", desk.keys["ada"]), ("content-length", "100"), ("content-type", "application/json")]
    sender = send(desk, Gone(b'{"name": "gone"', b"}"), "post", "/api/v1/runs", *headers, ("idempotency-key", "gone"))
    assert sender.started is None
    assert not [each for each in desk.get("runs?limit=200").json()["items"] if each["name"] == "gone"]


@pytest.mark.parametrize("media_type", ["application/json", "application/foo+json", "Application/Foo+JSON; charset=x"])
@pytest.mark.parametrize(
    "body",
    [
        b'{"name": "a", "name": "b"}',
        b'{"time_limit_s": NaN}',
        b'{"name": "a\\u0000"}',
        b'{"seed": ' + b"9" * 400 + b"}",
    ],
)
def test_json_of_every_name_is_strict(desk, media_type, body):
    answer = desk.post("runs", content=body, headers={"Content-Type": media_type})
    assert answer.status_code == 400, answer.text
    assert answer.json()["type"] == "urn:allocator:problem:unreadable"


def test_json_of_more_values_than_are_taken_is_refused_before_it_is_read(desk):
    body = b"[" + b"{}," * MAX_VALUES + b"{}]"
    answer = desk.post("registries", "oli", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert "values" in answer.json()["detail"]


def test_bodies_that_are_held_at_the_same_time_are_bounded(desk, monkeypatch):
    monkeypatch.setattr(body_limits, "TURN_S", 0.2)
    largest = 4 * body_limits.BODY_UNIT
    reading, refused, both = [], [], anyio.Event()

    class Open:
        def find(self, scope):
            return RouteLimits("", Right.READ, largest)

    async def recognise(request):
        return RecognisedUser(Principal(request.headers["who"], Role.ADMIN), None)

    async def app(scope, receive, send):
        error = scope[SCOPE_KEY].error
        refused.append((scope[SCOPE_KEY].who.principal.person, error.status))
        if len(refused) == 2:
            both.set()

    gate = AdmissionControl(app, Open, {"": recognise}, largest, ConcurrencyLimit("files", 2, 1))

    async def hold(person, size):
        async def receive():
            reading.append(person)
            await anyio.sleep_forever()

        headers = [(b"who", person.encode()), (b"content-length", str(size).encode())]
        await gate({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive, None)

    async def crowd():
        async with anyio.create_task_group() as tasks:
            for person in ("a", "a", "a", "b", "b", "c"):
                tasks.start_soon(hold, person, largest)
            await anyio.sleep(0.1)
            assert sorted(reading) == ["a", "a", "b", "b"]
            await both.wait()
            assert sorted(refused) == [("a", 429), ("c", 503)]
            tasks.cancel_scope.cancel()

    desk._portal.call(crowd)
    assert (gate._people.used, gate._people.queued) == (0, 0)


def test_many_uploads_at_once_are_all_taken(desk):
    async def crowd():
        statuses = []

        async def one(number):
            content = as_csv([a_project(f"CROWD{number}")])
            headers = {"X-API-Key": desk.keys["ada"], "Idempotency-Key": f"crowd-{number}", "Content-Type": "text/csv"}
            answer = await desk._client.post("/api/v1/batches", content=content, headers=headers)
            statuses.append(answer.status_code)

        async with anyio.create_task_group() as tasks:
            for number in range(100):
                tasks.start_soon(one, number)
        return statuses

    assert desk._portal.call(crowd) == [201] * 100


def test_at_a_real_socket_the_answer_reaches_a_stranger_who_sends_a_large_body(desk):
    with listening(desk.app, http=protocol_of(desk.settings)) as address, httpx.Client(base_url=address) as client:
        for path in ("/api/v1/batches", "/ogc/processes/allocate/execution"):
            answer = client.post(path, content=b"x" * 100_000, headers={"Content-Type": "text/csv"})
            assert (answer.status_code, answer.headers["connection"]) == (401, "close")
        assert client.post("/pages/upload", content=b"x" * 100_000).status_code == 303
        assert client.get("/healthz").status_code == 200


def test_metrics_are_for_the_near_and_for_operators(desk):
    async def ask(client, **headers):
        transport = httpx.ASGITransport(app=desk.app, client=(client, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as sender:
            return (await sender.get("/metrics", headers=headers)).status_code

    def status(client, **headers):
        return desk._portal.call(lambda: ask(client, **headers))

    assert status("127.0.0.1") == 200
    assert status("::1") == 200
    assert status("192.0.2.1") == 401
    # a proxy on this machine hands on the requests of others
    assert status("127.0.0.1", **{"X-Forwarded-For": "192.0.2.1"}) == 401
    assert status("192.0.2.1", **{"X-API-Key": desk.keys["ada"]}) == 403
    assert status("192.0.2.1", **{"X-API-Key": desk.keys["oli"]}) == 200
    assert desk.app.state.house.settings.metrics_from == ("127.0.0.0/8", "::1")
    assert Right.OPERATE in desk.get("me", "oli").json()["rights"]
