"""Checks an answer from the instance alone, in exact integers: uses neither the task nor a solver."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from allocator.benchmarks.instance import Instance
from allocator.benchmarks.instance_files import Known

Amount = int | float
Assignment = Mapping[str, str | int]


@dataclass(frozen=True)
class Claim:
    """What an engine says of an instance, in the instance's own sense and unit; None where it says nothing."""

    assignment: Assignment | None
    value: Amount | None
    bound: Amount | None = None


@dataclass(frozen=True)
class Verdict:
    """What is true of a claim: the value of its assignment, None where that breaks the instance, and every fault."""

    value: Amount | None
    faults: tuple[str, ...] = ()


def check(instance: Instance, claim: Claim, known: Known | None = None, reached: Amount | None = None) -> Verdict:
    """Recompute worth and room of an assignment, and hold value and bound against what is known.

    ``reached`` is the best checked value of the instance, whoever found it: no bound may exclude it.
    """
    if claim.assignment is None:
        return Verdict(None, tuple(_false_bounds(instance, claim.bound, None, known, reached)))
    broken = [*_misplaced(instance, claim.assignment), *_missing(instance, claim.assignment)]
    if not broken:
        broken = list(_overfull(instance, claim.assignment))
    if broken:
        return Verdict(None, (*broken, *_false_bounds(instance, claim.bound, None, known, reached)))
    units = worth(instance, claim.assignment)
    faults = [
        *_false_value(instance, claim.value, units, known),
        *_false_bounds(instance, claim.bound, units, known, reached),
    ]
    return Verdict(instance.amount(units), tuple(faults))


def worth(instance: Instance, assignment: Assignment) -> int:
    """Total value or cost of an assignment in units of 1/divisor, with the opening of every place that is used."""
    opened = {instance.place_number[str(label)] for label in assignment.values()}
    moved = sum(gain for _, _, gain in _taken(instance, assignment))
    return moved + sum(instance.opening[place] for place in opened)


def _taken(instance: Instance, assignment: Assignment) -> Iterator[tuple[int, int, int]]:
    """Place, room and worth of every pair that the assignment takes."""
    pairs, places = instance.pairs, instance.place_number
    wanted = {
        (number, places[str(assignment[item])]) for number, item in enumerate(instance.items) if item in assignment
    }
    rows = zip(pairs.items.tolist(), pairs.places.tolist(), pairs.uses.tolist(), pairs.worth.tolist(), strict=True)
    return ((place, uses, gain) for item, place, uses, gain in rows if (item, place) in wanted)


def _misplaced(instance: Instance, assignment: Assignment) -> Iterator[str]:
    numbers = {item: number for number, item in enumerate(instance.items)}
    offered = set(zip(instance.pairs.items.tolist(), instance.pairs.places.tolist(), strict=True))
    for item, label in assignment.items():
        place = instance.place_number.get(str(label))
        if item not in numbers:
            yield f"item {item} is not in the instance"
        elif place is None:
            yield f"item {item} stands in {label}, which is no place"
        elif (numbers[item], place) not in offered:
            yield f"item {item} may not stand in {label}"


def _missing(instance: Instance, assignment: Assignment) -> Iterator[str]:
    for group in instance.groups:
        left_out = [instance.items[item] for item in group if instance.items[item] not in assignment]
        if left_out and instance.must_place:
            yield f"item {', '.join(left_out)} is not placed"
        elif left_out and len(left_out) < len(group):
            yield f"item {', '.join(left_out)} is not placed, and others of its project are"


def _overfull(instance: Instance, assignment: Assignment) -> Iterator[str]:
    load: Counter[int] = Counter()
    for place, uses, _ in _taken(instance, assignment):
        load[place] += uses
    for place, taken in sorted(load.items()):
        if taken > instance.capacities[place]:
            yield f"place {instance.places[place]} holds {taken} and has room for {instance.capacities[place]}"


def _false_value(instance: Instance, claimed: Amount | None, units: int, known: Known | None) -> Iterator[str]:
    if claimed is None or _units(instance, claimed) != units:
        yield f"claims the value {claimed}; the assignment is worth {instance.amount(units)}"
    if known is not None and known.bound is not None and _better(instance, units, _units(instance, known.bound)):
        yield f"the value {instance.amount(units)} is better than the published bound {known.bound} allows"


def _false_bounds(
    instance: Instance, bound: Amount | None, units: int | None, known: Known | None, reached: Amount | None
) -> Iterator[str]:
    if bound is None:
        return
    claimed = _units(instance, bound)
    if units is not None and _better(instance, units, claimed):
        yield f"claims the bound {bound}, which its own value {instance.amount(units)} passes"
    if known is not None and _better(instance, _units(instance, known.value), claimed):
        yield f"claims the bound {bound}, which the best known value {known.value} passes"
    elif reached is not None and _better(instance, _units(instance, reached), claimed):
        yield f"claims the bound {bound}, which the value {reached} of another engine passes"


def _units(instance: Instance, amount: Amount) -> int:
    return round(amount * instance.divisor)


def _better(instance: Instance, first: int, second: int) -> bool:
    return instance.sign * (first - second) > 0
