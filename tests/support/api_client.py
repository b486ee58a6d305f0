"""A real PostgreSQL, the application on it, people with keys, and small batches that are solved in a second."""

import csv
import io
import itertools
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psycopg
from anyio.from_thread import start_blocking_portal
from openpyxl import Workbook
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from geodata.readers.read_files import RegistryRecords
from service.app import create_app
from service.database.engine import SYSTEM, open_engine, transaction
from service.database.logins import SERVICE
from service.database.migrate import migrate
from service.identity.api_keys import make_key, pepper_of
from service.identity.roles import Principal, Role
from service.jobs.context import WorkerContext
from service.jobs.run_attempt import solve_run
from service.operations import bootstrap
from service.repositories import registries
from service.settings import Settings, load_settings
from tests.support.postgres import chosen_server

TEMPLATE = "migrated"
PINGSHAN, NANSHAN = "440310", "440305"

PEOPLE = {
    "ada": (Role.PLANNER, None),
    "ben": (Role.REVIEWER, None),
    "eva": (Role.REVIEWER, None),
    "oli": (Role.OPERATOR, None),
    "max": (Role.ADMIN, None),
    "vic": (Role.VIEWER, None),
    "pam": (Role.PLANNER, PINGSHAN),
    "ned": (Role.PLANNER, NANSHAN),
    "pat": (Role.VIEWER, PINGSHAN),
}
"""People of the tests: role, and district if they are bound to one."""


class Server:
    """A PostgreSQL with a migrated database to copy: the wheel's, or that of TEST_POSTGRES_PROGRAMS."""

    def __init__(self) -> None:
        self._server = chosen_server()
        self.url, self.crash, self.start = self._server.url, self._server.crash, self._server.start
        self._names = itertools.count()
        self._create(TEMPLATE)
        engine = open_engine(self.url(TEMPLATE), pool_size=1)
        migrate(engine, SERVICE)
        with transaction(engine, SYSTEM) as connection:
            seed = bootstrap.seed_registry()
            supply = RegistryRecords(parks=seed.parks, spaces=seed.spaces, tenancies=seed.tenancies)
            registries.store(connection, "tests", supply, "seed")
        engine.dispose()

    @property
    def programs(self) -> Path:
        """Return the folder of the server's programs."""
        return self._server.programs

    def database(self) -> str:
        """Address, for the service, of a fresh, migrated database with the seed registry."""
        return self.url(self._create(f"test_{next(self._names)}", TEMPLATE), SERVICE)

    def empty(self) -> str:
        """Address, for its owner, of a database without anything."""
        return self.url(self._create(f"test_{next(self._names)}"))

    def end(self) -> None:
        """Stop the server and remove its files."""
        self._server.end()

    def _create(self, name: str, template: str = "template1") -> str:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name


def as_owner(url: str) -> str:
    """Address of the same database of the tests for its owner, whom row-level security does not bind."""
    return make_url(url).set(username="postgres").render_as_string(hide_password=False)


def as_service(url: str) -> str:
    """Address of the same database of the tests for the service."""
    return make_url(url).set(username=SERVICE).render_as_string(hide_password=False)


def settings_for(folder: Path, **given: Any) -> Settings:
    """Settings of the tests, whatever the environment says."""
    usual: dict[str, Any] = {
        "data_dir": folder,
        "pepper": "a pepper of the tests",
        "time_limit_s": 5,
        "solver_threads": 1,
        "heartbeat_s": 0.3,
        "stalled_after_s": 3,
        "requests_per_minute": 1_000_000,
        "queued_runs_per_person": 1_000_000,
        "queued_seconds_per_person": 1e9,
        "nightly_time_limit_s": 5,
        "nightly": False,
    }
    return load_settings(**{**usual, **given})


class Desk:
    """The application in this process, with a client for every person; it and its engine have the service's login."""

    def __init__(self, url: str, folder: Path, **given: Any) -> None:
        self.url = url
        self.settings = settings_for(folder, **given)
        self.app = create_app(self.settings, url)
        self.engine: Engine = open_engine(url, pool_size=5)
        self.owner: Engine = open_engine(as_owner(url), pool_size=1)
        self.keys = make_keys(self.engine, self.settings)
        self._numbers = itertools.count()
        self.works = WorkerContext(self.settings, self.engine, "tests")
        self._loop = start_blocking_portal()
        self._portal = self._loop.__enter__()
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://test", timeout=60)

    def close(self) -> None:
        """Let go of the database."""
        self._portal.call(self._client.aclose)
        self._loop.__exit__(None, None, None)
        self.app.state.house.engine.dispose()
        self.engine.dispose()
        self.owner.dispose()

    def ask(self, person: str | None, method: str, path: str, **given: Any) -> Any:
        """Ask as a person; POST gets a fresh Idempotency-Key unless one is given."""
        headers = dict(given.pop("headers", {}))
        if person is not None:
            headers.setdefault("X-API-Key", self.keys[person])
        if method == "POST":
            headers.setdefault("Idempotency-Key", f"test-{next(self._numbers)}")
        whole = path if path.startswith("/") else f"/api/v1/{path}"
        request = partial(self._client.request, method, whole, headers=headers, **given)
        return self._portal.call(request)

    def get(self, path: str, person: str | None = "ada", **given: Any) -> Any:
        """GET, as the planner unless somebody else is named."""
        return self.ask(person, "GET", path, **given)

    def post(self, path: str, person: str | None = "ada", **given: Any) -> Any:
        """POST, as the planner unless somebody else is named."""
        return self.ask(person, "POST", path, **given)

    def upload(self, rows: list[dict[str, Any]], person: str = "ada", **given: Any) -> Any:
        """Upload a batch as CSV."""
        return self.post("batches", person, content=as_csv(rows), headers={"Content-Type": "text/csv"}, **given)

    def solve(self, run_id: str) -> str:
        """Do a run in this process, as a worker would."""
        return solve_run(self.works, run_id)

    def planned(self, *names: str, person: str = "ada", **wish: Any) -> dict[str, Any]:
        """A draft plan of a batch with these projects."""
        batch = self.upload([a_project(name) for name in names], person).json()
        asked = self.post("runs", person, json={"batches": [batch["batch_id"]], **wish})
        assert asked.status_code == 202, asked.text
        self.solve(asked.json()["run_id"])
        run = self.get(f"runs/{asked.json()['run_id']}", person).json()
        assert run["state"] == "succeeded", run
        return self.get(f"plans/{run['plan_id']}", person).json()

    def step(self, plan_id: str, verb: str, person: str, **given: Any) -> Any:
        """Take a plan one step further, on its newest version."""
        etag = self.get(f"plans/{plan_id}", person).headers["ETag"]
        return self.post(f"plans/{plan_id}/{verb}", person, headers={"If-Match": etag}, **given)

    def published(self, *names: str) -> dict[str, Any]:
        """A published plan."""
        plan_id = self.planned(*names)["plan_id"]
        for verb, person in (("propose", "ada"), ("approve", "ben"), ("publish", "eva")):
            answer = self.step(plan_id, verb, person)
            assert answer.status_code == 200, answer.text
        return self.get(f"plans/{plan_id}").json()


def make_keys(engine: Engine, settings: Settings) -> dict[str, str]:
    """A key for each person of the tests."""
    with transaction(engine, SYSTEM) as connection:
        return {
            person: make_key(connection, pepper_of(settings), Principal(person, *facts), "tests")[1]
            for person, facts in PEOPLE.items()
        }


def a_project(name: str, **changes: Any) -> dict[str, Any]:
    """A row of a batch: one laboratory that fits into several parks."""
    row = {
        "project_id": name,
        "enterprise": f"企业 {name}",
        "segment": "imaging",
        "tier": "leader",
        "priority": 3,
        "component_id": "lab",
        "function": "rnd",
        "floor_area_m2": 1000,
        "start_from": "2026-10",
    }
    return row | changes


def as_csv(rows: list[dict[str, Any]]) -> bytes:
    """Rows as a CSV file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(rows: list[dict[str, Any]]) -> bytes:
    """Rows as a workbook."""
    book = Workbook()
    header = list(dict.fromkeys(name for row in rows for name in row))
    book.active.append(header)
    for row in rows:
        book.active.append([row.get(name) for name in header])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@contextmanager
def desk_on(server: Server, folder: Path, **given: Any) -> Any:
    """A desk on a fresh database."""
    desk = Desk(server.database(), folder, **given)
    try:
        yield desk
    finally:
        desk.close()
