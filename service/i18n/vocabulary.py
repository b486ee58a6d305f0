"""Vocabularies with their labels, the words by which people mean their codes, and what the template says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from geodata.cells.cell_values import plain
from geodata.readers.header_aliases import ALIASES
from geodata.readers.project_reader import PROJECTS
from geodata.records.project_records import ComponentRecord, ProjectHead
from geodata.spreadsheet_mapping import KnownWords
from maps.payload.reason_labels import Labels, complete
from seeds.load import labels, load_districts
from service.i18n.catalogues import text


@dataclass(frozen=True)
class Guide:
    """What is said of the columns in one language: heading, meaning and known values; and names of the two sheets."""

    sheets: tuple[str, str]
    headings: Mapping[str, str]
    meanings: Mapping[str, str]
    values: Mapping[str, Sequence[str]]
    heads: tuple[str, str, str]


VOCABULARIES = {
    "segment": "segment",
    "tier": "tier",
    "function": "function",
    "platform_kind": "platform_kind",
    "eia_level": "eia_level",
    "utilities": "utility",
    "emits": "hazard",
    "sensitive_to": "hazard",
    "districts": "district",
    "barred_from": "district",
}
"""Vocabulary of each field of a batch that has one."""


def _districts() -> dict[str, dict[str, str]]:
    return {each.adcode: {"zh": each.name_zh, "en": each.name_en} for each in load_districts(date.max)}


LABELS: Labels = {**complete(labels()), "district": _districts()}
"""Labels by vocabulary and code, with reasons, goals and districts."""

YES_NO = {"yes": {"zh": "是", "en": "yes"}, "no": {"zh": "否", "en": "no"}}
PRIORITIES = {str(level): {"zh": str(level), "en": str(level)} for level in range(5, 0, -1)}


@cache
def known_words() -> KnownWords:
    """Labels in both languages and codes, in lower case, by field."""
    words = {
        field: {
            plain(text).casefold(): code for code, each in labels_of(field).items() for text in each.values() if text
        }
        for field in (*VOCABULARIES, "priority", "ground_floor")
    }
    for field, table in words.items():
        table.update({code: code for code in labels_of(field)})
        if VOCABULARIES.get(field) == "district":
            table.update({text.removesuffix("区"): code for text, code in list(table.items())})
    return KnownWords(words)


def labels_of(field: str) -> dict[str, dict[str, str]]:
    """Labels by code of the field's vocabulary, empty if it has none."""
    if field == "priority":
        return PRIORITIES
    if field == "ground_floor":
        return YES_NO
    return {code: dict(each) for code, each in LABELS.get(VOCABULARIES.get(field, ""), {}).items()}


def options(field: str, language: str) -> list[tuple[str, str]]:
    """Codes with their labels, for a choice."""
    return [(code, each.get(language) or code) for code, each in labels_of(field).items()]


def headings(language: str) -> dict[str, str]:
    """Heading of each column that our reader knows: a Chinese alias, else the field's own name."""
    if language != "zh":
        return {name: name for name in PROJECTS.columns}
    aliases = {name: alias for alias, name in reversed(ALIASES.items())}
    return {name: aliases.get(name, name) for name in PROJECTS.columns}


def guide(language: str) -> Guide:
    """What the template says, in a language."""
    place = 0 if language == "zh" else 1
    known = {field: [f"{code} {label}" for code, label in options(field, language)] for field in VOCABULARIES}
    return Guide(
        sheets=(("projects", "填写说明"), ("projects", "columns"))[place],
        headings=headings(language),
        meanings={name: _meaning(name, place) for name in PROJECTS.columns},
        values=known,
        heads=(("列", "含义", "可选值"), ("column", "meaning", "known values"))[place],
    )


def _meaning(name: str, place: int) -> str:
    info = ComponentRecord.model_fields.get(name) or ProjectHead.model_fields.get(name)
    described = (
        info.description if info is not None and info.description else "rnd-manufacturing:same_park;a-b:max_km:5"
    )
    needed = (("必填。", "Required. ") if name in PROJECTS.required else ("选填。", "Optional. "))[place]
    return f"{needed}{text(('fields',), 'zh', f'field_{name}')}。{described}" if place == 0 else needed + described
