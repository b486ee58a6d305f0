"""Which texts show all that they are."""

import unicodedata

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of characters that hide, or turn around, what stands beside them, and of those that are none."""


def shows(name: str) -> bool:
    """Whether a name shows all that it is."""
    return bool(name.strip()) and not any(unicodedata.category(one) in _UNSEEN for one in name)
