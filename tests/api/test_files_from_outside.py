"""Files that take over whoever reads them: the service answers on, and nothing of them stays."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from allocator.engines.scratch_folder import scratch
from service.files.readers import Readers
from tests.support import hostile_files as files
from tests.support.api_client import a_project, as_csv

GEOPACKAGE = {"Content-Type": "application/geopackage+sqlite3"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def asleep(desk, monkeypatch):
    """Two readers that every file puts to sleep for good, with a second for each."""
    read = Readers.read
    monkeypatch.setattr(
        Readers, "read", lambda own, _task, sent, *_: read(own, "tests.support.reader_tasks:asleep", sent)
    )
    monkeypatch.setattr(desk.app.state.house, "readers", Readers(1, 128 * 2**20))
    monkeypatch.setattr(desk.app.state.house.files, "_wait_s", 8.0)


def is_well(desk, name):
    """Whether the service answers, takes a file, and keeps nothing else."""
    assert desk.ask(None, "GET", "/healthz").status_code == 200
    stored = desk.upload([a_project(name)], "pam")
    assert stored.status_code == 201, stored.text
    assert [path.name for path in scratch().iterdir() if path.name.startswith("upload-")] == []
    return True


def test_layers_without_end_are_refused_and_hold_nothing(desk):
    made = [files.endless_view(), files.endless_contents()]
    with ThreadPoolExecutor(8) as pool:
        sent = [pool.submit(desk.post, "batches", "pam", content=made[n % 2], headers=GEOPACKAGE) for n in range(24)]
        answers = [each.result() for each in sent]
    assert {answer.status_code for answer in answers} <= {422, 503}
    faults = [answer.json()["errors"][0] for answer in answers if answer.status_code == 422]
    assert {fault["message"].split(",")[0] for fault in faults} == {"has a view or a computed table"}
    assert is_well(desk, "AFTER-VIEWS")


def test_files_that_never_end_leave_the_service_to_others(desk, asleep, monkeypatch):
    with ThreadPoolExecutor(12) as pool:
        sent = [pool.submit(desk.upload, [a_project(f"ASLEEP-{n}")], "pam") for n in range(12)]
        assert desk.get("me", "vic").status_code == 200
        answers = [each.result() for each in sent]
    codes = [answer.status_code for answer in answers]
    assert set(codes) in ({422, 429}, {422, 429, 503})
    assert all(answer.headers["Retry-After"] for answer in answers if answer.status_code == 503)
    late = next(answer.json()["errors"][0] for answer in answers if answer.status_code == 422)
    assert (late["file"], late["code"]) == ("upload.csv", "too-large")
    assert "seconds to read" in late["message"]
    monkeypatch.undo()
    assert is_well(desk, "AFTER-SLEEP")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[" * 65 + b"]" * 65, "is nested deeper than 64 levels"),
        (b'[{"a": 1, "a": 2}]', "stands twice"),
        (b'[{"floor_area_m2": ' + b"9" * 309 + b"}]", "number of more than 40 digits"),
        (b'["' + b'\\"' * 100_000, "is not JSON"),
        (b"\xff\xfe\xfd", "is neither UTF-8 nor GB18030"),
    ],
)
def test_a_batch_in_json_is_read_as_a_file(desk, content, words):
    answer = desk.post("batches", content=content, headers=JSON)
    assert answer.status_code == 422, answer.text
    assert words in answer.json()["errors"][0]["message"]


def test_a_registry_is_read_as_files(desk):
    sent = {
        "parks": ("园区.gpkg", files.endless_view(), "application/octet-stream"),
        "spaces": ("spaces.csv", as_csv([{"space_id": "A"}]), "text/csv"),
    }
    answer = desk.post("registries/files", "oli", files=sent)
    assert answer.status_code == 422, answer.text
    assert ("parks.gpkg", "has a view or a computed table, 'projects'") in {
        (fault["file"], fault["message"]) for fault in answer.json()["errors"]
    }
