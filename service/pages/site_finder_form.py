"""The form of a newcomer as one project of a batch: what is left empty is not asked for."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any

from pydantic_core import PydanticCustomError

from allocator.errors import InputError
from geodata.cells.numerals import folded, numeral
from service.pages.shell.forms import Form

PARTS = ("a", "b", "c")
"""Components that the form has room for; the first must be filled in."""


def _number(text: str) -> Any:
    """A number as it was meant; what is none stays a text, and the reader of projects says what is wrong with it."""
    try:
        number = numeral(folded(text))
    except PydanticCustomError:
        return text
    return int(number) if number == number.to_integral_value() else float(number)


FIELDS: Mapping[str, Callable[[str], Any]] = {
    "function": str,
    "floor_area_m2": _number,
    "floor_load_kpa": _number,
    "clear_height_m": _number,
    "power_kw": _number,
    "water_t_day": _number,
    "effluent_t_day": _number,
    "cleanroom_iso": _number,
    "eia_level": str,
    "start_from": str,
    "start_until": str,
    "max_rent_yuan_m2_month": _number,
}
"""Fields of a component, and how each is read."""


def newcomer(form: Form, project_id: str) -> dict[str, Any]:
    """The project of a form, as a batch would have it."""
    parts = [part for name in PARTS if (part := _part(form, name))]
    linked = [part["component_id"] for part in parts] if form.text("together") else []
    return {
        "project_id": project_id,
        "enterprise": form.text("enterprise", 200),
        "segment": form.text("segment", 80),
        "tier": form.text("tier", 80),
        "priority": _number(form.text("priority", 20)),
        "components": parts,
        "links": [{"from": linked[0], "to": other, "kind": "same_park"} for other in linked[1:]],
    }


def _part(form: Form, name: str) -> dict[str, Any]:
    """A component; empty where neither floor nor function was given."""
    said = {field: form.text(f"{name}_{field}", 80) for field in FIELDS}
    if not said["floor_area_m2"] and (name != PARTS[0] or not said["function"]):
        return {}
    part: dict[str, Any] = {"component_id": f"{said['function'] or 'part'}-{name}"}
    part |= {field: read(said[field]) for field, read in FIELDS.items() if said[field]}
    part["districts"] = form.texts(f"{name}_districts")
    part["utilities"] = form.texts(f"{name}_utilities")
    if form.text(f"{name}_ground_floor"):
        part["ground_floor"] = True
    return part


def at_fault(form: Form, columns: Iterable[str]) -> set[str]:
    """Names of the form's fields that faults of its project stand at; ``columns`` are paths into that project."""
    filled = [name for name in PARTS if _part(form, name)]
    found = set()
    for column in columns:
        head, _, rest = column.partition("/")
        position, _, field = rest.partition("/")
        if head != "components":
            found.add(head)
        elif position.isdecimal() and int(position) < len(filled):
            found.add(f"{filled[int(position)]}_{field.partition('/')[0]}")
    return found


def fault_rows(error: InputError) -> list[dict[str, Any]]:
    """Faults as a table shows them."""
    return [asdict(fault) for fault in error.faults]
