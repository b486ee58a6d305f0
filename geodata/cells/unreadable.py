"""The one error that readers of cells raise."""

from typing import LiteralString

from pydantic_core import PydanticCustomError


def unreadable(message: str, remedy: str, code: LiteralString = "unreadable") -> PydanticCustomError:
    """An error of ours: its type is the code, its context has message and remedy; braces are no template."""
    return PydanticCustomError(code, "{message}. {remedy}", {"message": message, "remedy": remedy})
