"""Properties of features: their type, what they say, and how a filter on them is read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from service.ogc.filters import refuse

Kind = Literal["string", "integer", "number", "boolean", "array"]


@dataclass(frozen=True)
class Property:
    """One property; arrays are shown and cannot be filtered by."""

    name: str
    says: str
    kind: Kind = "string"

    @property
    def filterable(self) -> bool:
        """Whether a query parameter of its name picks features by it."""
        return self.kind != "array"

    def read(self, text: str) -> Any:
        """The value that a filter asks for; refuses what is none of the property's type."""
        try:
            return _READ[self.kind](text)
        except (ValueError, KeyError):
            return refuse(self.name, f"is no {self.kind}")


_READ: dict[str, Callable[[str], Any]] = {
    "string": str,
    "integer": lambda text: _bounded(int(text)),
    "number": lambda text: _bounded(float(text)),
    "boolean": lambda text: {"true": True, "false": False}[text.casefold()],
}


def _bounded(number: float) -> float:
    """A number that every column can be compared with."""
    if not abs(number) < 1 << 53:
        raise ValueError(number)
    return number
