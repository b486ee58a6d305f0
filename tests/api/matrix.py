"""Everything that can be asked of the service, taken from its own descriptions, with who may ask it.

An operation of /api/v1 and of /ogc names the right it needs in its description.  What has no description – pages – is
listed by its surface, with the operations that it answers.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from fastapi.routing import APIRoute
from starlette.routing import Mount, Route

from service.people.roles import Right
from tests.service_for_tests import a_project, as_csv

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


@dataclass(frozen=True)
class Surface:
    """A part of the application under a prefix, and its operations; ``unbound`` are for people of no district."""

    name: str
    prefix: str
    operations: Callable[[Any], Iterator[Operation]]
    unbound: frozenset[tuple[str, str]] = field(default_factory=frozenset)


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


SURFACES = [
    Surface(
        "api",
        "/api/v1",
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
    Surface("ogc", "/ogc", _ogc),
    Surface("beside", "", _beside),
]
"""Every part of the application; a new one is a line here, and `test_matrix.py` fails without it."""


def routes_of(app: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every method and path that the application answers, mounted ones and those in no description included."""
    yield from _routes(app.routes, prefix)


def _routes(routes: Any, prefix: str) -> Iterator[tuple[str, str]]:
    for route in routes:
        if isinstance(route, Mount):
            yield from _routes(route.routes, prefix + route.path)
        elif isinstance(route, APIRoute | Route):
            methods = (route.methods or set()) - {"HEAD", "OPTIONS"}
            yield from ((method.lower(), prefix + route.path) for method in methods)
        else:  # a router that was included
            inner = route.include_context.prefix
            yield from _routes(route.original_router.routes, prefix + inner)


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
        "scenarios": {"document": {}},
        "sweeps": {"scenarios": ["scenario-000000000000"]},
        "dossiers": {"plan_id": "p-000000000000"},
        "recommendations": {"project": {}},
        "keys": {"person": "x", "role": "viewer"},
        "execution": {"inputs": {}},
    }
    return {"json": bodies.get(path.rsplit("/", 1)[-1], {}), "headers": {"If-Match": '"x"'}}
