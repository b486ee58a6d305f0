"""The audit: who did what to what, filtered, with its chain of seals recomputed."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from service.application.administration import check_audit
from service.i18n.catalogues import find
from service.i18n.stored_texts import CODED
from service.pages.shell.access import Administering
from service.repositories import audit_log

router = APIRouter()
MOST = 100
CHECKED_AT_ONCE = 20_000
"""So many entries are checked whenever the page is opened; more when asked for."""

Word = Annotated[str, Query(max_length=200)]
Before = Annotated[int | None, Query(ge=1, lt=1 << 53)]


def wanted(person: Word = "", action: Word = "", subject: Word = "") -> audit_log.AuditFilter:
    """The filter of an address."""
    return audit_log.AuditFilter(person.strip(), action.strip(), subject.strip())


@router.get("/audit")
def listed(
    caller: Administering,
    wanted: Annotated[audit_log.AuditFilter, Depends(wanted)],
    before: Before = None,
    check_chain: Annotated[bool, Query(alias="check")] = False,  # noqa: FBT002
) -> Response:
    """Entries that the filter leaves, newest first."""
    with caller.transaction() as connection:
        found = audit_log.entries(connection, wanted, MOST + 1, before)
        names = audit_log.known(connection)
        count = audit_log.count(connection)
        chain = check_audit(connection) if check_chain or count <= CHECKED_AT_ONCE else None
    language = caller.language
    return caller.page(
        "audit.html.j2",
        "audit",
        rows=found[:MOST],
        next=found[MOST - 1]["number"] if len(found) > MOST else None,
        wanted=wanted,
        names=names,
        count=count,
        operation=lambda code: find(("audit_actions",), language, code) or code,
        coded=lambda name, value: (find(("audit_values",), language, str(value)) if name in CODED else None) or value,
        fact=lambda name: find(("audit_facts",), language, name) or "",
        chain=chain,
    )
