"""Reads an exported model with a reader that did not write it, and solves it; runs in a child."""

import subprocess
from pathlib import Path

from ortools.linear_solver.python import model_builder

from allocator.engines.milp import pulp
from allocator.engines.task import Answer, AnswerStatus, Report, Task


def optimum(task: Task, report: Report) -> Answer:
    """Optimal objective of the file that the settings name, as the answer's note."""
    path = Path(task.settings["path"])
    value = _with_cbc(path) if path.suffix == ".lp" else _with_ortools(path)
    return Answer(AnswerStatus.UNKNOWN, note=str(round(value)))


def _with_ortools(path: Path) -> float:
    model = model_builder.Model()
    assert model.import_from_mps_file(str(path))
    solver = model_builder.Solver("sat")
    assert solver.solve(model) == model_builder.SolveStatus.OPTIMAL
    return solver.objective_value


def _with_cbc(path: Path) -> float:
    found = Path("found.txt")
    command = [pulp.PULP_CBC_CMD().path, str(path), "-preprocess", "off", "-solve", "-solution", str(found)]
    subprocess.run(command, check=True, capture_output=True)
    status, _, value = found.read_text().splitlines()[0].partition(" - objective value ")
    assert status == "Optimal"
    return float(value)
