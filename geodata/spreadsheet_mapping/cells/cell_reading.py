"""What a reader of foreign cells gives back."""

from typing import NamedTuple

Note = tuple[str, str]
"""A sentence in Chinese and in English."""


class Read(NamedTuple):
    """What a cell says: its value in the unit of the field, None if it says nothing for it.

    ``changed``: the cell said it otherwise, in another unit or form. ``sure``: false where the reading is a guess.
    ``left_out``: what was passed over or assumed, one (zh, en) sentence each, such as a remark in parentheses,
    "尽快", "待定", or a need that was rounded up; it is to be listed as left out.
    """

    value: object
    changed: bool = False
    sure: bool = True
    left_out: tuple[Note, ...] = ()
