"""The frame around every page: language, navigation, who is signed in, security policy, and what was said last."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service.i18n.catalogues import LANGUAGES, find, text
from service.i18n.fault_text import chinese
from service.i18n.stored_texts import own
from service.identity.roles import Right
from service.pages.shell import assets, saved_answers
from service.pages.shell.assets import PREFIX
from service.pages.shell.formatting import Formatter
from service.pages.shell.session_cookie import Session, form_token, only_secure
from service.web.context import AppContext
from service.web.urls import segments

CORRIGIBLE = frozenset({409, 412, 422})
"""Statuses of pages that say what is wrong with a form, so that it is sent again."""

NEW_KEY = "a-new-key-for-each-reading-of-this-page"
"""Stands in kept pages for the keys of their forms."""

LANGUAGE_COOKIE = "allocator_language"
YEAR_S = 31_536_000

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Content security policy of every page: nothing inline, nothing from elsewhere."""

NAVIGATION: tuple[tuple[str, str, Right], ...] = (
    ("/inbox", "nav_inbox", Right.READ),
    ("/upload", "nav_upload", Right.PLAN),
    ("/plans/published", "nav_published", Right.READ),
    ("/where", "nav_where", Right.READ),
    ("/parks", "nav_parks", Right.READ),
    ("/compare", "nav_compare", Right.READ),
    ("/nights", "nav_nights", Right.READ),
    ("/registry", "nav_registry", Right.READ),
    ("/audit", "nav_audit", Right.ADMINISTER),
)
"""Places to go to: address, word, and the right that shows them."""


def encoded(value: object) -> str:
    """A segment of a path, or a query of names and values; the usual filter leaves slashes bare."""
    return urlencode(value) if isinstance(value, Mapping) else segments(value).removeprefix("/")


_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parents[1] / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters["urlencode"] = encoded


@dataclass(frozen=True)
class PageRequest:
    """One request for a page: by whom, if anybody signed in, and in which language it is answered."""

    request: Request
    house: AppContext
    session: Session | None

    @cached_property
    def language(self) -> str:
        """As the address says, else as it was last chosen, else Chinese."""
        for wanted in (self.request.query_params.get("lang"), self.request.cookies.get(LANGUAGE_COOKIE)):
            if wanted in LANGUAGES:
                return wanted
        return LANGUAGES[0]

    def page(self, template: str, contexts: str | tuple[str, ...], *, status: int = 200, **values: Any) -> Response:
        """A page, or a fragment of one, as an answer; one that says what is wrong with a form gets its own address.

        Its texts are those of the contexts, and those that all pages share.
        """
        contexts = (*((contexts,) if isinstance(contexts, str) else contexts), "common")
        made, posted = _TEMPLATES.get_template(template), self.request.method == "POST"
        if not posted or self.session is None or status not in CORRIGIBLE:
            place = f"{self._root}/inbox" if posted else self.request.url.path
            return self._answer(made.render(**self._context(contexts, self.language, place), **values), status)
        token = saved_answers.new_token()
        own = f"{self._root}{saved_answers.PLACE}/{token}"
        pages = {
            language: made.render(**self._context(contexts, language, own) | {"new_key": lambda: NEW_KEY}, **values)
            for language in LANGUAGES
        }
        saved_answers.keep(self.house, self.session.principal.person, token, status, pages)
        return go(f"{saved_answers.PLACE}/{token}")

    def again(self, content: str, status: int) -> Response:
        """A page that was kept, with fresh keys in its forms."""
        return self._answer(content.replace(NEW_KEY, secrets.token_hex(12)), status)

    def _answer(self, content: str, status: int) -> Response:
        response = Response(content, status, media_type="text/html; charset=utf-8")
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "same-origin"
        if self.request.query_params.get("lang") == self.language:
            secure = only_secure(self.house, self.request)
            response.set_cookie(
                LANGUAGE_COOKIE, self.language, YEAR_S, path=PREFIX, samesite="lax", httponly=True, secure=secure
            )
        return response

    def _context(self, contexts: tuple[str, ...], language: str, place: str) -> dict[str, Any]:
        principal = None if self.session is None else self.session.principal
        said = self.request.query_params.get("said", "")
        return {
            "t": lambda key, **facts: text(contexts, language, key, **facts),
            "known": lambda key: find(contexts, language, str(key)) is not None,
            "language": language,
            "colon": "：" if language == "zh" else ": ",
            "show": Formatter(language, self.house.settings.zone),
            "asset": lambda name: self._root.removesuffix(PREFIX) + assets.address(name),
            "at": lambda place: self._root + place,
            "person": principal,
            "may": lambda right: principal is not None and principal.may(Right(right)),
            "navigation": [each for each in NAVIGATION if principal is not None and principal.may(each[2])],
            "place": self.request.url.path.removeprefix(self._root),
            "in_language": lambda wanted: self._in_language(place, wanted),
            "form_token": "" if self.session is None else form_token(self.house, self.session),
            "said_fault": chinese if language == "zh" else str,
            "said_column": lambda column: _column(column, language),
            "own": lambda said: "" if said is None else own(str(said), language),
            "new_key": lambda: secrets.token_hex(12),
            "said": f"said_{said}" if find(contexts, language, f"said_{said}") else "",
        }

    @property
    def _root(self) -> str:
        """Where the pages are mounted, behind the path of a proxy if there is one."""
        return str(self.request.scope["root_path"])

    def _in_language(self, place: str, language: str) -> str:
        """The page at a place, as it was asked for, in a language."""
        kept = [
            (name, value) for name, value in self.request.query_params.multi_items() if name not in {"lang", "said"}
        ]
        return f"{place}?{urlencode([*kept, ('lang', language)])}"


def _column(column: str, language: str) -> str:
    """A column, or the place of a field in a document, by what the field means."""
    *before, field = str(column).split("/")
    number = next((int(part) + 1 for part in reversed(before) if part.isdigit()), None)
    said = find(("fields", "registry_fields"), language, f"field_{field}")
    if said is None:
        return str(column)
    return said if number is None else f"{said} {number}"


def go(place: str, **values: str) -> Response:
    """An answer to a form that leads to a page; ``said`` is what that page says of it."""
    query = f"?{urlencode(values)}" if values else ""
    return Response(None, 303, {"Location": PREFIX + place + query, "Cache-Control": "no-store"})
