"""The audit, the keys, and who asks."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as InPath
from sqlalchemy import Connection

from service.api.responses import AuditCheck, AuditOut, KeyOut, Keys, Me, NewKey, SessionEnded, SessionOut, Sessions
from service.application import administration
from service.formats.requests import KeyIn
from service.identity import api_keys, sessions
from service.identity.roles import RIGHTS, Principal, Role
from service.repositories import audit_log
from service.web.context import Administrator, Reader
from service.web.idempotency import Answer, IsOnce
from service.web.limits.parsed_body import BodyRoute
from service.web.pagination import InWindow, Page, paged

router = APIRouter(tags=["administration"], route_class=BodyRoute)
SHOWN_BEFORE = "The key was shown in the first answer and is not stored; if it was lost, revoke it and make another."
KeyId = Annotated[str, InPath(pattern=r"^key-[0-9a-f]{8}$")]
SessionId = Annotated[str, InPath(pattern=r"^session-[0-9a-f]{12}$")]


@router.get("/me", summary="Who asks")
def me(asker: Reader) -> Me:
    """The person, role and district that the key or token stands for."""
    principal = asker.principal
    rights = sorted(right.value for right in RIGHTS[principal.role])
    return Me(person=principal.person, role=principal.role.value, district=principal.district, rights=rights)


@router.get("/audit", summary="Entries of the audit, newest first")
def listed(asker: Administrator, window: InWindow, request: Request, response: Response) -> Page[AuditOut]:
    """Who did what to what."""
    with asker.transaction() as connection:
        found = audit_log.entries(connection, audit_log.AuditFilter(), window.most, window.before)
    return paged(request, response, window.shown(found, _entry))


def _entry(row: Mapping[str, Any]) -> AuditOut:
    return AuditOut.model_validate({**row, "digest": bytes(row["digest"]).hex()})


@router.get("/audit/check", summary="Check the chain of the audit")
def check(asker: Administrator) -> AuditCheck:
    """Recompute every seal; keep the last digest elsewhere, for a chain cannot see that its end was cut off."""
    with asker.transaction() as connection:
        return AuditCheck.model_validate(asdict(administration.check_audit(connection)))


@router.get("/keys", summary="Keys")
def keys(asker: Administrator) -> Keys:
    """Every key without its secret."""
    with asker.transaction() as connection:
        rows = api_keys.keys(connection)
    return Keys(items=[KeyOut.model_validate(row) for row in rows])


@router.post("/keys", status_code=201, summary="Make a key", response_model=NewKey)
def make(asker: Administrator, body: KeyIn, once: IsOnce) -> Response:
    """A key for a person; it is shown in this answer and never again.

    The same Idempotency-Key makes no second key, and its answer has a note in place of the key.
    """
    asked = administration.KeyRequest(Principal(body.person, Role(body.role), body.district), body.label, body.days)

    def do(connection: Connection) -> Answer:
        key_id, key = administration.make_key(connection, asker.house.pepper, asked, asker.person)
        asker.house.events.tell("key.made", asker.person, f"key/{key_id}", of=body.person, role=body.role)
        again = NewKey(key_id=key_id, key=None, note=SHOWN_BEFORE)
        return Answer(NewKey(key_id=key_id, key=key, note=None), 201, repeated=again)

    return once.answer(asker, do)


@router.post("/keys/{key_id}/revoke", summary="Revoke a key", response_model=KeyOut)
def revoke(asker: Administrator, key_id: KeyId, once: IsOnce) -> Response:
    """From now on the key is not taken; where the API has several processes, by the others two seconds later."""

    def do(connection: Connection) -> Answer:
        row = administration.revoke_key(connection, asker.person, key_id)
        asker.house.events.tell("key.revoked", asker.person, f"key/{key_id}")
        return Answer(KeyOut.model_validate(row))

    answer = once.answer(asker, do)
    asker.house.known.forget()
    return answer


@router.get("/sessions", summary="Sessions of the pages")
def signed_in(
    asker: Administrator,
    person: Annotated[str | None, Query(max_length=200, description="Only those of a person.")] = None,
) -> Sessions:
    """Everybody who is signed in on the pages, the last used first."""
    with asker.transaction() as connection:
        rows = sessions.listed(connection, asker.house.settings, person)
    return Sessions(items=[SessionOut.model_validate(row) for row in rows])


@router.post("/sessions/{session_id}/end", summary="End a session", response_model=SessionEnded)
def end_session(asker: Administrator, session_id: SessionId, once: IsOnce) -> Response:
    """From now on the cookie of the session is not taken; the key that it began with still is."""

    def do(connection: Connection) -> Answer:
        administration.end_session(connection, asker.person, session_id)
        asker.house.events.tell("session.ended", asker.person, f"session/{session_id}")
        return Answer(SessionEnded(session_id=session_id))

    return once.answer(asker, do)
