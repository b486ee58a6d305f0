"""Reads generalized assignment and facility location from files of plain numbers.

GAP (OR-Library; Chu & Beasley 1997; Yagiura et al. 2004): ``m n``, m rows of n costs, m rows of n uses, m capacities.
SSCFLP (Holmberg et al. 1999, as in OR-Datasets): ``|J| |I|``, J capacities, J fixed costs, I demands, then I rows
of J costs of serving the whole demand.  White space and line breaks are arbitrary in both.
"""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

import numpy as np

from allocator.benchmarks.instance import Family, Instance, Integers, Pairs, Sense
from allocator.errors import Fault, InputError

MOST = Decimal(10) ** 12
"""No number of an instance is larger, so that sums of them stay exact in every engine."""

MOST_DECIMALS = 6

MOST_FAULTS = 50
"""How many faults of one file are told; the rest are counted."""


def read_plain_numbers(path: Path, sense: Sense | None) -> Instance:
    """Instance in a file of plain numbers; raises InputError with every fault."""
    numbers = _numbers(path)
    first, second = _sizes(path, numbers)
    counts = {
        Family.GAP: 2 + 2 * first * second + first,
        Family.SSCFLP: 2 + 2 * first + second + first * second,
    }
    found = [family for family, count in counts.items() if count == len(numbers)]
    if not found:
        wanted = " or ".join(f"{count} for {family.upper()}" for family, count in counts.items())
        message = f"has {len(numbers)} numbers; a size of {first} and {second} needs {wanted}"
        raise InputError([_fault(path, None, None, message, "Complete the file")])
    # two by two is the one size at which both formats have as many numbers
    family = Family.SSCFLP if len(found) > 1 and "sscflp" in str(path.absolute()).lower() else found[0]
    if family is Family.GAP:
        return _gap(path.name, first, second, numbers[2:], sense or "min")
    if sense == "max":
        raise InputError([_fault(path, None, sense, "holds costs, which are minimised", "Leave the sense out")])
    return _sscflp(path.name, first, second, numbers[2:])


def _numbers(path: Path) -> list[Decimal]:
    numbers: list[Decimal] = []
    faults: list[Fault] = []
    for row, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        for token in line.split():
            try:
                number = Decimal(token)
            except InvalidOperation:
                faults.append(_fault(path, row, token, "is not a number", "Write digits"))
                continue
            wrong = _wrong(number)
            if wrong:
                faults.append(_fault(path, row, token, wrong, "Correct the number"))
            numbers.append(number)
    if faults:
        raise InputError(shortened(path, faults))
    return numbers


def _wrong(number: Decimal) -> str | None:
    if not number.is_finite() or number < 0:
        return "is not a finite number from 0"
    if number > MOST:
        return f"is larger than {MOST}"
    if number.normalize().as_tuple().exponent < -MOST_DECIMALS:  # type: ignore[operator]
        return f"has more than {MOST_DECIMALS} decimals"
    return None


def _sizes(path: Path, numbers: Sequence[Decimal]) -> tuple[int, int]:
    if len(numbers) < 2 or any(number < 1 or number % 1 for number in numbers[:2]):
        shown = " ".join(map(str, numbers[:2])) or None
        raise InputError([_fault(path, 1, shown, "does not begin with two sizes from 1", "Begin with two sizes")])
    return int(numbers[0]), int(numbers[1])


def _gap(name: str, agents: int, jobs: int, numbers: Sequence[Decimal], sense: Sense) -> Instance:
    cells = agents * jobs
    worth, divisor = in_integers(numbers[:cells])
    room, _ = in_integers(numbers[cells:])
    uses = room[:cells].reshape(agents, jobs)
    return Instance(
        name=name,
        family=Family.GAP,
        sense=sense,
        places=tuple(map(str, range(agents))),
        capacities=tuple(room[cells:].tolist()),
        opening=(0,) * agents,
        items=tuple(map(str, range(jobs))),
        groups=tuple((job,) for job in range(jobs)),
        must_place=True,
        pairs=_every_pair(uses.T, worth.reshape(agents, jobs).T),
        divisor=divisor,
    )


def _sscflp(name: str, facilities: int, customers: int, numbers: Sequence[Decimal]) -> Instance:
    ends = np.cumsum([facilities, facilities, customers])
    room, _ = in_integers([*numbers[: ends[0]], *numbers[ends[1] : ends[2]]])
    costs, divisor = in_integers([*numbers[ends[0] : ends[1]], *numbers[ends[2] :]])
    demands = room[facilities:].reshape(customers, 1)
    return Instance(
        name=name,
        family=Family.SSCFLP,
        sense="min",
        places=tuple(map(str, range(facilities))),
        capacities=tuple(room[:facilities].tolist()),
        opening=tuple(costs[:facilities].tolist()),
        items=tuple(map(str, range(customers))),
        groups=tuple((customer,) for customer in range(customers)),
        must_place=True,
        pairs=_every_pair(
            np.broadcast_to(demands, (customers, facilities)), costs[facilities:].reshape(customers, facilities)
        ),
        divisor=divisor,
    )


def in_integers(numbers: Sequence[Decimal]) -> tuple[Integers, int]:
    """The numbers times the least power of ten that makes all of them whole, and that power."""
    decimals = max((-int(number.normalize().as_tuple().exponent) for number in numbers), default=0)
    factor = 10 ** max(0, decimals)
    return np.array([int(number * factor) for number in numbers], dtype=np.int64), factor


def _every_pair(uses: Integers, worth: Integers) -> Pairs:
    """Pairs of a full table, one row per item."""
    items, places = np.indices(uses.shape, dtype=np.int64)
    return Pairs(items.ravel(), places.ravel(), np.ascontiguousarray(uses).ravel(), np.ascontiguousarray(worth).ravel())


def shortened(path: Path, faults: Sequence[Fault]) -> list[Fault]:
    """The first faults of a file and how many more there are."""
    if len(faults) <= MOST_FAULTS:
        return list(faults)
    more = f"has {len(faults) - MOST_FAULTS} more faults"
    return [*faults[:MOST_FAULTS], _fault(path, None, None, more, "Correct these first")]


def _fault(path: Path, row: int | None, value: str | None, message: str, remedy: str) -> Fault:
    return Fault(path.name, row, None, value, message, remedy)
