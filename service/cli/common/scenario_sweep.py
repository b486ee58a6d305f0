"""One plan solved anew under each of several scenarios."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from allocator.errors import Fault, InputError
from allocator.solving.solution import Limits
from geodata.records.inputs import Inputs
from service.application.planning.pipeline import run
from service.application.planning.scenario import apply, read_scenario
from service.application.plans.plan_document import plan_document
from service.cli.common.progress import ProgressLine
from service.exports.plan_files import ready, write_all
from service.formats.plan import PlanOut


def solve_scenarios(options: argparse.Namespace, path: Path, base: PlanOut) -> Iterator[tuple[str, PlanOut]]:
    """A label and a plan per scenario, each applied to the base alone; every file is read before any is solved."""
    if base.inputs is None:
        remedy = "Use a plan.json that `allocator plan` wrote"
        raise InputError([Fault(path.name, None, None, None, "holds no inputs for a scenario", remedy)])
    cases = [(_named(file, base.inputs), file) for file in options.scenario]
    for (label, inputs), file in cases:
        yield label, _solved(options, inputs, file)


def _named(file: Path, inputs: Inputs) -> tuple[str, Inputs]:
    return file.stem, apply(inputs, read_scenario(file), file)


def _solved(options: argparse.Namespace, inputs: Inputs, file: Path) -> PlanOut:
    limits = Limits(options.time_limit, seed=options.seed)
    if options.threads:
        limits = Limits(options.time_limit, options.threads, options.seed)
    with ProgressLine() as line:
        outcome = run(inputs, limits, options.engine, line.solving, line.explaining)
    document = plan_document(inputs, outcome)
    if options.out is not None:
        write_all(ready(options.out / file.stem), outcome, document)
    return document
