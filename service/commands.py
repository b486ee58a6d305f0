"""What each command of the command line does."""

import argparse
import json
import sys
from pathlib import Path

from pydantic import BaseModel

from allocator.errors import Fault, InputError
from allocator.explain import dossier
from allocator.plan import PlanStatus
from allocator.problem import Problem
from allocator.solve import Limits, export_model
from allocator.verify import RejectedPlanError, find_breaches, measure, sentence, verify
from geodata.schema import FORMATS, Inputs
from service import cli
from service.documents import claims_of, dossier_document, plan_document, plan_of, read_plan
from service.pipeline import InForce, Submission, problem_of, read, run
from service.progress import ProgressLine
from service.wire import DossierOut, PlanOut
from service.wording import conflict_text, dossier_text
from service.writing import write_all

EXIT = {
    PlanStatus.OPTIMAL: cli.OK,
    PlanStatus.FEASIBLE: cli.OK,
    PlanStatus.INFEASIBLE: cli.INFEASIBLE,
    PlanStatus.NO_SOLUTION: cli.NO_PLAN,
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
    limits = Limits(options.time_limit, seed=options.seed)
    if options.threads:
        limits = Limits(options.time_limit, options.threads, options.seed)
    if options.model is not None and options.model.suffix not in {".lp", ".mps"}:
        raise InputError([_fault(options.model, "has no ending .lp or .mps", "Name the file model.lp or model.mps")])
    with ProgressLine() as line:
        outcome = run(submission.inputs, limits, options.engine, line.solving, line.explaining)
    document = plan_document(submission.inputs, outcome)
    files = write_all(options.out, outcome, document, submission.boundaries)
    if options.model is not None:
        options.model.parent.mkdir(parents=True, exist_ok=True)
        files += export_model(outcome.problem, outcome.solution, options.model)
    if options.json:
        print(json.dumps(_summary(document, files), ensure_ascii=False, indent=1))
    else:
        _print_summary(document, outcome.problem, files)
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
    if document.status is PlanStatus.NO_SOLUTION:
        print("no plan was found within the time limit; raise --time-limit", file=sys.stderr)
    placed = {made.project_id for made in document.assignments}
    if document.verified:
        area = sum(made.floor_area_m2 for made in document.assignments)
        print(f"  {len(placed)} of {len(problem.projects)} projects placed on {area:,} m²")
    for goal in document.goals:
        bound = "no bound" if goal.gap is None else f"bound {goal.bound:,}, gap {goal.gap:.2%}"
        proof = f", proved by {' and '.join(goal.proved_by)}" if goal.proved_by else ""
        print(f"  {goal.tier}. {goal.goal}: {goal.value:,} {goal.unit} ({bound}{proof})")
    for note in document.notes:
        print(f"  note: {note}")
    for file in files:
        print(f"  {file}")


def check(options: argparse.Namespace) -> int:
    """Check a plan and print breaches and recomputed goals as JSON."""
    document = read_plan(options.plan)
    problem = problem_of(_inputs_for(options, document))
    made = plan_of(document)
    breaches = find_breaches(problem, made)
    try:
        verify(problem, made, claims_of(document))
    except RejectedPlanError as error:
        breaches = list(error.breaches)
    report = {
        "plan_id": document.plan_id,
        "verified": not breaches,
        "goals": measure(problem, made),
        "breaches": [
            {
                "rule": breach.rule,
                "where": breach.where,
                "measured": breach.measured,
                "limit": breach.limit,
                "sentence": sentence(problem, breach),
            }
            for breach in breaches
        ],
    }
    print(json.dumps(report, ensure_ascii=False, indent=1))
    return cli.INFEASIBLE if breaches else cli.OK


def _inputs_for(options: argparse.Namespace, document: PlanOut) -> Inputs:
    if options.projects is None and options.registry is None and document.inputs is not None:
        return document.inputs
    if options.projects is None and document.inputs is None:
        remedy = "Name the projects with --projects, and the registry with --registry"
        raise InputError([_fault(options.plan, "holds no inputs to check against", remedy)])
    plan_from = document.inputs.plan_from if document.inputs else None
    inputs = read(options.projects, options.registry, plan_from).inputs
    if document.inputs is None:
        return inputs
    kept = {"projects": document.inputs.projects} if options.projects is None else {}
    return inputs.model_copy(update=kept)


def explain(options: argparse.Namespace) -> int:
    """Print a project's dossier."""
    document = read_plan(options.plan)
    if document.inputs is None or not document.assignments:
        remedy = "Use a plan.json that `allocator plan` wrote and that has a plan in it"
        raise InputError([_fault(options.plan, "holds nothing to explain", remedy)])
    problem = problem_of(document.inputs)
    if options.project_id not in problem.project_by_id:
        remedy = f"Known projects: {', '.join(problem.project_by_id)}"
        raise InputError([_fault(options.plan, f"has no project {options.project_id!r}", remedy)])
    verified = verify(problem, plan_of(document), claims_of(document))
    shown = dossier_document(dossier(verified, options.project_id))
    print(shown.model_dump_json(indent=1) if options.json else dossier_text(shown, document))
    return cli.OK


def schema(options: argparse.Namespace) -> int:
    """Print the JSON Schema of a format."""
    models: dict[str, type[BaseModel]] = {**FORMATS, "plan": PlanOut, "dossier": DossierOut}
    print(json.dumps(models[options.format].model_json_schema(), ensure_ascii=False, indent=1))
    return cli.OK


def _fault(path: Path, message: str, remedy: str) -> Fault:
    return Fault(path.name, None, None, None, message, remedy)
