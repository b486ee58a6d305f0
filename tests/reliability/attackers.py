"""Clients that attack a service, one kind each: what stopped it once, sent again and again for as long as they run."""

import contextlib
import http.client
import re
import socket
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from urllib.parse import urlencode

from tests.support import hostile_files as files

MB = 2**20
PATIENCE_S = 180.0
"""How long an attacker waits for an answer."""

READY_S = 900.0
"""How long attackers wait for each other, and whoever reads for them."""

JSON = "application/json"
TYPES = {
    "csv": "text/csv",
    "json": JSON,
    "gpkg": "application/geopackage+sqlite3",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass
class Attack:
    """Where is attacked, as whom, how long from when everybody is ready, and how each try ended."""

    address: tuple[str, int]
    key: str
    seconds: float
    pause_s: float
    ready: "Barrier"
    ended: Counter[str] = field(default_factory=Counter)
    until: float = 0.0

    @property
    def goes_on(self) -> bool:
        """Whether it is not over."""
        return time.monotonic() < self.until

    def side_by_side(self, tries: Iterable[Callable[[], object]]) -> None:
        """Repeat each try for as long as the attack lasts, all at the same time, once every attacker is ready."""

        def repeat(attempt: Callable[[], object]) -> None:
            while self.goes_on:
                try:
                    how = str(attempt())
                except (OSError, http.client.HTTPException) as error:
                    how = type(error).__name__
                self.ended[how] += 1
                time.sleep(self.pause_s)

        self.ready.wait(READY_S)
        self.until = time.monotonic() + self.seconds
        threads = [threading.Thread(target=repeat, args=[each]) for each in tries]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def post(self, path: str, body: bytes, kind: str, **headers: str) -> int:
        """POST a body on a connection of its own; the status."""
        told = {"Content-Type": kind, "Idempotency-Key": uuid.uuid4().hex, **headers}
        with contextlib.closing(http.client.HTTPConnection(*self.address, timeout=PATIENCE_S)) as connection:
            # whoever is refused early is answered while he still sends
            with contextlib.suppress(ConnectionError):
                connection.request("POST", path, body, told)
            return connection.getresponse().status

    def upload(self, kind: str, content: bytes) -> int:
        """Send a batch as the planner; the status."""
        return self.post("/api/v1/batches", content, TYPES[kind], **{"X-API-Key": self.key})


def in_turn(attack: Attack, sent: Iterable[tuple[str, bytes]]) -> Callable[[], int]:
    """A try that uploads one file after the other."""
    left = cycle(sent)
    lock = threading.Lock()

    def attempt() -> int:
        with lock:
            kind, content = next(left)
        return attack.upload(kind, content)

    return attempt


def escaped_quotes(attack: Attack) -> None:
    """A stranger's megabyte of ``\\"``, which a pattern took minutes for."""
    body = b'\\"' * 500_000
    attack.side_by_side([lambda: attack.post("/api/v1/runs", body, JSON)])


def held_bodies(attack: Attack) -> None:
    """Sixty bodies of 32 MB whose last byte is held back."""
    lines = ("POST /api/v1/runs HTTP/1.1", "Host: a", f"Content-Type: {JSON}", f"Content-Length: {32 * MB}", "", "")
    head = "\r\n".join(lines).encode()
    piece = b" " * MB

    def attempt() -> str:
        with socket.create_connection(attack.address, PATIENCE_S) as connection:
            left = 32 * MB - 1
            with contextlib.suppress(ConnectionError):
                connection.sendall(head)
                while left:
                    left -= connection.send(piece[:left])
            return _status(connection)

    attack.side_by_side([attempt] * 60)


def long_lists(attack: Attack) -> None:
    """Three bodies of 33 MB that are eleven million empty objects."""
    body = b"[" + b",".join([b"{}"] * (33_000_000 // 3)) + b"]"
    attack.side_by_side([lambda: attack.post("/api/v1/runs", body, JSON)] * 3)


def half_heads(attack: Attack) -> None:
    """Three thousand requests that stop within a header; the next ones when the service has ended all of them."""
    half = b"GET /api/v1/me HTTP/1.1\r\nHost: a\r\nX-Waiting: "

    def attempt() -> str:
        with contextlib.ExitStack() as held:
            made = []
            for _ in range(3000):
                if not attack.goes_on:
                    break
                with contextlib.suppress(OSError):
                    made.append(held.enter_context(socket.create_connection(attack.address, 10)))
                    made[-1].sendall(half)
            for each in made:
                each.settimeout(max(0.01, min(PATIENCE_S, attack.until - time.monotonic())))
                attack.ended[_status(each)] += 1
        return "round"

    attack.side_by_side([attempt])


def endless_views(attack: Attack) -> None:
    """Twenty-four GeoPackages at a time whose layers or contents have no end."""
    made = [("gpkg", files.endless_view()), ("gpkg", files.endless_contents())]
    attack.side_by_side([in_turn(attack, made)] * 24)


def small_workbooks(attack: Attack) -> None:
    """Workbooks of a few kilobytes that were gigabytes."""
    made = [files.shared_text(2_000_000, 500), files.shared_text(3_000_000, 1000), files.far_cell("SF99999")]
    attack.side_by_side([in_turn(attack, [("xlsx", each) for each in made])] * 2)


def large_tables(attack: Attack) -> None:
    """A table of a million columns, and thirty megabytes of one record."""
    columns = b",".join(b"a%d" % number for number in range(1_000_000))
    records = files.records('{"project_id":"a"}', 30_000_000 // 19)
    attack.side_by_side([in_turn(attack, [("csv", columns), ("json", records)])] * 2)


def slow_patterns(attack: Attack) -> None:
    """Texts that patterns took minutes for, in a workbook, in cells, on the upload page and in JSON."""
    blanks = " " * 60_000
    reference = f'<row r="1"><c r="{" " * 50_000}"><v>1</v></c></row>'
    sent: Iterator[Callable[[], object]] = cycle(
        [
            lambda: attack.upload("xlsx", files.xlsx(reference)),
            lambda: attack.upload("csv", f"project_id,floor_area_m2\na,1{blanks}x\n".encode()),
            lambda: attack.post("/api/v1/runs", b'\\"' * 500_000, JSON, **{"X-API-Key": attack.key}),
            lambda: page.upload(b"(" * 60_000 + b",b\n1,2\n"),
            lambda: page.upload(b"a,b\n1" + blanks.encode() + b"x,2\n"),
        ]
    )
    page = Page(attack)

    def attempt() -> object:
        return next(sent)()

    attack.side_by_side([attempt])


class Page:
    """The upload page, with a browser's session."""

    def __init__(self, attack: Attack) -> None:
        self._attack = attack
        self._cookie = signed_in(attack.address, attack.key)

    def upload(self, content: bytes) -> str:
        """Choose a file, send it, and look at what it led to; the statuses."""
        status, text, _ = _asked(self._attack.address, "GET", "/pages/upload", {"Cookie": self._cookie})
        found = dict(re.findall(r'name="(token|once)" value="([^"]*)"', text))
        if status != 200:
            return f"page {status}"
        parts = [(f'name="{name}"', value.encode()) for name, value in found.items()]
        parts.append(('name="file"; filename="a.csv"', content))
        body = b"".join(
            b"--cut\r\nContent-Disposition: form-data; " + name.encode() + b"\r\n\r\n" + value + b"\r\n"
            for name, value in parts
        )
        kind = {"Content-Type": "multipart/form-data; boundary=cut", "Cookie": self._cookie}
        status, _, headers = _asked(self._attack.address, "POST", "/pages/upload", kind, body + b"--cut--\r\n")
        if "location" not in headers:
            return f"page {status}"
        status, _, _ = _asked(self._attack.address, "GET", headers["location"], {"Cookie": self._cookie})
        return f"page 303 {status}"


def signed_in(address: tuple[str, int], key: str) -> str:
    """The cookie of a session on the pages."""
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    status, text, headers = _asked(address, "POST", "/pages/sign-in", kind, urlencode({"key": key}).encode())
    assert status == 303, text
    return headers["set-cookie"].split(";", 1)[0]


def _asked(
    address: tuple[str, int], method: str, path: str, headers: dict[str, str], body: bytes | None = None
) -> tuple[int, str, dict[str, str]]:
    with contextlib.closing(http.client.HTTPConnection(*address, timeout=PATIENCE_S)) as connection:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        return answer.status, text, {name.lower(): value for name, value in answer.getheaders()}


def _status(connection: socket.socket) -> str:
    """What the service said before it ended a connection."""
    try:
        said = b"".join(iter(lambda: connection.recv(4096), b""))
    except OSError as error:
        return type(error).__name__
    found = re.match(rb"HTTP/1\.1 (\d+)", said)
    return found.group(1).decode() if found else "closed"


STRANGERS = (escaped_quotes, held_bodies, long_lists, half_heads)
PLANNERS = (endless_views, small_workbooks, large_tables, slow_patterns)


def begin(kind: str, attack: Attack, told: "Queue[tuple[str, object]]") -> None:
    """Attack, and tell how it went; the whole of a process."""
    globals()[kind](attack)
    told.put((kind, dict(attack.ended)))


def kinds(only: Sequence[str] = ()) -> Iterator[tuple[str, bool]]:
    """The kinds of attackers, all or some, and whether each has a planner's key."""
    found = [(each.__name__, each in PLANNERS) for each in (*STRANGERS, *PLANNERS)]
    yield from (each for each in found if not only or each[0] in only)
