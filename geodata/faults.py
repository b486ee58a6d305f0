"""From what pydantic found to faults that a planner can act on."""

import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Generic, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from allocator.errors import Fault, InputError
from geodata.cells.bad_cell import BadCell
from geodata.cells.field_types import Origin
from geodata.file_limits import MAX_FAULTS

R = TypeVar("R")

MAX_SHOWN = 80
"""Longest value that a fault repeats, in characters."""

TOO_LARGE = "too-large"
"""Code of what is over a limit of :mod:`geodata.file_limits`."""

MAX_LISTED = 12
"""Most known ids that a remedy lists."""


@dataclass(slots=True)
class Parsed(Generic[R]):
    """Good records, the faults of the others, and the ids of all, so that one fault is not reported twice."""

    records: list[R] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    seen: list[tuple[str, Origin]] = field(default_factory=list)

    def checked(self) -> list[R]:
        """The records; raises InputError if there is any fault."""
        raise_all(self.faults)
        return self.records


def raise_all(faults: Iterable[Fault]) -> None:
    """Raise one InputError with the faults in the order of files and rows, if there are any; the first MAX_FAULTS."""
    ordered = sorted(faults, key=lambda fault: (fault.file, fault.row or 0))
    if len(ordered) > MAX_FAULTS + 1:
        ordered = [*ordered[:MAX_FAULTS], _rest(ordered[MAX_FAULTS].file)]
    if ordered:
        raise InputError(ordered)


def shown(value: object) -> str:
    """A value as it may be printed anywhere: short, on one line, without surrogates or control characters."""
    kept = "".join(
        character if unicodedata.category(character) not in {"Cc", "Cs"} else f"\\u{ord(character):04x}"
        for character in str(value)[: MAX_SHOWN + 1]
    )
    return kept if len(kept) <= MAX_SHOWN else kept[:MAX_SHOWN] + "…"


def fault(  # noqa: PLR0913, PLR0917  a fault is these facts
    origin: Origin, column: str | None, value: object, message: str, remedy: str, code: str = "unreadable"
) -> Fault:
    """A fault at a place; value None shows nothing."""
    text = None if value is None else shown(value)
    return Fault(origin.file, origin.row, None if column is None else shown(column), text, message, remedy, code)


def file_fault(file: str, message: str, remedy: str) -> Fault:
    """A fault of a whole file."""
    return Fault(file, None, None, None, message, remedy)


def over_limit(file: str, message: str, remedy: str, value: object = None, row: int | None = None) -> InputError:
    """The error of a file that has more than is read, with the value that is over the limit."""
    told = None if value is None else shown(f"{value:,}" if isinstance(value, int) else value)
    return InputError([Fault(file, row, None, told, message, remedy, TOO_LARGE)])


def check_size(path: Path, most: int) -> None:
    """Refuse a file of more bytes; raises InputError."""
    size = path.stat().st_size
    if size > most:
        raise over_limit(path.name, f"is larger than {most // 2**20} MiB", "Split it into smaller files.", size)


def is_full(parsed: "Parsed[Any]", file: str) -> bool:
    """Whether so many faults were found that the rest of a file is not looked at, which is one more fault."""
    if len(parsed.faults) < MAX_FAULTS:
        return False
    parsed.faults = [*parsed.faults[:MAX_FAULTS], _rest(file)]
    return True


def _rest(file: str) -> Fault:
    message = f"has more than {MAX_FAULTS:,} faults; the others are not listed"
    return file_fault(file, message, "Correct those that are listed, and send the file again.")


def nearest(name: str, known: Collection[str]) -> str:
    """A remedy that names the nearest known name, or the known names."""
    close = get_close_matches(name.casefold(), sorted(known), n=1, cutoff=0.6)
    if close:
        return f"Did you mean {close[0]}?"
    listed = sorted(known)[:MAX_LISTED]
    more = "" if len(known) <= MAX_LISTED else f" and {len(known) - MAX_LISTED} more"
    return f"Known: {', '.join(map(shown, listed))}{more}." if listed else "There are none yet; add it first."


def cell_column(place: Sequence[str]) -> str:
    """Column of a spreadsheet that an error's place stands in: a part of a list is in the list's cell."""
    return place[0] if place else ""


def faults_of(
    error: ValidationError,
    origin: Origin,
    model: type[BaseModel],
    name: Callable[[Sequence[str]], str] = "/".join,
) -> list[Fault]:
    """One fault per pydantic error, or one in all if they are too many; ``name`` turns a place into a column."""
    # counting is cheap, listing is not
    if error.error_count() > MAX_FAULTS:
        return [_rest(origin.file)]
    errors = error.errors(include_url=False)
    inner = {details["loc"][:depth] for details in errors for depth in range(1, len(details["loc"]))}
    # A list whose items are faulty also counts as too short; the items' own faults say it.
    told = [details for details in errors if details["type"] != "too_short" or details["loc"] not in inner]
    return [_fault_of(details, origin, model, name) for details in told]


def _fault_of(details: ErrorDetails, origin: Origin, model: type[BaseModel], name: Callable[..., str]) -> Fault:
    place = [str(part) for part in details["loc"] if part != "[key]"]
    message, remedy = _wording(details, _model_at(model, place[:-1]))
    value = None if details["type"] == "missing" else details["input"]
    return fault(origin, name(place) or None, value, message, remedy, _code(details))


def _code(details: ErrorDetails) -> str:
    if isinstance(details["input"], BadCell):
        return details["input"].code
    return details["type"] if _is_ours(details) else CODES.get(details["type"], "unreadable")


CODES = {
    "missing": "missing",
    "extra_forbidden": "unknown-name",
    "enum": "unknown-value",
    "greater_than": "out-of-range",
    "greater_than_equal": "out-of-range",
    "less_than_equal": "out-of-range",
    "string_too_long": "too-long",
    "too_long": "too-long",
    "string_too_short": "missing",
    "too_short": "missing",
}
"""Code of a fault by pydantic's own type of error; errors of ours bear the code as their type."""


def _is_ours(details: ErrorDetails) -> bool:
    return {"message", "remedy"} <= set(details.get("ctx", {}))


_BOUNDS = {
    "greater_than": ("gt", "must be more than {:,}"),
    "greater_than_equal": ("ge", "must be at least {:,}"),
    "less_than_equal": ("le", "must be at most {:,}"),
    "string_too_long": ("max_length", "is longer than {:,} characters"),
    "too_long": ("max_length", "is longer than {:,} characters"),
}


def _model_at(model: type[BaseModel], place: Sequence[Any]) -> type[BaseModel]:
    for part in place:
        info = model.model_fields.get(str(part))
        nested = [each for each in get_args(info.annotation) if _is_model(each)] if info else []
        model = nested[0] if nested else model
    return model


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _wording(details: ErrorDetails, model: type[BaseModel]) -> tuple[str, str]:
    kind, context = details["type"], details.get("ctx", {})
    if isinstance(details["input"], BadCell):
        return details["input"].message, details["input"].remedy
    if _is_ours(details):
        return context["message"], context["remedy"].rstrip(".") + "."
    if kind == "extra_forbidden":
        return "is not a known name", nearest(str(details["loc"][-1]), _names(model))
    if kind == "enum":
        return "is not a known value", f"Use {context['expected'].replace(chr(39), '')}."
    if kind in _BOUNDS:
        key, words = _BOUNDS[kind]
        return words.format(context[key]), _meaning(details, model)
    message = "is missing" if kind == "missing" else details["msg"][:1].lower() + details["msg"][1:]
    return message, _meaning(details, model)


def _names(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {info.alias or name: info for name, info in model.model_fields.items()}


def _meaning(details: ErrorDetails, model: type[BaseModel]) -> str:
    known = _names(model).get(str(details["loc"][-1])) if details["loc"] else None
    if known is None or known.description is None:
        return "Correct the value."
    return f"Expected: {known.description}"
