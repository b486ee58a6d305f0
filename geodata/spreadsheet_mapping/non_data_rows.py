"""Rows of a foreign sheet that hold no enterprise: totals, notes, repeated headings, numbers of columns, examples.

Each is skipped with its number and the reason.  A mark of repetition (同上, 〃) becomes what stands above it.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from geodata.cells.bad_cell import nothing_above, without_name
from geodata.cells.cell_values import plain
from geodata.spreadsheet_mapping.cells.cell_text import said
from geodata.spreadsheet_mapping.cells.traditional import simplified
from geodata.spreadsheet_mapping.headings.fields import is_running_number, read_heading
from geodata.spreadsheet_mapping.headings.rows import Cells, HeadingRows, Row, is_letterhead

FIRST_CELLS = 4
"""Cells from the left in which a total, a note or an example says what it is."""

MOST_FOR_A_NAME = 6
"""Characters of a title that a firm's name may begin with as well."""

_TOTAL = re.compile(
    r"(?:本页|本表|全部|全区|全市)?(?:合计|总计|小计|共计|总共|总和|总数|累计|平均|平均数|平均值|均值|每家平均|平均每[家户]|户均)(?:数|值|面积|家数)?(?:[(:\d].*)?"
    r"|.{1,12}(?:合计|总计|小计|共计)(?:[(:].*)?"
    r"|(?:以上|本表|全部|全区|总共|一共|合计|共计|共)+有?\d+(?:家|户|个|项).{0,12}"
    r"|(?:grand|sub)?-?totals?(?:[(:].*)?|total(?:of)?\d+.{0,20}|sum(?:total)?|averages?|mean|avg\.?"
    r"|[总计∑σ]|最[大小高低]值|中位数|占比|比例|[同环]比.{0,4}|增长率|(?:企业|项目)?(?:数量|户数|家数|个数)"
)
_NOTE = re.compile(
    r"[*※#]*(?:注|备注|附注|说明|填表说明|填报说明|填报要求|填写说明|(?:数据|资料)来源|统计口径|notes?|remarks?)\d*(?:[:、.].*)?",
    re.DOTALL,
)
_DATE = re.compile(r"\d{4}[年./-]\d{1,2}[月./-](?:\d{1,2}日?)?")
_NUMBERED = re.compile(r"(?:\d{1,2}|[(]\d{1,2}[)]|[一二三四五六七八九十])[.、)]?.*", re.DOTALL)
_SENTENCE = re.compile(r".*[。；;！!？?].*", re.DOTALL)
_SECTION = re.compile(
    r"[一二三四五六七八九十]{1,3}、.*|[(][一二三四五六七八九十]{1,3}[)].*|第.{1,3}(?:部分|类|章).*|[\u4e00-\u9fff]{2,3}区(?:[(].*)?"
)
_FOOTER = re.compile(
    r"以下空白|以下无正文|完|end|附件?\d*(?:[:、.].*)?|附[表图].*|以上(?:数据|信息|内容|资料|企业|需求).*|(?:数据)?截[止至].*"
    r"|(?:计量|面积)?单位[:].*|.*(?:日期|时间|签字|签名|签章|盖章|电话)[)]?[:].*|[盖公]章|由.*(?:提供|填报|汇总)"
)
"""What stands alone below a table."""

_FRAME = '—-－_*#·.、:=~【】[]()<>《》「」"“”|'
"""Signs with which a word is set off, as in ——合计—— or 【合计】."""

_PAGE = re.compile(r"[(]?续上?表?\d*[)]?|第\d+页.*|共\d+页|page\d+.*|-?\d{1,3}-|\d{1,3}/\d{1,3}", re.IGNORECASE)
_EXAMPLE = re.compile(
    r"(?:填写|填报)?(?:例|示例|样例|举例|范例)(?:[:].*)?|example(?:[:].*)?|e\.g\..*|[(](?:示例|样例|例)[)].*|.*[(](?:示例|样例|例)[)]"
)
_NOTHING = re.compile(r"[/\-—–.…·~]+|无")
_DITTO = re.compile(
    r"同上行?|同前|同左上|[-—]?(?:〃|″|′′|''|\"|“|”|〞|〝)+[-—]?|ditto|do\.?|same|sameasabove", re.IGNORECASE
)

_RUNNING_NUMBER = re.compile(r"[(]?[a-z]{0,3}[-.]?\d{0,8}[.、)]?|[一二三四五六七八九十]{1,3}")
_QUANTITY = re.compile(r"(\d{1,12}(?:,\d{3})*(?:\.\d+)?)\s*[^\d\s]{0,6}")

_WHY_TOTAL = ("合计、小计或平均，不是企业", "a total, a subtotal or a mean, no enterprise")
_WHY_SUM = ("没有企业名称，各数恰为上面各行之和", "no name, and its numbers are the sums of the rows above")
_WHY_NOTE = ("注释或说明，不是企业", "a note, no enterprise")
_WHY_SIGNED = ("填报人、日期等落款，不是企业", "who filled the sheet in, no enterprise")
_WHY_HEADING = ("重复的表头", "the headings repeated")
_WHY_TITLE = ("重复的标题或页码", "the title or the number of a page")
_WHY_INDEX = ("列号（1、2、3…），不是企业", "numbers of the columns, no enterprise")
_WHY_SECTION = ("分组标题，不是企业", "the title of a group of rows, no enterprise")
_WHY_EXAMPLE = ("填写示例，不是企业", "an example, no enterprise")
_WHY_BLANK = ("只有序号或占位符，没有内容", "only a running number or a placeholder")


@dataclass(frozen=True)
class Skipped:
    """A row that holds no enterprise, by its number from 1, and why, in Chinese and in English."""

    row: int
    why: tuple[str, str]


def sorted_out(rows: Sequence[Row], headings: HeadingRows, covered: Cells) -> tuple[list[Row], list[Skipped]]:
    """The rows of data below the headings, repetitions written out, and the rows that hold no enterprise."""
    sorting = _Sorting(headings, covered)
    for row in rows:
        if row[0] > headings.numbers[-1]:
            sorting.take(row)
    return sorting.data, sorting.skipped


class _Sorting:
    def __init__(self, headings: HeadingRows, covered: Cells) -> None:
        self.headings, self.covered = headings, covered
        fields = {at: read_heading(name) for at, name in enumerate(headings.names) if name}
        named = [at for at, meaning in fields.items() if meaning.field == "enterprise"]
        self.enterprise = max(named, key=lambda at: fields[at].score, default=None)
        self.running = {at for at, name in enumerate(headings.names) if is_running_number(name)}
        self.data: list[Row] = []
        self.skipped: list[Skipped] = []
        self.sums: dict[int, float] = defaultdict(float)
        self.summed = 0
        """Sums by column, and number, of the rows of data since the last total."""

    def take(self, row: Row) -> None:
        """File a row under data or under what is skipped."""
        number, cells = row
        own = {at: said(cell) for at, cell in enumerate(cells) if said(cell) and (number - 1, at) not in self.covered}
        why = self._why_not(cells, own)
        if why is None:
            written = [self._written_out(at, cell) for at, cell in enumerate(cells)]
            if self.enterprise is not None and self._is_nameless(cells, own):
                written += [None] * (self.enterprise + 1 - len(written))
                written[self.enterprise] = without_name()
            self.data.append((number, written))
            for at, value in _numbers(written).items():
                self.sums[at] += value
            self.summed += 1
        else:
            self.skipped.append(Skipped(number, why))

    def _why_not(self, cells: Sequence[object], own: dict[int, str]) -> tuple[str, str] | None:
        texts = [_compact(text) for text in own.values()]
        why = self._why_plainly_not(own, texts)
        if why == _WHY_TOTAL:
            self.sums, self.summed = defaultdict(float), 0
        # what a merged cell fills belongs to the row: under a firm's name nothing is a note or a title
        whole = list(dict.fromkeys(_compact(said(cell)) for cell in cells if said(cell)))
        is_note = _is_note(whole[0]) and (":" in whole[0] or not _has_words(texts))
        is_signed = is_letterhead([next(iter(own.values()), "")])
        if why is not None or (self._has_firm(own) and len(own) > 1 and not is_note and not is_signed):
            return why
        return self._why_no_firm(cells, whole) or (_WHY_SUM if self._is_sum(cells, own) else None)

    def _why_plainly_not(self, own: dict[int, str], texts: Sequence[str]) -> tuple[str, str] | None:
        first = texts[:FIRST_CELLS]
        if self._repeats_headings(own):
            return _WHY_HEADING
        if _is_index(texts):
            return _WHY_INDEX
        if any(_TOTAL.fullmatch(text.strip(_FRAME) or text) for text in first) and not _has_words(texts):
            return _WHY_TOTAL
        if any(_EXAMPLE.fullmatch(text) for text in first):
            return _WHY_EXAMPLE
        said_nothing = all(
            _NOTHING.fullmatch(_compact(text)) or (at in self.running and _RUNNING_NUMBER.fullmatch(_compact(text)))
            for at, text in own.items()
        )
        return _WHY_BLANK if said_nothing else None

    def _why_no_firm(self, cells: Sequence[object], texts: Sequence[str]) -> tuple[str, str] | None:
        if _is_note(texts[0]):
            return _WHY_NOTE
        if is_letterhead(cells) or _DATE.fullmatch(texts[0]):
            return _WHY_SIGNED
        if len(texts) > 1:
            return None
        text = texts[0]
        titles = [_compact(title) for title in self.headings.titles if len(title) > MOST_FOR_A_NAME] or ["\0"]
        if text in map(_compact, self.headings.titles) or text.startswith(tuple(titles)) or _PAGE.fullmatch(text):
            return _WHY_TITLE
        if _SECTION.fullmatch(text):
            return _WHY_SECTION
        follows = bool(self.skipped) and self.skipped[-1].why == _WHY_NOTE and _NUMBERED.fullmatch(text) is not None
        is_footer = _FOOTER.fullmatch(text) or _FOOTER.fullmatch(text.strip(_FRAME))
        return _WHY_NOTE if follows or is_footer or _SENTENCE.fullmatch(text) else None

    def _has_firm(self, own: dict[int, str]) -> bool:
        return self.enterprise is not None and self.enterprise in own

    def _repeats_headings(self, own: dict[int, str]) -> bool:
        for spelt in self.headings.spelt:
            same = sum(at < len(spelt) and _compact(spelt[at]) == _compact(text) for at, text in own.items())
            if same >= min(2, len(own)) and same * 2 > len(own):
                return True
        units = self.headings.units
        return bool(units) and all(units.get(at) == text.strip("()（）[]【】") for at, text in own.items())

    def _is_sum(self, cells: Sequence[object], own: dict[int, str]) -> bool:
        """Whether a row without a name holds nothing but the sums of at least two rows above."""
        numbers = {at: number for at, number in _numbers(cells).items() if at in own and at not in self.running}
        if self.summed < 2 or not numbers or not self._is_nameless(cells, own):
            return False
        return all(abs(number - self.sums[at]) <= 1e-6 * max(1.0, abs(number)) for at, number in numbers.items())

    def _is_nameless(self, cells: Sequence[object], own: dict[int, str]) -> bool:
        """Whether a row holds numbers alone: a total that does not add up, or a part of which nothing else is told."""
        enterprise = self.enterprise
        blank = enterprise is None or enterprise >= len(cells) or not said(cells[enterprise])
        return blank and set(own) <= set(_numbers(cells)) | self.running

    def _written_out(self, at: int, cell: object) -> object:
        if not isinstance(cell, str) or not _DITTO.fullmatch("".join(plain(cell).split()).rstrip("。.")):
            return cell
        if not self.data:
            return nothing_above(cell)
        above = self.data[-1][1]
        return above[at] if at < len(above) else None


def _is_note(text: str) -> bool:
    return _NOTE.fullmatch(text) is not None


def _compact(text: str) -> str:
    return "".join(simplified(plain(text)).casefold().split())


def _has_words(texts: Sequence[str]) -> bool:
    """Whether a row that says "total" says more than that: at least two other words, as a firm's row does."""
    others = [
        text for text in texts if not _TOTAL.fullmatch(text.strip(_FRAME) or text) and not _NOTHING.fullmatch(text)
    ]
    return len([text for text in others if not any(sign.isdigit() for sign in text)]) > 1


def _is_index(texts: Sequence[str]) -> bool:
    """Whether a row numbers the columns: 1 2 3, (1) (2) (3), A B C, or 甲 乙 1 2 3."""
    bare = [text.strip("()[]") for text in texts]
    while bare and bare[0] in "甲乙丙丁戊":
        bare = bare[1:]
    if len(bare) < 3 or len(texts) - len(bare) > 4:
        return False
    counted = (
        [str(number) for number in range(1, len(bare) + 1)],
        [chr(ord("a") + place) for place in range(len(bare))],
        list("一二三四五六七八九十")[: len(bare)],
    )
    return bare in counted


def _numbers(cells: Sequence[object]) -> dict[int, float]:
    """The numbers of a row by column, also those with a unit."""
    found: dict[int, float] = {}
    for at, cell in enumerate(cells):
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            found[at] = float(cell)
        elif isinstance(cell, str) and (number := _QUANTITY.fullmatch(plain(cell))):
            found[at] = float(number[1].replace(",", ""))
    return found
