"""The elastic model: every row that may be loosened gets a slack, and every limit a switch that says it is touched.

An amount is a sum of 0–1 variables with weights 1, 2, 4, …, so that engines see nothing new and all stays exact.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from allocator.linear.expressions import Row, Sense
from allocator.problem.problem import Problem
from allocator.rules import RULE_BY_ID
from allocator.rules.limits import LIFTED, Limit
from allocator.solving.infeasibility import DEFINING
from allocator.solving.model import Model, Objective

TOUCHED, LOOSENED = "limits-touched", "loosening"
"""Names of the first two aims of a repair: how many limits, then how much, by price."""


@dataclass(frozen=True)
class ElasticModel:
    """The model with slacks; ``switches`` are the variables that say that a limit is touched."""

    model: Model
    objectives: tuple[Objective, ...]
    switches: Mapping[Limit, int]
    amounts: Mapping[Limit, Mapping[int, int]]

    def touched(self, values: tuple[int, ...]) -> dict[Limit, int]:
        """Amount by which each touched limit is loosened at some values."""
        return {
            limit: sum(weight * values[i] for i, weight in self.amounts[limit].items()) if limit in self.amounts else 1
            for limit, switch in self.switches.items()
            if values[switch]
        }


def excess(row: Row) -> int:
    """The most by which any choice can miss the row on its high side, at least 0."""
    most = sum(weight for weight in row.weights.values() if weight > 0)
    return max(0, most - row.limit) if row.sense is not Sense.AT_LEAST else 0


def shortage(row: Row) -> int:
    """The most by which any choice can miss the row on its low side, at least 0."""
    least = sum(weight for weight in row.weights.values() if weight < 0)
    return max(0, row.limit - least) if row.sense is not Sense.AT_MOST else 0


def elastic(problem: Problem, model: Model, hard: frozenset[str] = frozenset()) -> ElasticModel:
    """The elastic model of a problem; rows of hard rules stay as they are.

    First as few limits as possible are touched, then as little as possible by their prices, then the goals.
    """
    stated = [_statement(problem, row, hard) for row in model.rows]
    worst: dict[Limit, int] = {}
    for row, limit in zip(model.rows, stated, strict=True):
        if limit is not None and max(excess(row), shortage(row)):
            worst[limit] = max(worst.get(limit, 0), -(-max(excess(row), shortage(row)) // limit.scale))
    switches = {limit: len(model.variables) + i for i, limit in enumerate(worst)}
    amounts = _amounts(worst, len(model.variables) + len(switches))
    rows: list[Row] = []
    for row, limit in zip(model.rows, stated, strict=True):
        loose = limit if limit in switches else None
        rows += [row] if loose is None else _loosened(row, switches[loose], amounts.get(loose), loose.scale)
    rows += [_tied(limit, switches[limit], bits) for limit, bits in amounts.items()]
    names = [f"touch:{limit.name}" for limit in switches]
    names += [f"slack:{limit.name}:{weight}" for limit, bits in amounts.items() for weight in bits.values()]
    blocks = (*model.blocks, *([-1] * len(names))) if model.blocks else ()
    wider = replace(model, variables=(*model.variables, *names), rows=tuple(rows), blocks=blocks)
    return ElasticModel(wider, (*_aims(switches, amounts), *model.objectives), switches, amounts)


def _statement(problem: Problem, row: Row, hard: frozenset[str]) -> Limit | None:
    """The limit that a row states; None for rows of hard rules and rows that say what the choices mean."""
    rule, _, where = row.name.partition("/")
    return None if rule in hard | DEFINING else RULE_BY_ID[rule].limit_of(problem, where)


def _amounts(worst: Mapping[Limit, int], first: int) -> dict[Limit, dict[int, int]]:
    """By limit, the variables of its amount with their weights: powers of two up to the worst that can be needed."""
    amounts: dict[Limit, dict[int, int]] = {}
    for limit, most in worst.items():
        if limit.unit != LIFTED:
            amounts[limit] = {first + i: 1 << i for i in range(most.bit_length())}
            first += most.bit_length()
    return amounts


def _loosened(row: Row, switch: int, bits: Mapping[int, int] | None, scale: int) -> Iterator[Row]:
    """The row with its slack, an equation as its two sides."""
    for sense, sign, worst in ((Sense.AT_MOST, -1, excess(row)), (Sense.AT_LEAST, 1, shortage(row))):
        if row.sense in {sense, Sense.EQUAL}:
            slack = {switch: worst} if bits is None else {i: scale * weight for i, weight in bits.items()}
            weights = {**row.weights, **{index: sign * weight for index, weight in slack.items() if weight}}
            yield replace(row, weights=weights, sense=sense)


def _tied(limit: Limit, switch: int, bits: Mapping[int, int]) -> Row:
    """Nothing is loosened without the switch."""
    return Row({**bits, switch: -sum(bits.values())}, Sense.AT_MOST, 0, f"asked/touched/{limit.name}")


def _aims(switches: Mapping[Limit, int], amounts: Mapping[Limit, Mapping[int, int]]) -> Iterator[Objective]:
    yield Objective(TOUCHED, -1, dict.fromkeys(switches.values(), -1))
    priced = {i: -limit.price * weight for limit, bits in amounts.items() for i, weight in bits.items()}
    lifted = {switch: -limit.price for limit, switch in switches.items() if limit not in amounts}
    yield Objective(LOOSENED, -1, priced | lifted)
