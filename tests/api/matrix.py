"""Everything that can be asked of the service, taken from its own descriptions, with who may ask it.

An operation of /api/v1 and of /ogc names the right it needs in its description.  What has no description – pages – is
listed by its surface, with the operations that it answers.
"""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from fastapi.routing import APIRoute
from starlette.routing import Mount, Route

from service.identity.api_keys import digest_of
from service.identity.roles import Principal, Right
from service.pages.shell.access import PageAccess
from service.pages.shell.assets import PREFIX
from service.pages.shell.session_cookie import COOKIE, Session, form_token
from tests.support.api_client import PEOPLE, a_project, as_csv

OPEN = "open"
"""In place of a right: whoever asks is answered."""


@dataclass(frozen=True)
class Operation:
    """A method on a path, and the right that it needs."""

    method: str
    path: str
    right: Right | str

    @property
    def names(self) -> list[str]:
        """Parameters of the path."""
        return [part.split("}")[0].split(":")[0] for part in self.path.split("{")[1:]]

    def at(self, facts: dict[str, Any]) -> str:
        """The address with facts for its parameters."""
        path = self.path
        for part in self.path.split("{")[1:]:
            whole = part.split("}")[0]
            path = path.replace("{" + whole + "}", str(facts[whole.split(":")[0]]))
        return path


def by_key(desk: Any, person: str | None, operation: Operation, target: str, **given: Any) -> Any:
    """Ask with the person's key."""
    return desk.ask(person, operation.method.upper(), target, **given)


@dataclass(frozen=True)
class Surface:
    """A part of the application, its operations, and how somebody asks there.

    ``unbound`` are for people of no district, ``opened`` for whoever asks; ``strangers`` is what all others hear.
    """

    name: str
    operations: Callable[[Any], Iterator[Operation]]
    unbound: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    opened: frozenset[str] = field(default_factory=frozenset)
    strangers: int = 401
    ask: Callable[..., Any] = by_key


def _described(desk: Any, address: str, prefix: str) -> Iterator[Operation]:
    for path, entry in desk.get(address, None).json()["paths"].items():
        for method, operation in entry.items():
            if method in {"get", "post", "put", "patch", "delete"}:
                right = operation.get("x-right")
                yield Operation(method, prefix + path, OPEN if right is None else Right(right))


def _api(desk: Any) -> Iterator[Operation]:
    yield from _described(desk, "openapi.json", "")


def _ogc(desk: Any) -> Iterator[Operation]:
    yield from _described(desk, "/ogc/api", "/ogc")
    # left out of the standard's description: an execution of a process that there is not
    yield Operation("post", "/ogc/processes/{process_id}/execution", Right.READ)


def _beside(_desk: Any) -> Iterator[Operation]:
    """What needs no key: it tells of no plan, no firm and no person."""
    for path in ("/", "/api/v1/openapi.json", "/healthz", "/readyz", "/metrics"):
        yield Operation("get", path, OPEN)


def _pages(desk: Any) -> Iterator[Operation]:
    """Pages have no description: their rights stand in what they depend on."""
    pages = next(each for each in desk.app.routes if isinstance(each, Mount) and each.path == PREFIX)
    for method, path, route in _walked(pages.routes, PREFIX):
        rights = [each.call.right for each in route.dependant.dependencies if isinstance(each.call, PageAccess)]
        yield Operation(method, path.replace(":rest}", "}"), rights[0] if rights else OPEN)


def by_session(desk: Any, person: str | None, operation: Operation, target: str, **given: Any) -> Any:
    """Ask as a browser: with the cookie of a session, and the token that its forms carry."""
    given.pop("json", None)
    headers = {**given.pop("headers", {}), "Idempotency-Key": "unused"}
    fields = {"because": "no", "once": secrets.token_hex(8), "name": "x", "project": "ada-1", "reopen": "ada-1"}
    if person is not None:
        cookie, token = session_of(desk, person)
        headers["Cookie"] = f"{COOKIE}={cookie}"
        fields["token"] = token
    desk._client.cookies.clear()
    sent = {"data": fields} if operation.method == "post" else {}
    return desk.ask(None, operation.method.upper(), target, headers=headers, **sent, **given)


_SESSIONS: dict[tuple[int, str], tuple[str, str]] = {}


def session_of(desk: Any, person: str) -> tuple[str, str]:
    """The cookie of a session of a person, who signed in with the key, and the token of its forms."""
    if (id(desk), person) not in _SESSIONS:
        desk._client.cookies.clear()
        entered = desk.ask(None, "POST", f"{PREFIX}/sign-in", data={"key": desk.keys[person]})
        assert entered.status_code == 303, entered.text
        cookie = entered.cookies[COOKIE]
        house = desk.app.state.house
        mark = Session(Principal(person, *PEOPLE[person]), digest_of(cookie, house.pepper).hex())
        _SESSIONS[id(desk), person] = cookie, form_token(house, mark)
    return _SESSIONS[id(desk), person]


SURFACES = [
    Surface(
        "api",
        _api,
        frozenset(
            {
                ("post", "/api/v1/registries"),
                ("post", "/api/v1/registries/files"),
                ("post", "/api/v1/registries/{number}/changes"),
                ("post", "/api/v1/plans/{plan_id}/propose"),
                ("post", "/api/v1/studies/moves"),
            }
        ),
    ),
    Surface("ogc", _ogc, opened=frozenset({"/ogc/api"})),
    Surface(
        "pages",
        _pages,
        frozenset(
            {
                ("post", "/pages/registry"),
                ("post", "/pages/plans/{plan_id}/propose"),
            }
        ),
        frozenset({"/pages/", "/pages/sign-in", "/pages/sign-out", "/pages/static/{name}"}),
        303,
        by_session,
    ),
    Surface("beside", _beside, opened=frozenset({"/", "/api/v1/openapi.json", "/healthz", "/readyz", "/metrics"})),
]
"""Every part of the application; a new one is a line here, and `test_matrix.py` fails without it."""


def routes_of(app: Any) -> Iterator[tuple[str, str]]:
    """Every method and path that the application answers, mounted ones and those in no description included."""
    yield from ((method, path) for method, path, _ in _walked(app.routes, ""))


def _walked(routes: Any, prefix: str) -> Iterator[tuple[str, str, Any]]:
    for route in routes:
        if isinstance(route, Mount):
            yield from _walked(route.routes, prefix + route.path)
        elif isinstance(route, APIRoute | Route):
            methods = (route.methods or set()) - {"HEAD", "OPTIONS"}
            yield from ((method.lower(), prefix + route.path, route) for method in methods)
        else:  # a router that was included
            inner = route.include_context.prefix
            yield from _walked(route.original_router.routes, prefix + inner)


ANSWER: dict[str, Any] = {
    "question": "build-next",
    "plan_id": "plan-000000000000",
    "input_hash": "0" * 64,
    "engines": ["cp-sat"],
    "seed": 0,
    "time_limit_s": 1.0,
    "wall_s": 0.0,
    "answer": {"floor_area_m2": 1000, "goals": [], "cells": [], "undone": []},
}
"""An answer about a plan, in the form that `allocator answers` writes."""


def body_for(operation: Operation) -> dict[str, Any]:
    """A request that has the right form."""
    method, path = operation.method, operation.path
    if method in {"get", "delete"}:
        return {}
    if path.endswith("/batches"):
        return {"content": as_csv([a_project("M1")]), "headers": {"Content-Type": "text/csv"}}
    if path.endswith("/files"):
        return {"files": {"parks": ("parks.csv", b"x", "text/csv")}}
    bodies: dict[str, Any] = {
        "registries": {"parks": [{}], "spaces": [{}]},
        "reject": {"because": "no"},
        "reopen": {"projects": ["M1"]},
        "scenarios": {"document": {}},
        "sweeps": {"scenarios": ["scenario-000000000000"]},
        "dossiers": {"plan_id": "p-000000000000"},
        "recommendations": {"project": {}},
        "keys": {"person": "x", "role": "viewer"},
        "execution": {"inputs": {}},
        "answers": ANSWER,
    }
    body = bodies["dossiers"] if path.endswith("/studies/answers") else bodies.get(path.rsplit("/", 1)[-1], {})
    return {"json": body, "headers": {"If-Match": '"x"'}}
