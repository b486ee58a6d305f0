"""The review of a plan: draft → proposed → approved → published → superseded, or rejected."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, update
from sqlalchemy.exc import IntegrityError

from service.database.tables import plan
from service.repositories import audit_log, plans


class ReviewError(Exception):
    """Raised when a step of the review is not open; ``kind`` names why."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind, self.detail = kind, detail


@dataclass(frozen=True)
class Step:
    """One step: from which states, to which state."""

    name: str
    before: frozenset[str]
    after: str


PROPOSE = Step("propose", frozenset({"draft"}), "proposed")
APPROVE = Step("approve", frozenset({"proposed"}), "approved")
REJECT = Step("reject", frozenset({"draft", "proposed", "approved"}), "rejected")
PUBLISH = Step("publish", frozenset({"approved"}), "published")


def propose(connection: Connection, person: str, row: Mapping[str, Any]) -> None:
    """Put a draft before the reviewers; only plans for the whole city can be."""
    _open(row, PROPOSE)
    if row["district"] is not None:
        raise ReviewError("district-plan", "A plan of one district's enquiries is for its own use.")
    _move(connection, person, row, PROPOSE, proposed_at=func.now(), proposed_by=person)


def approve(connection: Connection, person: str, row: Mapping[str, Any]) -> None:
    """Approve a proposed plan; its proposer cannot."""
    _open(row, APPROVE)
    if row["proposed_by"] == person:
        raise ReviewError("same-person", "A plan is approved by another person than the one who proposed it.")
    _move(connection, person, row, APPROVE, approved_at=func.now(), approved_by=person)


def reject(connection: Connection, person: str, row: Mapping[str, Any], because: str) -> None:
    """Send a plan back, with the reason."""
    _open(row, REJECT)
    values = {"rejected_at": func.now(), "rejected_by": person, "rejected_because": because}
    _move(connection, person, row, REJECT, **values)


def publish(connection: Connection, person: str, row: Mapping[str, Any], verification: Mapping[str, Any]) -> None:
    """Put an approved plan in force in the place of the one before, with the record of its check."""
    _open(row, PUBLISH)
    standing = plans.published(connection, lock=True)
    if standing is not None and row["basis_plan"] not in {None, standing["plan_id"]}:
        detail = f"It starts from {row['basis_plan']}, but {standing['plan_id']} was published since; plan anew."
        raise ReviewError("old-basis", detail)
    if standing is not None:
        connection.execute(
            update(plan)
            .where(plan.c.plan_id == standing["plan_id"])
            .values(state="superseded", superseded_at=func.now(), superseded_by=row["plan_id"])
        )
    values = {"published_at": func.now(), "published_by": person, "publication": dict(verification)}
    try:
        _move(connection, person, row, PUBLISH, **values)
    except IntegrityError as error:
        if "uq_plan_published" not in str(error.orig):
            raise
        raise ReviewError("raced", "Another plan was published at the same moment.") from None


def _open(row: Mapping[str, Any], step: Step) -> None:
    if row["state"] not in step.before:
        listed = " or ".join(sorted(step.before))
        raise ReviewError("not-open", f"The plan is {row['state']}; to {step.name} it, it must be {listed}.")


def _move(connection: Connection, person: str, row: Mapping[str, Any], step: Step, **values: Any) -> None:
    """Take the step if nobody else took one in the meantime."""
    moved = connection.execute(
        update(plan)
        .where(plan.c.plan_id == row["plan_id"], plan.c.version == row["version"], plan.c.state == row["state"])
        .values(state=step.after, **values)
        .returning(plan.c.version)
    ).first()
    if moved is None:
        raise ReviewError("raced", "Somebody else changed the plan at the same moment.")
    detail = {"from": row["state"], "to": step.after, "document": row["document_id"]}
    audit_log.record(connection, person, f"plan.{step.name}", f"plan/{row['plan_id']}", detail)
