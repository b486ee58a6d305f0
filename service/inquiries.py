"""The commands that ask about plans: check, explain, recommend, compare, schema."""

import argparse
import json
from pathlib import Path

from pydantic import BaseModel

from allocator.errors import Fault, InputError
from allocator.explain import dossier
from allocator.forcing import force
from allocator.plan import Breach
from allocator.problem import Problem
from allocator.solve import Limits
from allocator.verify import RejectedPlanError, VerifiedPlan, measure, sentence, verify
from geodata.schema import FORMATS, Inputs
from service import exit_codes
from service.answers_wire import AnswerOut
from service.claims import false_claims
from service.comparison import compare as compare_plans
from service.comparison import comparison_text
from service.documents import claims_of, dossier_document, plan_of, read_plan
from service.newcomer import recommendation, recommendation_text, with_newcomer
from service.pipeline import problem_of, read_again
from service.price import price_document, price_text
from service.progress import ProgressLine
from service.standing import standing
from service.wire import DossierOut, PlanOut
from service.wording import dossier_text


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
    """Print a project's dossier."""
    document, verified = standing(options.plan)
    known = verified.problem.project_by_id
    if options.project_id not in known:
        remedy = f"Known projects: {', '.join(known)}"
        raise InputError([_fault(options.plan, f"has no project {options.project_id!r}", remedy)])
    if options.force is not None:
        return _price(options, verified)
    shown = dossier_document(dossier(verified, options.project_id))
    print(shown.model_dump_json(indent=1) if options.json else dossier_text(shown, document))
    return exit_codes.OK


def _price(options: argparse.Namespace, verified: VerifiedPlan) -> int:
    """Print what it would cost to have a component in a place, and who would move."""
    parts = [part.component_id for part in verified.problem.project_by_id[options.project_id].components]
    chosen = options.component or (parts[0] if len(parts) == 1 else None)
    if chosen not in parts:
        remedy = f"Name one with --component: {', '.join(parts)}"
        raise InputError([_fault(options.plan, "has several components there, or none of that name", remedy)])
    if options.force not in verified.problem.place_names:
        remedy = "Name a space, park or district of the registry"
        raise InputError([_fault(options.plan, f"has no place {options.force!r}", remedy)])
    with ProgressLine() as line:
        limits = Limits(options.time_limit)
        forced = force(verified, f"{options.project_id}/{chosen}", options.force, limits, line.solving)
    price = price_document(forced)
    print(price.model_dump_json(indent=1) if options.json else price_text(price))
    return exit_codes.OK


def recommend(options: argparse.Namespace) -> int:
    """Print where a newcomer could go while everyone else stays."""
    document, verified = standing(options.plan)
    answer = recommendation(*with_newcomer(document, verified, options.project), options.most)
    print(answer.model_dump_json(indent=1) if options.json else recommendation_text(answer, document))
    return exit_codes.OK


def compare(options: argparse.Namespace) -> int:
    """Print what one plan does differently from another."""
    found = compare_plans(read_plan(options.plan_a), read_plan(options.plan_b))
    print(found.model_dump_json(indent=1) if options.json else comparison_text(found))
    return exit_codes.OK


def schema(options: argparse.Namespace) -> int:
    """Print the JSON Schema of a format."""
    models: dict[str, type[BaseModel]] = {**FORMATS, "plan": PlanOut, "dossier": DossierOut, "answers": AnswerOut}
    print(json.dumps(models[options.format].model_json_schema(), ensure_ascii=False, indent=1))
    return exit_codes.OK


def _fault(path: Path, message: str, remedy: str) -> Fault:
    return Fault(path.name, None, None, None, message, remedy)
