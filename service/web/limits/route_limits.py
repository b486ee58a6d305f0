"""Routes as they are known before a body is read: the right that each needs, and how much it takes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount, compile_path
from starlette.types import Scope

from service.identity.roles import Right
from service.web.limits.body_limits import has_file, most_bytes


@dataclass(frozen=True)
class RouteLimits:
    """A route: the application that it is mounted in, the right that it needs, if any, and its largest body, bytes.

    ``file`` says whether that is a file.
    """

    mount: str
    right: Right | None
    most: int
    file: bool = False


class RouteTable:
    """The routes of an application and of those that are mounted in it, in the order in which they are tried."""

    def __init__(self, routes: Iterable[BaseRoute], largest: int) -> None:
        self._routes = [
            (compile_path(path)[0], route.methods or set(), _limits_of(mount, route, largest))
            for mount, path, route in _walked(routes, "", "")
        ]

    def find(self, scope: Scope) -> RouteLimits | None:
        """The route of a request; None for an address or a method that leads nowhere."""
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        fitting = (route for form, methods, route in self._routes if scope["method"] in methods and form.match(path))
        return next(fitting, None)


def _walked(routes: Iterable[BaseRoute], mount: str, prefix: str) -> Iterator[tuple[str, str, APIRoute]]:
    for route in routes:
        if isinstance(route, Mount):
            yield from _walked(route.routes or (), route.path, prefix + route.path)
        elif isinstance(route, APIRoute):
            yield mount, prefix + route.path, route
        elif (included := getattr(route, "original_router", None)) is not None:
            yield from _walked(included.routes, mount, prefix + route.include_context.prefix)  # type: ignore[attr-defined]


def _limits_of(mount: str, route: APIRoute, largest: int) -> RouteLimits:
    right = next(_rights(route.dependant), None)
    most = most_bytes(route.endpoint, largest, known=right is not None)
    return RouteLimits(mount, right, most, has_file(route.endpoint))


def _rights(dependant: Dependant) -> Iterator[Right]:
    """Rights that a route's dependencies ask for: each has its own as ``right``."""
    for each in dependant.dependencies:
        if isinstance(right := getattr(each.call, "right", None), Right):
            yield right
        yield from _rights(each)
