import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TAKE = """
import sys
from allocator.engines.scratch_folder import scratch

folder = scratch()
(folder / "file").write_text("x")
print(folder, flush=True)
sys.stdin.read()
"""


def process(folder, code=TAKE, **streams):
    environment = {**os.environ, "TMPDIR": str(folder), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **streams
    )


def folders(folder):
    return list(folder.glob("allocator-*-scratch/*"))


def test_a_folder_goes_with_its_process(tmp_path):
    with process(tmp_path) as taking:
        own = Path(taking.stdout.readline().strip())
        assert folders(tmp_path) == [own]
        taking.stdin.close()
    assert folders(tmp_path) == []


def test_the_folder_of_a_killed_process_is_removed_by_the_next_and_that_of_a_living_one_is_not(tmp_path):
    with process(tmp_path) as living, process(tmp_path) as killed:
        kept, left = (Path(each.stdout.readline().strip()) for each in (living, killed))
        killed.kill()
        killed.wait()
        assert sorted(folders(tmp_path)) == sorted([kept, left])
        with process(tmp_path) as following:
            own = Path(following.stdout.readline().strip())
            assert sorted(folders(tmp_path)) == sorted([kept, own])
            assert (kept / "file").read_text() == "x"
            following.stdin.close()
        living.stdin.close()
    assert folders(tmp_path) == []


def test_a_name_that_somebody_else_took_is_not_used(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / f"allocator-{os.getuid()}-scratch").symlink_to(elsewhere)
    with process(tmp_path) as taking:
        assert Path(taking.stdout.readline().strip()).parent.parent == tmp_path
        taking.stdin.close()
    assert list(elsewhere.iterdir()) == []


SOLVE = """
import sys
from allocator.engines.solver_process import run_alone
from allocator.engines.task import Task

if __name__ == "__main__":
    run_alone("milp", Task(("x",), (), {0: 1}, time_limit_s=60.0))
    print("solved", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def short():
    """A folder whose name leaves room for the path of a socket."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def test_sockets_and_folders_of_solvers_stand_in_the_folder_of_their_process(short):
    with process(short, SOLVE) as solving:
        assert solving.stdout.readline() == "solved\n"
        assert [path.name for path in short.iterdir()] == [f"allocator-{os.getuid()}-scratch"]
        solving.kill()
        solving.wait()
    with process(short) as following:
        own = Path(following.stdout.readline().strip())
        assert folders(short) == [own]
        following.stdin.close()
    with process(short, SOLVE, stderr=subprocess.STDOUT) as ending:
        assert ending.communicate()[0] == "solved\n"
    assert folders(short) == []
