"""Run `allocator plan` once and keep its files."""

from pathlib import Path

from service.cli import main

FAST = ("--time-limit", "20", "--threads", "1")


def run_plan(projects: Path, registry: Path, out: Path, *more: str) -> int:
    """Exit code of one plan."""
    return main(["plan", "--projects", str(projects), "--registry", str(registry), "--out", str(out), *FAST, *more])
