"""The command ``convert``: any spreadsheet into our format, by the very code of the upload page."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from allocator.errors import Fault, InputError
from geodata.faults import file_fault
from geodata.readers.read_files import RegistryRecords, read_registry
from geodata.spreadsheet_mapping import Converted, Mapping
from geodata.spreadsheet_mapping.cells.units import UNITS
from geodata.spreadsheet_mapping.mapping import is_target
from geodata.workbooks.workbook import WORKBOOKS
from seeds.load import registry_dir
from service.application.imports.convert_spreadsheet import (
    Table,
    as_csv,
    document,
    is_sure,
    opened,
    policy_districts,
    prefix_of,
    result,
    sheets_of,
    unread,
)
from service.cli.common import exit_codes


def run(options: argparse.Namespace) -> int:
    """Convert one file; without faults the exit code is 0 and ``--out`` is written."""
    try:
        table = _table(options)
        made = result(table, _registry(options.registry))
        if options.save_mapping is not None:
            _write(options.save_mapping, table.mapping.model_dump_json(indent=1) + "\n")
        if options.out is not None and not made.faults:
            _write(options.out, as_csv(made.projects))
    except InputError as error:
        if not options.json:
            raise
        _print_json(unread(error.faults, options.lang))
        return exit_codes.BAD_INPUT
    told = document(table, made, options.lang)
    if options.json:
        _print_json(told)
    else:
        _print_summary(options, table, made, told)
    return exit_codes.BAD_INPUT if made.faults else exit_codes.OK


def _write(path: Path, content: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="")
    except OSError as error:
        message = f"cannot be written: {error.strerror}"
        raise InputError([Fault(str(path), None, None, None, message, "Name another file.")]) from None


def _table(options: argparse.Namespace) -> Table:
    path: Path = options.file
    if options.out is not None and options.out.suffix.casefold() in {*WORKBOOKS, ".json"}:
        raise InputError(
            [Fault(str(options.out), None, "--out", None, "is written as CSV", "Name a file that ends in .csv.")]
        )
    if path.is_dir():
        raise InputError([file_fault(path.name, "is a folder", "Name one file.")])
    if not path.is_file():
        raise InputError([file_fault(path.name, "does not exist", "Check the path.")])
    saved = None if options.mapping is None else _mapping(options.mapping)
    found = sheets_of(path)
    names = [each.name for each in found]
    if options.sheet is not None and options.sheet not in names:
        remedy = f"Name one of: {', '.join(names)}."
        raise InputError([Fault(path.name, None, "--sheet", options.sheet, "is no sheet with a table", remedy)])
    name = options.sheet or ("" if saved is None else saved.sheet)
    return opened(found, prefix_of(path.read_bytes()), name, lambda _: saved)


def _mapping(path: Path) -> Mapping:
    try:
        mapping = Mapping.model_validate_json(path.read_bytes())
    except OSError:
        raise InputError([file_fault(path.name, "does not exist", "Check the path.")]) from None
    except ValidationError as error:
        remedy = "See docs/how-to/convert-a-spreadsheet.md for the form of a mapping."
        faults = [
            Fault(
                path.name,
                None,
                "/".join(map(str, each["loc"])) or None,
                None,
                f"is no mapping: {each['msg']}",
                remedy,
                "mapping",
            )
            for each in error.errors(include_url=False)
        ]
        raise InputError(faults) from None
    if wrong := list(_wrong_choices(mapping, path.name)):
        raise InputError(wrong)
    return mapping


def _wrong_choices(mapping: Mapping, name: str) -> Iterator[Fault]:
    """A fault for each column of a mapping with a target or a unit that there is not."""
    for position, choice in mapping.columns.items():
        column = f"columns/{position}"
        units = UNITS.get(choice.field, {})
        if not is_target(choice.target):
            remedy = "See docs/how-to/convert-a-spreadsheet.md for the form of a mapping."
            yield Fault(name, None, column, choice.target, "is no mapping: unknown target", remedy, "mapping")
        elif choice.target and choice.unit and choice.unit not in units:
            remedy = f"Use one of: {', '.join(units)}." if units else "Leave the unit out."
            yield Fault(name, None, column, choice.unit, f"is no unit of {choice.field}", remedy, "mapping")


def _registry(folder: Path | None) -> RegistryRecords:
    districts = policy_districts().districts
    return read_registry(registry_dir() if folder is None else folder, districts)


def _print_json(told: dict[str, Any]) -> None:
    print(json.dumps(told, ensure_ascii=False, indent=1))


def _print_summary(options: argparse.Namespace, table: Table, made: Converted, told: dict[str, Any]) -> None:
    parts = [part for project in made.projects for part in project.components]
    area_m2 = sum(part.floor_area_m2 for part in parts)
    counted = f"{_counted(len(made.projects), 'project')} without a fault, {_counted(len(parts), 'part')}"
    print(f"{table.sheet.name}: {counted}, {area_m2:,} m²")
    if told["other_sheets"]:
        print(f"  other sheets: {', '.join(told['other_sheets'])}")
    print(f"  headings in row {', '.join(map(str, told['heading_rows']))}")
    for column in table.sheet.columns:
        choice = table.mapping.columns[column.position]
        if choice.target:
            unit = f" in {choice.unit}" if choice.unit else ""
            guess = "" if is_sure(table, made, column.position) else "  (a guess)"
            print(f"  {column.letter} {column.heading}: {choice.target}{unit}{guess}")
    for why, rows in _by_reason(told["skipped"]).items():
        print(f"  skipped, row {rows}: {why}")
    for each in told["left_out"]:
        place = f"{each['column']}{each['row'] or ''} {each['heading']}".strip()
        print("  left out: " + ": ".join(filter(None, (place, each["value"], each["why"]))))
    print(f"  {_counted(len(told['faults']), 'fault')}" + (":" if told["faults"] else ""))
    for fault in told["faults"]:
        row = "" if fault["row"] is None else f"row {fault['row']}, "
        value = f" (value {fault['value']!r})" if fault["value"] else ""
        print(f"    {row}column {fault['column']}: {fault['message']}{value}. {fault['remedy']}")
    for path in (options.out, options.save_mapping):
        if path is not None and path.exists():
            print(f"  {path}" if path is not options.out or not made.faults else f"  {path} was not written")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _by_reason(skipped: list[dict[str, Any]]) -> dict[str, str]:
    counted: dict[str, list[str]] = {}
    for each in skipped:
        counted.setdefault(each["why"], []).append(str(each["row"]))
    return {why: ", ".join(rows) for why, rows in counted.items()}
