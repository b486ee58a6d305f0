"""What a form sends: taken from our own pages alone, and done once however often it is sent."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from service.pages.shell.access import InVisit
from service.pages.shell.session_cookie import is_form_token
from service.web.idempotency import KEY_FORM, IdempotentRequest
from service.web.problems import FORGED, ProblemError

MOST_FIELDS = 20_000


@dataclass(frozen=True)
class Form:
    """The fields of a form that holds its token; files by the name of their field."""

    route: str
    fields: Mapping[str, Sequence[str]]
    files: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)

    def text(self, name: str, most: int = 4000) -> str:
        """A field without the blanks around it, empty if it is absent; raises a 422 problem when it is too long."""
        found = next(iter(self.fields.get(name, ())), "").replace("\0", "").strip()
        if len(found) > most:
            raise ProblemError(422, "field", f"The field {name!r} may have {most:,} characters.")
        return found

    def texts(self, name: str) -> list[str]:
        """Every value of a field."""
        return [each.strip() for each in self.fields.get(name, ()) if each.strip()]

    def raw(self, name: str) -> Sequence[str]:
        """Every value of a field as it was sent."""
        return self.fields.get(name, ())

    def whole(self, name: str) -> int | None:
        """A whole number, None if the field is empty; raises a 422 problem for anything else."""
        said = self.text(name, 40)
        if not said:
            return None
        if not re.fullmatch(r"[+-]?\d{1,12}", said):
            raise ProblemError(422, "field", f"The field {name!r} is no whole number: {said[:40]!r}.")
        return int(said)

    def once(self, also: bytes = b"") -> IdempotentRequest:
        """The form's own idempotency key, so that a second click repeats the answer instead of the operation."""
        key = self.text("once", 200)
        if not re.fullmatch(KEY_FORM, key):
            raise forged()
        said = hashlib.sha256(also)
        for name in sorted(self.fields):
            for value in self.fields[name]:
                said.update(f"{name}={value}\0".encode("utf-8", "backslashreplace"))
        return IdempotentRequest(key, self.route, said.hexdigest())


async def form(request: Request, here: InVisit) -> Form:
    """The form of a request; raises a 403 problem when another site sent it or its token is not the session's."""
    same_origin(request)
    async with request.form(
        max_files=10, max_fields=MOST_FIELDS, max_part_size=here.house.settings.max_body_bytes
    ) as sent:
        fields: dict[str, list[str]] = {}
        files: dict[str, tuple[str, bytes]] = {}
        for name, value in sent.multi_items():
            if isinstance(value, UploadFile):
                if value.filename:
                    files[name] = (value.filename, await value.read())
            else:
                fields.setdefault(name, []).append(value)
    found = Form(f"POST /pages{request.scope['route'].path}", fields, files)
    if here.session is not None and not is_form_token(here.house, here.session, found.text("token", 200)):
        raise forged()
    return found


def forged() -> ProblemError:
    """The problem of a form that none of our pages sent in this session."""
    return ProblemError(403, FORGED, "The form was not sent from a page of this session.")


def same_origin(request: Request) -> None:
    """Refuse what a browser sends for another site."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.casefold() != request.headers.get("host", "").casefold():
        raise forged()
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise forged()


InForm = Annotated[Form, Depends(form)]
