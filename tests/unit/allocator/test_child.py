import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from allocator.engines import solver_process as child_module
from allocator.engines.shared_incumbent import SharedIncumbent, hand_over
from allocator.engines.solver_process import SolverProcess, run_alone, wait_for
from allocator.engines.task import AnswerStatus, Task
from allocator.errors import EngineError
from allocator.linear.expressions import Row, Sense

ROOT = Path(__file__).parents[3]
TASK = Task(("x", "y"), (Row({0: 1, 1: 1}, Sense.AT_MOST, 1, "one"),), {0: 2, 1: 3}, time_limit_s=1.0)


@pytest.fixture(autouse=True)
def _misbehaving(monkeypatch):
    monkeypatch.setitem(child_module.ENGINES, "test", "tests.support.fake_engines")


def gone(pid: int, within_s: float = 5.0) -> bool:
    """Whether a process has ended, or ends in time; a zombie has ended."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("engine", ["cp-sat", "milp", "highs"])
def test_an_engine_answers_from_its_child(engine):
    answer = run_alone(engine, TASK)
    assert (answer.status, answer.values, answer.bound) == (AnswerStatus.OPTIMAL, (0, 1), 3)


SCRIPT = """
from allocator.engines.solver_process import run_alone
from allocator.engines.task import Task

print("read")
if __name__ == "__main__":
    print(run_alone("ENGINE", Task(("x",), (), {0: 1}, time_limit_s=5.0)).values)
"""


@pytest.mark.parametrize("engine", ["cp-sat", "highs"])
def test_a_child_does_not_read_the_script_that_started_its_parent(tmp_path, engine):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.replace("ENGINE", engine))
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    ended = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, check=True)
    assert ended.stdout.split("\n")[:2] == ["read", "(1,)"]


def test_children_that_threads_start_at_once_leave_the_script_in_its_place():
    main, patient = sys.modules["__main__"], replace(TASK, time_limit_s=60.0)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: run_alone("cp-sat", patient).values, range(16)))
    assert answers == [(0, 1)] * 16
    assert sys.modules["__main__"] is main


NICE = """
import os
from allocator.engines import solver_process
from allocator.engines.solver_process import run_alone
from allocator.engines.task import Task

if __name__ == "__main__":
    solver_process.ENGINES["test"] = "tests.support.fake_engines"
    os.nice(7)
    print(run_alone("test", Task(("x",), (), {0: 1}, time_limit_s=5.0), entry="session").note)
"""


def test_a_child_gives_way_to_other_sessions_as_far_as_to_its_own(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(NICE)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    ended = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, check=True)
    assert ended.stdout.startswith("7 ")
    assert ended.stdout.strip().endswith("nice 7")


def test_a_session_is_given_the_niceness_that_is_named():
    script = (
        "import os; os.setsid()\n"
        "from allocator.engines.process_priority import lower_session_priority\nlower_session_priority(5)\n"
        "from pathlib import Path; group = Path('/proc/self/autogroup')\n"
        "print(os.nice(0), group.read_text() if group.exists() else 'nice 5')"
    )
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout.startswith("0 ")
    assert ended.stdout.strip().endswith("nice 5")


def test_an_engine_that_ignores_its_limit_is_ended_with_all_it_started():
    started = time.monotonic()
    running = SolverProcess.start("test", TASK, entry="hang")
    while running.running:
        wait_for([running], 0.2)
    assert "did not stop" in running.failure
    assert time.monotonic() - started < 1.0 + child_module.GRACE_S + 3.0
    assert gone(running.progress.bound)
    assert gone(running.progress.value)


def test_running_out_of_memory_is_a_named_failure():
    with pytest.raises(EngineError, match="memory"):
        # to fill so much memory may take longer than the second that the task gives
        run_alone("test", replace(TASK, time_limit_s=30.0), entry="gobble", memory_bytes=2 << 30)


def test_children_have_the_memory_that_their_thread_was_given():
    patient = replace(TASK, time_limit_s=60.0)
    assert run_alone("test", patient, entry="allowance").note == str(8 << 30)
    given = child_module.memory_bytes_of_children.set(3 << 30)
    try:
        assert run_alone("test", patient, entry="allowance").note == str(3 << 30)
        assert run_alone("test", patient, entry="allowance", memory_bytes=2 << 30).note == str(2 << 30)
    finally:
        child_module.memory_bytes_of_children.reset(given)


def test_a_crash_is_a_named_failure():
    with pytest.raises(EngineError, match=f"ended with code -{int(signal.SIGABRT)}"):
        run_alone("test", TASK, entry="crash")


def test_values_that_break_a_row_are_not_believed():
    with pytest.raises(EngineError, match="break the model"):
        run_alone("test", TASK, entry="broken_values")


def test_nothing_is_left_of_a_childs_files():
    answer = run_alone("test", TASK, entry="litter")
    assert answer.note
    assert not Path(answer.note).exists()


PARENT = """
import sys, time
from allocator.engines import solver_process
from allocator.engines.solver_process import SolverProcess, wait_for
from allocator.engines.task import Task

if __name__ == "__main__":
    solver_process.ENGINES["test"] = "tests.support.fake_engines"
    running = SolverProcess.start("test", Task(("x",), (), {0: 1}, time_limit_s=600.0), entry="hang")
    while running.progress is None:
        wait_for([running], 0.2)
    print(running.progress.bound, running.progress.value, flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("death", [signal.SIGTERM, signal.SIGKILL])
def test_no_child_outlives_its_parent(death, tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(root)}
    ) as parent:
        engine, grandchild = map(int, parent.stdout.readline().split())
        parent.send_signal(death)
        parent.wait(10)
        assert gone(engine, 2.0)
        assert gone(grandchild, 2.0)


def test_a_plan_is_handed_over_to_a_running_child_and_to_none_that_has_ended():
    child = SolverProcess.start("test", TASK, entry="listen")
    try:
        child.hand_over(bytes((0, 1)))
        while child.running:
            wait_for([child], 0.1)
    finally:
        child.stop()
    assert (child.failure, child.answer.values) == (None, (0, 1))
    child.hand_over(bytes((1, 0)))
    hand_over(child.folder, bytes((1, 0)))
    assert not Path(child.folder).exists()


def test_only_a_newer_plan_is_taken_in(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shared = SharedIncumbent()
    assert shared.newer() is None
    hand_over(str(tmp_path), b"\0\1")
    assert (shared.newer(), shared.newer()) == (b"\0\1", None)
    hand_over(str(tmp_path), b"\1\0")
    assert shared.newer() == b"\1\0"
    assert [path.name for path in tmp_path.iterdir()] == ["incumbent"]
