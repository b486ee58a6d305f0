"""Nine names that broke maps: markup, script ends, template and string tricks."""

import os

NAMES = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    "`);alert(3);//",
    "${alert(4)}",
    "{{7*7}}",
    r"C:\2019\u0041",
    "{{ cycler.__init__.__globals__.os.getpid() }}",
    "{% for x in y %}{# never closed",
    "\u2028alert(9)\u2029\"'&<!--",
)


def traces() -> tuple[str, ...]:
    """What a page holds if one of the names was evaluated on the server."""
    return ("49", str(os.getpid()))


def hostile_name(what: str, number: int) -> str:
    """A hostile name for anything; the number tells where evaluated results would be noticed."""
    return f"{NAMES[number % len(NAMES)]} {what}"
