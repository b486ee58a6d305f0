"""Steps of the review of a plan, each taken on the version that was read."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection

from service.application.context import UseCaseContext
from service.application.errors import ConflictError, NotFoundError, must_be_current
from service.application.plans.plan_check import checked, verification
from service.application.plans.read_plan import find, version_of
from service.repositories import plans, review

Expected = Collection[str] | None
"""Versions that a step may be taken on, None where none was named."""


def propose(connection: Connection, context: UseCaseContext, plan_id: str, expected: Expected) -> Mapping[str, Any]:
    """Put a draft before the reviewers; the plan as it stands then.

    Raises NotAllowedError for people who are bound to a district; and NotFoundError, NoVersionError, StaleVersionError
    and ReviewError, as every step does.
    """
    context.unbound("Proposing a plan")
    row = _current(connection, plan_id, expected)
    review.propose(connection, context.person, row)
    return find(connection, plan_id)


def approve(connection: Connection, context: UseCaseContext, plan_id: str, expected: Expected) -> Mapping[str, Any]:
    """Approve a proposed plan; the plan as it stands then."""
    row = _current(connection, plan_id, expected)
    review.approve(connection, context.person, row)
    return find(connection, plan_id)


def reject(
    connection: Connection, context: UseCaseContext, plan_id: str, expected: Expected, because: str
) -> Mapping[str, Any]:
    """Send a plan back with the reason; the plan as it stands then."""
    row = _current(connection, plan_id, expected)
    review.reject(connection, context.person, row, because)
    return find(connection, plan_id)


def prepare_publication(context: UseCaseContext, plan_id: str, expected: Expected) -> Mapping[str, Any]:
    """Check a plan anew before it is published; the record of the check.

    Raises ConflictError when the plan does not pass, RejectedPlanError when it is none.
    """
    with context.transaction() as connection:
        row, document = find(connection, plan_id), plans.document_of(connection, plan_id)
    must_be_current(expected, version_of(row))
    if document is None:
        raise NotFoundError("plan that you may see whole")
    proof = verification(document, checked(document))
    if proof["breaches"]:
        raise ConflictError("not-verified", "The plan does not pass the check any more; see `allocator check`.")
    return proof


def publish(
    connection: Connection, context: UseCaseContext, plan_id: str, expected: Expected, proof: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Put an approved plan in force with the record of its check; the plan as it stands then."""
    row = _current(connection, plan_id, expected)
    review.publish(connection, context.person, row, proof)
    return find(connection, plan_id)


def _current(connection: Connection, plan_id: str, expected: Expected) -> Mapping[str, Any]:
    row = find(connection, plan_id, lock=True)
    must_be_current(expected, version_of(row))
    return row
