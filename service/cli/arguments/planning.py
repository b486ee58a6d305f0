"""Arguments of the commands that make plans: demo and plan."""

import argparse
from pathlib import Path

from service.cli.arguments.base import Command, count, month, moves, seconds, seed


def _demo(command: argparse.ArgumentParser) -> None:
    solving(command, time_limit_s=40.0, out="out/demo")


def _plan(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--projects", type=Path, required=True, help=".json, .csv, a workbook (.xlsx, .xls, .ods …), .geojson or .gpkg"
    )
    command.add_argument(
        "--registry", type=Path, help="directory with parks.*, spaces.*, … (default: the seed registry)"
    )
    command.add_argument(
        "--plan-from", type=month, metavar="YYYY-MM", help="first month (default: the first asked for)"
    )
    command.add_argument(
        "--published", type=Path, metavar="PLAN.json", help="the plan in force, to be changed as little"
    )
    command.add_argument("--max-moves", type=moves, metavar="K", help="move or drop at most K published components")
    solving(command, time_limit_s=60.0, out="out/plan")


def solving(command: argparse.ArgumentParser, time_limit_s: float, out: str) -> None:
    """Arguments of every command that solves and writes a plan."""
    command.add_argument(
        "--scenario", type=Path, action="append", metavar="FILE", help="patch the inputs; may be repeated"
    )
    command.add_argument("--goals", type=Path, metavar="FILE", help="order and weights of the goals")
    command.add_argument(
        "--engine",
        choices=("auto", "exact", "highs", "scale"),
        default="auto",
        help="how to solve (default: auto, by size)",
    )
    command.add_argument("--time-limit", type=seconds, default=time_limit_s, metavar="S", help="wall seconds")
    command.add_argument("--threads", type=count, metavar="N", help="threads of CP-SAT (default: every core)")
    command.add_argument("--seed", type=seed, default=0, help="seed of the engines (default: 0)")
    command.add_argument("--out", type=Path, default=Path(out), metavar="DIR", help=f"where to write (default: {out})")
    command.add_argument("--model", type=Path, metavar="FILE", help="also write the model, as .lp or .mps")
    command.add_argument("--json", action="store_true", help="the summary and any faults as JSON")


PLANNING = (
    Command("demo", "plan the seed batch on the seed registry and write everything", "service.cli.plan:demo", _demo),
    Command("plan", "plan a batch of projects", "service.cli.plan:plan", _plan),
)
