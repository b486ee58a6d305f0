"""Sessions of the person who is signed in, and an end to them."""

from typing import Annotated

from fastapi import APIRouter, Response
from fastapi import Path as InPath

from service.application.administration import end_session
from service.identity import sessions
from service.pages.shell.access import Reading, SignedInRequest
from service.pages.shell.forms import InForm

router = APIRouter()
SessionId = Annotated[str, InPath(pattern=r"^session-[0-9a-f]{12}$")]


@router.get("/sessions")
def listed(caller: Reading) -> Response:
    """Where the person is signed in, the last used first."""
    house, own = caller.asker.house, caller.visit.session
    with caller.transaction() as connection:
        found = sessions.listed(connection, house.settings, caller.asker.person)
    return caller.page("sessions.html.j2", "sessions", sessions=found, this=own.session_id if own else "")


@router.post("/sessions/others/end")
def end_others(caller: Reading, _form: InForm) -> Response:
    """End every session of the person but this one."""
    own, person = caller.visit.session, caller.asker.person
    with caller.transaction() as connection:
        ended = sessions.end(connection, person, of=person, but=own.session_id if own else "")
    return _ended(caller, ended)


@router.post("/sessions/{session_id}/end")
def end(caller: Reading, session_id: SessionId, _form: InForm) -> Response:
    """End a session of the person."""
    person = caller.asker.person
    with caller.transaction() as connection:
        ended = end_session(connection, person, session_id, of=person)
    return _ended(caller, ended)


def _ended(caller: SignedInRequest, ended: list[str]) -> Response:
    for each in ended:
        caller.asker.house.events.tell("session.ended", caller.asker.person, f"session/{each}")
    return caller.go("/sessions", said="ended")
