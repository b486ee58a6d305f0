"""Health: it says no when a write, a file or a request would wait for ever, and costs nothing however often asked."""

import socket
import threading
from argparse import Namespace
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from anyio.to_thread import current_default_thread_limiter
from sqlalchemy import event, text

from service.application.plans import read_plan
from service.cli import operate
from service.cli.common import exit_codes
from service.database.engine import SYSTEM, transaction
from service.jobs.worker import record_heartbeat
from service.observability import logs
from service.observability.probes import try_write, worker_lives
from service.repositories import plans
from service.web.context import RequestUser
from tests.support.api_client import desk_on

DEADLINE_S = 60.0


def ready(desk):
    desk.app.state.house.probes._known = None
    answer = desk.get("/readyz", None)
    return answer.status_code, answer.json()["status"]


def test_ready_needs_a_worker_and_a_write(fresh):
    assert ready(fresh) == (503, "no worker")
    record_heartbeat(fresh.works)
    assert ready(fresh) == (200, "ok")
    login = fresh.engine.url.username
    with fresh.owner.begin() as connection:
        connection.execute(text(f"REVOKE INSERT ON allocator.worker FROM {login}"))
    assert ready(fresh) == (503, "no database"), "reading alone does not do"
    with fresh.owner.begin() as connection:
        connection.execute(text(f"GRANT INSERT ON allocator.worker TO {login}"))
    assert ready(fresh) == (200, "ok")


def test_the_write_is_taken_back(fresh):
    with transaction(fresh.engine, SYSTEM) as connection:
        try_write(connection)
    with transaction(fresh.engine, SYSTEM) as connection:
        assert connection.execute(text("SELECT count(*) FROM allocator.worker")).scalar_one() == 0


def test_not_ready_without_room_for_files(server, tmp_path):
    with desk_on(server, tmp_path, least_free_mb=1_000_000) as desk:
        record_heartbeat(desk.works)
        assert ready(desk) == (503, "no room on the disk")


def test_strangers_cannot_load_the_database_by_asking(server, tmp_path):
    # the one heartbeat of the test must count until every answer is there, however slow the machine is
    with desk_on(server, tmp_path, stalled_after_s=3600) as desk:
        record_heartbeat(desk.works)
        statements = []
        event.listen(desk.app.state.house.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
        with ThreadPoolExecutor(20) as many:
            codes = list(many.map(lambda _: desk.get("/readyz", None).status_code, range(200)))
        assert codes == [200] * 200
        looks = sum("allocator.worker WHERE" in each for each in statements)
        assert 1 <= looks <= 10, "one look in three seconds, whoever asks"


def test_health_says_when_every_thread_is_held_and_when_one_is_free_again(fresh, monkeypatch):
    probes = fresh.app.state.house.probes
    held, free = threading.Semaphore(0), threading.Event()

    @contextmanager
    def stuck(_asker):
        held.release()
        assert free.wait(DEADLINE_S)
        yield None

    assert fresh.get("/healthz", None).json() == {"status": "ok"}
    monkeypatch.setattr(RequestUser, "transaction", stuck)
    monkeypatch.setattr(read_plan, "find", lambda *_: None)
    monkeypatch.setattr(plans, "projects_seen", lambda *_: [])
    with ThreadPoolExecutor(60) as many:
        probes.stuck_s = 1.0
        asked = [many.submit(fresh.get, "plans/p-000000000000/dossiers") for _ in range(50)]
        tokens = fresh._portal.call(_threads)
        for _ in range(min(tokens, 50)):
            assert held.acquire(timeout=DEADLINE_S)
        codes = set()
        for _ in range(400):
            codes.add(fresh.get("/healthz", None).status_code)
            if 503 in codes:
                break
            free.wait(0.05)
        assert 503 in codes
        assert fresh.get("/healthz", None).json() == {"status": "every thread is held"}
        free.set()
        assert {each.result(DEADLINE_S).status_code for each in asked} == {200}
    assert 200 in {fresh.get("/healthz", None).status_code for _ in range(20)}


async def _threads():
    return int(current_default_thread_limiter().total_tokens)


def test_a_worker_lives_by_its_heartbeat(fresh, monkeypatch):
    host = socket.gethostname()
    assert not worker_lives(fresh.engine, host, 3)
    record_heartbeat(fresh.works)
    assert worker_lives(fresh.engine, host, 3)
    assert not worker_lives(fresh.engine, "elsewhere", 3)
    assert said(fresh, monkeypatch) == exit_codes.OK
    with transaction(fresh.engine, SYSTEM) as connection:
        connection.execute(text("UPDATE allocator.worker SET heartbeat_at = now() - interval '4 seconds'"))
    assert not worker_lives(fresh.engine, host, 3)
    assert said(fresh, monkeypatch) == exit_codes.DEFECT
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert operate.worker(Namespace(health=True, lifeline=False)) == exit_codes.DEFECT


def said(desk, monkeypatch):
    """How the command ends."""
    monkeypatch.setattr(logs, "set_up", lambda _level: None)
    monkeypatch.setenv("DATABASE_URL", desk.url)
    monkeypatch.setenv("ALLOCATOR_STALLED_AFTER_S", "3")
    monkeypatch.setenv("ALLOCATOR_HEARTBEAT_S", "1")
    return operate.worker(Namespace(health=True, lifeline=False))
