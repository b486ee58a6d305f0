"""Plans in the part that a person may see: their rows, dossiers, files and differences."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from allocator.explanation.explain import dossier
from service.application.context import UseCaseContext
from service.application.errors import NotFoundError
from service.application.plans.comparison import Comparison, compare
from service.application.plans.dossier_document import dossier_document
from service.application.plans.redaction import masked, without_names
from service.formats.dossier import DossierOut
from service.formats.plan import AssignmentOut, PlanOut, UnplacedOut
from service.repositories import plans


def find(connection: Connection, plan_id: str, *, lock: bool = False) -> Mapping[str, Any]:
    """A plan that the person may see; raises NotFoundError."""
    found = plans.find(connection, plan_id, lock=lock)
    if found is None:
        raise NotFoundError("plan")
    return found


def find_published(connection: Connection) -> Mapping[str, Any]:
    """The one published plan; raises NotFoundError."""
    found = plans.published(connection)
    if found is None:
        raise NotFoundError("published plan")
    return found


def plan_seen_whole(connection: Connection, plan_id: str) -> tuple[Mapping[str, Any], PlanOut]:
    """Row and document of a plan that the person may see whole; raises NotFoundError."""
    row, document = plans.find(connection, plan_id), plans.document_of(connection, plan_id)
    if row is None or document is None:
        raise NotFoundError("plan that you may see whole")
    return row, document


def version_of(row: Mapping[str, Any]) -> str:
    """A plan at its version, as changes of it must name it."""
    return f"{row['plan_id']}.{row['version']}"


def content_of(connection: Connection, context: UseCaseContext, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A plan with every assignment and waiting project that the person may see, and the names of its files."""
    plan_id = row["plan_id"]

    def read() -> tuple[list[AssignmentOut], list[UnplacedOut]]:
        placed, waiting = plans.placements_of(connection, plan_id), plans.waiting_of(connection, plan_id)
        return (
            [AssignmentOut.model_validate(each["document"]) for each in placed],
            [UnplacedOut.model_validate(each["document"]) for each in waiting],
        )

    assignments, waiting = context.cache.parts(plan_id, context.district, read)
    files = list(plans.file_names(connection, plan_id))
    return {**row, "assignments": assignments, "unplaced": waiting, "exports": files}


def project_dossier(context: UseCaseContext, plan_id: str, project_id: str) -> DossierOut:
    """A project's dossier as the person may see it, made now if there was no time for it; raises NotFoundError."""
    with context.transaction() as connection:
        find(connection, plan_id)
        stored = plans.dossier_of(connection, plan_id, project_id)
        seen = stored is not None or project_id in plans.projects_seen(connection, plan_id)
    if not seen:
        raise NotFoundError("dossier")
    if stored is not None:
        return masked(context, plan_id, DossierOut.model_validate(stored["document"]))
    _, verified = context.plan(plan_id)
    return masked(context, plan_id, DossierOut.model_validate(dossier_document(dossier(verified, project_id))))


def file_of(context: UseCaseContext, plan_id: str, name: str) -> Mapping[str, Any]:
    """A file of a plan as it was stored; raises NotFoundError, and ConflictError for one with names to hide."""
    with context.transaction() as connection:
        find(connection, plan_id)
        found = plans.file_of(connection, plan_id, name)
    if found is None:
        raise NotFoundError("file")
    without_names(context, plan_id)
    return found


def difference(context: UseCaseContext, plan_id: str, other_id: str) -> Comparison:
    """The second plan against the first; raises NotFoundError unless the person may see both whole."""
    with context.transaction() as connection:
        before, after = (plans.document_of(connection, each) for each in (plan_id, other_id))
    if before is None or after is None:
        raise NotFoundError("plan that you may see whole")
    return compare(before, after)
