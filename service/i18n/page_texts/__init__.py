"""What pages say, in Chinese and English; a table per page beside the one that all share."""

from collections.abc import Mapping

Words = Mapping[str, tuple[str, str]]
"""Key → (zh, en); facts stand in braces."""

LANGUAGES = ("zh", "en")


def text(tables: tuple[Words, ...], language: str, key: str, **facts: object) -> str:
    """A text with its facts, from the first table that has it; raises KeyError for a key that none has."""
    for table in tables:
        if key in table:
            return table[key][LANGUAGES.index(language)].format(**facts) if facts else _plain(table, language, key)
    raise KeyError(key)


def _plain(table: Words, language: str, key: str) -> str:
    return table[key][LANGUAGES.index(language)]
