"""Pages of the service: its settings, and the operations of its API."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import SecretStr

from docs.pages.markdown import page, prose, table
from service.app import create_app
from service.identity.roles import RIGHTS, Role
from service.settings import Settings, variable


def settings() -> str:
    """Every setting with its default and bounds."""
    rows = [
        (f"`{variable(name)}`", _default(info.get_default(call_default_factory=False)), info.description or "")
        for name, info in Settings.model_fields.items()
    ]
    introduction = prose(Settings) + " A value that does not hold ends the start with every fault at once."
    return page("Settings of the service", introduction, table(("variable", "default", "meaning"), rows))


def _default(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return f"`{','.join(map(str, value))}`" if value else ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    shown = str(value)
    return "every core" if shown == "PydanticUndefined" else f"`{shown}`"


def api() -> str:
    """Every operation with the right it needs."""
    app = create_app(Settings.model_construct(pepper=SecretStr("hashes no key")), "postgresql://localhost/reference")
    description = app.openapi()
    introduction = (
        "The whole description, with every field and examples, is served at `/api/v1/openapi.json`. Send a key as "
        "`X-API-Key` or a token as `Authorization: Bearer`. Every POST needs an `Idempotency-Key`: the same key with "
        "the same content is answered with the same answer and happens once. Every step of a review needs `If-Match` "
        "with the ETag that was read. Lists come in pages: follow `next_cursor`. HEAD answers wherever GET "
        "does. An id is one segment of a path, percent-encoded: the project `A/1#2` is `A%2F1%232`. A slash at the end "
        "of an address is redirected away."
    )
    rights = [(f"`{role}`", ", ".join(sorted(RIGHTS[role]))) for role in Role]
    problems = [(status, title) for status, title in _problems(description)]
    return page(
        "API of the service",
        introduction,
        table(("operation", "needs", "what it does"), _operations(description)),
        "## Roles\n\nViewers and planners may be bound to a district: they see and touch its enquiries alone.",
        table(("role", "rights"), rights),
        "## Problems\n\nWhat goes wrong comes as `application/problem+json`, with every fault in `errors`.",
        table(("status", "meaning"), problems),
    )


def _operations(description: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            words = " ".join(operation["description"].split("\n\n")[0].split())
            yield f"`{method.upper()} {path}`", operation["x-right"], f"{operation['summary']}. {words}"


def _problems(description: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    answers = description["paths"]["/api/v1/runs"]["post"]["responses"]
    return ((status, answer["description"]) for status, answer in answers.items() if status >= "400")
