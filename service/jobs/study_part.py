"""One part of a study: a point of a curve of moves, a dossier with prices, or an answer that maps show."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection

from allocator.analysis.budget import AnalysisBudget
from allocator.analysis.move_curve import move_point
from allocator.analysis.price_of_place import force
from allocator.checking.verify import VerifiedPlan
from allocator.explanation.dossier import ComponentDossier, Verdict
from allocator.explanation.explain import dossier
from allocator.solving.solution import Limits
from service.application.analyses.map_analyses import answer_for_maps
from service.application.planning.pipeline import problem_of
from service.application.plans.plan_check import checked
from service.application.plans.plan_document import dossier_document
from service.application.plans.price_document import price_document
from service.database.engine import SYSTEM, transaction
from service.failpoints import failpoint
from service.formats.analyses import AnswerOut, MovePointOut
from service.formats.dossier import DossierOut
from service.formats.plan import PlanOut
from service.jobs.context import WorkerContext
from service.jobs.heartbeat import Watcher
from service.repositories import answers, plans, studies
from service.repositories.runs import Claim

ENGINES = ("cp-sat", "scip")
"""Both must prove a point before it is called proven."""


def answer_part(works: WorkerContext, held: Claim, watcher: Watcher) -> dict[str, Any]:
    """The result of a part, as a document."""
    return _PARTS[held.row["kind"]](works, held, watcher)


def keep_part(connection: Connection, held: Claim, result: dict[str, Any]) -> dict[str, Any]:
    """What the run keeps of its part's result; an answer is kept as a file of its plan."""
    if held.row["kind"] != "answer":
        return result
    found = AnswerOut.model_validate(result)
    kept = answers.keep(connection, held.row["made_by"], held.row["request"]["plan_id"], found)
    return {"question": found.question, "stored": kept is not None}


def _point(works: WorkerContext, held: Claim, watcher: Watcher) -> dict[str, Any]:
    asked = held.row["request"]
    with transaction(works.engine, SYSTEM) as connection:
        inputs = studies.inputs_of(connection, held.row["sweep_id"])
    problem = problem_of(inputs)
    failpoint("solve")
    point = move_point(problem, _means(works, asked, watcher, ENGINES), asked.get("most_moves"), asked["rate"])
    return MovePointOut.model_validate(point).model_dump(mode="json")


def _means(
    works: WorkerContext, asked: Mapping[str, Any], watcher: Watcher, engines: tuple[str, ...]
) -> AnalysisBudget:
    threads = works.settings.solver_threads
    return AnalysisBudget(asked["time_limit_s"], engines, threads, watch=watcher.answering, tick=watcher.check)


def _plan(works: WorkerContext, plan_id: str) -> PlanOut:
    with transaction(works.engine, SYSTEM) as connection:
        document = plans.document_of(connection, plan_id)
    if document is None:
        raise LookupError(f"the plan {plan_id} is not kept any more")
    return document


def _answer(works: WorkerContext, held: Claim, watcher: Watcher) -> dict[str, Any]:
    asked = held.row["request"]
    document = _plan(works, asked["plan_id"])
    verified = checked(document)
    failpoint("solve")
    means = _means(works, asked, watcher, ENGINES[:1])
    made = answer_for_maps(document, verified, asked["question"], means, asked.get("floor_area_m2"))
    return made.model_dump(mode="json")


def _dossier(works: WorkerContext, held: Claim, watcher: Watcher) -> dict[str, Any]:
    asked = held.row["request"]
    document = _plan(works, asked["plan_id"])
    verified = checked(document)
    told = dossier(verified, asked["project_id"])
    failpoint("solve")
    wanted = [
        (f"{told.project_id}/{part.component_id}", park)
        for part in told.components
        for park in _asked_about(part, asked["places"])
    ]
    limits = Limits(asked["time_limit_s"] / max(1, len(wanted)), works.settings.solver_threads)
    shown = dossier_document(told)
    prices = tuple(_prices(verified, document, wanted, limits, watcher))
    return DossierOut.model_validate(shown.model_copy(update={"prices": prices})).model_dump(mode="json")


def _prices(
    verified: VerifiedPlan, document: PlanOut, wanted: list[tuple[str, str]], limits: Limits, watcher: Watcher
) -> Iterator[Any]:
    for done, (component, park) in enumerate(wanted):
        watcher.answering(done, len(wanted), f"{component}@{park}")
        yield price_document(force(verified, component, park, limits, watcher.solving), document)


def _asked_about(part: ComponentDossier, places: int) -> list[str]:
    """Parks where a component could be but is not: those that others hold first, for their price is least plain."""
    order = (Verdict.BLOCKED, Verdict.POSSIBLE)
    suited = [site for site in part.parks if site.verdict in order]
    return [site.park_id for site in sorted(suited, key=lambda site: order.index(site.verdict))][:places]


_PARTS = {"moves": _point, "dossier": _dossier, "answer": _answer}
