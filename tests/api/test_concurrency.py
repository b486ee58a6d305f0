"""Streams and recommendations: a share for each person, no thread for whoever waits, and an end with the key."""

import json
import threading
import time
from typing import ClassVar

import anyio
import pytest

from allocator.siting.deadline import SearchCancelledError
from service.api import recommendations
from service.pages.shell.session_cookie import COOKIE
from service.web import run_events
from tests.api.matrix import session_of
from tests.support.api_client import a_project, desk_on


@pytest.fixture(scope="module")
def desk(server, tmp_path_factory):
    with desk_on(server, tmp_path_factory.mktemp("turns"), streams_at_once=5, streams_per_person=2) as desk:
        try:
            yield desk
        finally:
            for each in Stream.every:
                each.leave()


@pytest.fixture(scope="module")
def waiting(desk):
    """A run that waits for a worker."""
    batch = desk.upload([a_project("waits")]).json()
    return desk.post("runs", json={"batches": [batch["batch_id"]]}).json()["run_id"]


class Stream:
    """A stream that somebody follows."""

    every: ClassVar[list["Stream"]] = []

    def __init__(self, desk, path, headers, query=b""):
        self._desk, self._scope = desk, {**scope_of(path, headers), "query_string": query}
        self.status, self.text, self.ended = None, "", threading.Event()
        self._leave = None
        self._begun = threading.Event()
        self.every.append(self)
        desk._portal.start_task_soon(self._follow)
        assert self._begun.wait(30)

    async def _follow(self):
        self._leave = anyio.Event()

        async def receive():
            await self._leave.wait()
            return {"type": "http.disconnect"}

        async def send(message):
            if message["type"] == "http.response.start":
                self.status = message["status"]
                self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            self.text += message.get("body", b"").decode()
            self._begun.set()

        await self._desk.app(self._scope, receive, send)
        self.ended.set()

    def leave(self):
        if self.ended.is_set():
            return
        self._desk._portal.call(self._leave.set)
        assert self.ended.wait(30)


def scope_of(path, headers):
    named = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"test"), *named],
        "client": ("192.0.2.9", 9),
        "server": ("test", 80),
    }


def test_one_person_leaves_streams_for_others_and_none_is_lost(desk, waiting):
    path, streams = f"/api/v1/runs/{waiting}/events", desk.app.state.house.streams
    cookie, _ = session_of(desk, "ada")
    page = {"Cookie": f"{COOKIE}={cookie}"}
    own = [Stream(desk, path, {"X-API-Key": desk.keys["ada"]}), Stream(desk, f"/pages/runs/{waiting}/events", page)]
    assert [each.status for each in own] == [200, 200]
    third = Stream(desk, path, {"X-API-Key": desk.keys["ada"]})
    assert (third.status, third.headers["retry-after"]) == (429, "5")
    assert Stream(desk, f"/pages/runs/{waiting}/events", page).status == 429
    others = [Stream(desk, path, {"X-API-Key": desk.keys[person]}) for person in ("ben", "eva", "oli", "max")]
    assert [each.status for each in others] == [200, 200, 200, 503]
    for each in (*own, *others[:3]):
        each.leave()
    assert (streams.used, streams.queued) == (0, 0)
    assert Stream(desk, f"/api/v1/runs/run-{'0' * 12}/events", {"X-API-Key": desk.keys["ada"]}).status == 404
    assert streams.used == 0


@pytest.mark.parametrize("by", ["key", "session"])
def test_a_stream_ends_soon_after_its_key_is_revoked(desk, waiting, by, monkeypatch):
    monkeypatch.setattr(run_events, "LOOK_S", 0.1)
    made = desk.post("keys", "max", json={"person": "sue", "role": "planner"}).json()
    if by == "key":
        stream = Stream(desk, f"/api/v1/runs/{waiting}/events", {"X-API-Key": made["key"]})
    else:
        desk._client.cookies.clear()
        cookie = desk.ask(None, "POST", "/pages/sign-in", data={"key": made["key"]}).cookies[COOKIE]
        stream = Stream(desk, f"/pages/runs/{waiting}/events", {"Cookie": f"{COOKIE}={cookie}"})
    assert stream.status == 200
    time.sleep(1)
    assert not stream.ended.is_set()
    assert desk.post(f"keys/{made['key_id']}/revoke", "max").status_code == 200
    assert stream.ended.wait(30)
    assert "event: end" not in stream.text
    assert desk.app.state.house.streams.used == 0


@pytest.fixture
def slow(desk, monkeypatch):
    """Recommendations that take as long as the test lets them."""
    let, at_work = threading.Event(), []
    real = recommendations.recommendation

    def held(*given):
        at_work.append(threading.get_ident())
        assert let.wait(60)
        return real(*given)

    monkeypatch.setattr(recommendations, "recommendation", held)
    yield let, at_work
    let.set()


def newcomer(number):
    row = a_project(f"NEW-{number}")
    parts = {name: row.pop(name) for name in ("component_id", "function", "floor_area_m2", "start_from")}
    return {"project": {**row, "components": [parts]}}


def test_recommendations_have_a_share_each_and_whoever_waits_holds_no_thread(desk, slow):
    desk.published("P1")
    let, at_work = slow
    answers = []

    def ask(person, path, **given):
        answers.append((person, desk.post(path, person, **given)))

    wish = {"inputs": newcomer("ogc")}
    crowd = [
        threading.Thread(target=ask, args=("ada", "recommendations"), kwargs={"json": newcomer(n)}) for n in range(25)
    ]
    crowd += [threading.Thread(target=ask, args=("ada", "/ogc/processes/recommend/execution"), kwargs={"json": wish})]
    for each in crowd:
        each.start()
    until = time.monotonic() + 60
    # one is computed, as many wait as may, the others are refused at once
    while len(answers) < len(crowd) - 9 or len(at_work) < 1:
        assert time.monotonic() < until, (answers, at_work)
        time.sleep(0.05)
    assert len(at_work) == 1
    refused = [answer for _, answer in answers]
    assert {answer.status_code for answer in refused} == {429}
    assert {answer.headers["Retry-After"] for answer in refused} == {"5"}
    assert desk._portal.call(borrowed) <= 1, "whoever waits holds no thread"
    assert desk.get("plans", "vic").status_code == 200
    other = threading.Thread(target=ask, args=("vic", "recommendations"), kwargs={"json": newcomer("other")})
    other.start()
    while len(at_work) < 2:
        assert time.monotonic() < until, "another person's is computed beside it"
        time.sleep(0.05)
    let.set()
    for each in (*crowd, other):
        each.join(60)
    statuses = [(person, answer.status_code) for person, answer in answers]
    assert ("vic", 200) in statuses
    assert {status for _, status in statuses} == {200, 429}
    asking = desk.app.state.house.asking
    assert (asking.used, asking.queued) == (0, 0)


async def borrowed():
    """Threads of requests that are at work."""
    return anyio.to_thread.current_default_thread_limiter().borrowed_tokens


def test_the_page_of_a_newcomer_has_a_turn_only_when_it_asks(desk, monkeypatch):
    asked = []
    asking = desk.app.state.house.asking
    real = asking.turn
    monkeypatch.setattr(asking, "turn", lambda *given: asked.append(given) or real(*given))
    cookie, _ = session_of(desk, "ada")
    page = {"Cookie": f"{COOKIE}={cookie}"}
    assert desk.ask(None, "GET", "/pages/where", headers=page).status_code == 200
    assert asked == []
    desk.ask(None, "GET", "/pages/where?enterprise=X&floor_area_m2=100", headers=page)
    assert asked == [("ada",)]
    assert json.dumps(desk.get("me").json())


FIRM = "enterprise=X&segment=ivd&tier=growth&priority=3&a_function=rnd&a_floor_area_m2=100"
"""A firm in the address of the page."""


@pytest.fixture
def searching(monkeypatch):
    """A search that goes on until it is told to end: how it began, and how each ended."""
    begun, ended = threading.Event(), []
    real = recommendations.recommendation

    def search(*given):
        deadline = given[-1]
        begun.set()
        try:
            while not deadline.is_over():
                time.sleep(0.01)
        except SearchCancelledError:
            ended.append("cancelled")
            raise
        ended.append("over")
        return real(*given)

    monkeypatch.setattr(recommendations, "recommendation", search)
    return begun, ended


def test_a_recommendation_whose_time_is_up_is_answered_and_said_to_be_incomplete(server, tmp_path, searching):
    _, ended = searching
    with desk_on(server, tmp_path, recommendation_limit_s=0.2) as desk:
        desk.published("P1")
        answer = desk.post("recommendations", json=newcomer("late"))
        assert answer.status_code == 200, answer.text
        assert answer.json()["complete"] is False
        assert answer.json()["dossier"]["components"], "its verdicts are there all the same"
        answer = desk.post("/ogc/processes/recommend/execution", json={"inputs": newcomer("ogc-late")})
        assert answer.json()["recommendation"]["value"]["complete"] is False
        cookie, _ = session_of(desk, "ada")
        for language, said in (("zh", "时限内"), ("en", "in the time allowed")):
            address = f"/pages/where?{FIRM}&lang={language}"
            page = desk.ask(None, "GET", address, headers={"Cookie": f"{COOKIE}={cookie}"})
            assert said in page.text
        assert ended == ["over"] * 4


def test_a_search_ends_with_its_client_and_with_the_service(server, tmp_path, searching):
    begun, ended = searching
    with desk_on(server, tmp_path, recommendation_limit_s=600) as desk:
        desk.published("P1")
        cookie, _ = session_of(desk, "ada")
        headers = {"Cookie": f"{COOKIE}={cookie}"}
        page = threading.Thread(target=lambda: Stream(desk, "/pages/where", headers, FIRM.encode()), daemon=True)
        page.start()
        assert begun.wait(60)
        begun.clear()
        Stream.every[-1].leave()
        assert ended == ["cancelled"]
        answers = []
        asked = threading.Thread(
            target=lambda: answers.append(desk.post("recommendations", json=newcomer("stopped"))), daemon=True
        )
        asked.start()
        assert begun.wait(60)
        desk.app.state.house.stop()
        asked.join(60)
        assert ended == ["cancelled"] * 2
        assert answers[0].status_code == 503
        assert answers[0].headers["Retry-After"] == "5"
        asking = desk.app.state.house.asking
        assert (asking.used, asking.queued) == (0, 0)
