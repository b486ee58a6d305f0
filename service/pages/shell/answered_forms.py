"""A page that answered a form, at an address of its own."""

from typing import Annotated

from fastapi import APIRouter, Response
from fastapi import Path as InPath

from service.pages.shell.access import Reading
from service.pages.shell.saved_answers import PLACE, kept
from service.web.problems import not_found

router = APIRouter()


@router.get(f"{PLACE}/{{token}}")
def shown(caller: Reading, token: Annotated[str, InPath(pattern=r"^[0-9a-f]{32}$")]) -> Response:
    """The page in the reader's language; its forms may be sent again."""
    found = kept(caller.visit.house, caller.asker.person, token)
    if found is None:
        raise not_found("answer")
    status, pages = found
    return caller.visit.again(pages[caller.language], status)
