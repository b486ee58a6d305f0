"""Numbers in Chinese characters: 三, 十五, 两千五百, 壹仟, 一万零五十."""

import re

_DIGITS = {
    sign: number
    for number, signs in enumerate(("零〇", "一壹", "二两贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for sign in signs
}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_SIGNS = "".join(_DIGITS) + "".join(_TENS) + "万"
AMOUNT = re.compile(
    rf"[{_SIGNS}亿半][多余几]?(?:平|亩|层|公顷|吨|公斤|千瓦|千帕|千牛|个月|月|天|年|元|块|米|立方|方|㎡|m)"
)
"""A number in characters before a unit, also one that is only roughly told."""

_RUN = re.compile(rf"[{_SIGNS}]+?(?=千(?:瓦|帕|牛|克|伏))|[{_SIGNS}]+")


def counts(text: str) -> bool:
    """Whether a text has a number in characters before a unit, or is one."""
    return AMOUNT.search(text) is not None or _RUN.fullmatch(text) is not None


def in_digits(text: str) -> str:
    """A text with its numbers in digits; what is none, such as 三五 or 二三千, stays as it is."""
    return _RUN.sub(lambda found: found[0] if (number := _value(found[0])) is None else str(number), text)


def _value(signs: str) -> int | None:
    """What signs are as one number in full, below a hundred million."""
    above, wan, below = signs.rpartition("万")
    if not wan:
        return _below_ten_thousand(below)
    thousands = _below_ten_thousand(above)
    rest = 0 if not below else _below_ten_thousand(below)
    if not thousands or rest is None or (below and rest < 1000 and below[0] not in "零〇"):
        return None
    return thousands * 10_000 + rest


def _below_ten_thousand(signs: str) -> int | None:
    """Each digit has its place, falling; a digit at the end is one, so that 一百二, which may be 120, is none."""
    if signs in {"零", "〇"}:
        return 0
    total, place, digit, skipped = 0, 10_000, None, False
    for at, sign in enumerate(signs):
        if sign in _TENS:
            unit = _TENS[sign]
            if (
                unit >= place
                or (digit is None and not (unit == 10 and at == 0))
                or (place > unit * 10 and at > 1 and not skipped)
            ):
                return None
            total, place, digit, skipped = total + (1 if digit is None else digit) * unit, unit, None, False
        elif digit is not None:
            return None
        elif _DIGITS[sign] == 0:
            if skipped:
                return None
            skipped = True
        else:
            digit = _DIGITS[sign]
    ends_in_zero = skipped and digit is None
    if ends_in_zero or (digit is not None and place > 10 and total and not skipped):
        return None
    return (total + (digit or 0)) or None
