import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from allocator.errors import InputError
from geodata.cells.field_types import Origin
from service.files import readers as readers_module
from service.files.readers import Readers
from service.i18n.fault_text import chinese

ROOT = Path(__file__).parents[3]
MIB = 2**20


@pytest.fixture
def readers():
    return Readers(60, 128 * MIB)


@pytest.fixture
def own_tmp(tmp_path, monkeypatch):
    """A folder for temporary files that holds nothing of others."""
    monkeypatch.setattr(readers_module, "scratch", lambda: tmp_path)
    return tmp_path


def task(name):
    return f"tests.support.reader_tasks:{name}"


def gone(pid, within_s=120.0):
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def refused(readers, name, **files):
    with pytest.raises(InputError) as caught:
        readers.read(task(name), files or {"upload.csv": b""})
    (fault,) = caught.value.faults
    assert fault.code == "too-large"
    assert fault.file == "upload.csv"
    assert chinese(fault.message) != fault.message
    return fault.message


def test_a_reader_sees_the_files_and_leaves_nothing(readers, own_tmp):
    assert readers.read(task("said"), {"a.csv": b"1", "b.csv": b"2"}) == {"a.csv": "1", "b.csv": "2"}
    pid, folder = readers.read(task("whoami"), {})
    assert gone(pid)
    assert Path(folder).parent == own_tmp
    assert list(own_tmp.iterdir()) == []


def test_each_file_has_a_process_of_its_own(readers):
    assert len({readers.read(task("whoami"), {})[0] for _ in range(3)}) == 3


def test_memory_beyond_the_limit_is_a_fault(readers, own_tmp):
    assert refused(readers, "held") == "is damaged, or takes more than 128 MiB of memory or 60 seconds to read"
    assert list(own_tmp.iterdir()) == []


def test_the_limit_counts_what_a_file_takes_alone(readers):
    assert readers.read(task("memory"), {"upload": b"100"}) == 100 * MIB


def test_a_reader_without_end_is_ended_with_all_that_it_started(own_tmp):
    began = []

    def look():
        until = time.monotonic() + 60
        while not began and time.monotonic() < until:
            began.extend(path.read_text().split() for path in own_tmp.glob("*/began") if path.stat().st_size)
            time.sleep(0.01)

    looking = threading.Thread(target=look)
    looking.start()
    assert "or 2 seconds to read" in refused(Readers(2, 128 * MIB), "asleep")
    looking.join()
    ids = [int(each) for each in began[0]]
    assert len(ids) == 2
    assert all(gone(each) for each in ids)
    assert list(own_tmp.iterdir()) == []


def test_a_reader_that_computes_without_end_is_ended(own_tmp):
    refused(Readers(1, 128 * MIB), "busy")
    assert list(own_tmp.iterdir()) == []


def test_a_reader_that_aborts_is_a_fault_of_its_file(readers):
    assert refused(readers, "killed").startswith("is damaged")


def test_a_reader_has_no_network_no_programs_and_no_session(readers):
    assert readers.read(task("network"), {}) == ["socket", "pair", "program", "session", "group"]


def test_a_reader_knows_no_secret_of_the_service(readers, monkeypatch):
    monkeypatch.setenv("ALLOCATOR_PEPPER", "a secret of the service")
    readers_module._FORK_SERVER.end()
    known = readers.read(task("environment"), {})
    assert [name for name in known if name.startswith(("ALLOCATOR_", "DATABASE_"))] == ["ALLOCATOR_TODAY"]
    assert "a secret of the service" not in known.values()


def test_an_answer_is_made_of_records_alone(readers, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert readers.read(task("record"), {}) == Origin("a.csv", 3)
    with pytest.raises(readers_module.pickle.UnpicklingError):
        readers.read(task("evil"), {})
    assert list(tmp_path.iterdir()) == []


def test_an_answer_that_is_too_large_is_a_fault(readers, monkeypatch):
    monkeypatch.setattr(readers_module, "MAX_ANSWER_BYTES", MIB)
    assert refused(readers, "much").startswith("is damaged")


def test_a_defect_is_no_fault_of_the_file(readers):
    with pytest.raises(RuntimeError, match="of ours"):
        readers.read(task("defect"), {})


def test_the_process_of_readers_starts_anew_when_it_was_killed(readers):
    readers.warm()
    before = readers_module._FORK_SERVER._process.pid
    os.kill(before, signal.SIGKILL)
    assert gone(before)
    assert readers.read(task("said"), {"a": b"1"}) == {"a": "1"}


def test_a_reader_gets_what_the_service_gives_it_and_no_file_of_it(readers):
    assert readers.read(task("repeated"), {}, "ab", 3) == "ababab"
    assert readers.read(task("said"), {"a": b"1"}) == {"a": "1"}


LEFT = """
import json, sys, threading, time
from pathlib import Path
from service.files import readers as readers_module
from service.files.readers import Readers

readers_module.scratch = lambda: Path(sys.argv[1])
threading.Thread(target=Readers(600, 1 << 30).read, args=("tests.support.reader_tasks:asleep", {}), daemon=True).start()
while not (found := [path for path in Path(sys.argv[1]).glob("*/began") if path.stat().st_size]):
    time.sleep(0.01)
print(json.dumps([readers_module._FORK_SERVER._process.pid, *map(int, found[0].read_text().split())]), flush=True)
time.sleep(600)
"""


def test_nothing_is_left_of_a_service_that_is_killed(tmp_path):
    service = subprocess.Popen(
        [sys.executable, "-c", LEFT, str(tmp_path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
    )
    with service:
        ids = json.loads(service.stdout.readline())
        service.kill()
    assert all(gone(each) for each in ids)
    assert list(tmp_path.iterdir()) == []
