"""What the styles of an XLSX workbook say of a cell: a unit that is shown behind its number, and a line through it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from geodata.file_limits import MAX_FORMAT_CHARACTERS

_BUILT_IN = {9: "%", 10: "%"}
_QUOTED = re.compile(r'"([^"]*)"|\\(.)')
_FIRST_SECTION = re.compile(r'(?:[^;"]++|"[^"]*+"?)*+')
_SYNTAX = re.compile(r"\[[^\]]*\]|_.|\*.")
LONGEST = 255
"""Characters of a number format; spreadsheets write no longer ones."""

_TRUE = frozenset({"", "1", "true"})


@dataclass(slots=True)
class Styles:
    """By the number of a style: the words behind a number, and whether the text is struck out."""

    behind: dict[int, str] = field(default_factory=dict)
    struck: set[int] = field(default_factory=set)


class StylesXml:
    """Reads styles.xml by its elements."""

    def __init__(self) -> None:
        self.styles = Styles()
        self.formats: dict[str, str] = {}
        self.fonts: list[bool] = []
        self.inside: list[str] = []
        self.count = 0

    def start(self, element: str, attributes: Mapping[str, str]) -> None:
        """Take one element."""
        self.inside.append(element)
        if element == "numFmt" and "numFmts" in self.inside:
            code = attributes.get("formatCode", "")
            self.formats[attributes.get("numFmtId", "")] = code if len(code) <= MAX_FORMAT_CHARACTERS else ""
        elif element == "font" and "fonts" in self.inside:
            self.fonts.append(False)
        elif element == "strike" and "fonts" in self.inside and self.fonts:
            self.fonts[-1] = attributes.get("val", "") in _TRUE
        elif element == "xf" and "cellXfs" in self.inside:
            self._style(attributes)

    def end(self, _: str) -> None:
        """Leave an element."""
        self.inside.pop()

    def _style(self, attributes: Mapping[str, str]) -> None:
        number, font = attributes.get("numFmtId", "0"), attributes.get("fontId", "0")
        built_in = _BUILT_IN.get(int(number), "") if number.isdecimal() else ""
        if behind := words_behind(self.formats.get(number, "")) or built_in:
            self.styles.behind[self.count] = behind
        if font.isdecimal() and int(font) < len(self.fonts) and self.fonts[int(font)]:
            self.styles.struck.add(self.count)
        self.count += 1


def words_behind(code: str) -> str:
    """The words that a number format writes behind a number, such as 亩 of 0"亩"; nothing for dates."""
    if len(code) > LONGEST:
        return ""
    section = next(_FIRST_SECTION.finditer(code))[0]
    bare = _SYNTAX.sub("", _QUOTED.sub("", section))
    if re.search(r"[ymdhse]", bare.casefold().replace("general", "")):
        return ""
    _, digit, tail = section.rpartition(max("0#?", key=lambda sign: _QUOTED.sub("", section).rfind(sign)))
    if not digit:
        tail = section.casefold().partition("general")[2]
    words = _SYNTAX.sub("", _QUOTED.sub(lambda found: found[1] or found[2] or "", tail))
    return words.strip(" ,.") if any(sign.isalpha() or sign in "%㎡㎥" for sign in words) else ""
