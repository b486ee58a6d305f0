"""The two processes: what goes in, what comes out, how they are run."""

from dataclasses import dataclass
from typing import Any, Literal

from fastapi import Request

from service.formats.requests import Body, RecommendIn, RunIn
from service.ogc.links import GEOJSON, JSON, address, link
from service.ogc.openapi import lowered


@dataclass(frozen=True)
class Process:
    """A process; ``inputs`` is the body that the same operation has under /api/v1."""

    id: str
    title: str
    description: str
    mode: Literal["async-execute", "sync-execute"]
    inputs: type[Body]
    outputs: dict[str, tuple[str, str]]

    def summary(self, request: Request) -> dict[str, Any]:
        """Its entry in the list."""
        own = address(request, "processes", self.id)
        return {
            "id": self.id,
            "title": self.title,
            "description": self.description,
            "version": "1.0.0",
            "jobControlOptions": [self.mode, *(["dismiss"] if self.mode == "async-execute" else [])],
            "outputTransmission": ["value"],
            "links": [
                link(own, "self", self.title),
                link(f"{own}/execution", "http://www.opengis.net/def/rel/ogc/1.0/execute", f"Execute {self.title}"),
            ],
        }

    def whole(self, request: Request) -> dict[str, Any]:
        """Its entry with the schema of every input and output."""
        outputs = {
            name: {"title": words, "schema": {"type": "object", "contentMediaType": media_type}}
            for name, (words, media_type) in self.outputs.items()
        }
        return {**self.summary(request), "inputs": _inputs(self.inputs), "outputs": outputs}


def _inputs(body: type[Body]) -> dict[str, Any]:
    written = body.model_json_schema()
    required, definitions = written.get("required", []), written.get("$defs", {})
    return {
        name: {
            "title": name,
            "description": schema.get("description", ""),
            "minOccurs": int(name in required),
            "maxOccurs": 1,
            "schema": lowered(_inlined(schema, definitions)),
        }
        for name, schema in written["properties"].items()
    }


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_inlined(each, definitions) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(definitions[schema["$ref"].rsplit("/", 1)[1]], definitions)
    return {name: _inlined(value, definitions) for name, value in schema.items()}


ALLOCATE = Process(
    "allocate",
    "规划落位 Allocate",
    "Plans the open enquiries on the registry: a job whose results are the verified plan and its features.",
    "async-execute",
    RunIn,
    {
        "plan": ("The plan that was made", JSON),
        "assignments": ("Its placed components", GEOJSON),
        "unplaced": ("Its unplaced projects", GEOJSON),
    },
)

RECOMMEND = Process(
    "recommend",
    "推荐选址 Recommend",
    "Ranks sites for one newcomer in the published plan or a named one, while everyone else stays.",
    "sync-execute",
    RecommendIn,
    {"recommendation": ("Ranked sites, and a verdict for every park", JSON)},
)

PROCESSES = {process.id: process for process in (ALLOCATE, RECOMMEND)}
