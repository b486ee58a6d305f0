"""Arguments of the commands that draw plans and print them: map and report."""

import argparse
from pathlib import Path

from service.cli.arguments.base import Command


def _map(command: argparse.ArgumentParser) -> None:
    command.add_argument("--plan", type=Path, required=True)
    command.add_argument("--view", metavar="NAME", help="what is seen first: a view, project:ID or park:ID")
    command.add_argument("--against", type=Path, metavar="PLAN_B.json", help="plan B, for the comparison")
    _answers(command)
    command.add_argument("--settings", type=Path, metavar="FILE", help="tile layers and map approval number")
    command.add_argument("--language", choices=("both", "zh", "en"), default="both", help="default: both")
    command.add_argument("--out", type=Path, default=Path("out/map.html"), metavar="FILE", help="default: out/map.html")


def _answers(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--answers",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="what `answers alternatives`, `sensitivity` or `build-next` wrote about the plan; may be repeated",
    )


def _report(command: argparse.ArgumentParser) -> None:
    command.add_argument("--plan", type=Path, required=True)
    _answers(command)
    command.add_argument("--settings", type=Path, metavar="FILE", help="map approval number")
    command.add_argument("--language", choices=("both", "zh", "en"), default="both", help="default: both")
    command.add_argument("--out", type=Path, default=Path("out/report"), metavar="DIR", help="default: out/report")


MAPPING = (
    Command("map", "draw a plan, or two, as one HTML file", "service.cli.map:draw", _map),
    Command("report", "print a plan: A3 report, picture of the map, workbook", "service.cli.report:write", _report),
)
