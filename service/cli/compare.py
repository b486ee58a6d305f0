"""The command that sets plans side by side: files against files, and a plan against itself under scenarios."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from allocator.errors import Fault, InputError
from service.application.plans.comparison import compare as compare_plans
from service.application.plans.comparison import comparison_text
from service.application.plans.comparison_table import comparison_table, comparison_table_text
from service.cli.common import exit_codes
from service.cli.common.plan_input import read_plan_for_comparison
from service.formats.plan import PlanOut


def compare(options: argparse.Namespace) -> int:
    """Print what plans do differently from the first one."""
    paths = list(options.plans)
    if len(paths) + len(options.scenario or ()) < 2:
        remedy = "Name a second plan.json, or a --scenario"
        raise InputError([Fault(paths[0].name, None, None, None, "has nothing to be compared with", remedy)])
    plans = [(_label(path), read_plan_for_comparison(path)) for path in paths]
    if len(plans) == 2 and not options.scenario:
        found = compare_plans(plans[0][1], plans[1][1])
        print(found.model_dump_json(indent=1) if options.json else comparison_text(found))
        return exit_codes.OK
    plans += _under_scenarios(options, paths[0], plans[0][1])
    table = comparison_table(plans)
    if options.json:
        print(table.model_dump_json(indent=1))
        return exit_codes.OK
    print("\n\n".join([comparison_table_text(table), *(comparison_text(one) for one in table.differences)]))
    return exit_codes.OK


def _label(path: Path) -> str:
    """A plan.json is called by its folder, another file by its name."""
    return path.resolve().parent.name if path.name == "plan.json" else path.stem


def _under_scenarios(options: argparse.Namespace, path: Path, base: PlanOut) -> Iterator[tuple[str, PlanOut]]:
    """The first plan's inputs solved anew under each scenario; each scenario is a change of its own."""
    if not options.scenario:
        return
    # solving needs the whole pipeline, comparing files does not
    from service.cli.common.scenario_sweep import solve_scenarios  # noqa: PLC0415

    yield from solve_scenarios(options, path, base)
