"""Whole numbers as 0–1 variables of a goal's own: by how many per cent something falls short."""

from allocator.linear.expressions import Linear, Row, total
from allocator.rules.base import Choose

WHOLE = 100
"""Per cent."""


def shortfall(choose: Choose, owner: str, name: str, missing: Linear, unit: int) -> tuple[Linear, Row]:
    """Units missing, rounded up and never below 0, as a sum of powers of two; and the row that makes it enough.

    ``missing`` is an expression over the choices, and a ``unit`` is so much of it that no plan can miss more than
    :data:`WHOLE` units.  The number is exact in a known plan; the row keeps an engine from counting less.
    """
    found = total(())
    for power in reversed(range(WHOLE.bit_length())):
        step = 1 << power
        bit = choose.own(owner, f"{name}/{step}", missing - unit * found >= unit * (step - 1) + 1)
        found = found + step * bit
    return found, unit * found >= missing
