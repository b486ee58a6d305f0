"""Numbers as people type them: one grammar for our own format and for sheets of other people.

A text is a number as a whole or not at all. Thousands stand in groups of three behind a comma, a blank or an
apostrophe, decimals behind a point; nothing is dropped or taken from the front.
"""

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal

from pydantic_core import PydanticCustomError

from geodata.cells.unreadable import unreadable

MAX_DIGITS = 24
"""Longest number, in characters: below the precision of decimal arithmetic, so that nothing is rounded unseen."""

NUMERAL = re.compile(
    r"(?:[1-9][0-9]{0,2}([,' \u2019])[0-9]{3}(?:\1[0-9]{3})*(?![0-9])|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+",
)
"""A number without a sign."""

RANGE_SIGNS = "-~\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u223c\u301c到至"
"""What stands between the two ends of a range."""

SIGNED = re.compile(rf"[+-]?(?:{NUMERAL.pattern})")
_FULL_WIDTH = frozenset("０１２３４５６７８９")
_UNIT_SIGNS = frozenset("㎡㎢㎠㎟㎥㎤㎣")
_SUPERSCRIPT = re.compile(r"(?<=[mMｍＭ])([²³])")
_SQUARE = {"²": "2", "³": "3"}
EXPONENT = re.compile(r"([+-]?[0-9]{1,15}(?:\.[0-9]{0,15})?)e([+-]?[0-9]{1,2})", re.IGNORECASE)
"""A number with an exponent, as spreadsheets write long ones."""

_RANGE = re.compile(rf"[0-9][^0-9+*x×=]{{0,12}}?(?:[{RANGE_SIGNS}]|\bto\b)\s*[0-9]", re.IGNORECASE)
_COMMA = re.compile(r"[0-9]\s*[,'\u2019]|^,")
_OPERATOR = re.compile(r"[0-9][^0-9]{0,12}[+*x×=]|[0-9]\s*/\s*[0-9]|[+*x×]\s*$", re.IGNORECASE)
_SECONDS = r"""(?:(?P<seconds>[0-9]{1,2}(?:\.[0-9]{1,9})?)\s*(?:"|″|”|''|′′|’’|秒)?\s*)?"""
_ANGLE = re.compile(
    r"(?P<before>[NSEWnsew]|[东西]经|[南北]纬)?\s*(?P<degrees>[0-9]{1,3}(?:\.[0-9]{1,12})?)\s*[°º度o]\s*"
    rf"(?:(?P<minutes>[0-9]{{1,2}}(?:\.[0-9]{{1,9}})?)\s*(?:'|′|’|‘|分)\s*{_SECONDS})?(?P<after>[NSEWnsew]|[东西南北])?"
)
_UNIT = re.compile(r"^[+-]?[0-9]+(?:\.[0-9]+)?\s*(?:[^\W\d]|[%°$£€¥])")
_WRONG: tuple[tuple[re.Pattern[str], Callable[[], PydanticCustomError]], ...] = (
    (_RANGE, lambda: unreadable("is a range", "Write one number", "range")),
    (
        _COMMA,
        lambda: unreadable(
            "has a comma that is not before groups of three digits",
            "Write a point before decimals, and thousands as 1,500 or 1500",
            "comma",
        ),
    ),
    (_OPERATOR, lambda: unreadable("is a calculation", "Write its result as one number", "sum-not-read")),
    (
        _UNIT,
        lambda: unreadable(
            "has a unit", "The column's unit is fixed; convert the number to it and write digits alone", "unit-written"
        ),
    ),
    (
        re.compile(""),
        lambda: unreadable("is not a number", "Write digits, with a point before decimals", "not-a-number"),
    ),
)
"""What a text that is no number is instead, the more telling first."""
_BEHIND_ZERO = frozenset("SWsw西南")


def folded(text: str) -> str:
    """One line of NFKC text; raises unreadable where a sign such as ① or ½ would become a digit."""
    text = _SUPERSCRIPT.sub(lambda found: _SQUARE[found[1]], text)
    for sign in text:
        if sign.isascii() or sign in _FULL_WIDTH or sign in _UNIT_SIGNS:
            continue
        if any(part in "0123456789\u2044" for part in unicodedata.normalize("NFKC", sign)):
            raise unreadable(f"has the sign {sign}", "Write plain digits", "odd-digit")
    return " ".join(unicodedata.normalize("NFKC", text).split())


def numeral(text: str) -> Decimal:
    """The number that a text, as ``folded`` gives it, is as a whole; raises unreadable with a code otherwise."""
    if len(text) > MAX_DIGITS:
        raise not_a_number(text) if _ANGLE.fullmatch(text) else _too_long()
    if SIGNED.fullmatch(text):
        return value_of(text)
    raise not_a_number(text)


def value_of(text: str) -> Decimal:
    """The value of a numeral, with its thousands separators."""
    return Decimal(re.sub(r"[,' \u2019]", "", text))


def of_cell(value: float | Decimal) -> Decimal:
    """An exact number of a number cell; raises unreadable for what is not finite or far too large."""
    number = Decimal(str(value))
    if not number.is_finite():
        raise unreadable("is not a finite number", "Write digits", "not-a-number")
    if abs(number) >= 10**MAX_DIGITS:
        raise unreadable("is far too large", "Check the unit of the column", "too-large")
    return number


def _too_long() -> PydanticCustomError:
    return unreadable("is too long for a number", "Write fewer digits", "too-long")


def not_a_number(text: str) -> PydanticCustomError:
    """What is wrong with a text that is no number, and a remedy that does not change what it says."""
    if found := _ANGLE.fullmatch(text):
        shown = _decimal_degrees(found)
        return unreadable("is in degrees, minutes and seconds", f"Write decimal degrees, as {shown}", "degrees")
    if found := EXPONENT.fullmatch(text):
        shown = format(Decimal(found[1]).scaleb(int(found[2])), "f")
        return unreadable("is written with an exponent", f"Write all digits, as {shown}", "exponent")
    return next(fault() for pattern, fault in _WRONG if pattern.search(text))


def _decimal_degrees(found: re.Match[str]) -> str:
    degrees = Decimal(found["degrees"]) + Decimal(found["minutes"] or 0) / 60 + Decimal(found["seconds"] or 0) / 3600
    side = (found["before"] or "")[:1] or found["after"] or ""
    shown = format(degrees.quantize(Decimal("0.000001")).normalize(), "f")
    return f"-{shown}" if side in _BEHIND_ZERO and degrees else shown
