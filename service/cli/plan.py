"""What each command of the command line does."""

import argparse
import json
import sys
from pathlib import Path

from allocator.domain.plan import PlanStatus
from allocator.errors import Fault, InputError
from allocator.problem.problem import Problem
from allocator.solving.solution import Limits
from allocator.solving.solve import export_model
from service.application.planning.goal_order import with_goals
from service.application.planning.pipeline import InForce, Submission, read, run
from service.application.planning.scenario import apply, read_scenario
from service.application.plans.kpis import FIRST, counted
from service.application.plans.plan_document import plan_document, read_plan
from service.cli.common import exit_codes
from service.cli.common.progress import ProgressLine
from service.exports.plan_files import NotWrittenError, ready, write_all
from service.formats.plan import PlanOut
from service.i18n.conflict_text import conflict_text

EXIT = {
    PlanStatus.OPTIMAL: exit_codes.OK,
    PlanStatus.FEASIBLE: exit_codes.OK,
    PlanStatus.INFEASIBLE: exit_codes.INFEASIBLE,
    PlanStatus.NO_SOLUTION: exit_codes.NO_PLAN,
}


def demo(options: argparse.Namespace) -> int:
    """Plan the seed batch on the seed registry."""
    return _plan(options, read())


def plan(options: argparse.Namespace) -> int:
    """Plan a batch."""
    in_force = None
    if options.published is not None:
        in_force = InForce(read_plan(options.published), options.max_moves)
    elif options.max_moves is not None:
        remedy = "Name the plan in force with --published"
        raise InputError([_fault(options.projects, "cannot be limited in moves without a published plan", remedy)])
    return _plan(options, read(options.projects, options.registry, options.plan_from, in_force))


def _plan(options: argparse.Namespace, submission: Submission) -> int:
    inputs = submission.inputs
    for path in options.scenario or ():
        inputs = apply(inputs, read_scenario(path), path)
    if options.goals is not None:
        inputs = with_goals(inputs, options.goals)
    ready(options.out)
    limits = Limits(options.time_limit, seed=options.seed)
    if options.threads:
        limits = Limits(options.time_limit, options.threads, options.seed)
    if options.model is not None and options.model.suffix not in {".lp", ".mps"}:
        raise InputError([_fault(options.model, "has no ending .lp or .mps", "Name the file model.lp or model.mps")])
    with ProgressLine() as line:
        outcome = run(inputs, limits, options.engine, line.solving, line.explaining)
    document = plan_document(inputs, outcome)
    unwritten: NotWrittenError | None = None
    try:
        files = write_all(options.out, outcome, document)
    except NotWrittenError as error:
        files, unwritten = list(error.written), error
    if options.model is not None:
        options.model.parent.mkdir(parents=True, exist_ok=True)
        files += export_model(outcome.problem, outcome.solution, options.model)
    if options.json:
        print(json.dumps(_summary(document, files), ensure_ascii=False, indent=1))
    else:
        _print_summary(document, outcome.problem, files)
    if unwritten is not None:
        raise unwritten
    return EXIT[document.status]


def _summary(document: PlanOut, files: list[Path]) -> dict[str, object]:
    shown = document.model_dump(mode="json", exclude={"inputs", "kpis", "assignments", "unplaced"})
    placed = {made.project_id for made in document.assignments}
    return {**shown, "placed": len(placed), "unplaced": len(document.unplaced), "files": [str(f) for f in files]}


def _print_summary(document: PlanOut, problem: Problem, files: list[Path]) -> None:
    checked = "verified" if document.verified else "no plan"
    print(f"{document.plan_id}: {document.status}, {checked}, {document.wall_s:.1f} s")
    if document.conflict is not None:
        print(conflict_text(document.conflict), file=sys.stderr)
        plan = next(file for file in files if file.name == "plan.json")
        print(f"最省修复 the cheapest repair: allocator answers repair --plan {plan}", file=sys.stderr)
    if document.status is PlanStatus.NO_SOLUTION:
        print("no plan was found within the time limit; raise --time-limit", file=sys.stderr)
    placed = {made.project_id for made in document.assignments}
    if document.verified:
        area = sum(made.floor_area_m2 for made in document.assignments)
        print(f"  {len(placed)} of {len(problem.projects)} projects placed on {area:,} m²")
        groups = {group: counted(problem.projects, placed, group) for group in FIRST}
        told = [f"{group} {here} of {here + waiting}" for group, (here, waiting) in groups.items() if here + waiting]
        if told:
            print(f"  placed first: {', '.join(told)}")
    open_ended = sum(part.start_until is None for project in problem.projects for part in project.components)
    if open_ended:
        who = "component names" if open_ended == 1 else "components name"
        months = problem.policy.start_slack_months
        print(f"  {open_ended} {who} no latest start; assumed: {months} months after the asked one")
    for move in document.tenant_moves:
        who = move.occupant or move.tenancy_id
        print(f"  tenant {who} moves: {move.from_space} → {move.to_space}, {move.floor_area_m2:,} m² from {move.start}")
    for goal in document.goals:
        bound = "no bound" if goal.gap is None else f"bound {goal.bound:,}, gap {goal.gap:.2%}"
        proof = f", proved by {' and '.join(goal.proved_by)}" if goal.proved_by else ""
        print(f"  {goal.tier}. {goal.goal}: {goal.value:,} {goal.unit} ({bound}{proof})")
    for note in document.notes:
        print(f"  note: {note}")
    for file in files:
        print(f"  {file}")


def _fault(path: Path, message: str, remedy: str) -> Fault:
    return Fault(path.name, None, None, None, message, remedy)
