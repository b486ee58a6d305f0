"""No pattern and no reader of ours is worse than linear: four times the text is about four times the work."""

import importlib
import inspect
import itertools
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Self

import pytest

from service.files.strict_json import check_json
from tests.support.patterns import Used, attacks, patterns

SHORT, MEDIUM, LONG = 256, 2048, 4096
MOST_GROWTH = 8.0
"""How much more work four times a text may be: linear is 4, quadratic 16."""

SOON_S = 0.002
"""What is done within this on the longest text is linear: a quadratic pattern takes several times as long."""

BOUNDED = {
    "geodata.spreadsheet_mapping.cells.quantities._AFTER_COMMA": "geodata.spreadsheet_mapping.cells.quantities.LONGEST",
    "geodata.workbooks.xlsx_styles._SYNTAX": "geodata.workbooks.xlsx_styles.LONGEST",
}
"""Patterns that see short texts alone, with the constant that bounds these."""

READERS = (
    "geodata.cells.bad_cell",
    "geodata.readers.header_aliases",
    "geodata.cells.dates",
    "geodata.cells.numerals",
    "geodata.records.signed_leases",
    "geodata.cells.cell_values",
    "geodata.workbooks.xlsx_styles",
    "geodata.spreadsheet_mapping.cells.chinese_numbers",
    "geodata.spreadsheet_mapping.cells.cleanrooms",
    "geodata.spreadsheet_mapping.headings.rows",
    "geodata.spreadsheet_mapping.headings.fields",
    "geodata.spreadsheet_mapping.cells.word_meanings",
    "geodata.spreadsheet_mapping.cells.quantities",
    "geodata.spreadsheet_mapping.non_data_rows",
    "geodata.spreadsheet_mapping.sheet",
    "geodata.spreadsheet_mapping.suggest",
    "geodata.spreadsheet_mapping.cells.months",
    "geodata.spreadsheet_mapping.cells.traditional",
    "geodata.spreadsheet_mapping.cells.units",
    "geodata.spreadsheet_mapping.cells.cell_text",
    "geodata.spreadsheet_mapping.headings.year_month",
    "service.web.urls",
    "service.web.pagination",
    "service.files.uploads",
    "service.i18n.fault_text",
    "service.ogc.filters",
)
"""Modules whose functions read texts from outside."""

PUMPS = (
    *" \n([)]【{\"'\\/|,.;:+-*=%_<19a年一至㎡。½",
    *('\\"', "(a)", "( ", "1 ", "1,", "1.", ",000", "a ", "=A1", "1+", "1x", "不", "同上", "m2", " / ", "%25"),
)


def test_every_pattern_is_found():
    found = patterns()
    places = {place for used in found for place in used.places}
    assert len(found) > 300
    assert {
        "geodata.workbooks.workbook._REFERENCE",
        "service.files.strict_json._MARKS",
        "geodata.spreadsheet_mapping.cells.cell_text._PARENTHESES",
    } <= places
    assert any(place.startswith("geodata.spreadsheet_mapping.headings.fields._FIELDS") for place in places)
    assert {name for name in BOUNDED if name not in places} == set()


@pytest.mark.timing
def test_no_pattern_is_worse_than_linear():
    worst, tried = {}, 0
    for used in patterns():
        bounds = [_constant(BOUNDED[place]) for place in used.places if place in BOUNDED]
        tried += 1
        for way in used.ways or {"search"}:
            attack = next(_too_slow(used, way, min([LONG, *bounds])), None)
            if attack is not None:
                worst[used.pattern.pattern] = (way, *attack, sorted(used.places)[:2])
    assert tried > 300
    assert worst == {}


QUADRATIC = (
    (r'"(?:[^"\\]|\\.)*"|[\[{\]}]', "finditer"),
    (rb"""\br\s*=\s*["']\s*([A-Za-z]{0,4})\s*(\d{1,10})""", "findall"),
    (r"[(\[【（]([^)\]】）]*)[)\]】）]", "sub"),
    (r"[ ]*(?:以上)?$", "sub"),
    (r"(?:生物|医用)*材料", "search"),
    (r";(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", "split"),
)
"""Patterns that are worse than linear, each as something like it once stood here."""


@pytest.mark.timing
@pytest.mark.parametrize(("pattern", "way"), QUADRATIC)
def test_the_worst_texts_show_a_pattern_that_is_worse_than_linear(pattern, way):
    assert next(_too_slow(Used(re.compile(pattern)), way, LONG), None) is not None


def _too_slow(used: Used, way: str, longest: int) -> Iterator[tuple[str, str, str]]:
    for start, pump, end in attacks(used.pattern):
        for length in (min(SHORT, longest), longest):

            def work(size: int, parts: tuple[str, str, str] = (start, pump, end)) -> Callable[[], Any]:
                text = parts[0] + parts[1] * (size // len(parts[1])) + parts[2]
                return _call(used.pattern, way, text)

            if _seconds(work(length)) > SOON_S and _is_worse(lambda size: _seconds(work(size), 3), length):
                yield start, pump, end
                break


def _is_worse(measure: Callable[[int], float], length: int) -> bool:
    before = measure(length)
    return before > SOON_S and measure(4 * length) > MOST_GROWTH * before


def _call(pattern: "re.Pattern[Any]", way: str, text: str) -> Callable[[], Any]:
    given = text if isinstance(pattern.pattern, str) else text.encode("ascii", "replace")
    if way == "sub":
        return lambda: pattern.sub(given[:0], given)
    if way == "finditer":
        return lambda: sum(1 for _ in pattern.finditer(given))
    return lambda: getattr(pattern, way)(given)


def _seconds(work: Callable[[], Any], times: int = 1) -> float:
    """Least processor time, s."""
    found = []
    for _ in range(times):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return min(found)


def _constant(place: str) -> int:
    module, _, name = place.rpartition(".")
    return int(getattr(importlib.import_module(module), name))


# -- functions


def readers() -> list[tuple[str, Callable[[str], Any]]]:
    """Functions that take one text, and functions that take a field and a text, with each field."""
    found: list[tuple[str, Callable[[str], Any]]] = []
    for name in READERS:
        module = importlib.import_module(name)
        for function in vars(module).values():
            if getattr(function, "__module__", None) != name or not inspect.isroutine(inspect.unwrap(function)):
                continue
            plain = inspect.unwrap(function)
            needed = [
                each
                for each in inspect.signature(plain).parameters.values()
                if each.default is each.empty and each.kind in {each.POSITIONAL_OR_KEYWORD, each.POSITIONAL_ONLY}
            ]
            kinds = [str(getattr(each.annotation, "__name__", each.annotation)) for each in needed]
            place = f"{name}.{plain.__name__}"
            if len(needed) == 1 and kinds[0] in {"str", "object"} and needed[0].name != "pattern":
                found.append((place, plain))
            if len(needed) == 2 and needed[0].name == "field" and kinds[1] in {"str", "object"}:
                found += [
                    (f"{place}({field})", lambda text, plain=plain, field=field: plain(field, text))
                    for field in ("floor_area_m2", "utilities", "eia_level")
                ]
    return [*found, ("json", lambda text: check_json(text.encode("utf-8", "replace")))]


def test_every_reader_of_texts_is_found():
    names = {name for name, _ in readers()}
    for name in (
        "geodata.cells.numerals.folded",
        "geodata.cells.dates.month",
        "geodata.cells.cell_values.integer",
        "geodata.spreadsheet_mapping.cells.cell_text.heading_parts",
        "geodata.spreadsheet_mapping.cells.cell_text.without_remarks",
        "geodata.spreadsheet_mapping.headings.fields.read_heading",
        "geodata.spreadsheet_mapping.cells.word_meanings.parts_of(utilities)",
        "geodata.workbooks.xlsx_styles.words_behind",
        "service.files.uploads.plain_name",
        "service.i18n.fault_text.chinese",
        "json",
    ):
        assert name in names
    assert len(names) > 80, len(names)


class Steps:
    """Lines of Python that are run."""

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> Self:
        self._before = sys.gettrace()
        sys.settrace(self._trace)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(self._before)

    def _trace(self, _frame: Any, event: str, _argument: Any) -> Any:
        self.count += event == "line"
        return self._trace


@pytest.mark.timing
def test_no_reader_of_texts_is_worse_than_linear():
    worst = {}
    for name, read in readers():
        for start, pump, end in itertools.product(("", "1"), PUMPS, ("!",)):

            def text(size: int, parts: tuple[str, str, str] = (start, pump, end)) -> str:
                return parts[0] + parts[1] * (size // len(parts[1])) + parts[2]

            def steps(size: int, text: Any = text, read: Any = read) -> int:
                with Steps() as counted, suppress(Exception):
                    _done(read(text(size)))
                return counted.count

            def seconds(size: int, text: Any = text, read: Any = read) -> float:
                def work() -> None:
                    with suppress(Exception):
                        _done(read(text(size)))

                return _seconds(work, 3)

            # lines are counted once for each text that goes on and on; C code alone can tell the others apart
            one, four = (steps(64), steps(256)) if not start else (0, 0)
            if four > MOST_GROWTH * max(one, 200):
                worst[name] = ("steps", start, pump, end, one, four)
            elif _seconds_once(read, text(MEDIUM)) > SOON_S and _is_worse(seconds, MEDIUM):
                worst[name] = ("seconds", start, pump, end)
            if name in worst:
                break
    assert worst == {}


def _seconds_once(read: Callable[[str], Any], text: str) -> float:
    def work() -> None:
        with suppress(Exception):
            _done(read(text))

    return _seconds(work)


def _done(made: Any) -> None:
    if inspect.isgenerator(made):
        for _ in made:
            pass


def test_the_marks_of_a_hostile_body_are_counted_once():
    """Half a megabyte of marks of a text that never ends."""
    for piece in ('\\"', '"', '"\\', "[", '"a', "\\"):
        body = (piece * (500_000 // len(piece))).encode()
        with Steps() as counted, suppress(ValueError):
            check_json(body)
        assert counted.count < 6 * len(body), piece
