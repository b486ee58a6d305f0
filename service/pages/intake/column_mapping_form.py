"""What a planner confirms of a foreign table: how a draft is read, and the form's answers."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from geodata.spreadsheet_mapping import Mapping as Meanings
from geodata.spreadsheet_mapping.confirm import Confirmation
from geodata.spreadsheet_mapping.mapping import CONSTANT, PARTS, is_target
from service.api.batches import supply
from service.files.drafts import LONGEST_CELL, Order
from service.files.uploads import known_ids, read_heads
from service.pages.shell.access import SignedInRequest
from service.pages.shell.forms import Form
from service.repositories.uploads import saved_mappings
from service.web.problems import ProblemError

MOST_PREFIX = 40
_COLUMN, _CELL, _ROW = (
    re.compile(r"field-(\d{1,6})"),
    re.compile(r"cell-(\d{1,7})-(\d{1,6})"),
    re.compile(r"row-(\d{1,7})"),
)
_LATEST = re.compile(r"latest-(\d{1,7})-(.{1,200})")
_LONGEST_MONTH = 40


def shown_order(caller: SignedInRequest, draft: Mapping[str, Any]) -> Order:
    """How a draft is understood: as it was confirmed, else as its headings were before, else as it seems."""
    stored = _stored(draft)
    return _suggested(caller, draft, "") if stored is None else _as_stored(caller, stored)


def answered_order(caller: SignedInRequest, draft: Mapping[str, Any], form: Form) -> Order:
    """How a draft is understood after a form: with its answers, unless it asks for another sheet or to begin afresh.

    Raises a 422 problem for a sheet or a field that there is not.
    """
    sheet, shown = form.text("sheet", 200), shown_order(caller, draft)
    if sheet not in {"", shown.sheet}:
        return _suggested(caller, draft, sheet)
    if form.text("then") == "afresh":
        return replace(shown, mapping=None, saved=None)
    return replace(shown, answers=answers_of(form))


def _stored(draft: Mapping[str, Any]) -> Meanings | None:
    return None if draft["mapping"] is None else Meanings.model_validate(draft["mapping"])


def _suggested(caller: SignedInRequest, draft: Mapping[str, Any], sheet: str) -> Order:
    """The order for a sheet that is not confirmed yet; a blank name is the likeliest."""
    heads = read_heads(caller.asker.house.readers, draft["file_name"], bytes(draft["content"]))
    head = next((each for each in heads if each.name == sheet), None) if sheet else heads[0]
    if head is None:
        raise ProblemError(422, "field", "There is no such sheet.")
    with caller.transaction() as connection:
        saved = saved_mappings.find(connection, head.signature)
    return Order(prefix_of(draft["draft_id"]), known_ids(supply(caller.asker)), head.name, saved=saved)


def _as_stored(caller: SignedInRequest, stored: Meanings) -> Order:
    return Order(stored.prefix, known_ids(supply(caller.asker)), stored.sheet, stored)


def prefix_of(draft_id: str) -> str:
    """Prefix of project ids that no other upload has."""
    return f"{date.today():%y%m%d}-{draft_id[-4:]}-"  # noqa: DTZ011  a label, not a moment


def answers_of(form: Form) -> Confirmation:
    """What a form says of a table; raises a 422 problem for a field that there is not."""
    return Confirmation(
        columns={int(number): _choice(form, number) for (number,) in _named(form, _COLUMN)},
        constants={name: form.text(f"constant-{name}", 80) for name in CONSTANT if form.text(f"constant-{name}", 80)},
        words={name.removeprefix("spelt-"): _words(form, name) for name in form.fields if name.startswith("spelt-")},
        prefix=form.text("prefix", MOST_PREFIX),
        m2_per_floor=_positive(form.whole("m2_per_floor")),
        cells={
            (int(row), int(column)): form.text(f"cell-{row}-{column}", LONGEST_CELL)
            for row, column in _named(form, _CELL)
        },
        rows={int(row): form.text(f"row-{row}", 10) for (row,) in _named(form, _ROW)},
        latest={
            (int(row), part): (
                form.text(f"latest-{row}-{part}", _LONGEST_MONTH),
                form.text(f"shown-{row}-{part}", _LONGEST_MONTH),
            )
            for row, part in _named(form, _LATEST)
        },
    )


def _named(form: Form, pattern: re.Pattern[str]) -> list[tuple[str, ...]]:
    """The numbers in the names of the fields that have a form."""
    return [found.groups() for name in form.fields if (found := pattern.fullmatch(name))]


def _choice(form: Form, number: str) -> tuple[str, str]:
    name, function = form.text(f"field-{number}", 60), form.text(f"function-{number}", 40)
    target = f"{name}@{function}" if function and name in PARTS else name
    if not is_target(target):
        raise ProblemError(422, "field", f"There is no field {target[:40]!r}.")
    return target, form.text(f"unit-{number}", 20)


def _words(form: Form, spelt: str) -> dict[str, str]:
    meant = form.raw(spelt.replace("spelt-", "meant-", 1))
    return {word: code.strip() for word, code in zip(form.raw(spelt), meant, strict=False) if code.strip()}


def _positive(number: int | None) -> int | None:
    return number if number is not None and 0 < number <= 1_000_000 else None
