"""The commands that ask about plans: check, explain, recommend."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from allocator.analysis.price_of_place import force
from allocator.checking.verify import RejectedPlanError, VerifiedPlan, measure, sentence, verify
from allocator.domain.plan import Breach
from allocator.errors import Fault, InputError
from allocator.explanation.explain import dossier, dossiers
from allocator.problem.problem import Problem
from allocator.siting.deadline import Deadline
from allocator.solving.solution import Limits
from geodata.readers.read_files import read_projects
from geodata.records.inputs import Inputs
from service.application.analyses.recommendation import recommendation, recommendation_text, with_newcomer
from service.application.planning.pipeline import problem_of, read_again
from service.application.plans.claim_check import false_claims
from service.application.plans.plan_document import claims_of, dossier_document, plan_of, read_plan
from service.application.plans.price_document import PriceOut, price_document
from service.cli.common import exit_codes
from service.cli.common.plan_input import read_verified_plan
from service.cli.common.progress import ProgressLine
from service.formats.plan import DossierOut, PlanOut
from service.i18n.conflict_text import dossier_text


def check(options: argparse.Namespace) -> int:
    """Check a plan and print breaches and recomputed goals as JSON."""
    document = read_plan(options.plan)
    problem = problem_of(_inputs_for(options, document))
    made = plan_of(document)
    breaches: list[Breach] = []
    try:
        verify(problem, made, claims_of(document))
    except RejectedPlanError as error:
        breaches = list(error.breaches)
    breaches += false_claims(document, problem)
    report = {
        "plan_id": document.plan_id,
        "verified": not breaches,
        "bounds": "not checked: a bound is proven by engines, and only that it lies beyond the value is tested here",
        "goals": measure(problem, made),
        "breaches": [_breach(problem, breach) for breach in breaches],
    }
    print(json.dumps(report, ensure_ascii=False, indent=1))
    return exit_codes.INFEASIBLE if breaches else exit_codes.OK


def _breach(problem: Problem, breach: Breach) -> dict[str, object]:
    return {
        "rule": breach.rule,
        "where": breach.where,
        "measured": breach.measured,
        "limit": breach.limit,
        "sentence": sentence(problem, breach),
    }


def _inputs_for(options: argparse.Namespace, document: PlanOut) -> Inputs:
    if options.projects is None and options.registry is None and document.inputs is not None:
        return document.inputs
    if options.projects is None and document.inputs is None:
        remedy = "Name the projects with --projects, and the registry with --registry"
        raise InputError([_fault(options.plan, "holds no inputs to check against", remedy)])
    return read_again(document.inputs, options.projects, options.registry)


def explain(options: argparse.Namespace) -> int:
    """Print a project's dossier, or every project's."""
    document, verified = read_verified_plan(options.plan)
    faults = list(_unanswerable(options, verified.problem))
    if faults:
        raise InputError(faults)
    if options.all:
        return _explain_all(options, document, verified)
    shown = dossier_document(dossier(verified, options.project_id))
    if options.force is not None:
        shown = shown.model_copy(update={"prices": (_price(options, document, verified),)})
    print(shown.model_dump_json(indent=1) if options.json else dossier_text(shown, document, options.lang))
    return exit_codes.OK


def _unanswerable(options: argparse.Namespace, problem: Problem) -> Iterator[Fault]:
    known = problem.project_by_id
    if options.all == (options.project_id is not None) or (options.all and options.force):
        yield _fault(options.plan, "is asked about no project, or about one and all", "Give a PROJECT_ID, or --all")
        return
    if options.project_id is not None and options.project_id not in known:
        remedy = f"Known projects: {', '.join(known)}"
        yield _fault(options.plan, f"has no project {options.project_id!r}", remedy)
    elif options.force is not None and _forced_component(options, problem) is None:
        parts = ", ".join(part.component_id for part in known[options.project_id].components)
        message = "has several components there, or none of that name"
        yield _fault(options.plan, message, f"Name one with --component: {parts}")
    if options.force is not None and options.force not in problem.place_names:
        yield _fault(options.plan, f"has no place {options.force!r}", "Name a space, park or district of the registry")


def _explain_all(options: argparse.Namespace, document: PlanOut, verified: VerifiedPlan) -> int:
    """Print the dossier of every project, in the order of the batch, with progress on a terminal."""
    every = len(verified.problem.projects)
    shown: list[DossierOut] = []
    with ProgressLine() as line:
        line.explaining(0, every)
        for told in dossiers(verified):
            shown.append(dossier_document(told))
            line.explaining(len(shown), every)
    if options.json:
        print(json.dumps([one.model_dump(mode="json") for one in shown], ensure_ascii=False, indent=1))
    else:
        print("\n\n\n".join(dossier_text(one, document, options.lang) for one in shown))
    return exit_codes.OK


def _forced_component(options: argparse.Namespace, problem: Problem) -> str | None:
    parts = [part.component_id for part in problem.project_by_id[options.project_id].components]
    chosen = options.component or (parts[0] if len(parts) == 1 else None)
    return chosen if chosen in parts else None


def _price(options: argparse.Namespace, document: PlanOut, verified: VerifiedPlan) -> PriceOut:
    """What it would cost to have a component in a place, and who would move."""
    key = f"{options.project_id}/{_forced_component(options, verified.problem)}"
    with ProgressLine() as line:
        forced = force(verified, key, options.force, Limits(options.time_limit), line.solving)
    return price_document(forced, document)


def recommend(options: argparse.Namespace) -> int:
    """Print where a newcomer could go while everyone else stays."""
    document, verified = read_verified_plan(options.plan)
    path: Path = options.project
    joined = with_newcomer(document, verified, lambda records: read_projects(path, records), path.name)
    answer = recommendation(*joined, options.most, Deadline.within(options.time_limit))
    print(answer.model_dump_json(indent=1) if options.json else recommendation_text(answer, document, options.lang))
    return exit_codes.OK


def _fault(path: Path, message: str, remedy: str) -> Fault:
    return Fault(path.name, None, None, None, message, remedy)
