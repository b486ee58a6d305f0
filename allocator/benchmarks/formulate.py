"""Turns an instance into a task for any engine, and an engine's values back into an assignment."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from allocator.benchmarks.instance import Instance, Integers
from allocator.engines.task import Task
from allocator.linear.expressions import Row, Sense

_Thing = TypeVar("_Thing")


@dataclass(frozen=True)
class Formulation:
    """A task and what its variables mean: the pairs ``kept`` first, then groups, then places to open.

    The task is always to be maximised; its objective is ``sign`` times the instance's own, in units of 1/divisor.
    """

    instance: Instance
    kept: Integers
    task: Task

    def assignment(self, values: Sequence[int]) -> dict[str, str | int]:
        """Place of every item that the values place."""
        pairs = self.instance.pairs
        chosen = self.kept[np.flatnonzero(np.asarray(values[: len(self.kept)], dtype=np.int64))]
        return {
            self.instance.items[item]: self.instance.label(place)
            for item, place in zip(pairs.items[chosen].tolist(), pairs.places[chosen].tolist(), strict=True)
        }

    def amount(self, objective: int) -> int | float:
        """An objective or bound of the task in the instance's own sense and unit."""
        return self.instance.amount(self.instance.sign * objective)


def formulate(instance: Instance, seed: int = 0, threads: int = 1, time_limit_s: float = 60.0) -> Formulation:
    """Task of an instance: one variable for each pair that fits, for each group of several items, for each opening.

    Rows are those of the product's model: placed once, floor area, and a pair only in an opened place.  The number
    of the place is the block of each variable, −1 for groups.
    """
    pairs = instance.pairs
    kept = np.flatnonzero(pairs.uses <= np.asarray(instance.capacities, dtype=np.int64)[pairs.places])
    together = {} if instance.must_place else _numbered([g for g in instance.groups if len(g) > 1], len(kept))
    opened = _numbered([p for p, cost in enumerate(instance.opening) if cost], len(kept) + len(together))
    task = Task(
        variables=_names(instance, kept, together, opened),
        rows=(*_placed_once(instance, kept, together), *_floor_area(instance, kept, opened)),
        weights=_weights(instance, kept, opened),
        seed=seed,
        threads=threads,
        time_limit_s=time_limit_s,
        blocks=(*pairs.places[kept].tolist(), *(-1 for _ in together), *opened),
    )
    return Formulation(instance, kept, task)


def _numbered(things: Sequence[_Thing], first: int) -> dict[_Thing, int]:
    return {thing: number for number, thing in enumerate(things, start=first)}


def _names(
    instance: Instance, kept: Integers, together: dict[tuple[int, ...], int], opened: dict[int, int]
) -> tuple[str, ...]:
    pairs = zip(instance.pairs.items[kept].tolist(), instance.pairs.places[kept].tolist(), strict=True)
    return (
        *(f"choose:{instance.items[item]}@{instance.places[place]}" for item, place in pairs),
        *(f"place:{'+'.join(instance.items[item] for item in group)}" for group in together),
        *(f"open:{instance.places[place]}" for place in opened),
    )


def _weights(instance: Instance, kept: Integers, opened: dict[int, int]) -> dict[int, int]:
    worth = (instance.sign * instance.pairs.worth[kept]).tolist()
    costs = {variable: instance.sign * instance.opening[place] for place, variable in opened.items()}
    return {variable: weight for variable, weight in enumerate(worth) if weight} | costs


def _placed_once(instance: Instance, kept: Integers, together: dict[tuple[int, ...], int]) -> Iterator[Row]:
    of_item = _grouped(instance.pairs.items[kept], len(instance.items))
    for group in instance.groups:
        for item in group:
            weights = dict.fromkeys(of_item[item], 1)
            name = f"placed-once/{instance.items[item]}"
            if instance.must_place:
                yield Row(weights, Sense.EQUAL, 1, name)
            elif group in together:
                yield Row(weights | {together[group]: -1}, Sense.EQUAL, 0, name)
            else:
                yield Row(weights, Sense.AT_MOST, 1, name)


def _floor_area(instance: Instance, kept: Integers, opened: dict[int, int]) -> Iterator[Row]:
    uses = instance.pairs.uses[kept].tolist()
    for place, variables in enumerate(_grouped(instance.pairs.places[kept], len(instance.places))):
        weights = {variable: uses[variable] for variable in variables if uses[variable]}
        name, room = f"floor-area/{instance.places[place]}", instance.capacities[place]
        if place not in opened:
            yield Row(weights, Sense.AT_MOST, room, name)
            continue
        yield Row(weights | {opened[place]: -room}, Sense.AT_MOST, 0, name)
        for variable in variables:
            # implied by the row above for whole numbers, but it makes every linear relaxation much tighter
            item = instance.items[instance.pairs.items[kept[variable]]]
            link = {variable: 1, opened[place]: -1}
            yield Row(link, Sense.AT_MOST, 0, f"opened/{item}@{instance.places[place]}")


def _grouped(owners: Integers, count: int) -> list[list[int]]:
    """Positions of the entries of each owner, in order."""
    order = np.argsort(owners, kind="stable")
    ends = np.cumsum(np.bincount(owners, minlength=count))
    return [part.tolist() for part in np.split(order, ends[:-1])]
