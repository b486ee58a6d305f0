"""Who may enter a page: the person of the session with the right that the page needs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import Depends, Request, Response
from sqlalchemy import Connection

from service.i18n.page_texts import Words
from service.identity.roles import Right
from service.pages.shell.layout import Visit, go
from service.pages.shell.session_cookie import counted_session_of
from service.web.context import Asker, House, InHouse
from service.web.limits.admission import Recognised, arrival_of
from service.web.problems import ProblemError


async def recognise(house: House, request: Request) -> Recognised | None:
    """Who signed in, by the headers alone; None for strangers."""
    found = await run_sync(counted_session_of, house, request)
    return None if found is None else Recognised(found.principal, found)


def visit(request: Request, house: InHouse) -> Visit:
    """The visit of anybody, signed in or not; raises the problem for which a body was not read."""
    arrival = arrival_of(request)
    if arrival is None:
        return Visit(request, house, counted_session_of(house, request))
    return Visit(request, house, None if arrival.who is None else arrival.who.kept)


InVisit = Annotated[Visit, Depends(visit)]


@dataclass(frozen=True)
class Caller:
    """A person on a page: what the API's functions know as the asker, and the visit that is answered."""

    asker: Asker
    visit: Visit

    @property
    def language(self) -> str:
        """Language of the answer."""
        return self.visit.language

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction that sees what the person may see."""
        with self.asker.transaction() as connection:
            yield connection

    def page(self, template: str, words: Words, *, status: int = 200, **values: Any) -> Response:
        """A page, or a fragment of one, as an answer."""
        return self.visit.page(template, words, status=status, **values)

    def go(self, place: str, **values: str) -> Response:
        """Lead on to another page after a form."""
        return go(place, **values)


@dataclass(frozen=True)
class Entry:
    """Dependency of a page: the person who is signed in, with a right."""

    right: Right

    def __call__(self, here: InVisit) -> Caller:
        """The caller; raises a 401 problem for strangers, who are led to sign-in, and a 403 one without the right."""
        if here.session is None:
            raise ProblemError(401, "unknown-person", "Sign in first.")
        principal = here.session.principal
        if not principal.may(self.right):
            raise ProblemError(403, "not-allowed", f"The role {principal.role} has no right to {self.right}.")
        return Caller(Asker(principal, here.house), here)


Reading = Annotated[Caller, Depends(Entry(Right.READ))]
Planning = Annotated[Caller, Depends(Entry(Right.PLAN))]
Reviewing = Annotated[Caller, Depends(Entry(Right.REVIEW))]
Keeping = Annotated[Caller, Depends(Entry(Right.SUPPLY))]
Operating = Annotated[Caller, Depends(Entry(Right.OPERATE))]
Administering = Annotated[Caller, Depends(Entry(Right.ADMINISTER))]
