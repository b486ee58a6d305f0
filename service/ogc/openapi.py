"""The OpenAPI 3.0.3 of the mounted application: what FastAPI writes as 3.1, in the words of 3.0."""

from typing import Any

from fastapi import FastAPI

VERSION = "3.0.3"

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}


def describe(app: FastAPI, address: str) -> dict[str, Any]:
    """The description with the address that it was asked for at."""
    written = FastAPI.openapi(app)
    paths = {
        path: {method: _operation(operation) for method, operation in methods.items()}
        for path, methods in written["paths"].items()
    }
    components = written.get("components", {})
    schemas = {
        name: lowered(schema)
        for name, schema in components.get("schemas", {}).items()
        if name not in {"HTTPValidationError", "ValidationError"}
    }
    return {
        "openapi": VERSION,
        "info": written["info"],
        "servers": [{"url": address}],
        "paths": paths,
        "components": {**components, "schemas": {**schemas, "Problem": _PROBLEM}},
    }


def _operation(operation: dict[str, Any]) -> dict[str, Any]:
    # nothing here answers 422: what does not hold is 400 in these standards
    answers = {status: answer for status, answer in operation["responses"].items() if status != "422"}
    found = {**lowered(operation), "responses": lowered(answers)}
    for parameter in found.get("parameters", []):
        if parameter["in"] == "query":
            # nothing is null in an address, and the standard writes its parameters in this very style
            parameter["schema"].pop("nullable", None)
            parameter |= {"style": "form", "explode": False}
    return found


def lowered(schema: Any) -> Any:
    """A schema of JSON Schema 2020-12 in the words of OpenAPI 3.0."""
    if isinstance(schema, list):
        return [lowered(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "x-as" in schema:
        return dict(schema["x-as"])
    found = {name: lowered(value) for name, value in schema.items()}
    choices = [each for each in found.get("anyOf", []) if each != {"type": "null"}]
    if len(choices) < len(found.get("anyOf", [])):
        del found["anyOf"]
        found |= {**choices[0], "nullable": True} if len(choices) == 1 else {"anyOf": choices, "nullable": True}
    if "const" in found:
        found["enum"] = [found.pop("const")]
    for edge in ("Minimum", "Maximum"):
        bound = found.get(f"exclusive{edge}")
        if bound is not None and not isinstance(bound, bool):
            found[edge.lower()], found[f"exclusive{edge}"] = bound, True
    if "properties" not in found and isinstance(found.get("examples"), list):
        found["example"] = found.pop("examples")[0]
    return found
