"""What a command is, and the kinds of value that its arguments take."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass

from allocator.domain.months import format_month, parse_month


@dataclass(frozen=True)
class Command:
    """A command: ``run`` is ``module:function``, loaded when called; ``declare`` adds its arguments."""

    name: str
    help: str
    run: str
    declare: Callable[[argparse.ArgumentParser], None]


def seconds(text: str) -> float:
    """Wall seconds, up to a day."""
    asked = float(text)
    if not 0 < asked <= 86_400:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 86400 seconds")
    return asked


def month(text: str) -> str:
    """A month, YYYY-MM."""
    try:
        return format_month(parse_month(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def seed(text: str) -> int:
    """A seed of the engines."""
    asked = int(text)
    if not 0 <= asked < 1 << 31:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and {(1 << 31) - 1}")
    return asked


def moves(text: str) -> int:
    """A number of moves, 0 or more."""
    asked = int(text)
    if asked < 0:
        raise argparse.ArgumentTypeError(f"{text} is negative")
    return asked


def count(text: str) -> int:
    """A number from 1 to 256."""
    asked = int(text)
    if not 1 <= asked <= 256:
        raise argparse.ArgumentTypeError(f"{text} is not between 1 and 256")
    return asked
