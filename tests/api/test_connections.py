"""Connections at the socket: slow and large heads, silent connections, bodies that nobody reads."""

import contextlib
import socket
import time

import httpx
import pytest

from service.web.limits.connection_limits import HEAD_BYTES, MOST_HEADERS, Connections, protocol_of
from tests.support.api_client import settings_for
from tests.support.live_server import listening


async def plain(scope, receive, send):
    """Answers ``ok`` without reading anything."""
    headers = [(b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})


@contextlib.contextmanager
def served(tmp_path, app=plain, limits=None, **given):
    protocol = protocol_of(settings_for(tmp_path, **given), **(limits or {}))
    with listening(app, http=protocol) as address:
        url = httpx.URL(address)
        yield (url.host, url.port), protocol.among


def connected(place):
    return socket.create_connection(place, timeout=20)


def said(connection):
    """All that comes until the other side closes."""
    found = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            found += piece
    return found


def settled(look, wanted):
    until = time.monotonic() + 20
    while look() != wanted:
        assert time.monotonic() < until, look()
        time.sleep(0.02)


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: a\r\n", b"\r\n"])
def test_a_head_that_does_not_come_is_cut_off(tmp_path, sent):
    with served(tmp_path, limits={"head_s": 0.3}) as (place, among), connected(place) as slow:
        slow.sendall(sent)
        assert said(slow) in {b"", b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"}
        settled(lambda: among.count, 0)


def test_a_head_that_trickles_is_cut_off_too(tmp_path):
    with served(tmp_path, limits={"head_s": 0.5}) as (place, among), connected(place) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\n")
        with contextlib.suppress(OSError):
            for number in range(1000):
                slow.sendall(b"X-%d: y\r\n" % number)
                time.sleep(0.02)
        settled(lambda: among.count, 0)
        assert number < 999


def test_what_trickles_behind_an_answer_is_cut_off(tmp_path):
    with served(tmp_path, limits={"head_s": 0.3}) as (place, among), connected(place) as slow:
        slow.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
        assert slow.recv(1000).endswith(b"ok")
        with contextlib.suppress(OSError):
            for _ in range(1000):
                slow.sendall(b"x")
                time.sleep(0.02)
        settled(lambda: among.count, 0)


@pytest.mark.parametrize(
    "head",
    [
        b"X: " + b"y" * (HEAD_BYTES + 1),
        b"\r\n".join(b"X-%d: y" % number for number in range(MOST_HEADERS + 1)),
        b"X: " + b"y" * 4_000_000,
    ],
    ids=["large", "many", "huge"],
)
def test_a_head_that_is_too_large_is_refused(tmp_path, head):
    with served(tmp_path) as (place, among), connected(place) as sender:
        with contextlib.suppress(OSError):
            sender.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n" + head + b"\r\n\r\n")
        assert said(sender)[:12] in {b"HTTP/1.1 431", b""}
        settled(lambda: among.count, 0)


def test_requests_one_after_another_and_at_once_are_served(tmp_path):
    with served(tmp_path, limits={"head_s": 0.5}) as (place, _), connected(place) as one:
        for _ in range(3):
            one.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 2)
            found = b""
            while found.count(b"ok") < 2:
                found += one.recv(1000)
            time.sleep(0.3)
        # idle for longer than a head may take
        time.sleep(0.5)
        one.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc")
        assert said(one).endswith(b"ok")


def test_silent_connections_make_room_and_shut_nobody_out(tmp_path):
    with served(tmp_path, connections_at_once=20, connections_per_address=10) as (place, among):
        silent = [connected(place) for _ in range(50)]
        settled(lambda: among.count, 10)
        for _ in range(20):
            assert httpx.get(f"http://{place[0]}:{place[1]}/").text == "ok"
        for each in silent:
            each.close()
        settled(lambda: among.count, 0)


def test_half_requests_take_no_connection_from_who_was_answered(tmp_path):
    ask = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    with served(tmp_path, connections_per_address=10) as (place, among), connected(place) as reader:
        reader.sendall(ask)
        assert reader.recv(1000).endswith(b"ok")
        half = []
        for _ in range(50):
            half.append(connected(place))
            half[-1].sendall(ask[:20])
        settled(lambda: among.count, 10)
        reader.sendall(ask)
        assert reader.recv(1000).endswith(b"ok")
        for each in half:
            each.close()


def test_connections_that_were_answered_once_shut_nobody_out():
    class Asking:
        ended = False

        def abort(self):
            self.ended = True
            among.leave(self, "192.0.2.1")

    among = Connections(20, 10)
    kept = [Asking() for _ in range(10)]
    for each in kept:
        among.enter(each, "192.0.2.1")
        among.asking(each, "192.0.2.1")
        among.silent(each, "192.0.2.1", answered=True)
    new = [Asking() for _ in range(20)]
    for each in new:
        among.enter(each, "192.0.2.1")
    # each kind gives way while it is the larger one
    assert [sum(not each.ended for each in kind) for kind in (kept, new)] == [5, 5]
    assert [each.ended for each in kept] == [True] * 5 + [False] * 5
    assert not new[-1].ended


def test_connections_that_all_ask_are_so_many_and_no_more(tmp_path):
    class Asking:
        def abort(self):
            raise AssertionError("a connection that asks is never cut off")

    among = Connections(6, 4)
    of_one = [Asking() for _ in range(5)]
    names = [among.enter(each, "192.0.2.1") for each in of_one[:4]]
    for each in of_one[:4]:
        among.asking(each, "192.0.2.1")
    assert names == ["192.0.2.1"] * 4
    assert among.enter(of_one[4], "192.0.2.1") is None
    others = [Asking() for _ in range(3)]
    for each, address in zip(others[:2], ("2001:db8::1", "2001:db8::2"), strict=True):
        assert among.enter(each, address) == "2001:db8::/64"
        among.asking(each, "2001:db8::/64")
    assert among.enter(others[2], "198.51.100.7") is None
    for each in of_one[:4]:
        among.leave(each, "192.0.2.1")
    assert among.enter(others[2], "198.51.100.7") == "198.51.100.7"
    assert among.count == 3


def test_a_proxy_that_is_trusted_may_have_more(tmp_path):
    with served(tmp_path, connections_per_address=4, trusted_proxies="127.0.0.1") as (place, among):
        many = [connected(place) for _ in range(12)]
        settled(lambda: among.count, 12)
        for each in many:
            each.close()


def test_whoever_takes_nothing_of_an_answer_is_cut_off(tmp_path):
    async def large(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(1000):
            await send({"type": "http.response.body", "body": b"x" * 2**16, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    with served(tmp_path, large, {"write_s": 0.3}) as (place, among), connected(place) as greedy:
        greedy.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        settled(lambda: among.count, 0)
