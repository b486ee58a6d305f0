"""Arguments of the command that answers questions about a whole plan."""

import argparse
from collections.abc import Callable
from pathlib import Path

from service.cli.arguments.base import Command, count, moves, seconds, seed

Declare = Callable[[argparse.ArgumentParser], None]


def _answers(command: argparse.ArgumentParser) -> None:
    questions = command.add_subparsers(dest="question", required=True, metavar="QUESTION")
    for name, (text, declare) in QUESTIONS.items():
        question = questions.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        question.add_argument("--plan", type=Path, required=True, metavar="PLAN.json")
        declare(question)
        question.add_argument("--time-limit", type=seconds, default=300.0, metavar="S", help="wall seconds in all")
        question.add_argument(
            "--engine",
            choices=("cp-sat", "scip", "highs", "both"),
            default="cp-sat",
            help="engine of every solve; both: CP-SAT and SCIP, twice the time (default: cp-sat)",
        )
        question.add_argument("--seed", type=seed, default=0, help="seed of the engines and of what is drawn")
        question.add_argument("--out", type=Path, metavar="FILE", help="also write the answer to a JSON file")
        question.add_argument("--json", action="store_true", help="the answer as JSON")


def _hard(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--keep", action="append", default=[], metavar="RULE", help="take this rule for granted; may be repeated"
    )


def _conflict(command: argparse.ArgumentParser) -> None:
    _hard(command)
    command.add_argument("--by-rule", action="store_true", help="name rules, not the places where they clash")


def _repair(command: argparse.ArgumentParser) -> None:
    _hard(command)
    command.add_argument(
        "--scenario", type=Path, metavar="FILE", help="write the repair as a scenario for `allocator plan`"
    )


def _goals(default: int) -> Declare:
    def declare(command: argparse.ArgumentParser) -> None:
        command.add_argument(
            "--goals", type=count, default=default, metavar="N", help=f"pursue the first N goals (default: {default})"
        )

    return declare


def _build_next(command: argparse.ArgumentParser) -> None:
    _goals(1)(command)
    command.add_argument(
        "--floor-area", type=_area, default=1000, metavar="M2", help="floor of the block, m² (default: 1000)"
    )


def _alternatives(command: argparse.ArgumentParser) -> None:
    command.add_argument("--count", type=count, default=5, metavar="N", help="so many plans at least (default: 5)")
    command.add_argument(
        "--gap", type=_per_cent, default=100, metavar="%", help="of the first goal, per cent (default: 1)"
    )


def _moves(command: argparse.ArgumentParser) -> None:
    command.add_argument("--most-moves", type=moves, default=5, metavar="K", help="from 0 to K moves (default: 5)")
    command.add_argument(
        "--rate",
        type=moves,
        metavar="N",
        help="what a point of price costs of the gain (default: as the order of goals weighs it, else 1)",
    )


def _sensitivity(command: argparse.ArgumentParser) -> None:
    command.add_argument("--samples", type=count, default=20, metavar="N", help="scenarios of demand (default: 20)")
    command.add_argument(
        "--spread", type=_per_cent, default=1000, metavar="%", help="demand up or down, per cent (default: 10)"
    )


def _area(text: str) -> int:
    asked = int(text)
    if not 1 <= asked <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text} is not between 1 and 1000000 m²")
    return asked


def _per_cent(text: str) -> int:
    """Basis points of a percentage."""
    asked = round(float(text) * 100)
    if not 0 <= asked < 10_000:
        raise argparse.ArgumentTypeError(f"{text} is not a percentage from 0 to less than 100")
    return asked


QUESTIONS: dict[str, tuple[str, Declare]] = {
    "conflict": ("which rules clash in a batch without a plan", _conflict),
    "repair": ("the cheapest repair of a batch without a plan", _repair),
    "exceptions": ("what every policy exception bought", _goals(2)),
    "build-next": ("what one more block of floor is worth, by kind and district", _build_next),
    "importance": ("what is lost without each space", _goals(1)),
    "alternatives": ("plans nearly as good that differ in named ways", _alternatives),
    "moves": ("what each move against the published plan gains", _moves),
    "sensitivity": ("what becomes of every project when demand changes", _sensitivity),
}
"""Every question, with its help and its own arguments."""

ANSWERING = (
    Command(
        "answers", "questions about a whole plan, answered by solving anew", "service.cli.analyse:answers", _answers
    ),
)
