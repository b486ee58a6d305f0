"""Message catalogues: texts of the pages in gettext ``.po`` files, one per language, read by Babel.

``msgctxt`` is the page or the kind of term, ``msgid`` the key that code and templates name, ``msgstr`` the text with
its facts in braces.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources

from babel.messages.pofile import read_po

LANGUAGES = ("zh", "en")
LOCALES: Mapping[str, str] = {"zh": "zh_CN", "en": "en"}

Texts = Mapping[tuple[str, str], str]
"""Text by context and key."""


@cache
def catalogue(language: str) -> Texts:
    """Read the texts of a language; raises KeyError for a language that has none."""
    path = resources.files("service.i18n") / "locales" / LOCALES[language] / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        messages = read_po(file, LOCALES[language], abort_invalid=True)
    return {(each.context or "", str(each.id)): str(each.string) for each in messages if each.id}


def find(contexts: Iterable[str], language: str, key: str) -> str | None:
    """Return the text of a key in the first context that has it; None where none has."""
    texts = catalogue(language)
    return next((texts[context, key] for context in contexts if (context, key) in texts), None)


def text(contexts: Iterable[str], language: str, key: str, **facts: object) -> str:
    """Return the text of a key with its facts; raises KeyError for a key that no context has."""
    found = find(contexts, language, key)
    if found is None:
        raise KeyError(key)
    return found.format(**facts) if facts else found


def keys(context: str) -> frozenset[str]:
    """Return the keys of a context."""
    return frozenset(key for its_context, key in catalogue(LANGUAGES[0]) if its_context == context)
