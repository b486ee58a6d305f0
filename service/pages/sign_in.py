"""Sign-in with an API key, and sign-out."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from service.api.house import count_stranger
from service.database.engine import SYSTEM, transaction
from service.pages import session
from service.pages.assets import PREFIX
from service.pages.entry import InVisit
from service.pages.forms import InForm
from service.pages.frame import go
from service.pages.words.sign_in import WORDS
from service.people.keys import key_id_of

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
    return here.page("sign_in.html.j2", WORDS, next_place=next, refused=False)


@router.post("/sign-in")
def enter(here: InVisit, form: InForm) -> Response:
    """Take a key and start a session; which of unknown, expired and revoked a refused key is, is not told."""
    key, target = form.text("key", 200), form.text("next", 500)
    with transaction(here.house.engine, SYSTEM) as connection:
        key_id = key_id_of(connection, here.house.pepper, key) if key else None
    if key_id is None:
        count_stranger(here.house, here.request.client.host if here.request.client else "?")
        return here.page("sign_in.html.j2", WORDS, status=403, next_place=target, refused=True)
    answer = go(_inside(target))
    session.start(here.house, here.request, answer, key_id)
    return answer


@router.post("/sign-out")
def leave(_form: InForm) -> Response:
    """End the session of this browser."""
    answer = go("/sign-in", said="signed_out")
    session.end(answer)
    return answer


def _inside(wanted: str) -> str:
    """A place among the pages, else the inbox: nobody is led elsewhere."""
    place = wanted.removeprefix(PREFIX)
    inside = wanted.startswith(f"{PREFIX}/") and "//" not in place and "\\" not in place and place.isprintable()
    return place if inside else HOME
