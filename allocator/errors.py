"""The errors of the allocator: each says what is wrong, where, and what to do."""

from collections.abc import Sequence
from dataclasses import dataclass


class AllocatorError(Exception):
    """Base of every error that this project raises on purpose."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input: where it stands, its value, the remedy, and a code for programs."""

    file: str
    row: int | None
    column: str | None
    value: str | None
    message: str
    remedy: str
    code: str = "unreadable"

    def __str__(self) -> str:
        place = self.file if self.row is None else f"{self.file}, row {self.row}"
        if self.column is not None:
            place += f", column {self.column}"
        shown = "" if self.value is None else f" (value {self.value!r})"
        return f"{place}: {self.message}{shown}. {self.remedy}"


class InputError(AllocatorError):
    """Raised once per input with every fault that was found in it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)

    def __reduce__(self) -> tuple[type["InputError"], tuple[tuple[Fault, ...]]]:
        return type(self), (self.faults,)


class EngineError(AllocatorError):
    """Raised when a solver process died, ran out of memory or returned something impossible."""
