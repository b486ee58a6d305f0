"""Spreadsheets of other people as batches: what the upload page and the command ``convert`` both do."""

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from allocator.errors import Fault, InputError
from geodata.faults import file_fault
from geodata.readers.project_reader import PROJECTS
from geodata.readers.read_files import RegistryRecords
from geodata.readers.references import project_faults
from geodata.records.project_records import ComponentRecord, ProjectHead, ProjectRecord
from geodata.spreadsheet_mapping import CellFault, Converted, ForeignSheet, Mapping, convert, sheets
from geodata.spreadsheet_mapping.saved_mappings import applied, suggested
from seeds.load import load_districts
from service.i18n.fault_text import chinese
from service.i18n.vocabulary import known_words, labels_of

Saved = Callable[[ForeignSheet], Mapping | None]
"""Finds the mapping that was saved for a sheet."""


@dataclass(frozen=True)
class Table:
    """A file while it is converted: its sheets, the one that is taken, and what its columns mean."""

    sheets: tuple[ForeignSheet, ...]
    sheet: ForeignSheet
    mapping: Mapping


def sheets_of(path: Path) -> tuple[ForeignSheet, ...]:
    """Sheets of a file, the likeliest first; raises InputError for a file that cannot be read or holds no table."""
    found = sheets(path)
    if not found:
        remedy = "Put the names of the columns into the first rows, and one firm into each row below."
        fault = file_fault(path.name, "holds no headings with rows below", remedy)
        raise InputError([replace(fault, code="no-table")])
    return found


def opened(found: tuple[ForeignSheet, ...], prefix: str, name: str = "", saved: Saved = lambda _: None) -> Table:
    """The sheet of a name, else the likeliest, with the mapping that was saved for it, else with suggestions."""
    sheet = next((each for each in found if each.name == name), found[0])
    before = saved(sheet)
    mapping = suggested(sheet, known_words(), prefix)
    if before is not None:
        mapping = applied(before, sheet, known_words(), prefix)
    return Table(found, sheet, mapping)


def prefix_of(content: bytes) -> str:
    """Prefix of project ids that other files hardly have, and the same file has again."""
    return f"P-{hashlib.sha256(content).hexdigest()[:4]}-"


def result(table: Table, records: RegistryRecords) -> Converted:
    """What comes of a table, checked against a registry."""
    return convert(table.sheet, table.mapping, known_words(), lambda projects: project_faults(projects, records))


def policy_districts() -> RegistryRecords:
    """A registry of nothing but the districts of the policy."""
    return RegistryRecords(districts=load_districts(date.max))


def spoken(fault: CellFault, language: str) -> tuple[str, str]:
    """Message and remedy of a fault in a language, with what speaks against a suggestion."""
    message, remedy, why = fault.message, fault.remedy, fault.why[0 if language == "zh" else 1]
    if language == "zh":
        labels = labels_of(fault.column)
        message = chinese(message)
        remedy = chinese(remedy, lambda code: labels.get(code, {}).get("zh", code), fault.column)
    if why:
        message = f"{message}（{why}）" if language == "zh" else f"{message} ({why})"
    return message, remedy


def document(table: Table, made: Converted, language: str) -> dict[str, Any]:
    """What ``convert --json`` prints."""
    side = 0 if language == "zh" else 1
    targets = {position: choice.target for position, choice in table.mapping.columns.items()}
    return {
        "sheet": table.sheet.name,
        "other_sheets": [each.name for each in table.sheets if each.name != table.sheet.name],
        "heading_rows": list(table.sheet.heading_rows),
        "columns": list(_columns(table, made)),
        "skipped": [{"row": each.row, "why": each.why[side]} for each in made.skipped],
        "left_out": [
            {
                "row": each.row,
                "column": each.letter,
                "heading": each.heading,
                "value": each.value,
                "why": each.why[side],
            }
            for each in made.left_out
        ],
        "faults": [_fault(each, targets, language) for each in made.faults],
        "projects": [project.model_dump(mode="json") for project in made.projects],
    }


def unread(faults: Iterable[Fault], language: str) -> dict[str, Any]:
    """The same for a file that could not be read."""
    told = [
        {
            "code": each.code,
            "row": each.row,
            "column": each.column,
            "value": each.value,
            "message": chinese(each.message) if language == "zh" else each.message,
            "remedy": chinese(each.remedy) if language == "zh" else each.remedy,
        }
        for each in faults
    ]
    lists = ("other_sheets", "heading_rows", "columns", "skipped", "left_out")
    return {"sheet": None, **{name: [] for name in lists}, "faults": told, "projects": []}


def _columns(table: Table, made: Converted) -> Iterator[dict[str, Any]]:
    for column in table.sheet.columns:
        choice = table.mapping.columns[column.position]
        yield {
            "letter": column.letter,
            "heading": column.heading,
            "target": choice.target,
            "unit": choice.unit,
            "sure": is_sure(table, made, column.position),
        }


def is_sure(table: Table, made: Converted, position: int) -> bool:
    """Whether neither the meaning of a column nor the reading of any of its cells is a guess."""
    return table.mapping.columns[position].sure and position not in made.guessed


def _fault(fault: CellFault, targets: dict[int, str], language: str) -> dict[str, Any]:
    message, remedy = spoken(fault, language)
    target = "" if fault.position is None else targets.get(fault.position, "")
    return {
        "code": fault.code,
        "row": fault.row,
        "column": target if target.partition("@")[0] == fault.column else fault.column,
        "value": fault.value,
        "message": message,
        "remedy": remedy,
    }


def as_csv(projects: Iterable[ProjectRecord]) -> str:
    """Projects in our own format, a row per component; it is read back as the very same projects."""
    stream = io.StringIO()
    rows = [row for project in projects for row in _rows(project)]
    used = {name for row in rows for name, value in row.items() if value != ""} | set(PROJECTS.required)
    writer = csv.DictWriter(stream, [name for name in PROJECTS.columns if name in used], extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def _rows(project: ProjectRecord) -> Iterator[dict[str, str]]:
    head = {name: _cell(getattr(project, name)) for name in ProjectHead.model_fields}
    links = ";".join(
        f"{link.first}-{link.second}:{link.kind}" + ("" if link.km is None else f":{link.km:g}")
        for link in project.links
    )
    for component in project.components:
        own = {name: _cell(getattr(component, name)) for name in ComponentRecord.model_fields}
        own["source"] = own["source"] or head["source"]
        yield {**head, **own, "links": links}


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ";".join(map(str, value)) if isinstance(value, tuple) else str(value)
