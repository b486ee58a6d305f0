"""Arguments of the commands that draw plans and print them: map and report."""

import argparse
from pathlib import Path

from service.arguments.base import Command


def _map(command: argparse.ArgumentParser) -> None:
    command.add_argument("--plan", type=Path, required=True)
    command.add_argument("--view", metavar="NAME", help="what is seen first: a view, project:ID or park:ID")
    command.add_argument("--against", type=Path, metavar="PLAN_B.json", help="plan B, for the comparison")
    command.add_argument("--robustness", type=Path, metavar="FILE", help='JSON {"project": [kept, of], …}')
    command.add_argument("--build-next", type=Path, metavar="FILE", help="JSON table of kind, district and value")
    command.add_argument("--settings", type=Path, metavar="FILE", help="tile layers and map approval number")
    command.add_argument("--language", choices=("both", "zh", "en"), default="both", help="default: both")
    command.add_argument("--out", type=Path, default=Path("out/map.html"), metavar="FILE", help="default: out/map.html")


def _report(command: argparse.ArgumentParser) -> None:
    command.add_argument("--plan", type=Path, required=True)
    command.add_argument("--settings", type=Path, metavar="FILE", help="map approval number")
    command.add_argument("--language", choices=("both", "zh", "en"), default="both", help="default: both")
    command.add_argument("--out", type=Path, default=Path("out/report"), metavar="DIR", help="default: out/report")


MAPPING = (
    Command("map", "draw a plan, or two, as one HTML file", "service.mapping:draw", _map),
    Command("report", "print a plan: A3 report, picture of the map, workbook", "service.reporting:write", _report),
)
