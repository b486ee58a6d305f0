"""What each column of a foreign sheet seems to be, and why."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from geodata.cells import numerals
from geodata.cells.bad_cell import BadCell
from geodata.cells.cell_values import plain
from geodata.spreadsheet_mapping.cells.cell_parsing import is_nothing, meaning, parts_of
from geodata.spreadsheet_mapping.cells.cell_text import heading_parts, matches
from geodata.spreadsheet_mapping.cells.traditional import simplified
from geodata.spreadsheet_mapping.cells.units import guessed_unit, own_unit, unit_of_heading
from geodata.spreadsheet_mapping.headings.fields import SURE, UNKNOWN, YES_OR_NO, functions_of, heading_of, read_heading
from geodata.spreadsheet_mapping.mapping import PARTS, WORDED, ColumnChoice, KnownWords, Mapping
from geodata.spreadsheet_mapping.sheet import Column, ForeignSheet, letters

MOST_WORDS = 200
"""Different words of a field for which a meaning is asked."""

LONGEST_WORD = 200
"""Characters of a word for which a meaning is asked; a longer one is no word of a vocabulary."""

MOST_OF = 0.7
"""Share of a column's words that a vocabulary must know for the column to be of it."""


_STOREY = (
    "层高包含楼板和梁，净高比层高小，请确认",
    "a storey height includes slab and beams: the clear height is less",
)
_SOME_FLOORS = ("只说某一层，或分层不同", "it speaks of one floor, or of floors that differ")
_DOUBTS: tuple[tuple[str, str, tuple[str, str]], ...] = (
    ("clear_height_m", "层高|storey", _STOREY),
    ("clear_height_m", "首层|标准层|其他层|[二三四]层", _SOME_FLOORS),
    ("floor_load_kpa", "首层|标准层|其他层|[二三四]层", _SOME_FLOORS),
    ("floor_load_kpa", "设备|货架|equipment", ("可能是设备的荷载", "it may be the load of equipment")),
    (
        "floor_area_m2",
        r"最[大小高低]|上限|下限|远期|近期|首期|[一二三]期|未来|后续|年后|\b(?:max|min|minimum|later|future)\b",
        ("可能是面积范围的一端或分期需求", "it may be one end of a range, or a need of one phase"),
    ),
    (
        "floor_area_m2",
        "单层|每层|标准层|首层|(?:per|each|ground) floor",
        ("可能只是一层的面积", "it may be the area of one floor"),
    ),
    ("floor_area_m2", "仓[储库]|storage|warehouse", ("仓储没有对应的功能", "there is no function of storage")),
    (
        "max_rent_yuan_m2_month",
        r"最低|下限|周边|市场|参考|指导|标准|物业|\b(?:min|minimum|market)\b",
        ("可能不是可承受的最高租金", "it may not be the most that can be paid"),
    ),
    (
        "lease_months",
        r"最[长短]|上限|下限|\b(?:max|min|minimum|maximum)\b",
        ("可能是租期范围的一端", "it may be one end of a range"),
    ),
    ("start_from", "投产|竣工|开工", ("投产等晚于入驻", "production begins after moving in")),
    (
        "power_kw",
        "^(?:总|日|预计)?(?:用电量|负荷)$",
        ("没有写单位，可能是电量或楼面荷载", "without a unit it may be energy, or a floor load"),
    ),
    ("effluent_t_day", "(?:用|供)水", ("同时提到用水和排水", "it speaks of water and of effluent")),
)
"""What makes a column of a field doubtful, by what its heading holds."""

_DENIED = r"不(?!限|低于|小于|少于|超过|高于|大于|含)|无[需须]|禁|\b(?:not|no|without|except)\b"
_FIRST_IS_MOST = (
    r"次序|顺序|名次|排名|排序|\b(?:rank|order)"
    r"|(?<![0-9])1\D{0,4}(?:最[高优急先]|高|优先|highest|first|most)|5\D{0,4}(?:最[低后]|低|lowest|least)"
)
_FIRM = r"公司|集团|医疗|医药|科技|器械|生物|研究院|工厂|厂$|\bco\b|\bltd\b|\binc\b|medical"


@dataclass(frozen=True)
class _Guess:
    score: int
    column: Column
    choice: ColumnChoice


def suggest(sheet: ForeignSheet, known: KnownWords, prefix: str) -> Mapping:
    """A mapping for every column, each with its reason; what is not recognised is left out.

    Of columns that seem to be one field the one whose heading says it best is taken; where several say it equally, the
    guess is not sure and names them.
    """
    guesses = sorted((_guess(column, known) for column in sheet.columns), key=lambda guess: -guess.score)
    rivals: dict[str, list[_Guess]] = {}
    for guess in guesses:
        if guess.choice.target:
            rivals.setdefault(guess.choice.target, []).append(guess)
    chosen = {guess.column.position: guess.choice for guess in guesses}
    for first, *others in rivals.values():
        chosen |= _settled(first, others)
    if not any(choice.target == "enterprise" for choice in chosen.values()):
        chosen |= _firms(sheet.columns, chosen)
    columns = _without_totals({column.position: chosen[column.position] for column in sheet.columns})
    mapping = Mapping(sheet=sheet.name, columns=columns, values=words(sheet, columns, known), prefix=prefix)
    constants = {name: "3" if name == "priority" else "" for name in mapping.missing if name != "floor_area_m2"}
    return mapping.model_copy(update={"constants": constants})


def _settled(first: _Guess, others: Sequence[_Guess]) -> dict[int, ColumnChoice]:
    """Choices of the columns that seem to be one field."""
    equal = [first, *(each for each in others if each.score == first.score)]
    chosen = {first.column.position: first.choice}
    if len(equal) > 1:
        listed = "、".join(each.column.letter for each in equal), ", ".join(each.column.letter for each in equal)
        reason = (
            f"{listed[0]} 列都像是这一栏，请确认用哪一列",
            f"columns {listed[1]} fit equally: say which one it is",
        )
        chosen[first.column.position] = first.choice.model_copy(update={"reason": reason, "sure": False})
    letter = first.column.letter
    for other in others:
        reason = (f"{letter} 列已提供同样的内容", f"column {letter} tells the same")
        if other in equal:
            reason = (
                f"与 {letter} 列同样像是这一栏，暂取 {letter} 列",
                f"it fits as well as column {letter}, which is taken",
            )
        chosen[other.column.position] = ColumnChoice(reason=reason, sure=False)
    return chosen


def _firms(columns: Sequence[Column], chosen: dict[int, ColumnChoice]) -> dict[int, ColumnChoice]:
    """The first column without a meaning of its own whose values look like names of firms."""
    for column in columns:
        if chosen[column.position].reason == UNKNOWN and len(column.samples) > 0:
            hits = sum(matches(_FIRM, sample.casefold()) for sample in column.samples)
            if hits >= MOST_OF * len(column.samples):
                reason = ("内容像是企业名称，请确认", "its values look like names of firms")
                return {column.position: ColumnChoice(target="enterprise", reason=reason, sure=False)}
    return {}


def words(sheet: ForeignSheet, columns: dict[int, ColumnChoice], known: KnownWords) -> dict[str, dict[str, str]]:
    """Different words of the columns with vocabularies, with the code that each seems to mean, empty if none does."""
    found: dict[str, dict[str, str]] = {}
    for position, choice in columns.items():
        if choice.field not in WORDED:
            continue
        parts = (part for cell in _cells(sheet, position) for part in parts_of(choice.field, cell))
        counted = Counter(part for part in parts if len(part) <= LONGEST_WORD)
        means = {word: meaning(choice.field, word, known).code for word, _ in counted.most_common(MOST_WORDS)}
        own = set(known.words.get(choice.field, {}).values())
        found.setdefault(choice.field, {}).update(
            {word: code or "" for word, code in means.items() if word not in own and not is_nothing(word)}
        )
    return {field: each for field, each in found.items() if each}


def _cells(sheet: ForeignSheet, position: int) -> Iterable[object]:
    cells = (row[position] for _, row in sheet.rows if position < len(row))
    return (cell for cell in cells if not isinstance(cell, BadCell))


def _guess(column: Column, known: KnownWords) -> _Guess:
    if column.joined_into is not None:
        letter = letters(column.joined_into)
        return _Guess(0, column, ColumnChoice(reason=(f"已与 {letter} 列合并", f"joined with column {letter}")))
    meaning_of = read_heading(column.heading)
    if meaning_of.left_out is not None:
        return _Guess(0, column, ColumnChoice(reason=meaning_of.left_out, sure=meaning_of.left_out != YES_OR_NO))
    if column.filled == 0:
        return _Guess(0, column, ColumnChoice(reason=("没有内容", "it is empty")))
    if not meaning_of.field:
        return _by_content(column, known)
    return _found(column, meaning_of.field, meaning_of.score)


def _by_content(column: Column, known: KnownWords) -> _Guess:
    for field in ("segment", "tier", "function", "districts", "eia_level", "utilities"):
        given = [part for sample in column.samples for part in parts_of(field, sample) if not is_nothing(part)]
        hits = sum(meaning(field, part, known).code is not None for part in given)
        if len(given) > 1 and hits >= MOST_OF * len(given):
            reason = (f"{hits}/{len(given)} 个值属于这一栏的词汇", f"{hits} of {len(given)} values are words of it")
            return _Guess(30, column, ColumnChoice(target=field, reason=reason, sure=False))
    return _Guess(0, column, ColumnChoice(reason=UNKNOWN, sure=False))


def _found(column: Column, field: str, score: int) -> _Guess:
    if field == "priority" and matches(_FIRST_IS_MOST, plain(column.heading).casefold()):
        reason = ("1 像是最优先，与本系统（5 最优先）相反，请确认", "1 seems to come first here; with us 5 comes first")
        return _Guess(0, column, ColumnChoice(reason=reason, sure=False))
    if field not in {"barred_from", "ground_floor"} and matches(_DENIED, heading_of(column.heading).whole):
        reason = ("列名中有否定的说法，请确认", "the heading denies something: say which field it is")
        return _Guess(0, column, ColumnChoice(reason=reason, sure=False))
    last = column.heading.rsplit(" / ", 1)[-1]
    named = last if read_heading(last).field == field else column.heading
    functions = functions_of(column.heading) if field in PARTS and field != "districts" else []
    target = f"{field}@{functions[0]}" if functions else field
    unit = unit_of_heading(field, heading_parts(simplified(column.heading))[0], column.unit)
    if unit.sure and unit.unit is None:
        unit = guessed_unit(field, _bare_numbers(column))
    if not unit.readable:
        return _Guess(0, column, ColumnChoice(reason=unit.why, sure=False))
    doubts = [unit.why] if unit.why != ("", "") else []
    if len(functions) > 1:
        doubts.append(("一栏说的是几种用途", "it speaks of several functions"))
    whole = heading_of(column.heading).whole
    doubts += [why for doubted, pattern, why in _DOUBTS if doubted == field and matches(pattern, whole)]
    sure = score >= SURE and unit.sure and not doubts
    reads = (
        f"列名“{named}”{'像' if score >= SURE else '可能'}是这一栏",
        f'the heading "{named}" {"reads like" if score >= SURE else "may be"} it',
    )
    reason = ("；".join([reads[0], *(zh for zh, _ in doubts)]), "; ".join([reads[1], *(en for _, en in doubts)]))
    chosen = own_unit(field) or "" if unit.unit is None else unit.unit
    return _Guess(score, column, ColumnChoice(target=target, unit=chosen, reason=reason, sure=sure))


def _bare_numbers(column: Column) -> list[Decimal]:
    """The first values of a column that are numbers without a unit."""
    found = (sample for sample in column.samples if re.fullmatch(numerals.SIGNED, sample))
    return [numerals.value_of(sample) for sample in found]


def _without_totals(columns: dict[int, ColumnChoice]) -> dict[int, ColumnChoice]:
    """Where areas are told by function, a column of area alone is their sum and not counted again."""
    if not any(choice.target.startswith("floor_area_m2@") for choice in columns.values()):
        return columns
    if any(choice.target == "function" for choice in columns.values()):
        return columns
    sum_of = ("面积已按用途分列，总面积不重复计入", "areas are told by function; their total is not counted again")
    return {
        position: ColumnChoice(reason=sum_of, sure=False) if choice.target == "floor_area_m2" else choice
        for position, choice in columns.items()
    }
