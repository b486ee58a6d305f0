"""Finds and reads benchmark instances, and what is known of them."""

import csv
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from allocator.benchmarks.city_reader import read_city
from allocator.benchmarks.instance import Instance, Sense
from allocator.benchmarks.or_library_reader import read_plain_numbers
from allocator.errors import Fault, InputError

KNOWN = "best_known.csv"
NOT_INSTANCES = {".csv", ".md", ".txt"}
NAMES_OF_OTHERS = {"LICENSE", "README", "os"}
"""Files that stand beside the instances and are none."""

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Known:
    """What others have found, in the instance's own unit and sense; ``bound`` is None where none was published."""

    value: int
    bound: int | None
    proven: bool
    source: str


def bench_folder() -> Path:
    """Folder of the shared instances: ``ALLOCATOR_BENCH``, or ``../shared/bench`` beside the project."""
    return Path(os.environ.get("ALLOCATOR_BENCH") or ROOT.parent / "shared" / "bench")


def read_instance(path: Path, sense: Sense | None = None) -> Instance:
    """Instance in a file, its format told by its content; raises InputError with every fault.

    ``sense`` overrides the usual one of a GAP file, which is ``min``.
    """
    if not path.is_file():
        raise InputError([Fault(str(path), None, None, None, "is no file", "Name an instance or a folder of them")])
    if _is_json(path):
        return read_city(path)
    return read_plain_numbers(path, sense)


def _is_json(path: Path) -> bool:
    if path.suffix in {".gz", ".json"}:
        return True
    with path.open("rb") as stream:
        return stream.read(64).lstrip().startswith(b"{")


def instance_files(paths: Iterable[Path]) -> list[Path]:
    """Every instance file named, folders searched through; raises InputError for what is not there.

    A path that is not found from here is looked for in the folder of the shared instances.
    """
    found: list[Path] = []
    faults: list[Fault] = []
    for path in paths:
        place = path if path.exists() else bench_folder() / path
        if place.is_dir():
            found += sorted(file for file in place.rglob("*") if _may_be_instance(file))
        elif place.is_file():
            found.append(place)
        else:
            remedy = f"Name a file or a folder, here or under {bench_folder()}"
            faults.append(Fault(str(path), None, None, None, "does not exist", remedy))
    if faults:
        raise InputError(faults)
    return list(dict.fromkeys(found))


def _may_be_instance(path: Path) -> bool:
    hidden = path.name.startswith(".")
    return path.is_file() and not hidden and path.suffix not in NOT_INSTANCES and path.name not in NAMES_OF_OTHERS


def best_known(path: Path, sense: Sense) -> Known | None:
    """What the nearest ``best_known.csv`` above a file says of it; raises InputError for a row that cannot be read."""
    path = path.resolve()
    table = next((folder / KNOWN for folder in path.parents if (folder / KNOWN).is_file()), None)
    if table is None:
        return None
    with table.open(encoding="utf-8", newline="") as stream:
        for number, row in enumerate(csv.DictReader(stream), start=2):
            if row.get("path") == path.relative_to(table.parent).as_posix() and row.get("sense") == sense:
                return _known(table, number, row)
    return None


def _known(table: Path, number: int, row: dict[str, str]) -> Known:
    try:
        bound = int(row["lower_bound"]) if row["lower_bound"] else None
        return Known(int(row["best_known"]), bound, row["proven"] != "no", row["source"])
    except (KeyError, TypeError, ValueError) as error:
        fault = Fault(table.name, number, None, None, f"cannot be read: {error}", "Correct the row")
        raise InputError([fault]) from error
