"""What people type in cells, read as what they mean; each function raises a described error otherwise.

The functions take any cell or JSON value and return text, an int, a float, a Decimal or a bool.  They
normalise form (NFKC, thousands separators, Excel's 123.0) and never guess meaning.
"""

import re
import unicodedata
from decimal import Decimal

from geodata.cells import numerals
from geodata.cells.unreadable import unreadable

__all__ = [
    "MAX_ID",
    "boolean",
    "decimal",
    "identifier",
    "integer",
    "items",
    "money",
    "number",
    "plain",
    "text",
    "token",
    "unreadable",
]

MAX_ID = 64
"""Longest id, in characters."""

_TRUE = frozenset({"yes", "y", "true", "1", "是", "有"})
_FALSE = frozenset({"no", "n", "false", "0", "否", "无"})
_SEPARATORS = re.compile(r"[;、\n]")


def plain(value: object) -> str:
    """One line of NFKC text: full-width digits, letters and colons become their plain forms."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return unicodedata.normalize("NFKC", str(value)).strip()


def text(value: object) -> str:
    """Free text, kept verbatim but for outer blanks; control characters and lone surrogates are refused."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise unreadable("is not text", "Write words")
    shown = value.strip() if isinstance(value, str) else plain(value)
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in shown):
        raise unreadable("contains a control character or a line break", "Write it on one line, without hidden signs")
    return shown


def identifier(value: object) -> str:
    """An id of 1 to 64 visible characters, NFKC; 123.0 is 123 and "00123" keeps its zeros."""
    shown = plain(text(value))
    if not shown:
        raise unreadable("is empty", "Give every record an id")
    if len(shown) > MAX_ID:
        raise unreadable(f"has {len(shown)} characters", f"Use an id of at most {MAX_ID} characters")
    if any(unicodedata.category(character) == "Cf" for character in shown):
        raise unreadable("contains an invisible character", "Type the id anew instead of pasting it")
    return shown


def token(value: object) -> object:
    """A word of a closed vocabulary: "GMP factory" and "gmp-factory" are gmp_factory; other types pass unchanged."""
    return re.sub(r"[\s\-]+", "_", plain(value).casefold()) if isinstance(value, str) else value


def decimal(value: object) -> Decimal:
    """An exact number; "1,200", "1 200" and full-width digits are read, a unit behind it is refused."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise unreadable("is not a number", "Write digits", "not-a-number")
    return numerals.numeral(numerals.folded(value)) if isinstance(value, str) else numerals.of_cell(value)


def integer(value: object) -> int:
    """A whole number; 3000.0 and "3,000" are 3000; "3.000", which may mean 3 or 3000, is refused."""
    number = decimal(value)
    if isinstance(value, str) and re.search(r"\.[0-9]{3}$", plain(value)):
        raise unreadable("may mean thousands or decimals", "Write whole numbers without a point", "point")
    if number != number.to_integral_value():
        raise unreadable("is not a whole number", "Round it to a whole number of the column's unit", "not-whole")
    return int(number)


def number(value: object) -> float:
    """A finite number with decimals."""
    return float(decimal(value))


def money(value: object) -> Decimal:
    """Yuan with at most two decimals, exactly: no fraction of a fen."""
    yuan = decimal(value)
    if yuan * 100 != (yuan * 100).to_integral_value():
        raise unreadable("has a fraction of a fen", "Write yuan with at most two decimals", "fen")
    return yuan


def boolean(value: object) -> bool:
    """Yes or no: true/false, yes/no, y/n, 1/0, 是/否, 有/无."""
    shown = plain(value).casefold()
    if shown in _TRUE:
        return True
    if shown in _FALSE:
        return False
    raise unreadable("is neither yes nor no", "Write yes or no")


def items(value: object) -> object:
    """A list as it is, or text split at ``;``, ``；`` or ``、``; blank parts are dropped."""
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise unreadable("is not a list", "Separate the parts with ;")
    parts = _SEPARATORS.split(value.replace("；", ";") if isinstance(value, str) else plain(value))
    return [part.strip() for part in parts if part.strip()]
