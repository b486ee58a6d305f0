"""Arguments of the commands that ask about plans: check, explain, recommend, compare, schema."""

import argparse
from pathlib import Path

from service.arguments.base import Command, count, seconds

FORMATS = ("projects", "spaces", "parks", "tenancies", "districts", "plan", "dossier", "answers")


def _check(command: argparse.ArgumentParser) -> None:
    command.add_argument("--plan", type=Path, required=True)
    command.add_argument("--projects", type=Path, help="check against these projects instead of those in the plan")
    command.add_argument("--registry", type=Path, help="check against this registry instead of the one in the plan")
    command.add_argument("--json", action="store_true", help="faults as JSON")


def _explain(command: argparse.ArgumentParser) -> None:
    command.add_argument("--plan", type=Path, required=True)
    command.add_argument("project_id")
    command.add_argument("--force", metavar="PLACE", help="price of having it in this space, park or district")
    command.add_argument("--component", metavar="ID", help="which component to force (default: the only one)")
    command.add_argument("--time-limit", type=seconds, default=60.0, metavar="S", help="wall seconds of that solve")
    command.add_argument("--json", action="store_true", help="the dossier as JSON")


def _recommend(command: argparse.ArgumentParser) -> None:
    command.add_argument("--plan", type=Path, required=True)
    command.add_argument("--project", type=Path, required=True, help="file with the newcomer")
    command.add_argument("--most", type=count, default=5, metavar="N", help="most suggestions (default: 5)")
    command.add_argument("--json", action="store_true", help="the recommendation as JSON")


def _compare(command: argparse.ArgumentParser) -> None:
    command.add_argument("plan_a", type=Path, metavar="PLAN_A.json")
    command.add_argument("plan_b", type=Path, metavar="PLAN_B.json")
    command.add_argument("--json", action="store_true", help="the comparison as JSON")


def _schema(command: argparse.ArgumentParser) -> None:
    command.add_argument("format", choices=FORMATS)


ASKING = (
    Command("check", "check a plan with neither model nor solver", "service.inquiries:check", _check),
    Command("explain", "why a project stands where it stands, or nowhere", "service.inquiries:explain", _explain),
    Command(
        "recommend", "ranked sites for a newcomer, all others staying put", "service.inquiries:recommend", _recommend
    ),
    Command("compare", "what one plan does differently from another", "service.inquiries:compare", _compare),
    Command("schema", "JSON Schema of a format", "service.inquiries:schema", _schema),
)
