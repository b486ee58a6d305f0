"""Page of the interchange formats: every field with its type, bounds, default and meaning."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from docs.pages.cells import cells
from docs.pages.limits import limits
from docs.pages.markdown import page, prose, table
from geodata.readers.header_aliases import ALIASES
from geodata.readers.record_reader import ENDINGS
from geodata.records.inputs import Inputs, PolicyRecord, PublishedRecord
from geodata.records.policy_records import AimRecord, NamedProjectRecord, QuotaRecord, ReserveRecord, SeparationRecord
from geodata.records.project_records import ComponentRecord, LinkRecord, ProjectHead
from geodata.records.registry_records import DistrictRecord, ParkRecord, SpaceRecord, TenancyRecord
from seeds.load import labels
from service.application.analyses.recommendation import RecommendationOut
from service.application.planning.goal_order import GoalOrder
from service.application.planning.scenario import Additions, Removals, Scenario
from service.application.plans.comparison import Comparison
from service.application.plans.comparison_table import ComparisonTable
from service.formats.analyses import AnswerOut
from service.formats.plan import DossierOut, PlanOut

Schema = Mapping[str, Any]

READ: tuple[tuple[str, str, type[BaseModel]], ...] = (
    ("projects", "Columns that each row of a project repeats.", ProjectHead),
    ("projects", "Columns of a component: one row each.", ComponentRecord),
    ("parks", "", ParkRecord),
    ("spaces", "", SpaceRecord),
    ("tenancies", "", TenancyRecord),
    ("districts", "", DistrictRecord),
)
"""The records that are read, by file."""

ASKED: tuple[tuple[str, str, tuple[type[BaseModel], ...]], ...] = (
    ("scenario", "../how-to/compare-scenarios.md", (Scenario, Additions, Removals)),
    ("goals", "../how-to/compare-scenarios.md#other-goals", (GoalOrder, AimRecord)),
)
"""Small files that say what is asked for, each with the page that shows it."""

INPUTS = (
    Inputs,
    PublishedRecord,
    PolicyRecord,
    NamedProjectRecord,
    SeparationRecord,
    ReserveRecord,
    QuotaRecord,
)
"""Everything that a plan was made from, beside the records that are read."""

ANSWERS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("recommend --json", RecommendationOut),
    ("compare --json", Comparison),
    ("compare --json (several plans, or scenarios)", ComparisonTable),
    ("answers --json", AnswerOut),
)
"""What commands print as JSON, beside the files that are written."""


def formats() -> str:
    """Page of the formats that are read and written."""
    introduction = (
        "JSON keys are spreadsheet columns. Files that are read end in "
        f"{', '.join(f'`{ending}`' for ending in ENDINGS)}. Unknown columns and unknown words are refused, with the "
        "nearest known one. A blank cell is an absent value. `allocator schema NAME` prints the JSON Schema of "
        "projects, spaces, parks, tenancies, districts, plan, dossier or answers."
    )
    return page(
        "Formats",
        introduction,
        *_read(),
        *_links(),
        *cells(),
        *limits(),
        *_asked(),
        *_written(),
        *_answers(),
        *_vocabularies(),
    )


def _read() -> Iterator[str]:
    yield "## Files that are read"
    yield (
        "A spreadsheet of projects has one row per component and repeats the project's columns, or leaves them blank "
        "after the first row. In JSON a project holds a list of components. Lists of words are separated by `;` in a "
        "cell. Months are `YYYY-MM`."
    )
    for name, remark, model in READ:
        yield f"### {name}: {_title(model)}"
        yield " ".join(filter(None, [prose(model), remark]))
        yield _fields(model, aliases=True)


def _links() -> Iterator[str]:
    yield "### projects: links"
    yield (
        f"{prose(LinkRecord)} In a spreadsheet the column `links` of a project holds them as "
        "`from-to:kind` or `from-to:max_km:km`, separated by `;`, for example "
        "`rnd-manufacturing:same_park;rnd-pilot:max_km:5`."
    )
    yield _fields(LinkRecord)


ELSEWHERE = ("Inputs", "DossierOut")
"""Parts of a document that are described by themselves."""


def _asked() -> Iterator[str]:
    yield "## Files that say what is asked for"
    yield "YAML or JSON. A key that is not listed here is refused."
    for name, shown, records in ASKED:
        yield f"### {name} file"
        yield f"By example: [{shown.rsplit('/', 1)[1].partition('.')[0].replace('-', ' ')}]({shown})."
        for record in records:
            yield f"**{record.__name__}.** {prose(record)}"
            yield _fields(record)


def _answers() -> Iterator[str]:
    yield "## What commands print as JSON"
    for command, model in ANSWERS:
        yield from _document(f"`{command}`", command, model)


def _written() -> Iterator[str]:
    yield "## Files that are written"
    yield (
        "`plan.json` holds the plan, what is proven of it, and in `inputs` everything it was made from, so that "
        "`allocator check` and `allocator explain` need no other file. `dossiers.json` is a list of dossiers. "
        "`plan.geojson` and `plan.xlsx` repeat the numbers of `plan.json`; `map.html`, `map.png` and `report.pdf` "
        "show them."
    )
    for title, model in (("plan.json", PlanOut), ("dossiers.json", DossierOut)):
        yield from _document(title, title, model)
    yield "### plan.json: inputs"
    for record in INPUTS:
        yield f"**{record.__name__}.** {prose(record)}"
        yield _fields(record)


def _document(title: str, name: str, model: type[BaseModel]) -> Iterator[str]:
    schema = model.model_json_schema()
    known = schema.get("$defs", {})
    yield f"### {title}"
    yield _plain(schema["description"])
    yield _table(schema, known)
    for part in _own_parts(schema, known):
        yield f"#### {name}: {part}"
        yield _plain(known[part].get("description", ""))
        yield _table(known[part], known)


def _plain(text: str) -> str:
    return text.replace("``", "`")


def _nullable(field: Schema) -> bool:
    return any(each.get("type") == "null" for each in field.get("anyOf", ()))


def _own_parts(schema: Schema, known: Schema, seen: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Parts of a written format in the order in which they are met; the inputs and words are described elsewhere."""
    for field in schema["properties"].values():
        for name in _names(field):
            if name not in ELSEWHERE and "enum" not in known[name] and name not in seen:
                seen = _own_parts(known[name], known, (*seen, name))
    return seen


def _names(field: Schema) -> Iterator[str]:
    if "$ref" in field:
        yield field["$ref"].rsplit("/", 1)[1]
    for inner in (*field.get("anyOf", ()), *([field["items"]] if "items" in field else ())):
        yield from _names(inner)


def _title(model: type[BaseModel]) -> str:
    return model.__name__.removesuffix("Record").removesuffix("Head").lower()


def _fields(model: type[BaseModel], *, aliases: bool = False) -> str:
    schema = model.model_json_schema()
    return _table(schema, schema.get("$defs", {}), aliases=aliases)


def _table(schema: Schema, known: Schema, *, aliases: bool = False) -> str:
    required = schema.get("required", ())
    header = ("column" if aliases else "field", "type", "default", "meaning", *(("also read as",) if aliases else ()))
    rows = [
        (
            f"`{name}`",
            _type(field, known) + (" or null" if name in required and _nullable(field) else ""),
            "required" if name in required else _default(field),
            field.get("description", ""),
            *((", ".join(chinese for chinese, column in ALIASES.items() if column == name),) if aliases else ()),
        )
        for name, field in schema["properties"].items()
    ]
    return table(header, rows)


def _default(field: Schema) -> str:
    value = field.get("default")
    return "absent" if value in (None, "", []) else f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _type(field: Schema, known: Schema) -> str:
    if "$ref" in field:
        name = field["$ref"].rsplit("/", 1)[1]
        return _words(name, known[name]["enum"]) if "enum" in known[name] else f"{name}"
    if "anyOf" in field:
        return " or ".join(_type(each, known) for each in field["anyOf"] if each.get("type") != "null")
    if field.get("type") == "array":
        return f"list of {_type(field['items'], known)}"
    if field.get("type") == "object":
        return _object(field, known)
    words = {"integer": "whole number", "number": "number", "string": "text", "boolean": "yes or no"}
    return words.get(str(field.get("type")), "") + _bounds(field)


def _object(field: Schema, known: Schema) -> str:
    inner = field.get("additionalProperties")
    key = f"{_type(field['propertyNames'], known)} → " if "propertyNames" in field else ""
    return f"object: {key}{_type(inner, known)}" if isinstance(inner, dict) else "object"


def _bounds(field: Schema) -> str:
    low = field.get("minimum", field.get("ge"))
    above = field.get("exclusiveMinimum", field.get("gt"))
    high = field.get("maximum", field.get("le"))
    parts = [
        f" ≥ {low:,}" if low is not None else "",
        f" > {above:,}" if above is not None else "",
        f" ≤ {high:,}" if high is not None else "",
        f", at most {field['maxLength']} characters" if "maxLength" in field else "",
    ]
    return ",".join(filter(None, parts[:3])) + parts[3]


_VOCABULARY_OF = {
    "SpaceKind": "kind",
    "EiaLevel": "eia_level",
    "LinkKind": "link_kind",
    "PlatformKind": "platform_kind",
}


def _words(enum: str, words: Sequence[str]) -> str:
    name = _VOCABULARY_OF.get(enum, enum.lower())
    return f"[{name}](#vocabulary-{name})" if name in labels() else ", ".join(f"`{word}`" for word in words)


def _vocabularies() -> Iterator[str]:
    yield "## Vocabularies"
    yield "The words are data with their labels in `seeds/vocabulary.yaml`; case, blanks and hyphens do not matter."
    for name, words in labels().items():
        if name != "role":
            yield f"### Vocabulary {name}"
            yield table(
                ("word", "English", "中文"), ((f"`{word}`", label["en"], label["zh"]) for word, label in words.items())
            )
