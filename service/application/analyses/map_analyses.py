"""Answers that the maps of a plan show, worked out with the usual wishes of `allocator answers`."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from allocator.analysis.alternatives import AlternativePlans, alternatives
from allocator.analysis.budget import AnalysisBudget
from allocator.analysis.build_next import build_next
from allocator.analysis.sensitivity import sensitivity
from allocator.checking.verify import VerifiedPlan
from allocator.problem.problem import Problem
from service.application.analyses.build_next_reasons import typical_block_m2
from service.application.plans.plan_document import assignments_of, tenant_moves_of
from service.formats.analyses import AlternativesOut, Answered, AnswerOut, BuildNextOut, SensitivityOut
from service.formats.plan import PlanOut


def answer_document(document: PlanOut, question: str, means: AnalysisBudget, found: Answered) -> AnswerOut:
    """What came of a question about a plan, with how it was found."""
    return AnswerOut(
        question=question,
        plan_id=document.plan_id,
        input_hash=document.input_hash,
        engines=means.engines,
        seed=means.seed,
        time_limit_s=means.time_limit_s,
        wall_s=round(time.monotonic() - means.started, 3),
        answer=found,
    )


def alternatives_document(problem: Problem, found: AlternativePlans) -> AlternativesOut:
    """Plans within a gap of a plan, each with its assignments."""
    plans = tuple(
        {name: getattr(each, name) for name in ("way", "status", "values", "deltas", "elsewhere", "moves", "goals")}
        | {"assignments": assignments_of(problem, each.plan), "tenant_moves": tenant_moves_of(problem, each.plan)}
        for each in found.plans
    )
    shown: Mapping[str, Any] = {name: getattr(found, name) for name in AlternativesOut.model_fields}
    return AlternativesOut.model_validate({**shown, "plans": plans})


def _alternatives(verified: VerifiedPlan, means: AnalysisBudget, _: int | None) -> Answered:
    return alternatives_document(verified.problem, alternatives(verified, means))


def _sensitivity(verified: VerifiedPlan, means: AnalysisBudget, _: int | None) -> Answered:
    return SensitivityOut.model_validate(sensitivity(verified, means))


def _build_next(verified: VerifiedPlan, means: AnalysisBudget, floor_area_m2: int | None) -> Answered:
    return BuildNextOut.model_validate(build_next(verified, means, floor_area_m2 or typical_block_m2(verified)))


MAKERS: Mapping[str, Callable[[VerifiedPlan, AnalysisBudget, int | None], Answered]] = {
    "alternatives": _alternatives,
    "sensitivity": _sensitivity,
    "build-next": _build_next,
}
"""What answers each question that a map shows."""


def answer_for_maps(
    document: PlanOut, verified: VerifiedPlan, question: str, means: AnalysisBudget, floor_area_m2: int | None = None
) -> AnswerOut:
    """Answer a question whose answer a map shows; raises KeyError for any other.

    ``floor_area_m2`` is the block that build-next adds, by default what the waiting typically ask for.
    """
    return answer_document(document, question, means, MAKERS[question](verified, means, floor_area_m2))
