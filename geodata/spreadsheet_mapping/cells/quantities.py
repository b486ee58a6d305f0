"""Quantities in cells: numbers with multipliers, units, sums, products and remarks, each cell read as a whole.

    cell     = [words before] amount [words behind] {(remark)}
    amount   = term {+ term} | count × term | term × count | years and months
    term     = number [multiplier] [unit]

Whatever does not fit this as a whole is a fault with a code; a number is never taken from a part of a cell.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from geodata.cells import numerals
from geodata.cells.unreadable import unreadable
from geodata.spreadsheet_mapping.cells.amount_forms import in_places, with_each, with_product
from geodata.spreadsheet_mapping.cells.cell_reading import Note, Read
from geodata.spreadsheet_mapping.cells.cell_text import without_remarks
from geodata.spreadsheet_mapping.cells.chinese_numbers import AMOUNT, counts, in_digits
from geodata.spreadsheet_mapping.cells.traditional import simplified
from geodata.spreadsheet_mapping.cells.units import (
    UNITS,
    WHOLE_UP,
    converted,
    guessed_unit,
    is_usual,
    mentioned,
    own_unit,
    suffix,
)

LONGEST = 80
"""Longest cell that is read as a quantity, in characters."""

SAME = Fraction(2, 100)
"""Greatest difference of two figures of one cell that tell the same, such as 6667㎡（约10亩）."""

MOST_COUNT = 1000
"""Greatest count that a quantity is multiplied by."""

_ADDED = frozenset({"floor_area_m2", "power_kw", "water_t_day", "effluent_t_day"})
"""Fields whose parts may be added or multiplied."""

_BEFORE = re.compile(
    r"(?P<about>约|大约|大概|接?近|将近|about|approx\.?|approximately|ca\.?|~|≈)"
    r"|(?P<least>≥|≧|>=|>|[大高]于(?:或?等于)?|不低于|不小于|不少于|至少|最少|最低|下限|超过|at least)"
    r"|(?P<most>≤|≦|<=|<|[小低少]于(?:或?等于)?|不超过|不高于|不大于|最多|最高|至多|上限|at most|up to)"
    r"|(?P<need>需要?|需求|共计?|总共|总计|合计|预计|计划)(?=[约0-9])|(?P<open>暂定|暂按|暂估)"
)
_BEHIND = re.compile(
    r"(?P<about>左右|上下|or so)|(?P<least>及以上|或以上|以上|起[租步]?|or more)"
    r"|(?P<most>及以下|或以下|以下|以内|之内|封顶|or less)"
)
_LABELS = {
    "floor_area_m2": r"(?:总|需求|建筑|总建筑)?面积|建面",
    "floor_load_kpa": r"(?:楼面|楼板|地面)?(?:承重|荷载|荷重|载荷)",
    "clear_height_m": r"(?:梁下|梁底)?净[高空]|梁[下底]",
    "power_kw": r"(?:用电|电力|装机)?(?:最大|最高|峰值|总)?(?:负荷|功率|容量)|用电|装机|变压器(?:容量)?",
    "water_t_day": r"用水量?",
    "effluent_t_day": r"(?:排水|排放|废水|污水)量?",
    "lease_months": r"租期|租赁期限?|租[用赁]?",
    "max_rent_yuan_m2_month": r"租金(?:单价)?",
}
"""Words that name the field itself, which a cell may repeat before the number."""

_TIMES = "×x*✕╳⨯"
_YEARS = re.compile(
    r"(?P<years>[0-9]{1,3}(?:\.[0-9]{1,2})?)\s*+(?:年|years?|yrs?)\s*+(?:(?:零|又|and)\s*+)?"
    r"(?:(?P<months>[0-9]{1,2})\s*+(?:个月|月|months?)|(?P<half>半))?"
)
_LENGTH_TIMES = re.compile(rf"[0-9]\s*(?:m|米|公尺)\s*[{re.escape(_TIMES)}]")
_HALF_YEAR = "半年"
_THOUSANDS = re.compile(r"(?<![0-9.,])[1-9][0-9]{0,2}\.[0-9]{3}(?![0-9])")
"""3.000 may mean 3 or 3000; it is left to whoever wrote it."""

_AFTER_COMMA = re.compile(
    r"[^;]*[0-9][^0-9,;.]*(?:[^\W\d_]|[㎡㎥])[^0-9,;]*(?P<comma>\s*[,;]\s*)(?P<remark>[^0-9]*[^\W\d_][^0-9]*)"
)
"""A number with its unit, and a remark behind a comma."""
_MONEY_BEFORE = re.compile(r"(?:¥|rmb|cny)\s*(?=[0-9.])")

_WRONG_WAY = {"max_rent_yuan_m2_month": "least"}
"""Which comparison says something else than the field; for needs it is "most"."""


@dataclass(frozen=True)
class _Term:
    number: Decimal
    multiplier: int
    unit: str | None


@dataclass(frozen=True)
class _Amount:
    """A quantity in the field's unit, exactly, and whether the cell named its unit."""

    value: Fraction
    named: bool
    factor: Fraction = Fraction(1)


def quantity(cell: object, field: str, unit: str, m2_per_floor: int | None) -> Read:
    """The number of a cell in the field's unit; ``unit`` is that of the column, for cells that name none.

    Where neither says a unit, an unusual number is taken for one in the likeliest other unit, and is not sure. Raises
    unreadable with a code for whatever is not one quantity as a whole.
    """
    if isinstance(cell, bool | date) or not isinstance(cell, int | float | Decimal | str):
        raise unreadable("is not a number", "Write digits", "not-a-number")
    notes: list[Note] = []
    if not isinstance(cell, str):
        # A spreadsheet keeps 15 digits; what lies beyond is noise of its arithmetic.
        number = numerals.of_cell(float(f"{cell:.15g}") if isinstance(cell, float) else cell)
        chosen = unit or _guessed(field, number, notes)
        return _finished(
            field,
            _amount_of(field, [_Term(number, 1, None)], chosen, m2_per_floor),
            number,
            notes,
            said_otherwise=False,
        )
    text = _folded(cell)
    if len(text) > LONGEST:
        raise unreadable("is too long for a number", "Write one number and its unit", "too-long")
    bare, remarks = without_remarks(text.rstrip("。; "))
    bare = _counted(bare)
    if (behind := _AFTER_COMMA.fullmatch(bare)) and not _is_unit(field, behind["remark"]):
        bare, remarks = bare[: behind.start("comma")], [behind["remark"], *remarks]
    bare = _without_comparison(field, bare, notes)
    if (not re.search(r"[0-9]", bare) and bare != _HALF_YEAR) or numerals.EXPONENT.fullmatch(bare):
        raise numerals.not_a_number(bare)
    alone = numerals.value_of(bare) if re.fullmatch(numerals.SIGNED, bare) else None
    said, remarks = _unit_in_remark(field, remarks)
    if alone is not None and field in WHOLE_UP and _THOUSANDS.fullmatch(bare) and (said or unit) != "wan_m2":
        raise _point()
    chosen = said or unit or (_guessed(field, alone, notes) if alone is not None else own_unit(field) or "")
    amount = _amount(field, bare, chosen, m2_per_floor)
    if said and amount.named:
        raise _remark_fault("; ".join(without_remarks(text)[1]))
    for remark in remarks:
        _weigh(field, remark, amount, chosen, m2_per_floor, notes)
    return _finished(field, amount, alone, notes, said_otherwise=True)


def _guessed(field: str, number: Decimal, notes: list[Note]) -> str:
    """The unit of a number when nothing says it, with a note where it is not the field's own."""
    guess = guessed_unit(field, [number])
    if not guess.sure:
        notes.append(guess.why)
    return guess.unit or ""


def _folded(cell: str) -> str:
    """NFKC in lower case, with m² as one sign that holds no digit."""
    text = "㎥".join("㎡".join(numerals.folded(part) for part in each.split("㎡")) for each in cell.split("㎥"))
    text = re.sub(r"(?<![a-z])m\^?2(?![0-9])", "㎡", text.casefold().strip())
    text = re.sub(r"km\^?2(?![0-9])", "平方公里", text)
    text = re.sub(r"(?<![a-z])m\^?3(?![0-9])", "㎥", text)
    return simplified(text.replace("ft2", "sqft"))


def _counted(text: str) -> str:
    """A text in which numbers in Chinese characters are written in digits, unless it has digits of its own."""
    if re.search(r"[0-9]", text):
        return in_places(text)
    return in_digits(text) if counts(text) else text


def _without_comparison(field: str, text: str, notes: list[Note]) -> str:
    """A text without "at least" and "about"; a note where the comparison goes against the field's sense."""
    wrong = _WRONG_WAY.get(field, "most")
    while found := next((each for each in _BEHIND.finditer(text) if each.end() == len(text)), None):
        _note_comparison(found, wrong, notes)
        text = text[: found.start()].rstrip()
    text = with_product(field, with_each(field, text))
    text = re.sub(rf"^(?:{_LABELS[field]})[:为是]?\s*(?=[^:为是\s])", "", text)
    while found := _BEFORE.match(text):
        _note_comparison(found, wrong, notes)
        text = text[found.end() :].lstrip()
    return text


def _note_comparison(found: re.Match[str], wrong: str, notes: list[Note]) -> None:
    if found.lastgroup in {wrong, "open"}:
        notes.append((f"“{found[0]}”未计入，按该数值处理", f'"{found[0]}" is left out; the number itself is taken'))


def _unit_in_remark(field: str, remarks: list[str]) -> tuple[str | None, list[str]]:
    """The unit that a remark behind a bare number is, as in 5（年）, and the other remarks."""
    units: list[str] = []
    others: list[str] = []
    for remark in remarks:
        try:
            found = None if re.search(r"[0-9]", remark) else suffix(field, remark)
        except ValueError as error:
            if getattr(error, "type", "") in {"energy-not-power", "rent-in-all"}:
                raise
            found = None
        if found is None:
            others.append(remark)
        elif found.multiplier == 1 and found.unit is not None:
            units.append(found.unit)
        elif (found.multiplier, found.unit) == (10_000, "m2"):
            units.append("wan_m2")
        else:
            raise _remark_fault(remark)
    if len(units) > 1:
        raise _remark_fault("; ".join(remarks))
    return (units[0] if units else None), others


def _remark_fault(remark: str) -> ValueError:
    return unreadable(
        f"has a figure in its remark that says something else: {remark[:30]}",
        "Write one number, and the remark in another column",
        "remark-with-number",
    )


def _weigh(  # noqa: PLR0913, PLR0917  a remark is weighed against all that is known of its cell
    field: str, remark: str, amount: _Amount, unit: str, m2_per_floor: int | None, notes: list[Note]
) -> None:
    """Take a remark that repeats the quantity, note one without figures, and refuse any other."""
    if not re.search(r"[0-9]", remark):
        repeated = in_digits(remark) if AMOUNT.search(remark) else remark
        if repeated != remark:
            _weigh(field, repeated, amount, unit, m2_per_floor, notes)
            return
        if AMOUNT.search(remark) or (not amount.named and _names_another(field, remark, unit)):
            raise _remark_fault(remark)
        notes.append((f"备注“{remark}”未计入", f'the remark "{remark}" is left out'))
        return
    try:
        same = _amount(field, _without_comparison(field, remark, []), unit, m2_per_floor)
    except ValueError as error:
        raise _remark_fault(remark) from error
    if not same.named or abs(same.value - amount.value) > SAME * max(abs(same.value), abs(amount.value)):
        raise _remark_fault(remark)


def _is_unit(field: str, text: str) -> bool:
    """Whether a text is a unit, or speaks of one."""
    try:
        suffix(field, text)
    except ValueError as error:
        return getattr(error, "type", "") != "unit-unknown" or bool(mentioned(field, text))
    return True


def _names_another(field: str, remark: str, unit: str) -> bool:
    """Whether a remark without figures speaks of a unit other than the one that a number without a unit is in."""
    return not set(mentioned(field, remark)) <= {unit or own_unit(field)}


def _point() -> ValueError:
    return unreadable("may mean thousands or decimals", "Write whole numbers without a point", "point")


def _amount(field: str, text: str, unit: str, m2_per_floor: int | None) -> _Amount:
    if field == "lease_months":
        years = _years(text)
        if years is not None:
            return _Amount(years, named=True)
    if field == "max_rent_yuan_m2_month":
        text = _MONEY_BEFORE.sub("", text, count=1) if _MONEY_BEFORE.match(text) else text
    if field == "floor_area_m2" and _LENGTH_TIMES.search(text):
        raise _length_times_width()
    terms, operators = _terms(field, text)
    if (
        field in WHOLE_UP
        and _THOUSANDS.search(text)
        and {term.multiplier for term in terms} == {1}
        and unit != "wan_m2"
    ):
        raise _point()
    if not operators:
        return _amount_of(field, terms, unit, m2_per_floor)
    if field not in _ADDED:
        raise numerals.not_a_number(text)
    if set(operators) == {"+"}:
        return _sum(field, text, terms, unit, m2_per_floor)
    if len(operators) == 1:
        return _product(field, text, terms, unit, m2_per_floor)
    raise _calculation()


def _calculation() -> ValueError:
    return unreadable("is a calculation", "Write its result as one number", "sum-not-read")


def _years(text: str) -> Fraction | None:
    """Months of "2年6个月", "1年半" or "半年", None for anything else."""
    if text == _HALF_YEAR:
        return Fraction(6)
    found = _YEARS.fullmatch(text)
    if found is None or ((found["months"] or found["half"]) and "." in found["years"]):
        return None
    months = int(found["months"] or 0) + (6 if found["half"] else 0)
    if months >= 12:
        return None
    return Fraction(Decimal(found["years"])) * 12 + months


def _terms(field: str, text: str) -> tuple[list[_Term], list[str]]:
    """Numbers with what stands behind each, and the operators between them."""
    terms: list[_Term] = []
    operators: list[str] = []
    sign = text[:1] if text[:1] in {"+", "-"} else ""
    place = len(sign)
    while True:
        found = numerals.NUMERAL.match(text, place)
        if found is None:
            raise numerals.not_a_number(text)
        behind = re.compile(r"[^0-9]*").match(text, found.end())
        rest = behind[0].strip() if behind else ""
        place = len(text) if behind is None else behind.end()
        last = place >= len(text)
        if not last:
            if rest.endswith(","):
                raise numerals.not_a_number(text)
            if rest[-1:] not in {"+", *_TIMES}:
                raise _between(text)
            operators.append("+" if rest[-1] == "+" else "×")
            rest = rest[:-1].strip()
        number = numerals.value_of((sign if not terms else "") + found[0])
        terms.append(_term(field, text, number, rest))
        if last:
            return terms, operators


def _term(field: str, text: str, number: Decimal, rest: str) -> _Term:
    if len(format(abs(number), "f")) > numerals.MAX_DIGITS:
        raise unreadable("is too long for a number", "Write fewer digits", "too-long")
    if rest[:1] in {",", ".", "'", "\u2019"} or rest[-1:] in {"+", *_TIMES} - {"x"}:
        raise _between(text)
    found = suffix(field, rest)
    return _Term(number, found.multiplier, found.unit)


def _between(text: str) -> ValueError:
    """What is wrong with a text in which one number follows another."""
    wrong = numerals.not_a_number(text)
    if wrong.type in {"unit-written", "not-a-number"}:
        return unreadable("has several numbers", "Write one number and its unit", "several-numbers")
    return wrong


def _factor(field: str, unit: str, m2_per_floor: int | None) -> Fraction:
    factor = UNITS[field].get(unit, Fraction(1))
    if unit == "floor":
        factor = None if m2_per_floor is None else Fraction(m2_per_floor)
    if factor is None:
        raise unreadable("is told in floors", "Say how many m² one floor has, or write m²", "floor-size-unknown")
    return factor


def _amount_of(field: str, terms: Sequence[_Term], unit: str, m2_per_floor: int | None) -> _Amount:
    """One term in the field's unit; "3万" in a column of 万㎡ is 30,000 m²."""
    (term,) = terms
    chosen = term.unit or ("m2" if unit == "wan_m2" and term.multiplier != 1 else unit)
    factor = _factor(field, chosen, m2_per_floor) * term.multiplier
    return _Amount(Fraction(term.number) * factor, named=term.unit is not None, factor=factor)


def _sum(field: str, text: str, terms: Sequence[_Term], unit: str, m2_per_floor: int | None) -> _Amount:
    """A sum whose parts all have a unit, or of which only the last says multiplier and unit for all."""
    *before, last = terms
    units = {term.unit for term in terms}
    whole = None not in units
    alike = len(units - {None}) <= 1 and len({term.multiplier for term in terms}) == 1
    if not whole and not alike:
        raise numerals.not_a_number(text)
    if not whole and any(term.unit is not None for term in before):
        raise numerals.not_a_number(text)
    taken = [_Term(term.number, term.multiplier, term.unit or last.unit) for term in terms]
    parts = [_amount_of(field, [term], unit, m2_per_floor) for term in taken]
    return _Amount(sum((part.value for part in parts), Fraction(0)), named=last.unit is not None)


def _product(field: str, text: str, terms: Sequence[_Term], unit: str, m2_per_floor: int | None) -> _Amount:
    """A count of equal quantities; of an area, the unit must stand at one of the two."""
    counts = [term for term in terms if term.unit is None and term.multiplier == 1 and _is_count(term.number)]
    named = [term for term in terms if term.unit is not None]
    if len(named) == 1 and len(counts) == 1:
        count, one = counts[0], named[0]
    elif not named and counts and field != "floor_area_m2":
        count = counts[0]
        one = terms[1] if count is terms[0] else terms[0]
    elif field == "floor_area_m2":
        raise _length_times_width()
    else:
        raise numerals.not_a_number(text)
    amount = _amount_of(field, [one], unit, m2_per_floor)
    return _Amount(amount.value * Fraction(count.number), named=True)


def _length_times_width() -> ValueError:
    remedy = "If it is length × width, write the area in m²"
    return unreadable("is a product that may be length × width", remedy, "length-times-width")


def _is_count(number: Decimal) -> bool:
    return number == number.to_integral_value() and 0 < number <= MOST_COUNT


def _finished(
    field: str, amount: _Amount, written: Decimal | None, notes: Sequence[Note], *, said_otherwise: bool
) -> Read:
    """The amount as a value of the field, rounded up where it is whole, and what there is to say of it."""
    if field == "max_rent_yuan_m2_month" and amount.value == 0:
        raise unreadable("is a rent of 0", "Write the rent, or leave the cell blank if there is no limit", "rent-zero")
    told = list(notes)
    if written is not None and amount.factor == 1:
        exact = written if field not in WHOLE_UP else converted(written, field, Fraction(1))
    else:
        exact = _in_field(field, amount.value)
    if field in WHOLE_UP and Fraction(exact) != amount.value:
        shown = format(float(amount.value), ".10g")
        told.append((f"{shown} 向上取整为 {exact}", f"{shown} is rounded up to {exact}"))
    value: object = int(exact) if exact == exact.to_integral_value() else float(exact)
    sure = len(notes) == 0
    if not is_usual(field, exact) or (amount.value and not exact):
        sure = False
        told.append(("数值远超通常范围，请核对单位", "the value is far from the usual ones; check its unit"))
    return Read(value, changed=said_otherwise or amount.factor != 1 or bool(told), sure=sure, left_out=tuple(told))


def _in_field(field: str, value: Fraction) -> Decimal:
    if field in WHOLE_UP:
        return Decimal(-(-value.numerator // value.denominator))
    return converted(Decimal(1), field, value)
