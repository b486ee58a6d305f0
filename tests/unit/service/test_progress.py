import os
import pty
import subprocess
import sys
from pathlib import Path


def test_a_terminal_sees_goal_incumbent_bound_gap_and_seconds(tmp_path, project_row, write_csv, write_registry):
    projects = write_csv(tmp_path / "p.csv", [project_row(project_id=f"P{i}") for i in range(9)])
    leader, follower = pty.openpty()
    command = ["plan", "--projects", projects, "--registry", write_registry(), "--out", tmp_path / "out"]
    with subprocess.Popen(
        [sys.executable, "-m", "service.cli", *map(str, command), "--time-limit", "10"],
        stderr=follower,
        stdout=subprocess.DEVNULL,
        cwd=Path(__file__).parents[3],
    ) as running:
        os.close(follower)
        seen = b""
        while True:
            try:
                piece = os.read(leader, 4096)
            except OSError:
                break
            if not piece:
                break
            seen += piece
        running.wait(30)
    os.close(leader)
    text = seen.decode()
    assert running.returncode == 0
    assert "goal value: incumbent" in text
    assert "bound" in text
    assert "gap" in text
    assert "dossiers 8/9" in text
    assert text.endswith("\r\x1b[K"), "the line is wiped when the work is done"
