"""The command line: the same pipeline as the service."""

import argparse
import json
import sys
import traceback
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from allocator.errors import AllocatorError, Fault, InputError
from allocator.months import format_month, parse_month

OK, DEFECT, BAD_INPUT, INFEASIBLE, NO_PLAN = 0, 1, 2, 3, 4
"""Exit codes; ``check`` ends with INFEASIBLE when a plan breaks a rule."""


def parser() -> argparse.ArgumentParser:
    """Arguments of every command."""
    top = argparse.ArgumentParser(
        prog="allocator", description="Assigns projects to park space, proves how good the plan is, explains it."
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    demo = commands.add_parser("demo", help="plan the seed batch on the seed registry and write everything")
    _solving(demo, time_limit_s=40.0, out="out/demo")
    plan = commands.add_parser("plan", help="plan a batch of projects")
    plan.add_argument("--projects", type=Path, required=True, help=".json, .csv, .xlsx, .geojson or .gpkg")
    plan.add_argument("--registry", type=Path, help="directory with parks.*, spaces.*, … (default: the seed registry)")
    plan.add_argument("--plan-from", type=_month, metavar="YYYY-MM", help="first month (default: the first asked for)")
    plan.add_argument("--published", type=Path, metavar="PLAN.json", help="the plan in force, to be changed as little")
    plan.add_argument("--max-moves", type=_moves, metavar="K", help="move or drop at most K published components")
    _solving(plan, time_limit_s=60.0, out="out/plan")
    check = commands.add_parser("check", help="check a plan with neither model nor solver")
    check.add_argument("--plan", type=Path, required=True)
    check.add_argument("--projects", type=Path, help="check against these projects instead of those in the plan")
    check.add_argument("--registry", type=Path, help="check against this registry instead of the one in the plan")
    check.add_argument("--json", action="store_true", help="faults as JSON")
    explain = commands.add_parser("explain", help="why a project stands where it stands, or nowhere")
    explain.add_argument("--plan", type=Path, required=True)
    explain.add_argument("project_id")
    explain.add_argument("--force", metavar="PLACE", help="price of having it in this space, park or district")
    explain.add_argument("--component", metavar="ID", help="which component to force (default: the only one)")
    explain.add_argument("--time-limit", type=_seconds, default=60.0, metavar="S", help="wall seconds of that solve")
    explain.add_argument("--json", action="store_true", help="the dossier as JSON")
    recommend = commands.add_parser("recommend", help="ranked sites for a newcomer, all others staying put")
    recommend.add_argument("--plan", type=Path, required=True)
    recommend.add_argument("--project", type=Path, required=True, help="file with the newcomer")
    recommend.add_argument("--most", type=_count, default=5, metavar="N", help="most suggestions (default: 5)")
    recommend.add_argument("--json", action="store_true", help="the recommendation as JSON")
    compare = commands.add_parser("compare", help="what one plan does differently from another")
    compare.add_argument("plan_a", type=Path, metavar="PLAN_A.json")
    compare.add_argument("plan_b", type=Path, metavar="PLAN_B.json")
    compare.add_argument("--json", action="store_true", help="the comparison as JSON")
    schema = commands.add_parser("schema", help="JSON Schema of a format")
    schema.add_argument("format", choices=("projects", "spaces", "parks", "tenancies", "districts", "plan", "dossier"))
    return top


def _solving(command: argparse.ArgumentParser, time_limit_s: float, out: str) -> None:
    command.add_argument(
        "--scenario", type=Path, action="append", metavar="FILE", help="patch the inputs; may be repeated"
    )
    command.add_argument("--goals", type=Path, metavar="FILE", help="order and weights of the goals")
    command.add_argument("--engine", choices=("auto", "exact"), default="auto", help="how to solve (default: auto)")
    command.add_argument("--time-limit", type=_seconds, default=time_limit_s, metavar="S", help="wall seconds")
    command.add_argument("--threads", type=_count, metavar="N", help="threads of CP-SAT (default: every core)")
    command.add_argument("--seed", type=_seed, default=0, help="seed of the engines (default: 0)")
    command.add_argument("--out", type=Path, default=Path(out), metavar="DIR", help=f"where to write (default: {out})")
    command.add_argument("--model", type=Path, metavar="FILE", help="also write the model, as .lp or .mps")
    command.add_argument("--json", action="store_true", help="the summary and any faults as JSON")


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= 86_400:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 86400 seconds")
    return seconds


def _month(text: str) -> str:
    try:
        return format_month(parse_month(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _seed(text: str) -> int:
    seed = int(text)
    if not 0 <= seed < 1 << 31:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and {(1 << 31) - 1}")
    return seed


def _moves(text: str) -> int:
    moves = int(text)
    if moves < 0:
        raise argparse.ArgumentTypeError(f"{text} is negative")
    return moves


def _count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= 256:
        raise argparse.ArgumentTypeError(f"{text} is not between 1 and 256")
    return count


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code says how it ended, and only a defect of ours shows a traceback."""
    options = parser().parse_args(arguments)
    try:
        return _run(options)
    except InputError as error:
        report_faults(error.faults, as_json=getattr(options, "json", False))
        return BAD_INPUT
    except AllocatorError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return DEFECT
    except BrokenPipeError:
        return OK
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return NO_PLAN
    except Exception:  # noqa: BLE001  whatever is left is a defect of ours, and says so
        traceback.print_exc()
        return DEFECT


def _run(options: argparse.Namespace) -> int:
    # the libraries behind the commands take a second to load: only what a command needs is loaded
    from service import commands, inquiries  # noqa: PLC0415

    run = {
        "demo": commands.demo,
        "plan": commands.plan,
        "check": inquiries.check,
        "explain": inquiries.explain,
        "recommend": inquiries.recommend,
        "compare": inquiries.compare,
        "schema": inquiries.schema,
    }[options.command]
    return run(options)


def report_faults(faults: Sequence[Fault], *, as_json: bool) -> None:
    """Every fault on stderr."""
    if as_json:
        print(
            json.dumps({"faults": [asdict(fault) for fault in faults]}, ensure_ascii=False, indent=1), file=sys.stderr
        )
        return
    print(f"{len(faults)} fault{'s' if len(faults) != 1 else ''} in the input; nothing was written:", file=sys.stderr)
    for fault in faults:
        print(f"  {fault}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
