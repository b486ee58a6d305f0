"""The command that answers questions about a whole plan."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

from allocator.analysis.alternatives import alternatives
from allocator.analysis.budget import AnalysisBudget
from allocator.analysis.build_next import build_next
from allocator.analysis.exceptions import exceptions
from allocator.analysis.importance import importance
from allocator.analysis.infeasible_batch.conflict import conflict
from allocator.analysis.infeasible_batch.repair import BatchRepair, repair
from allocator.analysis.move_curve import move_curve
from allocator.analysis.sensitivity import sensitivity
from allocator.domain.plan import Plan, PlanStatus
from allocator.errors import Fault, InputError
from allocator.problem.problem import Problem
from allocator.rules import RULES
from geodata.records.inputs import Inputs
from service.application.analyses.map_analyses import alternatives_document, answer_document
from service.application.planning.pipeline import problem_of
from service.application.plans.plan_document import assignments_of, tenant_moves_of
from service.cli.common import exit_codes
from service.cli.common.plan_input import read_plan_and_inputs, read_verified_plan
from service.cli.common.progress import ProgressLine
from service.exports.plan_files import write_text
from service.exports.repair_scenario import write_patch
from service.formats.analyses import (
    Answered,
    BuildNextOut,
    ConflictAnswerOut,
    ExceptionsOut,
    ImportanceOut,
    MoveCurveOut,
    RepairOut,
    SensitivityOut,
)
from service.i18n.analyses_text import answer_text

Question = Callable[[argparse.Namespace, AnalysisBudget], Answered]

ENGINES = {"both": ("cp-sat", "scip")}


def answers(options: argparse.Namespace) -> int:
    """Answer one question about a plan.json; the exit code says whether there is an answer."""
    document, _ = read_plan_and_inputs(options.plan)
    with ProgressLine() as line:
        engines = ENGINES.get(options.engine, (options.engine,))
        means = AnalysisBudget(options.time_limit, engines, seed=options.seed, watch=line.answering)
        found = QUESTIONS[options.question](options, means)
    answer = answer_document(document, options.question, means, found)
    text = answer.model_dump_json(indent=1)
    if options.out is not None:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        write_text(options.out, text)
    print(text if options.json else answer_text(answer, document))
    return exit_code(found)


def exit_code(found: Answered) -> int:
    """4 where time did not tell, 3 where no repair helps, else 0."""
    if isinstance(found, RepairOut | ConflictAnswerOut) and found.status is PlanStatus.NO_SOLUTION:
        return exit_codes.NO_PLAN
    barren = isinstance(found, RepairOut) and found.status is PlanStatus.INFEASIBLE
    return exit_codes.INFEASIBLE if barren else exit_codes.OK


def _conflict(options: argparse.Namespace, means: AnalysisBudget) -> Answered:
    problem, hard = _problem(options)[1], _hard(options)
    return ConflictAnswerOut.model_validate(conflict(problem, means, hard, by_rule=options.by_rule))


def _repair(options: argparse.Namespace, means: AnalysisBudget) -> Answered:
    inputs, problem = _problem(options)
    found = repair(problem, means, _hard(options))
    if options.scenario is not None and found.needed and found.plan is not None:
        write_patch(options.scenario, inputs, [each.change for each in found.loosened])
    return _repair_document(problem, found)


def _repair_document(problem: Problem, found: BatchRepair) -> RepairOut:
    whole, plan = found.repaired or problem, found.plan or Plan(())
    made = {"assignments": assignments_of(whole, plan), "tenant_moves": tenant_moves_of(whole, plan)}
    shown = {name: getattr(found, name) for name in RepairOut.model_fields if name not in made}
    return RepairOut.model_validate({**shown, **made})


def _exceptions(options: argparse.Namespace, means: AnalysisBudget) -> Answered:
    return ExceptionsOut.model_validate(exceptions(read_verified_plan(options.plan)[1], means, options.goals))


def _build_next(options: argparse.Namespace, means: AnalysisBudget) -> Answered:
    found = build_next(read_verified_plan(options.plan)[1], means, options.floor_area, options.goals)
    return BuildNextOut.model_validate(found)


def _importance(options: argparse.Namespace, means: AnalysisBudget) -> Answered:
    return ImportanceOut.model_validate(importance(read_verified_plan(options.plan)[1], means, options.goals))


def _alternatives(options: argparse.Namespace, means: AnalysisBudget) -> Answered:
    _, verified = read_verified_plan(options.plan)
    return alternatives_document(verified.problem, alternatives(verified, means, options.count, options.gap))


def _moves(options: argparse.Namespace, means: AnalysisBudget) -> Answered:
    _, problem = _problem(options)
    if not problem.published_by_component:
        remedy = "Plan with `allocator plan --published PLAN.json` first"
        raise InputError([_fault(options.plan, "was planned without a published plan", remedy)])
    return MoveCurveOut.model_validate(move_curve(problem, means, options.most_moves, options.rate))


def _sensitivity(options: argparse.Namespace, means: AnalysisBudget) -> Answered:
    found = sensitivity(read_verified_plan(options.plan)[1], means, options.samples, options.spread)
    return SensitivityOut.model_validate(found)


QUESTIONS: Mapping[str, Question] = {
    "conflict": _conflict,
    "repair": _repair,
    "exceptions": _exceptions,
    "build-next": _build_next,
    "importance": _importance,
    "alternatives": _alternatives,
    "moves": _moves,
    "sensitivity": _sensitivity,
}
"""What answers each question."""


def _problem(options: argparse.Namespace) -> tuple[Inputs, Problem]:
    _, inputs = read_plan_and_inputs(options.plan)
    return inputs, problem_of(inputs)


def _hard(options: argparse.Namespace) -> frozenset[str]:
    known = [rule.id for rule in RULES]
    unknown = sorted(set(options.keep) - set(known))
    if unknown:
        raise InputError([_fault(Path("--keep"), f"names unknown rules {', '.join(unknown)}", ", ".join(known))])
    return frozenset(options.keep)


def _fault(path: Path, message: str, remedy: str) -> Fault:
    return Fault(path.name, None, None, None, message, remedy)
