"""Names that broke maps, reports and spreadsheets: markup, templates, formulas, controls, and one of great length."""

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
    '=HYPERLINK("http://x.example","=cmd")',
    "\u202eright to left\u202c \u200f\u200b",
    '#panic("x") $1/0$ @import *_',
    "长" * 10_000,
    "null",
    "-1+1|@SUM(1)",
    "é̷̢ 𠮷 👩‍🔬",
)


def traces() -> tuple[str, ...]:
    """What a page holds if one of the names was evaluated on the server."""
    return ("49", str(os.getpid()))


def hostile_name(what: str, number: int) -> str:
    """A hostile name for anything; the number tells where evaluated results would be noticed."""
    return f"{NAMES[number % len(NAMES)]} {what}"
