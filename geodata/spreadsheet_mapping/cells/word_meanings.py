"""What words of other people mean in our vocabularies.

A whole word of a vocabulary is sure. Anything else is a guess from its parts, and only where all of it points to one
code: a word that denies or only intends something (无, 非, 不, 未, 拟, 除…外, 免, not, no) never means what it denies,
and a word that names several codes is left to the planner.
"""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Map
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from geodata.cells.cell_values import plain, token
from geodata.spreadsheet_mapping.cells.cell_text import said
from geodata.spreadsheet_mapping.cells.traditional import simplified
from geodata.spreadsheet_mapping.cells.word_lists import ANYWHERE, EXACT, HAZARDS, NO_TIER, NOTHING, UNDECIDED, VALUES
from geodata.spreadsheet_mapping.mapping import LISTS, KnownWords

LONGEST = 200
"""Longest word that is guessed at, in characters."""

NONE_NEEDED = frozenset({"utilities", "emits", "sensitive_to"})
"""Lists in which a denied word says that there is no such thing."""


OPTIONAL = (LISTS - {"barred_from"}) | {"ground_floor", "eia_level"}
"""Fields that a part need not have: what is undecided is left out."""

_BLANK = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")


class Meaning(NamedTuple):
    """What a word means: a code, "" for nothing, None if it is not known, open, or of several meanings (ask).

    Only whole words of the vocabularies are sure; parts of words and words of the trade are guesses. ``why`` says in
    (zh, en) why there is no suggestion or what the guess is taken from; empty texts where there is nothing to say.
    """

    code: str | None
    sure: bool = True
    why: tuple[str, str] = ("", "")


_UNKNOWN = Meaning(None, sure=False, why=("词汇中没有", "not in the vocabulary"))
_SEVERAL = ("同时提到几项，请选择", "it names several; choose one")
_DENIED = ("是否定或意向的说法，请选择", "it denies or only intends this; choose")
_UNDECIDED = ("只是可能，或说的是其他情况，请选择", "it is only possible, or said of something else; choose")
_PART = ("按词中的一部分推测", "guessed from a part of the word")

_NOT_DENIALS = re.compile(
    r"无(?:尘|菌|创(?!新)|线|源|损|影灯|缝|框|针|痛|锡|机(?!器)|接触)|非(?:标|常|侵入|接触|织造|金属|线性|血管|球面|同质)"
    r"|不(?:锈钢|间断)|免疫|免洗|除(?:颤|尘|湿|菌|臭)|拟合|(?:标|精|水)准|[批核]准|准(?:确|分子)|non-?(?:invasive|woven|vascular)"
)
"""Words of the trade in which a sign of denial denies nothing."""

_DENIAL = re.compile(
    r"不|无|非|未|没|否|免|勿|拒|除(?!了)|(?:暂|尚)缺|除了|以外|之外|外的?(?:均|都|皆|任|所有|全部|其[他余])|避开|避免|排除|剔除|禁"
    r"|谢绝|放弃|取消|失败|毕业|[终中]止|撤回|退市|摘牌"
    r"|(?<![级类特分性])别|拟|准|待|将|计划|筹|准备|争取|冲刺|有望|潜在|后备|预备|辅导|意向|目标|申报|培育|曾|原为|^原(?![料位子创研发理型始装])|已退"
    r"|(?<![a-z])(?:not?|non|none|without|except|exclud(?:e|es|ed|ing)|excl|avoid|unless|other than|anything but"
    r"|refuses?|rejects?|lacks?|never|neither|nor|cannot|don't|doesn't|isn't|pre|planned|planning|potential|former"
    r"|future|aspiring)(?![a-z])"
)
"""Signs that something is denied, excepted, only intended, or over."""

_INTENDED = re.compile(
    r"拟|准(?!确)|待|将|计划|筹|争取|有望|潜在|意向|目标|申报|(?<![a-z])(?:planned|planning|potential|future)(?![a-z])"
)
"""Denials after which the thing may still be needed."""

_OPEN = re.compile(
    r"可能|或许|视情况|如[需有]|后期|远期|以[上下]|现址|目前|现在|现有|现位于|附近|周边|靠近|[邻临]近|毗邻"
    r"|自[行建备有理制产供配]|[子母]公司|股东|控股|参股|旗下|关联|供应商|客户"
)
"""Signs that something is only possible, is seen to by the firm itself, or is said of another place or firm."""

_AFFIRMED = re.compile(
    r"^(?:需要?|要求?|必须|须|应|可以?|接受|同意|优先|希望|仅|只|有|含|但|而|(?:need|needs|require|requires|only|with|but)(?![a-z]))"
)
_BETWEEN = re.compile(
    r"(?:需要|需|要求|要|须|用|能|得|具备|有|存在|产生|排放|使用|涉及|接受|考虑|选择|选|去|在|含|包括|编制|编写|办理|做|属于|属|是|为"
    r"|成为|达到|任何|特殊|企业|the|any|needed|need|requires|required|require|an|a|for|of|is|are|does|do|-|\s)*+"
)
"""What may stand between a denial and what it denies."""

_CLAUSES = re.compile(r"[,，;；。.()（）\[\]【】\n]")
_LIST_SIGNS = re.compile(r"[、/和或及与+&]|以及|\b(?:and|or)\b")
# what is split is on one line, with one blank between words
_PARTS = re.compile(r"[;；、,，/|┋\n]|\s或\s?|或|和|及|与|\s(?:and|or)\s")
_CHOICE = re.compile(r"或|\bor\b", re.IGNORECASE)
_ENCLOSED = re.compile(r"[(（][^()（）]{0,60}[)）]|[0-9] ?[a-z㎥]{1,3}/[a-z]+", re.IGNORECASE)
"""Parentheses and units such as 0.5t/h, in which nothing separates words."""

_EIA_FREE = re.compile(
    r"(?:无需|无须|不需要?|不用|不必|不纳入|免于?|豁免)(?:办理|进行|开展|做|编制|的)*+(?:建设项目|项目)?(?:环评|环境影响评价|环境影响评估)"
    r"|(?:环评|环境影响评价)?(?:管理)?豁免|^(?:环评)?(?:无需|无须|不需要?|免)(?:办理|编制)?$"
    r"|(?<![a-z])no (?:eia|assessment)(?![a-z])|(?<![a-z])exempt"
)


@dataclass(frozen=True)
class _Hit:
    start: int
    end: int
    code: str


def is_nothing(cell: object) -> bool:
    """Whether a cell says that there is nothing to say."""
    text = said(cell)
    return not text or NOTHING.fullmatch(text.casefold()) is not None


def parts_of(field: str, cell: object) -> list[str]:
    """The words of a cell: one, or as many as a list has.

    A list of which a part is denied is split only where each part says for itself whether it is wanted:
    "不需要纯水；需双回路" are two words, "不接受南山、盐田" is one.
    """
    text = said(cell)
    if not text:
        return []
    if field not in LISTS or len(text) > LONGEST * 10:
        return [text]
    # "蒸汽或燃气" is a choice, not a need of both; of districts either will do
    is_choice = field in NONE_NEEDED and _CHOICE.search(text) is not None
    return [text] if is_choice else _split(text)


def _split(text: str) -> list[str]:
    parts: list[str] = []
    sign = ""
    denied = False
    start = 0
    enclosed = [found.span() for found in _ENCLOSED.finditer(text)]
    separators = [found for found in _PARTS.finditer(text) if not any(a < found.start() < b for a, b in enclosed)]
    for found in [*separators, None]:
        part = text[start : found.start() if found else len(text)]
        own = _denials(part)
        begins_denied = bool(own) and not part[: own[0]].strip()
        if own and not begins_denied:
            return [text]
        if denied and not begins_denied and not _AFFIRMED.match(part.strip()):
            parts[-1] += sign + part
        else:
            parts.append(part)
            denied = begins_denied
        if found:
            sign, start = found[0], found.end()
    return [part.strip() for part in parts if part.strip()]


def _denials(text: str) -> list[int]:
    """Places of denials in a text."""
    free = _NOT_DENIALS.sub(lambda found: "＿" * len(found[0]), text.casefold())
    return [found.start() for found in _DENIAL.finditer(free)]


def meaning(field: str, word: str, known: KnownWords) -> Meaning:
    """What one word of a field means; words that deny something never mean what they deny."""
    text = " ".join(simplified(plain(word)).casefold().split())
    table = known.words.get(field, {})
    if whole := _whole(field, word, text, table):
        return whole
    if len(text) > LONGEST:
        return _UNKNOWN
    return _eia(text, table) if field == "eia_level" else _of_clauses(field, text, table)


def _whole(field: str, word: str, text: str, table: Map[str, str]) -> Meaning | None:
    """What a whole word of the vocabularies means, None for any other."""
    exact = EXACT.get(field, {})
    spelt = str(token(word))
    if is_nothing(word):
        return Meaning("")
    # names are spread over a cell with blanks: 坪 山 区
    if code := spelt if spelt in table.values() else table.get(text) or table.get(_BLANK.sub("", text)):
        return Meaning(code)
    if text in exact:
        return Meaning(*exact[text])
    return _left_open(field, text)


def _left_open(field: str, text: str) -> Meaning | None:
    """What a whole word means that says nothing definite, None for any other."""
    if field in OPTIONAL and UNDECIDED.fullmatch(text):
        why = f"“{text}”没有写明，不作为条件", f'"{text}" says nothing yet and is no condition'
        return Meaning("", sure=False, why=why)
    if field == "tier" and NO_TIER.fullmatch(text):
        return Meaning(None, sure=False, why=(f"“{text}”不说明梯度，请选择", f'"{text}" says no tier; choose one'))
    if field == "districts" and ANYWHERE.fullmatch(text):
        return Meaning("", sure=False, why=("不限区域", "any district"))
    return None


def _of_clauses(field: str, text: str, table: Map[str, str]) -> Meaning:
    """What a word says clause by clause."""
    affirmed: set[str] = set()
    denied: set[str] = set()
    if _OPEN.search(text) or (field in NONE_NEEDED and _CHOICE.search(text)):
        return Meaning(None, sure=False, why=_UNDECIDED)
    for clause in _CLAUSES.split(text):
        found = _clause(clause, list(_hits(field, clause, table)))
        if found is None:
            return Meaning(None, sure=False, why=_DENIED)
        affirmed |= found[0]
        denied |= found[1]
    if denied and not affirmed and field in NONE_NEEDED and not _INTENDED.search(text):
        return Meaning("", sure=False, why=("不需要", "not needed"))
    if denied == {"yes"} and not affirmed and field == "ground_floor":
        return Meaning("no", sure=False, why=_PART)
    if denied and field in {"districts", "barred_from"}:
        return Meaning(None, sure=False, why=_DENIED)
    return _verdict(affirmed, denied)


def _verdict(affirmed: set[str], denied: set[str]) -> Meaning:
    """The one code that is affirmed, else why there is none."""
    if affirmed & denied or (denied and not affirmed):
        return Meaning(None, sure=False, why=_DENIED)
    if len(affirmed) > 1:
        return Meaning(None, sure=False, why=_SEVERAL)
    return Meaning(next(iter(affirmed)), sure=False, why=_PART) if affirmed else _UNKNOWN


def _clause(clause: str, hits: list[_Hit]) -> tuple[set[str], set[str]] | None:
    """Codes that a clause affirms and denies; None where it cannot be told what its denials deny."""
    places = _denials(clause)
    if not places:
        return {hit.code for hit in hits}, set()
    denied: set[_Hit] = set()
    for place in places:
        sign = _DENIAL.match(clause, place)
        after = place + len(sign[0]) if sign else place
        following = next((hit for hit in hits if hit.start >= after), None)
        if following is None or _BETWEEN.fullmatch(clause, after, following.start) is None or following in denied:
            return None
        denied.add(following)
        for hit in hits[hits.index(following) + 1 :]:
            if _LIST_SIGNS.search(clause, following.end, hit.start) is None:
                break
            denied.add(hit)
            following = hit
    left = {hit.code for hit in hits if hit not in denied}
    if left and _LIST_SIGNS.search(clause):
        return None
    return left, {hit.code for hit in denied}


def _hits(field: str, text: str, table: Map[str, str]) -> Iterator[_Hit]:
    """Parts of a text that mean a code, in order; of those that overlap the longest counts."""
    found = [
        _Hit(each.start(), each.end(), code)
        for pattern, code in _patterns(field)
        for each in _compiled(pattern).finditer(text)
        if each.end() > each.start()
    ]
    for label, code in table.items():
        if len(label) > 1:
            found += [_Hit(start, start + len(label), code) for start in _places(label, text)]
    if not found and len(text) > 1 and not text.isascii():
        # "器械" is a part of labels that say far more
        inside = {code for label, code in table.items() if text in label and len(text) * 2 >= len(label)}
        found = [_Hit(0, len(text), code) for code in inside]
    taken: list[_Hit] = []
    for hit in sorted(found, key=lambda each: (each.start - each.end, each.start)):
        clash = [each for each in taken if each.start < hit.end and hit.start < each.end]
        if all((each.start, each.end) == (hit.start, hit.end) for each in clash):
            taken.append(hit)
    yield from sorted(set(taken), key=lambda each: (each.start, each.end, each.code))


def _places(label: str, text: str) -> Iterator[int]:
    """Where a label stands in a text as a whole word."""
    start = text.find(label)
    while start >= 0:
        before, after = text[start - 1 : start], text[start + len(label) : start + len(label) + 1]
        inner = (label[0].isascii() and before.isascii() and before.isalnum()) or (
            label[-1].isascii() and after.isascii() and after.isalnum()
        )
        if not inner:
            yield start
        start = text.find(label, start + 1)


def _eia(text: str, table: Map[str, str]) -> Meaning:
    """Level of assessment: a report that is not needed is none, and no assessment at all is exempt."""
    affirmed: set[str] = set()
    denied: set[str] = set()
    free = False
    if _OPEN.search(text):
        return Meaning(None, sure=False, why=_UNDECIDED)
    for clause in _CLAUSES.split(text):
        if found := _EIA_FREE.search(clause):
            if _denials(clause[: found.start()]) or len(_denials(clause)) > 1:
                return Meaning(None, sure=False, why=_DENIED)
            free = True
            continue
        told = _clause(clause, list(_hits("eia_level", clause, table)))
        if told is None:
            return Meaning(None, sure=False, why=_DENIED)
        affirmed |= told[0]
        denied |= told[1]
    if free and not affirmed:
        return Meaning("exempt", sure=False, why=_PART)
    return _verdict(affirmed | ({"exempt"} if free else set()), denied)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _patterns(field: str) -> Iterable[tuple[str, str]]:
    return HAZARDS if field in {"emits", "sensitive_to"} else VALUES.get(field, ())
