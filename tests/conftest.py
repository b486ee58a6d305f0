"""Small correct records, and writers that put them on disk as a planner's files."""

import csv
import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import structlog
from openpyxl import Workbook

from allocator.engines.scale.core.kernel_cache import compile_once

Rows = Sequence[dict[str, Any]]

FUNCTIONS = ("hq", "rnd", "pilot", "manufacturing", "testing", "animal", "clinical_demo", "platform")


TODAY = "2026-09-15"
"""The day of every test, here and in the processes that tests start: what is asked for must not lie in the past."""


def pytest_configure() -> None:
    """Stop the clock before anything reads it."""
    os.environ["ALLOCATOR_TODAY"] = TODAY
    # the renderer's own choice prints every local variable of every frame, which takes minutes for a whole plan
    renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], renderer])


def pytest_sessionstart(session: pytest.Session) -> None:
    """Where several test at once, compile kernels beside the first tests instead of while all wait for it."""
    several = getattr(session.config.option, "numprocesses", None)
    if several and not hasattr(session.config, "workerinput"):
        threading.Thread(target=compile_once, daemon=True).start()


FIRST_REPORT: list[Any] = []


@pytest.fixture(scope="module")
def drawn_once() -> Iterator[None]:
    """Draw the first report and give it to every plan: reports have their own tests, and are most of a small run."""
    from service.exports import plan_files  # noqa: PLC0415

    draw = plan_files.report

    def report(*given: Any, **wishes: Any) -> Any:
        if not FIRST_REPORT:
            FIRST_REPORT.append(draw(*given, **wishes))
        return FIRST_REPORT[0]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(plan_files, "report", report)
        yield


@pytest.fixture(scope="session")
def server() -> Iterator[Any]:
    """The real PostgreSQL of the wheel, started once; a fresh database for whoever asks."""
    # the service takes seconds to load, and most tests need none
    from tests.support.api_client import Server  # noqa: PLC0415

    running = Server()
    yield running
    running.end()


@pytest.fixture(scope="module")
def desk(server: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The application in this process, with people at it; shared by a module."""
    from tests.support.api_client import desk_on  # noqa: PLC0415

    with desk_on(server, tmp_path_factory.mktemp("desk")) as made:
        yield made


@pytest.fixture
def fresh(server: Any, tmp_path: Path) -> Iterator[Any]:
    """The same with a database of its own."""
    from tests.support.api_client import desk_on  # noqa: PLC0415

    with desk_on(server, tmp_path) as made:
        yield made


@pytest.fixture
def project_row() -> Callable[..., dict[str, Any]]:
    def build(**changes: Any) -> dict[str, Any]:
        row: dict[str, Any] = {
            "project_id": "P1",
            "enterprise": "南山影像",
            "segment": "imaging",
            "tier": "leader",
            "priority": 3,
            "component_id": "rnd",
            "function": "rnd",
            "floor_area_m2": 1200,
        }
        return row | changes

    return build


@pytest.fixture
def district() -> Callable[..., dict[str, Any]]:
    def build(adcode: str = "440310", **changes: Any) -> dict[str, Any]:
        row: dict[str, Any] = {"adcode": adcode, "name_zh": "坪山区", "name_en": "Pingshan", "side": "north"}
        return row | {"permissions": dict.fromkeys(FUNCTIONS, "allowed")} | changes

    return build


@pytest.fixture
def park() -> Callable[..., dict[str, Any]]:
    def build(**changes: Any) -> dict[str, Any]:
        return {"park_id": "A", "name_zh": "甲园", "district": "440310", "lon": 114.35, "lat": 22.69} | changes

    return build


@pytest.fixture
def space() -> Callable[..., dict[str, Any]]:
    def build(**changes: Any) -> dict[str, Any]:
        return {"space_id": "A1", "park_id": "A", "kind": "rnd_lab", "floor_area_m2": 5000} | changes

    return build


@pytest.fixture
def write_csv() -> Callable[..., Path]:
    def write(path: Path, rows: Rows, encoding: str = "utf-8", delimiter: str = ",") -> Path:
        header = list(dict.fromkeys(name for row in rows for name in row))
        with path.open("w", encoding=encoding, newline="") as stream:
            writer = csv.DictWriter(stream, header, restval="", delimiter=delimiter)
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write


@pytest.fixture
def write_xlsx() -> Callable[..., Path]:
    def write(path: Path, rows: Rows, sheet: str = "projects", before: Sequence[str] = ()) -> Path:
        book = Workbook()
        book.remove(book.worksheets[0])
        for name in before:
            book.create_sheet(name).append(["说明"])
        page = book.create_sheet(sheet)
        header = list(dict.fromkeys(name for row in rows for name in row))
        page.append(header)
        for row in rows:
            page.append([row.get(name) for name in header])
        book.save(path)
        return path

    return write


@pytest.fixture
def write_json() -> Callable[[Path, Any], Path]:
    def write(path: Path, content: Any) -> Path:
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        return path

    return write


@pytest.fixture
def write_registry(
    tmp_path: Path, write_json: Callable[[Path, Any], Path], district: Any, park: Any, space: Any
) -> Callable[..., Path]:
    def write(**lists: Any) -> Path:
        folder = tmp_path / "registry"
        folder.mkdir(exist_ok=True)
        content = {"districts": [district()], "parks": [park()], "spaces": [space()]} | lists
        for kind, records in content.items():
            write_json(folder / f"{kind}.json", records)
        return folder

    return write
