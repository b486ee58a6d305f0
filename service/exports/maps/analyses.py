"""Answers about a plan, as `allocator answers` writes them, made into what its maps show beside it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from allocator.checking.verify import RejectedPlanError, VerifiedPlan, verify
from allocator.domain.plan import Assignment, Plan, PlanStatus
from allocator.errors import Fault, InputError
from allocator.goals import BY_ID, weights_of
from allocator.goals.value import ValuePlaced
from maps.payload.analyses import BuildNext, Demand, NearOptimal, Opportunity, Studies
from maps.payload.reason_labels import Label
from service.application.analyses.build_next_reasons import why_nothing
from service.application.plans.plan_document import assignments_as_made
from service.formats.analyses import AlternativeOut, AlternativesOut, AnswerOut, BuildNextOut, CellOut, SensitivityOut
from service.formats.plan import PlanOut
from service.i18n.analyses_labels import way_label
from service.i18n.localizer import UNITS

SHOWN = {"alternatives": AlternativesOut, "sensitivity": SensitivityOut, "build-next": BuildNextOut}
"""Questions whose answers a map shows."""

REMEDY = "Write it with `allocator answers alternatives|sensitivity|build-next --plan PLAN.json --out FILE`"


def read_studies(paths: Iterable[Path], document: PlanOut, verified: VerifiedPlan) -> Studies:
    """Studies of a plan from files; raises InputError for what is no answer, or one about another plan."""
    answers, faults = [], []
    for path in paths:
        try:
            answers.append(read_answer(path.name, path.read_bytes(), document, verified))
        except OSError as error:
            faults.append(_fault(path.name, None, f"cannot be read: {error.strerror}", "Check the path"))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return studies_of(answers, verified)


def read_answer(name: str, content: bytes, document: PlanOut, verified: VerifiedPlan) -> AnswerOut:
    """An answer about this very plan; every plan in it is checked anew.

    Raises InputError for what is no answer, or is about another plan, or holds a plan that does not pass the check.
    """
    try:
        answer = AnswerOut.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = "/".join(map(str, first["loc"])) or None
        raise InputError([_fault(name, place, f"is no answer: {first['msg']}")]) from None
    check_answer(name, answer, document, verified)
    return answer


def check_answer(name: str, answer: AnswerOut, document: PlanOut, verified: VerifiedPlan) -> None:
    """Raise InputError for an answer that no map shows, that is about another plan, or holds one that fails."""
    if not isinstance(answer.answer, SHOWN.get(answer.question, type(None))):
        raise InputError([_fault(name, "question", f"{answer.question!r} is not shown on a map")])
    if (answer.plan_id, answer.input_hash) != (document.plan_id, document.input_hash):
        message = f"is about {answer.plan_id} on inputs {answer.input_hash[:12]}, not about {document.plan_id}"
        raise InputError([_fault(name, "plan_id", message)])
    faults = list(_faults(name, answer, verified))
    if faults:
        raise InputError(faults)


def _faults(name: str, answer: AnswerOut, verified: VerifiedPlan) -> Iterator[Fault]:
    match answer.answer:
        case AlternativesOut(plans=plans):
            yield from (fault for one in plans for fault in _rejected(name, one, verified))
        case BuildNextOut(cells=cells):
            known = verified.problem.registry
            strange = sorted(
                {cell.district for cell in cells} - set(known.districts)
                | {cell.park_id for cell in cells if cell.park_id} - set(known.parks)
            )
            yield from (
                _fault(name, "cells", f"names {one!r}, which the plan's registry does not have") for one in strange
            )
        case SensitivityOut(projects=projects):
            strange = sorted({one.project_id for one in projects} - set(verified.problem.project_by_id))
            yield from (_fault(name, "projects", f"names {one!r}, which the plan does not have") for one in strange)


def _rejected(name: str, one: AlternativeOut, verified: VerifiedPlan) -> Iterator[Fault]:
    """What the check says against an alternative; one that moves tenants does not say from when, and is taken."""
    tenants = verified.problem.tenants
    if any(move.component.rpartition("/")[0] in tenants for move in one.moves):
        return
    try:
        verify(verified.problem, Plan.of(_made(one)))
    except RejectedPlanError as error:
        yield _fault(name, one.way, f"holds a plan that does not pass the check: {error}")


def _made(one: AlternativeOut) -> Iterator[Assignment]:
    return assignments_as_made(one.assignments)


def studies_of(answers: Iterable[AnswerOut], verified: VerifiedPlan) -> Studies:
    """What maps show of answers; of several answers to one question the last counts."""
    found: dict[str, NearOptimal | Demand | BuildNext] = {}
    for answer in answers:
        match answer.answer:
            case AlternativesOut() as given:
                found["near_optimal"] = near_optimal(given, verified)
            case SensitivityOut() as given:
                found["demand"] = _demand(given)
            case BuildNextOut() as given:
                found["build_next"] = _build_next(given, verified)
            case _:
                continue
    return Studies(**found)  # type: ignore[arg-type]  # each name has its own type


def near_optimal(given: AlternativesOut, verified: VerifiedPlan) -> NearOptimal:
    """In which of the plans each placed project is not in the parks where the plan has it.

    A project keeps its parks when every component takes the very parks that it takes in the plan.
    """
    here = _parks(verified, verified.plan.assignments)
    others = [_parks(verified, Plan.of(_made(one)).assignments) for one in given.plans]
    left = {
        project: [place for place, other in enumerate(others) if other.get(project) != parks]
        for project, parks in here.items()
    }
    return NearOptimal(
        goal=given.goal, gap_bp=given.gap_bp, ways=[_way(verified, one.way) for one in given.plans], left=left
    )


Parks = Mapping[str, frozenset[tuple[str, str]]]
"""By project, which component is in which park."""


def _parks(verified: VerifiedPlan, made: Sequence[Assignment]) -> Parks:
    problem = verified.problem
    found: dict[str, set[tuple[str, str]]] = {}
    for one in made:
        if one.project_id in problem.project_by_id:
            parks = {(one.component_id, problem.park_of(space_id).park_id) for space_id in one.space_ids}
            found.setdefault(one.project_id, set()).update(parks)
    return {project: frozenset(parks) for project, parks in found.items()}


def _way(verified: VerifiedPlan, way: str) -> Label:
    districts = verified.problem.registry.districts
    return way_label(way, {code: {"zh": one.name_zh, "en": one.name_en} for code, one in districts.items()})


def _demand(given: SensitivityOut) -> Demand:
    kept = {one.project_id: (one.samples_kept, one.samples_placed) for one in given.projects if one.placed}
    return Demand(samples=given.samples, spread_bp=given.spread_bp, kept=kept)


def _build_next(given: BuildNextOut, verified: VerifiedPlan) -> BuildNext:
    goal = given.goals[0] if given.goals else ValuePlaced.id
    weights = weights_of(goal)
    rows = [_opportunity(cell, goal, weights) for cell in given.cells]
    rows += [_open(*name.split("@", 1)) for name in given.undone]
    unit = BY_ID[next(iter(weights))].unit
    zh, en = UNITS.get(unit, (unit, unit))
    if len(weights) > 1:
        zh, en = f"折合{zh}", f"{en} of the first of them"
    why = None if any(row["value"] > 0 for row in rows) else why_nothing(rows, given.floor_area_m2, verified)
    return BuildNext(rows=rows, area_m2=given.floor_area_m2, goal=goal, unit={"zh": zh, "en": en}, why=why)


def _opportunity(cell: CellOut, goal: str, weights: Mapping[str, int]) -> Opportunity:
    row = _open(cell.kind, cell.district)
    row["park"], row["gained"], row["lost"] = cell.park_id, list(cell.gained), list(cell.lost)
    if not cell.wanted:
        row["state"] = "unwanted"
    elif cell.deltas and cell.status in {PlanStatus.OPTIMAL, PlanStatus.FEASIBLE}:
        aim = next((one for one in cell.goals if one.goal == goal), None)
        row["value"] = _gain(cell.deltas, weights)
        row["state"] = "proven" if aim is not None and aim.bound == aim.value else "least"
    return row


def _gain(deltas: Mapping[str, int], weights: Mapping[str, int]) -> float:
    """What a tier gains, in the unit of its first goal; a minimised goal gains what it loses."""
    first = next(iter(weights.values()))
    gain = sum(w * deltas.get(g, 0) * (1 if BY_ID[g].maximise else -1) for g, w in weights.items()) / first
    return int(gain) if gain.is_integer() else round(gain, 1)


def _open(kind: str, district: str) -> Opportunity:
    return Opportunity(kind=kind, district=district, value=0, state="open", park=None, gained=[], lost=[])


def _fault(name: str, place: str | None, message: str, remedy: str = REMEDY) -> Fault:
    return Fault(name, None, place, None, message, remedy)
