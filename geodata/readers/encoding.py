"""Text files in UTF-8, UTF-16 with a byte order mark, or GB18030; anything else is refused, with a guess.

Nearly any bytes can be decoded as GB18030, so that Big5 or Shift-JIS becomes a text of rare signs.  A text is doubted
when few of its signs are in common use, and more would be if it were decoded in another encoding.
"""

import codecs
import re
import unicodedata
from functools import cache
from pathlib import Path

from allocator.errors import InputError
from geodata.faults import check_size, file_fault
from geodata.file_limits import MAX_FILE_BYTES

MOSTLY = 0.85
"""Share of signs in common use above which a text is not doubted."""

BETTER = 0.2
"""By how much more of a text must be in common use in another encoding for that to be the likelier one."""

_SAMPLE = 20_000
_GUESSES = {"big5hkscs": "Big5", "cp932": "Shift-JIS", "cp1252": "Windows-1252"}
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_LEVELS = (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6))
"""First bytes of the signs in common use: level 1 of each standard."""

_PUNCTUATION = (
    (0xA0, 0xBF),
    (0xD7, 0xD7),
    (0x2000, 0x206F),
    (0x2100, 0x22FF),
    (0x3000, 0x303F),
    (0x3380, 0x33DF),
    (0xFF00, 0xFF5E),
)
_LOST_AND_READ_AS_GB = "\ufffd\ufffd".encode().decode("gb18030")
"""锟斤拷: what two lost signs in UTF-8 become in GB18030."""

_SAVE = "Save it as UTF-8 (in Excel: CSV UTF-8) or as .xlsx, and check the names."


def decode(path: Path) -> str:
    """Text of a file; raises InputError for one that is too large, or whose encoding is unknown or doubtful."""
    check_size(path, MAX_FILE_BYTES)
    content = path.read_bytes()
    text = _decoded(path, content)
    if "\ufffd" in text or _LOST_AND_READ_AS_GB in text:
        raise InputError([file_fault(path.name, "has signs that were lost when it was saved (\ufffd)", _SAVE)])
    if _was_decoded_wrongly(text):
        message = "is UTF-8 that was opened in another encoding and saved again: its words are garbled"
        raise InputError([file_fault(path.name, message, "Send the file as it was before, or save it as .xlsx.")])
    return text.lstrip("\ufeff")


def _decoded(path: Path, content: bytes) -> str:
    mark, encoding = next(((mark, name) for mark, name in _MARKS if content.startswith(mark)), (b"", "utf-8"))
    if b"\0" in content and not encoding.startswith("utf-16"):
        raise InputError([file_fault(path.name, "is not text, or is UTF-16 without a byte order mark", _SAVE)])
    try:
        return content[len(mark) :].decode(encoding)
    except UnicodeDecodeError:
        pass
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError as error:
        guess = _likelier(content, -BETTER)
        message = "is neither UTF-8 nor GB18030 text" + (f"; it looks like {guess}" if guess else "")
        raise InputError([file_fault(path.name, message, _SAVE)]) from error
    share = _common(text, "gb18030")
    if share < MOSTLY:
        guess = _likelier(content, share)
        if guess or any(_is_no_letter(sign) for sign in text):
            message = f"seems to be text in {guess or 'another encoding'}: read as GB18030 it holds rare signs"
            raise InputError([file_fault(path.name, message, _SAVE)])
    return text


def _likelier(content: bytes, share: float) -> str:
    """The encoding in which clearly more of the content is in common use than that share, blank if there is none."""
    shares = {}
    for encoding in _GUESSES:
        try:
            shares[encoding] = _common(content.decode(encoding), encoding)
        except UnicodeDecodeError:
            continue
    best = max(shares, key=lambda encoding: shares[encoding], default="")
    return _GUESSES[best] if best and shares[best] >= share + BETTER else ""


def _common(text: str, encoding: str) -> float:
    """Share of the signs beyond ASCII that are in common use where an encoding is."""
    signs = [sign for sign in text if ord(sign) > 127][:_SAMPLE]
    return sum(_is_common(sign, encoding) for sign in signs) / len(signs) if signs else 1.0


@cache
def _is_common(sign: str, encoding: str) -> bool:
    number = ord(sign)
    if any(first <= number <= last for first, last in _PUNCTUATION):
        return encoding != "cp1252"
    if encoding == "cp1252":
        return sign.isalpha()
    if encoding == "cp932" and 0x3041 <= number <= 0x30FF:
        return True
    return any(first <= _lead(sign, level) <= last for level, first, last in _LEVELS)


def _lead(sign: str, encoding: str) -> int:
    spelt = sign.encode(encoding, "ignore")
    return spelt[0] if len(spelt) == 2 else 0


def _is_no_letter(sign: str) -> bool:
    """Whether a sign is for private use, unassigned, part of a box, or a form for vertical lines."""
    return unicodedata.category(sign) in {"Co", "Cn"} or 0x2500 <= ord(sign) <= 0x259F or 0xFE30 <= ord(sign) <= 0xFE4F


def _was_decoded_wrongly(text: str) -> bool:
    """Whether most lines beyond ASCII become other words when they are encoded as they were and read as UTF-8."""
    lines = [line for line in text[: 10 * _SAMPLE].splitlines() if sum(ord(sign) > 127 for sign in line) > 3]
    return bool(lines) and sum(map(_is_garbled, lines)) * 2 > len(lines)


_LATIN_RUN = re.compile("[\u00a1-\u00ff]{6}")
"""Signs of Latin-1 in a row, as Chinese text of GB18030 becomes in it."""


def _is_garbled(line: str) -> bool:
    for encoding, meant in (("latin-1", "utf-8"), ("cp1252", "utf-8"), ("gb18030", "utf-8"), ("latin-1", "gb18030")):
        try:
            # a few bytes may have been lost on the way
            read = line.encode(encoding).decode(meant, "replace")
        except UnicodeEncodeError:
            continue
        if meant == "gb18030" and not _LATIN_RUN.search(line):
            # words with an accent here and there are no Chinese
            continue
        if sum("\u4e00" <= sign <= "\u9fff" for sign in read) > 2 * read.count("\ufffd"):
            return True
    return False
