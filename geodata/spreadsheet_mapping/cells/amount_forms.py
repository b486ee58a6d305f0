"""Amounts in other forms, rewritten as number and unit: 1万2千㎡, 每天50吨, 2台500kVA."""

import re

_EACH = {
    **dict.fromkeys(
        ("water_t_day", "effluent_t_day"),
        (
            re.compile(r"(?:每([天日月年])|([日月年])均?)(?:平均)?(?:用水|排水|排放|废水|污水)?量?(?=[约0-9])"),
            "吨㎥方t",
        ),
    ),
    "max_rent_yuan_m2_month": (
        re.compile(
            r"每(平方米|平米|平方|平|㎡)(?:每([天日月年]))?(?=[约0-9])|每([天日月年])每(平方米|平米|平方|平|㎡)(?=[约0-9])"
        ),
        "元",
    ),
}
"""Words before a number that say for what it is each, and the signs that its unit may end with: 每天50吨 is 50吨/天."""

_PIECES = re.compile(
    r"(?P<before>[0-9]{1,3}) ?[台套](?: ?[×x*])?(?= ?[0-9])|(?<=[×x*])(?P<behind> ?[0-9]{1,3}) ?[台套]$"
)
"""A count of transformers: 2台500kVA, 500kVA×2台."""

_MIXED = re.compile(r"(?<![0-9.])([1-9][0-9]{0,3})([万千])(?:([1-9])千)?(?:([1-9])百)?(?![0-9万千百十亿])")
"""A number whose places are told in digits: 1万2千, 3千5百, 1万2千5百."""


def in_places(text: str) -> str:
    """A text with numbers that mix digits and places, such as 1万2千, in digits alone."""
    return _MIXED.sub(_of_places, text)


def _of_places(found: re.Match[str]) -> str:
    """1万2千 as 12000; a number of one place, such as 3千, stays as it is."""
    first, place, thousands, hundreds = found.groups()
    if not (thousands or hundreds) or (place == "千" and thousands) or (place == "万" and hundreds and not thousands):
        return found[0]
    number = int(first) * (10_000 if place == "万" else 1000)
    return str(number + int(thousands or 0) * 1000 + int(hundreds or 0) * 100)


def with_each(field: str, text: str) -> str:
    """A text with what stands before its number, such as 每天, behind its unit; a label of the field is left out."""
    pattern, signs = _EACH.get(field, (None, ""))
    found = pattern.match(text) if pattern else None
    if found is None:
        return text
    rest, each = text[found.end() :], "".join(f"/{word}" for word in found.groups() if word)
    # a unit that has its time already says it for itself
    return f"{rest}{each}" if rest[-1:] in signs else text


def with_product(field: str, text: str) -> str:
    """A text with a count of transformers, such as 2台500kVA, as a product."""
    if field != "power_kw":
        return text
    return _PIECES.sub(lambda found: f"{found['before']}×" if found["before"] else found["behind"], text)
