"""Names of new things: short, random, and telling their kind."""

import hashlib
import json
import secrets
from typing import Any


def new_id(kind: str) -> str:
    """For example ``run-5f3a9c0b1d2e``."""
    return f"{kind}-{secrets.token_hex(6)}"


def canonical_hash(content: Any) -> str:
    """SHA-256 of the canonical JSON."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
