"""What studies of a plan found, as files that a map can show beside it: robustness, and where to build next."""

import json
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from allocator.errors import Fault, InputError
from maps.payload import BuildNext, Opportunity

Kept = Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=2, max_length=2)]
"""In how many plans a project keeps its park, and of how many."""

_ROBUSTNESS = TypeAdapter(dict[str, Kept])


class OpportunityIn(BaseModel):
    """Worth of one more piece of floor of a kind in a district."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    kind: str
    district: str
    value: int


class BuildNextIn(BaseModel):
    """The whole table, and how large a piece is."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    rows: tuple[OpportunityIn, ...]
    area_m2: int = Field(1000, gt=0)
    goal: str = "value"
    unit: str = "points"


def read_robustness(path: Path) -> dict[str, tuple[int, int]]:
    """``{project_id: [kept, of]}`` of a JSON file; raises InputError when it is something else."""
    try:
        return {name: (kept[0], kept[1]) for name, kept in _ROBUSTNESS.validate_json(_read(path)).items()}
    except ValidationError as error:
        raise InputError([_fault(path, error)]) from None


def read_build_next(path: Path) -> BuildNext:
    """``{rows: [{kind, district, value}], area_m2, goal, unit}`` of a JSON file; raises InputError otherwise."""
    try:
        table = BuildNextIn.model_validate_json(_read(path))
    except ValidationError as error:
        raise InputError([_fault(path, error)]) from None
    rows = [Opportunity(kind=row.kind, district=row.district, value=row.value) for row in table.rows]
    return BuildNext(rows=rows, area_m2=table.area_m2, goal=table.goal, unit=table.unit)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise InputError([Fault(path.name, None, None, None, message, "Check the path")]) from None


def _fault(path: Path, error: ValidationError) -> Fault:
    first = error.errors()[0]
    place = "/".join(map(str, first["loc"]))
    remedy = 'Write {"P1": [9, 10]} for robustness, {"rows": [{"kind": …, "district": …, "value": …}]} to build next'
    return Fault(path.name, None, place or None, json.dumps(str(first["input"]))[:80], first["msg"], remedy)
