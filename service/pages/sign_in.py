"""Sign-in with an API key, and sign-out."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from service.pages.shell import session_cookie
from service.pages.shell.access import InVisit
from service.pages.shell.assets import PREFIX
from service.pages.shell.forms import InForm
from service.pages.shell.layout import go
from service.web.context import address_of, count_person, count_stranger, recognised, refuse_key

router = APIRouter()
HOME = "/inbox"


@router.get("/")
def home() -> Response:
    """The inbox."""
    return go(HOME)


@router.get("/sign-in")
def show(here: InVisit, next: Annotated[str, Query(max_length=500)] = "") -> Response:  # noqa: A002
    """The form for a key."""
    if here.session is not None:
        return go(_inside(next))
    return here.page("sign_in.html.j2", "sign_in", next_place=next, refused=False)


@router.post("/sign-in")
def enter(here: InVisit, form: InForm) -> Response:
    """Take a key and start a session; which of unknown, expired and revoked a refused key is, is not told."""
    key, target = form.text("key", 200), form.text("next", 500)
    found = here.house.key(key) if key else None
    if found is None or not found.in_force:
        refuse_key(here.house, here.request, "sign-in.refused", found)
        count_stranger(here.house, address_of(here.request))
        return here.page("sign_in.html.j2", "sign_in", status=403, next_place=target, refused=True)
    recognised(here.request, found.principal)
    count_person(here.house, found.principal.person)
    answer = go(_inside(target))
    session_cookie.end(here.house, here.session)
    session_cookie.start(here.house, here.request, answer, found)
    return answer


@router.post("/sign-out")
def leave(here: InVisit, _form: InForm) -> Response:
    """End the session of this browser, here and on the server."""
    answer = go("/sign-in", said="signed_out")
    session_cookie.end(here.house, here.session)
    session_cookie.forget(answer)
    return answer


def _inside(wanted: str) -> str:
    """A place among the pages, else the inbox: nobody is led elsewhere."""
    place = wanted.removeprefix(PREFIX)
    inside = wanted.startswith(f"{PREFIX}/") and "//" not in place and "\\" not in place and place.isprintable()
    return place if inside else HOME
