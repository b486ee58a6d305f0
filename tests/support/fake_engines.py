"""Engines that misbehave, to be run in children by name."""

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

from allocator.engines.shared_incumbent import SharedIncumbent
from allocator.engines.task import Answer, AnswerStatus, Progress, Report, Task


def broken_values(task: Task, report: Report) -> Answer:
    """Claim that taking everything is optimal."""
    values = (1,) * len(task.variables)
    return Answer(AnswerStatus.OPTIMAL, values, task.evaluate(values))


def low_bound(task: Task, report: Report) -> Answer:
    """Claim the empty plan with a bound that a better plan beats."""
    values = (0,) * len(task.variables)
    return Answer(AnswerStatus.OPTIMAL, values, task.evaluate(values))


def never_feasible(task: Task, report: Report) -> Answer:
    """Claim that there is no plan."""
    return Answer(AnswerStatus.INFEASIBLE)


def hang(task: Task, report: Report) -> Answer:
    """Ignore the time limit and polite signals, with a child that does the same."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    report(Progress("hang", grandchild.pid, os.getpid(), 0.0))
    time.sleep(600)
    return Answer(AnswerStatus.UNKNOWN)


def gobble(task: Task, report: Report) -> Answer:
    """Ask for more memory than allowed."""
    hoard = [bytearray(64 << 20) for _ in range(1000)]
    return Answer(AnswerStatus.UNKNOWN, note=str(len(hoard)))


def allowance(task: Task, report: Report) -> Answer:
    """Say how much memory is allowed."""
    return Answer(AnswerStatus.UNKNOWN, note=str(resource.getrlimit(resource.RLIMIT_AS)[0]))


def crash(task: Task, report: Report) -> Answer:
    """Die as a solver does."""
    os.abort()


def listen(task: Task, report: Report) -> Answer:
    """Answer with the plan that is handed over."""
    shared = SharedIncumbent()
    while (values := shared.newer()) is None:
        time.sleep(0.02)
    return Answer(AnswerStatus.FEASIBLE, tuple(values))


def session(task: Task, report: Report) -> Answer:
    """Say how nice this process is, and its session to other sessions where the system counts that."""
    group = Path("/proc/self/autogroup")
    said = group.read_text() if group.exists() else f"no groups: nice {os.nice(0)}"
    return Answer(AnswerStatus.UNKNOWN, note=f"{os.nice(0)} {said}")


def litter(task: Task, report: Report) -> Answer:
    """Leave a file behind in the working folder."""
    with open("left-behind.mps", "w") as file:  # noqa: PTH123  the relative path is the point
        file.write("x")
    return Answer(AnswerStatus.UNKNOWN, note=os.getcwd())  # noqa: PTH109
