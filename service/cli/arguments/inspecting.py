"""Arguments of the commands that ask about plans: check, explain, recommend, compare, schema."""

import argparse
from pathlib import Path

from service.cli.arguments.base import Command, count, seconds, seed

LANGUAGES = ("zh", "en", "both")
FORMATS = ("projects", "spaces", "parks", "tenancies", "districts", "plan", "dossier", "answers")


def _check(command: argparse.ArgumentParser) -> None:
    command.add_argument("--plan", type=Path, required=True)
    command.add_argument("--projects", type=Path, help="check against these projects instead of those in the plan")
    command.add_argument("--registry", type=Path, help="check against this registry instead of the one in the plan")
    command.add_argument("--json", action="store_true", help="faults as JSON")


def _explain(command: argparse.ArgumentParser) -> None:
    command.add_argument("--plan", type=Path, required=True)
    command.add_argument("project_id", nargs="?")
    command.add_argument("--all", action="store_true", help="every project's dossier")
    _language(command)
    command.add_argument("--force", metavar="PLACE", help="price of having it in this space, park or district")
    command.add_argument("--component", metavar="ID", help="which component to force (default: the only one)")
    command.add_argument("--time-limit", type=seconds, default=60.0, metavar="S", help="wall seconds of that solve")
    command.add_argument("--json", action="store_true", help="the dossier as JSON")


def _language(command: argparse.ArgumentParser) -> None:
    command.add_argument("--lang", choices=LANGUAGES, default="both", help="language of the text (default: both)")


def _recommend(command: argparse.ArgumentParser) -> None:
    command.add_argument("--plan", type=Path, required=True)
    command.add_argument("--project", type=Path, required=True, help="file with the newcomer")
    command.add_argument("--most", type=count, default=5, metavar="N", help="most suggestions (default: 5)")
    command.add_argument("--time-limit", type=seconds, default=60.0, metavar="S", help="wall seconds of the search")
    _language(command)
    command.add_argument("--json", action="store_true", help="the recommendation as JSON")


def _compare(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "plans", type=Path, nargs="+", metavar="PLAN.json", help="the first is what others differ from"
    )
    command.add_argument(
        "--scenario", type=Path, action="append", metavar="FILE", help="solve the first plan anew under it; repeatable"
    )
    command.add_argument("--engine", choices=("auto", "exact"), default="auto", help="how to solve (default: auto)")
    command.add_argument("--time-limit", type=seconds, default=60.0, metavar="S", help="wall seconds per scenario")
    command.add_argument("--threads", type=count, metavar="N", help="threads of CP-SAT (default: every core)")
    command.add_argument("--seed", type=seed, default=0, help="seed of the engines (default: 0)")
    command.add_argument("--out", type=Path, metavar="DIR", help="keep the plan of each scenario in a folder here")
    command.add_argument("--json", action="store_true", help="the comparison as JSON")


def _schema(command: argparse.ArgumentParser) -> None:
    command.add_argument("format", choices=FORMATS)


ASKING = (
    Command("check", "check a plan with neither model nor solver", "service.cli.inspect_plan:check", _check),
    Command(
        "explain", "why a project stands where it stands, or nowhere", "service.cli.inspect_plan:explain", _explain
    ),
    Command(
        "recommend",
        "ranked sites for a newcomer, all others staying put",
        "service.cli.inspect_plan:recommend",
        _recommend,
    ),
    Command("compare", "what plans do differently, or one under scenarios", "service.cli.compare:compare", _compare),
    Command("schema", "JSON Schema of a format", "service.cli.schema:schema", _schema),
)
