"""Pages of a list, newest first, by an opaque cursor; and entity tags."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, Select

from service.database.rows import newest_first
from service.web.problems import ProblemError

Item = TypeVar("Item", bound=BaseModel)
MOST = 200


class Page(BaseModel, Generic[Item]):
    """A page; ``next_cursor`` leads to the next one and is absent on the last."""

    model_config = ConfigDict(frozen=True)

    items: list[Item]
    next_cursor: str | None = Field(None, examples=["MTI"])


class Window(BaseModel):
    """Which page is asked for."""

    limit: int
    before: int | None

    @property
    def most(self) -> int:
        """Rows to read: one more than are shown tells that there is a next page."""
        return self.limit + 1

    def shown(self, rows: Sequence[Mapping[str, Any]], show: Callable[[Mapping[str, Any]], Item]) -> "Page[Item]":
        """The page of rows that were read newest first, at most ``most`` of those before ``before``."""
        shown = rows[: self.limit]
        more = len(rows) > self.limit
        return Page(items=[show(row) for row in shown], next_cursor=cursor(shown[-1]["number"]) if more else None)

    def page(
        self, connection: Connection, query: Select[Any], number: Any, show: Callable[[Mapping[str, Any]], Item]
    ) -> "Page[Item]":
        """The page of a query that has the column ``number``."""
        return self.shown(newest_first(connection, query, number, self.most, self.before), show)


def cursor(number: int) -> str:
    """A cursor that stands after a number."""
    return base64.urlsafe_b64encode(str(number).encode()).decode().rstrip("=")


async def window(
    limit: Annotated[int, Query(ge=1, le=MOST, description="Most items of the page.")] = 50,
    cursor: Annotated[str | None, Query(max_length=40, pattern=r"^[A-Za-z0-9_-]+$", description="next_cursor.")] = None,
) -> Window:
    """The page that the request asks for; raises a 422 problem for a cursor of no list."""
    if cursor is None:
        return Window(limit=limit, before=None)
    try:
        number = int(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode())
    except (binascii.Error, ValueError):
        number = -1
    if not 0 < number < 1 << 62:
        raise ProblemError(
            422, "invalid", "The cursor is of no list.", [{"pointer": "cursor", "message": "is unknown"}]
        )
    return Window(limit=limit, before=number)


InWindow = Annotated[Window, Depends(window)]


def paged(request: Request, response: Response, page: Page[Item]) -> Page[Item]:
    """The page, with the next one linked."""
    if page.next_cursor is not None:
        target = request.url.include_query_params(cursor=page.next_cursor)
        response.headers["Link"] = f'<{target.path}?{target.query}>; rel="next"'
    return page


IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", description="ETag of the version that was read.", examples=['"p-0123456789ab.3"']),
]
IfNoneMatch = Annotated[str | None, Header(alias="If-None-Match", description="ETag that is known already.")]


def tag(*parts: object) -> str:
    """An entity tag."""
    return '"' + ".".join(map(str, parts)) + '"'


def tags(header: str | None) -> Sequence[str]:
    """Entity tags of a header."""
    return [] if header is None else [each.strip().removeprefix("W/") for each in header.split(",")]


def must_match(header: str | None, current: str) -> None:
    """Refuse a change to something that was not read as it is; raises 428 and 412 problems."""
    if header is None:
        detail = "Send If-Match with the ETag that you have read."
        raise ProblemError(428, "no-version", detail)
    if current not in tags(header):
        raise ProblemError(412, "stale-version", "It was changed since; read it again.", headers={"ETag": current})


def versions(header: str | None) -> frozenset[str] | None:
    """Versions that a change may be made from, as If-Match or a field of a form names them; None where none is."""
    if header is None:
        return None
    return frozenset(each[1:-1] for each in tags(header) if len(each) > 1 and each[0] == each[-1] == '"')


def unchanged(header: str | None, current: str) -> Response | None:
    """A 304 answer when the asker has this version."""
    if current in tags(header) or "*" in tags(header):
        return Response(status_code=304, headers={"ETag": current})
    return None
