"""Months in cells of other people's sheets: months, quarters, half-years, years, ends of years, and "at once".

    month = year and month [words of a part of it] | year and quarter | year and half | year and 初, 中, 底 | year

A span of time is its first month for the earliest start, and its last for the latest. Times without a year, or relative
to a day that is not told (明年3月, 三个月内), are faults.
"""

import re
from datetime import date, datetime, timedelta
from typing import NamedTuple

from geodata.cells import dates
from geodata.cells.numerals import folded
from geodata.cells.unreadable import unreadable
from geodata.spreadsheet_mapping.cells.cell_reading import Note, Read
from geodata.spreadsheet_mapping.cells.cell_text import said, without_remarks
from geodata.spreadsheet_mapping.cells.chinese_numbers import in_digits

_AT_ONCE = re.compile(
    r"(?:立即|立刻|即时|即日起?|尽快|尽早|越快越好|随时|现在|马上"
    r"|immediately|now|asap|as soon as possible)(?:可?(?:入驻|进驻))?"
)
_BEFORE = re.compile(r"^(?:预计|计划|大约|约|拟于?|于|about|ca\.?) ?")
_FIRST = re.compile(r"^(?:最早(?:于|在)?|自|从|from) ?")
_LAST = re.compile(r"^(?:最[迟晚](?:于|在)?|截[至止](?:到|至|于)?|by|until|no later than) ?")
_MOVED_IN = re.compile(r"(?<=[年月日度半初中底末起前后]) ?(?:可|能|即可)?(?:入驻|进驻|入园|搬入|迁入|启用|使用|交付)$")
_QUARTER = re.compile(
    r"(?:([0-9]{4}) ?(?:年|[-/])? ?(?:q([1-4])|第?([一二三四1-4]) ?季度?)|(?:q([1-4])|([1-4])q)[ /-]*([0-9]{4}))"
    r"(?P<part>[初中底末])?"
)
_HALF = re.compile(r"([0-9]{4}) ?年? ?(?:([上下])半年|h([12]))|(?:h([12])|([12])h) ?([0-9]{4})")
_YEAR = re.compile(r"([0-9]{4}) ?年?(?:内|度)?")
_PART_OF_YEAR = re.compile(
    r"([0-9]{4}) ?年? ?(年初|年中|年底|年末|初|中|底|末|early|mid|end)|(early|mid|end)(?:-| of)? ?([0-9]{4})"
)
_PART_OF_MONTH = re.compile(r"([0-9]{4} ?[-/.年] ?[0-9]{1,2} ?月)份? ?(?:上旬|中旬|下旬|初|中|底|末)")
_AROUND = re.compile(r" ?(?:左右|前后|上下)$")
_COMPACT = re.compile(r"(20[0-9]{2})(0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])?")
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME = rf"({'|'.join(_NAMES)})[a-z]{{0,6}}\.?"
_NTH = r"[0-9]{1,2}(?:st|nd|rd|th)?"
_NAMED = re.compile(
    rf"(?:{_NTH} )?{_NAME}[ ,/-]+(20[0-9]{{2}})|{_NAME} {_NTH},? (20[0-9]{{2}})|(20[0-9]{{2}})[ ,/-]+{_NAME}"
)
_FROM = re.compile(r" ?(?:起|开始|后|之后|以后)$")
_UNTIL = re.compile(r" ?(?:底前|前|之前|以前|止|截止)$")
_RELATIVE = re.compile(r"今年|明年|后年|去年|本年|下个?月|本月|个月|年内|周内|天内|next|this|within")
_QUARTERS = "一二三四"
_FIGURES = str.maketrans("〇零一二三四五六七八九", "00123456789")
_PARTS = {"初": (1, 3), "中": (6, 7), "底": (12, 12), "末": (12, 12), "early": (1, 3), "mid": (6, 7), "end": (12, 12)}
_FIRST_SERIAL = 36_526
_LAST_SERIAL = 73_050
"""Serial numbers of 2000-01-01 and 2099-12-31 in a spreadsheet."""


def month(cell: object, *, last: bool) -> Read:
    """First, or ``last``, month that a cell names; raises unreadable for anything that does not name one.

    "尽快" is no condition and left out with the word.
    """
    if isinstance(cell, date):
        return Read(dates.month(cell))
    if isinstance(cell, int | float) and not isinstance(cell, bool) and _FIRST_SERIAL <= cell <= _LAST_SERIAL:
        return _serial(cell)
    if isinstance(cell, int | float) and _COMPACT.fullmatch(said(cell)):
        return _of_text(said(cell), last=last)
    if isinstance(cell, float) and not cell.is_integer():
        return _of_number(cell)
    return _of_text(folded(said(cell)).casefold(), last=last)


def _of_text(text: str, *, last: bool) -> Read:
    bare, remarks = without_remarks(text)
    notes: list[Note] = [(f"备注“{remark}”未计入", f'the remark "{remark}" is left out') for remark in remarks]
    if any(re.search(r"[0-9]", remark) for remark in remarks):
        raise unreadable(
            f"has a figure in its remark that says something else: {'; '.join(remarks)[:30]}",
            "Write one month, and the remark in another column",
            "remark-with-number",
        )
    if _AT_ONCE.fullmatch(bare):
        told = (f"“{bare}”不作为{'最晚' if last else '最早'}入驻的条件", f'"{bare}" is no condition on the start')
        return Read(None, changed=True, sure=False, left_out=(told, *notes))
    bare = _MOVED_IN.sub("", _BEFORE.sub("", bare))
    bare = _with_figures(_directed(_AROUND.sub("", bare), last=last))
    if span := _span(bare):
        shown = span.last if last else span.first
        notes += [] if span.exact else [(f"“{bare}”按 {shown} 处理", f'"{bare}" is taken as {shown}')]
        return Read(shown, changed=True, sure=not notes, left_out=tuple(notes))
    part = _PART_OF_MONTH.fullmatch(bare)
    if part is None and not re.search(r"[0-9]{4}", bare):
        _refuse_without_year(bare)
    shown = dates.month(part[1] if part else bare)
    return Read(shown, changed=shown != text, sure=not notes, left_out=tuple(notes))


def _with_figures(text: str) -> str:
    """A month as year and figure where it is written 202610, 20261001, Oct 2026, 2026年十月 or 二〇二六年十月."""
    if found := _COMPACT.fullmatch(text):
        return f"{found[1]}-{found[2]}"
    if found := _NAMED.fullmatch(text):
        name, year = next((found[at], found[other]) for at, other in ((1, 2), (3, 4), (6, 5)) if found[at])
        return f"{year}-{_NAMES.index(name) + 1:02}"
    text = re.sub(r"^[〇零一二三四五六七八九]{4}(?=年)", lambda each: each[0].translate(_FIGURES), text)
    return re.sub(r"(?<=年)[一二三四五六七八九十]{1,2}(?=月)", lambda each: in_digits(each[0]), text)


def _refuse_without_year(text: str) -> None:
    remedy = "Write year and month, for example 2027-03"
    if _RELATIVE.search(text):
        raise unreadable("depends on the day it was written", remedy, "relative-month")
    if re.fullmatch(r"[0-9一二三四五六七八九十]{1,2} ?月.{0,3}|[上下]半年", text):
        raise unreadable("has no year", remedy, "year-missing")


def _serial(cell: float) -> Read:
    found = datetime(1899, 12, 30) + timedelta(days=int(cell))  # noqa: DTZ001  a spreadsheet's day has no zone
    shown = f"{found:%Y-%m}"
    told = (f"日期序号 {cell:g} 按 {shown} 处理", f"the serial number {cell:g} is taken as {shown}")
    return Read(shown, changed=True, left_out=(told,))


def _of_number(cell: float) -> Read:
    """2026.11 as a number; 2026.1 may have been 2026.10."""
    text = f"{cell:.15g}"
    if re.fullmatch(r"[0-9]{4}\.[0-9]{1,2}", text):
        return Read(dates.month(text), changed=True)
    raise unreadable("is not a month", "Write it as YYYY-MM, for example 2026-06", "not-a-month")


def _directed(text: str, *, last: bool) -> str:
    """A text without "from" or "before", where that is what the field says; raises unreadable where it is not."""
    for pattern, opposite in ((_FIRST, last), (_LAST, not last)):
        if found := pattern.match(text):
            if opposite:
                raise _direction(found[0].strip())
            text = text[found.end() :]
    for pattern, opposite in ((_FROM, last), (_UNTIL, not last)):
        if found := pattern.search(text):
            if opposite or found[0].strip() not in {"起", "开始", "底前", "止", "截止"}:
                raise _direction(found[0].strip())
            return text[: found.start()] + ("底" if found[0].strip() == "底前" else "")
    return text


def _direction(word: str) -> ValueError:
    remedy = "Write the first month that suits, or the last one in its own column"
    return unreadable(f"says {word}", remedy, "month-direction")


class _Span(NamedTuple):
    """First and last month of a span of time, and whether a planner needs no word on it."""

    first: str
    last: str
    exact: bool = True


def _span(text: str) -> _Span | None:
    """The span of time that a text names, None if it names none."""
    if found := _QUARTER.fullmatch(text):
        word = found[2] or found[3] or found[4] or found[5]
        end = (_QUARTERS.index(word) + 1 if word in _QUARTERS else int(word)) * 3
        if found["part"]:
            month = end - 2 + "初中底末".index(found["part"]) if found["part"] != "末" else end
            return _months(found[1] or found[6], month, month)._replace(exact=False)
        return _months(found[1] or found[6], end - 2, end)
    if found := _HALF.fullmatch(text):
        first = 1 if found[2] == "上" or "1" in {found[3], found[4], found[5]} else 7
        return _months(found[1] or found[6], first, first + 5)
    if found := _PART_OF_YEAR.fullmatch(text):
        part = (found[2] or found[3]).removeprefix("年")
        return _months(found[1] or found[4], *_PARTS[part])._replace(exact=False)
    found = _YEAR.fullmatch(text)
    return _months(found[1], 1, 12)._replace(exact=False) if found else None


def _months(year: str, first: int, last: int) -> _Span:
    if not year.startswith(("19", "20", "21")):
        raise unreadable("is not a month of the calendar", "Write it as YYYY-MM, for example 2026-06", "not-a-month")
    return _Span(f"{year}-{first:02}", f"{year}-{last:02}")
