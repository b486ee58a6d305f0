"""Who may enter a page: the person of the session with the right that the page needs."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import Depends, Request, Response
from sqlalchemy import Connection

from service.identity.roles import Right
from service.pages.shell.layout import PageRequest, go
from service.pages.shell.session_cookie import counted_session_of
from service.web.context import AppContext, InHouse, RequestUser
from service.web.limits.admission import RecognisedUser, admission_result_of
from service.web.problems import ProblemError


async def recognise(house: AppContext, request: Request) -> RecognisedUser | None:
    """Who signed in, by the headers alone; None for strangers."""
    found = await run_sync(counted_session_of, house, request)
    return None if found is None else RecognisedUser(found.principal, found)


def visit(request: Request, house: InHouse) -> PageRequest:
    """The visit of anybody, signed in or not; raises the problem for which a body was not read."""
    arrival = admission_result_of(request)
    if arrival is None:
        return PageRequest(request, house, counted_session_of(house, request))
    return PageRequest(request, house, None if arrival.who is None else arrival.who.kept)


InVisit = Annotated[PageRequest, Depends(visit)]


@dataclass(frozen=True)
class SignedInRequest:
    """A person on a page: what the API's functions know as the asker, and the visit that is answered."""

    asker: RequestUser
    visit: PageRequest

    @property
    def language(self) -> str:
        """Language of the answer."""
        return self.visit.language

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction that sees what the person may see."""
        with self.asker.transaction() as connection:
            yield connection

    def page(self, template: str, contexts: str | tuple[str, ...], *, status: int = 200, **values: Any) -> Response:
        """A page, or a fragment of one, as an answer."""
        return self.visit.page(template, contexts, status=status, **values)

    def go(self, place: str, **values: str) -> Response:
        """Lead on to another page after a form."""
        return go(place, **values)


@dataclass(frozen=True)
class PageAccess:
    """Dependency of a page: the person who is signed in, with a right."""

    right: Right

    def __call__(self, here: InVisit) -> SignedInRequest:
        """The caller; raises a 401 problem for strangers, who are led to sign-in, and a 403 one without the right."""
        if here.session is None:
            raise ProblemError(401, "unknown-person", "Sign in first.")
        principal = here.session.principal
        if not principal.may(self.right):
            raise ProblemError(403, "not-allowed", f"The role {principal.role} has no right to {self.right}.")
        return SignedInRequest(RequestUser(principal, here.house), here)


Reading = Annotated[SignedInRequest, Depends(PageAccess(Right.READ))]
Planning = Annotated[SignedInRequest, Depends(PageAccess(Right.PLAN))]
Reviewing = Annotated[SignedInRequest, Depends(PageAccess(Right.REVIEW))]
Keeping = Annotated[SignedInRequest, Depends(PageAccess(Right.SUPPLY))]
Operating = Annotated[SignedInRequest, Depends(PageAccess(Right.OPERATE))]
Administering = Annotated[SignedInRequest, Depends(PageAccess(Right.ADMINISTER))]


async def _file_turn(caller: Planning) -> AsyncIterator[None]:
    async with caller.asker.house.files.turn(caller.asker.person):
        yield


FileTurn = Depends(_file_turn, scope="function")
"""Dependency of a page that has a kept file read: its turn among the files that are read at the same time."""
