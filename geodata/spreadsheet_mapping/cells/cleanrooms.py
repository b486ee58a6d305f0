"""Classes of clean rooms: ISO 14644-1, the particle counts of FS 209E (万级, class 10,000), and the grades of GMP."""

import re

from geodata.cells.numerals import folded, value_of
from geodata.cells.unreadable import unreadable
from geodata.spreadsheet_mapping.cells.cell_reading import Note, Read
from geodata.spreadsheet_mapping.cells.cell_text import said, without_remarks

_BY_COUNT = {1: 3, 10: 4, 100: 5, 1000: 6, 10_000: 7, 100_000: 8, 300_000: 8, 1_000_000: 9}
"""ISO class by particles of 0.5 µm per cubic foot; 300,000 is no class of FS 209E and taken as the next cleaner one."""

_CHINESE = {
    "十": 10,
    "百": 100,
    "一百": 100,
    "千": 1000,
    "一千": 1000,
    "万": 10_000,
    "一万": 10_000,
    "十万": 100_000,
    "三十万": 300_000,
    "百万": 1_000_000,
    "一百万": 1_000_000,
}
_TENS = {"": 1, "百": 100, "千": 1000, "万": 10_000, "k": 1000, "w": 10_000}
_GRADES = {"a": 5, "b": 5, "c": 7, "d": 8}
_AROUND = re.compile(
    r"^(?:不低于|至少|达到|≥|>=)?(?:洁净度|洁净|净化|gmp|class of)?[ :]*(?:不低于|至少|达到|≥|>=)?[ ]*"
    r"|(?<! )[ ]*+(?:及以上|或以上|以上)?的?(?:洁净|净化|无尘)?(?:区|室|车间|厂房|等级|clean ?rooms?)?$"
)
_ISO = re.compile(r"(?:iso ?(?:14644(?:-1)?)?[ -]*(?:class|cl\.?)?|class) ?([1-9]) ?级?|([1-9]) ?级?")
_COUNT = re.compile(
    r"(?:class ?([0-9][0-9,]{0,12})|([0-9][0-9,]{0,12}) ?([百千万kw]?) ?级|([0-9][0-9,]{0,12}) ?([百千万kw]))"
)
_NAMED = re.compile(r"([一三十百千万]{1,3}) ?级?")
_GRADE = re.compile(r"(?:grade ?)?([abcd])(?: ?级| grade)?|class ([a-d])")
_NONE = re.compile(
    r"(?:无|没有|不需要?|无需|无须|不要求|不涉及|非)(?:洁净|净化|无尘|特殊|环境)?(?:度|室|车间|厂房|等级)?(?:的?要求)?"
    r"|no(?:ne| clean ?room)?"
)
_REMEDY = "Write one ISO class, from 1 to 9, for example ISO 7"


def iso_class(cell: object) -> Read:
    """ISO class that a cell names as a whole, None for none; raises unreadable for anything else."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return Read(cell)
    text = folded(said(cell)).casefold()
    if len(text) > 60:
        raise unreadable("is not a clean-room class", _REMEDY, "class-unknown")
    bare, remarks = without_remarks(text)
    if _NONE.fullmatch(bare):
        return Read(None, changed=True)
    found = _class_of(bare)
    if found is None:
        raise unreadable("is not a clean-room class", _REMEDY, "class-unknown")
    notes: list[Note] = []
    for remark in remarks:
        other = _class_of(remark)
        if other is None and not re.search(r"[0-9]|级", remark):
            notes.append((f"备注“{remark}”未计入", f'the remark "{remark}" is left out'))
        elif other != found:
            raise unreadable("has several clean-room classes", _REMEDY, "several-classes")
    return Read(found, changed=True, sure=not notes and found != 1, left_out=tuple(notes))


def _class_of(text: str) -> int | None:
    """ISO class that a text is as a whole."""
    bare = _AROUND.sub("", text).strip()
    if found := _ISO.fullmatch(bare):
        return int(found[1] or found[2])
    if found := _COUNT.fullmatch(bare):
        shown = found[1] or found[2] or found[4]
        if "," in shown and not re.fullmatch(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+", shown):
            return None
        return _BY_COUNT.get(int(value_of(shown)) * _TENS[found[3] or found[5] or ""])
    if (found := _NAMED.fullmatch(bare)) and bare.endswith("级"):
        return _BY_COUNT.get(_CHINESE.get(found[1], 0))
    found = _GRADE.fullmatch(bare)
    return _GRADES[found[1] or found[2]] if found else None
