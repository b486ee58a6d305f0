"""Reads city instances: projects with components, all of them placed or none, and spaces with room."""

import gzip
import zlib
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from allocator.benchmarks.instance import Family, Instance, Pairs
from allocator.benchmarks.or_library_reader import shortened
from allocator.errors import Fault, InputError

Amount = Annotated[int, Field(ge=0, le=10**12)]
Name = Annotated[str, Field(min_length=1)]


class _Record(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")


class _Space(_Record):
    id: Name
    capacity: Amount


class _Component(_Record):
    id: Name
    uses: Amount
    options: list[tuple[Name, Amount]]


class _Project(_Record):
    id: Name
    components: Annotated[list[_Component], Field(min_length=1)]


class _City(_Record):
    sense: Literal["max"]
    spaces: list[_Space]
    projects: list[_Project]


def read_city(path: Path) -> Instance:
    """City instance in a ``.json`` or ``.json.gz`` file; raises InputError with every fault."""
    city = _parsed(path)
    faults = _dangling(path, city)
    if faults:
        raise InputError(shortened(path, faults))
    number = {space.id: position for position, space in enumerate(city.spaces)}
    components = [component for project in city.projects for component in project.components]
    rows = [
        (item, number[space], component.uses, value)
        for item, component in enumerate(components)
        for space, value in sorted(component.options, key=lambda option: number[option[0]])
    ]
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    items, places, uses, worth = (np.ascontiguousarray(column) for column in table.T)
    return Instance(
        name=path.name.removesuffix(".gz").removesuffix(".json"),
        family=Family.CITY,
        sense=city.sense,
        places=tuple(number),
        capacities=tuple(space.capacity for space in city.spaces),
        opening=(0,) * len(number),
        items=tuple(component.id for component in components),
        groups=_groups(city),
        must_place=False,
        pairs=Pairs(items, places, uses, worth),
    )


def _groups(city: _City) -> tuple[tuple[int, ...], ...]:
    ends = np.cumsum([len(project.components) for project in city.projects]).tolist()
    return tuple(tuple(range(first, end)) for first, end in zip([0, *ends], ends, strict=False))


def _parsed(path: Path) -> _City:
    try:
        content = path.read_bytes()
        return _City.model_validate_json(gzip.decompress(content) if path.suffix == ".gz" else content)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise InputError([_fault(path, None, None, f"is not a gzip file: {error}", "Pack it anew")]) from error
    except ValidationError as error:
        faults = [
            _fault(path, ".".join(map(str, each["loc"])) or None, _shown(each["input"]), each["msg"], "Correct it")
            for each in error.errors(include_url=False)
        ]
        raise InputError(shortened(path, faults)) from error


def _dangling(path: Path, city: _City) -> list[Fault]:
    spaces = {space.id for space in city.spaces}
    components = [component for project in city.projects for component in project.components]
    faults = [
        _fault(path, kind, name, "is named twice", "Give each its own id")
        for kind, names in (
            ("spaces", [space.id for space in city.spaces]),
            ("projects", [project.id for project in city.projects]),
            ("components", [component.id for component in components]),
        )
        for name in _repeated(names)
    ]
    for component in components:
        named = [space for space, _ in component.options]
        where = f"options of {component.id}"
        unknown = [name for name in named if name not in spaces]
        faults += [_fault(path, where, name, "is no space of this file", "Name a known space") for name in unknown]
        faults += [_fault(path, where, name, "is named twice", "Name each space once") for name in _repeated(named)]
    return faults


def _repeated(names: list[str]) -> list[str]:
    seen: set[str] = set()
    return [name for name in names if name in seen or seen.add(name)]  # type: ignore[func-returns-value]


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _fault(path: Path, column: str | None, value: str | None, message: str, remedy: str) -> Fault:
    return Fault(path.name, None, column, value, message, remedy)
