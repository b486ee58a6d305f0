"""Plans: stored with every part in one transaction, found by those who may see them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, union

from service.database.rows import every, first, newest_first
from service.database.tables import artifact, dossier, placement, plan, unplaced
from service.formats.plan import DossierOut, PlanOut
from service.repositories import audit_log
from service.repositories.ids import new_id
from service.repositories.runs import Claim, end

MEDIA_TYPES = {
    ".json": "application/json",
    ".geojson": "application/geo+json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".gpkg": "application/geopackage+sqlite3",
    ".html": "text/html; charset=utf-8",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class StoredPlan:
    """A verified plan with everything that was made of it; ``files`` by name."""

    document: PlanOut
    dossiers: Sequence[DossierOut]
    owners: Mapping[str, str | None]
    verification: Mapping[str, Any]
    files: Mapping[str, bytes]
    cut_short: bool = False


def store(connection: Connection, held: Claim, made: StoredPlan) -> str:
    """Store a plan and end its run with it; raises LostClaimError when the run is no longer held.

    A run that was cut short ends as cancelled, and its plan says how far it is from its bound.
    """
    plan_id, document = new_id("p"), made.document
    state, why = (
        ("cancelled", "cancelled on request; its best plan until then is kept")
        if made.cut_short
        else ("succeeded", None)
    )
    end(connection, held, state, why, plan_id=plan_id)
    connection.execute(insert(plan).values(**_head(plan_id, held, made)))
    known = {project.project_id: project for project in document.inputs.projects} if document.inputs else {}
    functions = {
        (project.project_id, part.component_id): part.function.value
        for project in known.values()
        for part in project.components
    }
    own = {"plan_id": plan_id}
    placements = [
        {
            **own,
            "project_id": each.project_id,
            "component_id": each.component_id,
            "district": made.owners.get(each.project_id),
            "enterprise": known[each.project_id].enterprise,
            "segment": known[each.project_id].segment.value,
            "function": functions[each.project_id, each.component_id],
            "space_id": each.space_id,
            "park_id": each.park_id,
            "adcode": each.district,
            "start": each.start,
            "floor_area_m2": each.floor_area_m2,
            "document": each.model_dump(mode="json"),
        }
        for each in document.assignments
    ]
    waiting = [
        {
            **own,
            "project_id": each.project_id,
            "district": made.owners.get(each.project_id),
            "enterprise": known[each.project_id].enterprise,
            "segment": known[each.project_id].segment.value,
            "document": each.model_dump(mode="json"),
        }
        for each in document.unplaced
    ]
    told = [
        {
            **own,
            "project_id": each.project_id,
            "district": made.owners.get(each.project_id),
            "document": each.model_dump(mode="json"),
        }
        for each in made.dossiers
    ]
    files = [_file(own, name, held.district, content) for name, content in made.files.items()]
    for table, rows in ((placement, placements), (unplaced, waiting), (dossier, told), (artifact, files)):
        if rows:
            connection.execute(insert(table), rows)
    detail = {"run": held.run_id, "attempt": held.attempt, "document": document.plan_id}
    audit_log.record(connection, "system", "plan.store", f"plan/{plan_id}", detail)
    return plan_id


def _head(plan_id: str, held: Claim, made: StoredPlan) -> dict[str, Any]:
    document, row = made.document, held.row
    shown = document.model_dump(mode="json", include={"goals", "measures", "kpis"})
    return {
        "plan_id": plan_id,
        "document_id": document.plan_id,
        "name": row["name"],
        "district": held.district,
        "run_id": held.run_id,
        "registry": row["registry"],
        "basis_plan": row["basis_plan"],
        "scenario_id": row["scenario_id"],
        "status": document.status.value,
        "plan_from": document.inputs.plan_from if document.inputs else "",
        "input_hash": document.input_hash,
        "engine": document.engine,
        "seed": document.seed,
        "wall_s": document.wall_s,
        **shown,
        "placed": len({each.project_id for each in document.assignments}),
        "waiting": len(document.unplaced),
        "verification": dict(made.verification),
        "made_by": row["made_by"],
    }


def _file(own: Mapping[str, str], name: str, district: str | None, content: bytes) -> dict[str, Any]:
    return {
        **own,
        "name": name,
        "district": district,
        "media_type": MEDIA_TYPES["." + name.rsplit(".", 1)[-1]],
        "sha256": hashlib.sha256(content).hexdigest(),
        "content": content,
    }


def find(connection: Connection, plan_id: str, *, lock: bool = False) -> Mapping[str, Any] | None:
    """A plan that the transaction may see; ``lock`` keeps others from changing it until the transaction ends."""
    query = select(plan).where(plan.c.plan_id == plan_id)
    return first(connection, query.with_for_update() if lock else query)


def listed(
    connection: Connection, most: int, before: int | None = None, *, state: str | None = None
) -> Sequence[Mapping[str, Any]]:
    """Plans that the transaction may see, newest first; those in a state if one is given."""
    query = select(plan) if state is None else select(plan).where(plan.c.state == state)
    return newest_first(connection, query, plan.c.number, most, before)


def to_review(connection: Connection) -> Sequence[Mapping[str, Any]]:
    """Plans that were put before the reviewers, in the order in which they were made."""
    return every(connection, select(plan).where(plan.c.state == "proposed").order_by(plan.c.number))


def choices(connection: Connection, most: int) -> Sequence[Mapping[str, Any]]:
    """Plans to choose from, the one in force first, then the newest."""
    query = select(plan).order_by((plan.c.state == "published").desc(), plan.c.number.desc()).limit(most)
    return every(connection, query)


def published(connection: Connection, *, lock: bool = False) -> Mapping[str, Any] | None:
    """The published plan, if there is one."""
    query = select(plan).where(plan.c.state == "published")
    return first(connection, query.with_for_update() if lock else query)


def placed_in_force(connection: Connection) -> frozenset[str]:
    """Projects that the published plan places, as far as the transaction may see them."""
    query = select(placement.c.project_id).join(plan, plan.c.plan_id == placement.c.plan_id)
    return frozenset(connection.execute(query.where(plan.c.state == "published")).scalars())


def document_of(connection: Connection, plan_id: str) -> PlanOut | None:
    """plan.json of a plan, if the transaction may see the whole of it."""
    content = file_of(connection, plan_id, "plan.json")
    return None if content is None else PlanOut.model_validate_json(bytes(content["content"]))


def file_of(connection: Connection, plan_id: str, name: str) -> Mapping[str, Any] | None:
    """A file of a plan."""
    query = select(artifact).where(artifact.c.plan_id == plan_id, artifact.c.name == name)
    return first(connection, query)


def files_of(connection: Connection, plan_id: str) -> Sequence[Mapping[str, Any]]:
    """Name, media type, SHA-256 and size in bytes of every file of a plan."""
    size = func.length(artifact.c.content).label("bytes")
    query = select(artifact.c.name, artifact.c.media_type, artifact.c.sha256, size)
    return every(connection, query.where(artifact.c.plan_id == plan_id).order_by(artifact.c.name))


def file_names(connection: Connection, plan_id: str) -> Sequence[str]:
    """Names of the files of a plan."""
    names = select(artifact.c.name).where(artifact.c.plan_id == plan_id).order_by(artifact.c.name)
    return connection.execute(names).scalars().all()


def seen_whole(connection: Connection, plan_id: str) -> bool:
    """Whether the transaction may see the whole of a plan."""
    query = select(artifact.c.name).where(artifact.c.plan_id == plan_id, artifact.c.name == "plan.json")
    return connection.execute(query).first() is not None


def add_file(connection: Connection, row: Mapping[str, Any], name: str, content: bytes) -> None:
    """Put a file beside those that a plan has; files are never changed."""
    connection.execute(insert(artifact).values(**_file({"plan_id": row["plan_id"]}, name, row["district"], content)))


def placements_of(connection: Connection, plan_id: str) -> Sequence[Mapping[str, Any]]:
    """Placements of a plan that the transaction may see."""
    return _parts_of(connection, placement, plan_id)


def waiting_of(connection: Connection, plan_id: str) -> Sequence[Mapping[str, Any]]:
    """Projects of a plan without a place that the transaction may see."""
    return _parts_of(connection, unplaced, plan_id)


def dossiers_of(connection: Connection, plan_id: str) -> Sequence[Mapping[str, Any]]:
    """Dossiers of a plan that the transaction may see."""
    return _parts_of(connection, dossier, plan_id)


def dossier_of(connection: Connection, plan_id: str, project_id: str) -> Mapping[str, Any] | None:
    """The stored dossier of a project, None if there is none or the transaction may not see it."""
    mine = (dossier.c.plan_id == plan_id, dossier.c.project_id == project_id)
    return first(connection, select(dossier).where(*mine))


def _parts_of(connection: Connection, table: Any, plan_id: str) -> Sequence[Mapping[str, Any]]:
    keys = [column for column in table.primary_key if column.name != "plan_id"]
    return every(connection, select(table).where(table.c.plan_id == plan_id).order_by(*keys))


def projects_seen(connection: Connection, plan_id: str) -> Sequence[str]:
    """Projects of a plan that the transaction may see."""
    parts = [select(table.c.project_id).where(table.c.plan_id == plan_id) for table in (placement, unplaced)]
    return [str(each) for each in connection.execute(union(*parts).order_by("project_id")).scalars()]
