"""The command line: the same pipeline as the service."""

import argparse
import importlib
import json
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import cast

from allocator.errors import AllocatorError, Fault, InputError
from service.cli.arguments import COMMANDS
from service.cli.common.exit_codes import BAD_INPUT, DEFECT, NO_PLAN, OK


def parser() -> argparse.ArgumentParser:
    """Arguments of every command."""
    top = argparse.ArgumentParser(
        prog="allocator", description="Assigns projects to park space, proves how good the plan is, explains it."
    )
    top.add_argument("--version", action="version", version=f"%(prog)s {version('district-allocator')}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.declare(commands.add_parser(command.name, help=command.help))
    return top


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
    module, function = next(command.run for command in COMMANDS if command.name == options.command).split(":")
    run = cast("Callable[[argparse.Namespace], int]", getattr(importlib.import_module(module), function))
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
