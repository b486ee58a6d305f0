"""Every pattern of the tree, how it is used, and the worst texts for it, found from its own parts."""

import ast
import importlib
import itertools
import pkgutil
import re
import re._constants as parts
import re._parser as parser
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

PACKAGES = ("allocator", "geodata", "seeds", "maps", "service")
ROOT = Path(__file__).parents[2]
WAYS = ("fullmatch", "match", "search", "sub", "split", "findall", "finditer")
FOREVER = 64
"""Repetitions from which a bounded repeat counts as one without a bound."""

ALPHABET = (
    " \t\n\"'`\\/|,.;:!?()[]{}<>=+-*_#%&@~^$€￥abeghikmnoprstuwxyzAEMRT0123456789"
    "年月日至一二百万千个企业面积㎡（）【】、。；：·—…"
)


@dataclass
class Used:
    """A pattern, where it stands, and the methods that are called on it."""

    pattern: "re.Pattern[Any]"
    places: set[str] = field(default_factory=set)
    ways: set[str] = field(default_factory=set)


def modules() -> Iterator[ModuleType]:
    """Every module of the tree that may be imported here: solvers are loaded in child processes only."""
    for package in PACKAGES:
        root = importlib.import_module(package)
        yield root
        for found in pkgutil.walk_packages(root.__path__, f"{package}."):
            if not found.name.startswith(("allocator.engines", "service.database.migrations")):
                yield importlib.import_module(found.name)


@cache
def patterns() -> list[Used]:
    """Compiled patterns within modules, however deep in tables, and patterns that are written where they are used."""
    found: dict[tuple[Any, int], Used] = {}

    def add(pattern: "re.Pattern[Any]", place: str, ways: set[str]) -> None:
        used = found.setdefault((pattern.pattern, pattern.flags), Used(pattern))
        used.places.add(place)
        used.ways |= ways

    loaded = list(modules())
    called = _called()
    for module in loaded:
        for name, value in vars(module).items():
            for pattern in _within(value):
                add(pattern, f"{module.__name__}.{name}", called.get(name, set()))
        if module.__name__.startswith("geodata.spreadsheet_mapping."):
            for name, value in vars(module).items():
                for pattern in _in_tables(value):
                    add(pattern, f"{module.__name__}.{name}", {"search"})
        for pattern, way, line in _written(module):
            add(pattern, f"{module.__name__}:{line}", {way})
    return list(found.values())


def _within(value: Any, depth: int = 0) -> Iterator["re.Pattern[Any]"]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth < 4 and isinstance(value, dict):
        for each in value.values():
            yield from _within(each, depth + 1)
    elif depth < 4 and isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from _within(each, depth + 1)


def _in_tables(value: Any, depth: int = 0) -> Iterator["re.Pattern[Any]"]:
    """Texts in tables that may be patterns: those of headings and words are compiled when they are first used."""
    if isinstance(value, str) and depth and re.search(r"[|\[(^$*+?]", value):
        with suppress(re.error):
            yield re.compile(value)
    elif depth < 5 and isinstance(value, dict):
        yield from _in_tables([*value.keys(), *value.values()], depth + 1)
    elif depth < 5 and isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from _in_tables(each, depth + 1)


def _called() -> dict[str, set[str]]:
    """Methods that are called on each name, anywhere in the tree."""
    called: defaultdict[str, set[str]] = defaultdict(set)
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for name, way in re.findall(
                rf"\b([A-Z_]\w*)(?:\[[^\]]*\])?\.({'|'.join(WAYS)})\(", path.read_text("utf-8")
            ):
                called[name].add(way)
    return called


def _written(module: ModuleType) -> Iterator[tuple["re.Pattern[Any]", str, int]]:
    """Patterns in calls such as ``re.sub(r"…", …)`` and ``matches(r"…", …)``."""
    if module.__file__ is None:
        return
    for node in ast.walk(ast.parse(Path(module.__file__).read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = ast.unparse(node.func)
        way = called.removeprefix("re.") if called.startswith("re.") else "search" if called == "matches" else ""
        if way in WAYS:
            try:
                said = eval(compile(ast.Expression(node.args[0]), "here", "eval"), vars(module))  # noqa: S307  our own
            except NameError:
                continue  # a pattern that is handed over stands elsewhere
            if isinstance(said, str | bytes):
                yield re.compile(said), way, node.lineno
            elif isinstance(said, re.Pattern):
                yield said, way, node.lineno


# -- worst texts


def attacks(pattern: "re.Pattern[Any]") -> Iterator[tuple[str, str, str]]:
    """What a text begins with, what it repeats, and what it ends with, so that a match comes late or not at all."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    tree = parser.parse(
        text,
        pattern.flags & ~re.DEBUG & ~re.UNICODE if isinstance(pattern.pattern, bytes) else pattern.flags & ~re.DEBUG,
    )
    alphabet = list(dict.fromkeys(ALPHABET + "".join(_literals(tree))))
    if isinstance(pattern.pattern, bytes):
        alphabet = [each for each in alphabet if ord(each) < 128]
    pumps: dict[str, None] = {}
    starts: dict[str, None] = {"": None, "\x01": None}
    for before, body in _repeats(list(tree), [""]):
        starts |= dict.fromkeys(before[:2])
        pumps |= dict.fromkeys(each for each in _examples(body, alphabet)[:12] if each)
    whole = [each for each in _examples(list(tree), alphabet)[:8] if each]
    pumps |= dict.fromkeys(whole)
    own = [each for each in alphabet if any(each in pump for pump in pumps)][:20]
    pumps |= dict.fromkeys(own)
    pumps |= dict.fromkeys(first + second for first, second in itertools.product(own[:7], repeat=2))
    yield from itertools.product(list(starts)[:8], list(pumps)[:70], ("\x01", ""))


def _literals(tree: Any) -> Iterator[str]:
    for kind, value in tree:
        if kind in {parts.LITERAL, parts.NOT_LITERAL}:
            yield chr(value)
        elif kind is parts.IN:
            yield from _literals([each for each in value if each[0] is parts.LITERAL])
            yield from (chr(each[1][0]) for each in value if each[0] is parts.RANGE)
        for inner in _inner(kind, value):
            yield from _literals(inner)


def _inner(kind: Any, value: Any) -> list[Any]:
    if kind in {parts.MAX_REPEAT, parts.MIN_REPEAT, parts.POSSESSIVE_REPEAT}:
        return [value[2]]
    if kind is parts.BRANCH:
        return list(value[1])
    if kind is parts.SUBPATTERN:
        return [value[3]]
    if kind is parts.ATOMIC_GROUP:
        return [value]
    if kind in {parts.ASSERT, parts.ASSERT_NOT}:
        return [value[1]]
    return []


def _repeats(tree: list[Any], before: list[str]) -> Iterator[tuple[list[str], list[Any]]]:
    """Repeats without a bound, with what may stand before them."""
    alphabet = list(ALPHABET)
    for kind, value in tree:
        if kind in {parts.MAX_REPEAT, parts.MIN_REPEAT, parts.POSSESSIVE_REPEAT} and value[1] >= FOREVER:
            yield before, list(value[2])
        for inner in _inner(kind, value):
            yield from _repeats(list(inner), before)
        before = [
            old + new for old, new in itertools.product(before[:4], _examples([(kind, value)], alphabet)[:3])
        ] or before


def _examples(tree: list[Any], alphabet: list[str]) -> list[str]:
    """A few texts that a part of a pattern matches."""
    made = [""]
    for kind, value in tree:
        made = [old + new for old, new in itertools.product(made[:6], _one(kind, value, alphabet)[:12])]
    return made


def _one(kind: Any, value: Any, alphabet: list[str]) -> list[str]:
    if kind is parts.LITERAL:
        return [chr(value)]
    if kind in {parts.NOT_LITERAL, parts.IN, parts.ANY, parts.CATEGORY}:
        return [each for each in alphabet if _fits(kind, value, each)]
    if kind is parts.BRANCH:
        return [text for branch in value[1] for text in _examples(list(branch), alphabet)[:2]]
    if kind in {parts.SUBPATTERN, parts.ATOMIC_GROUP}:
        return _examples(list(_inner(kind, value)[0]), alphabet)
    if kind in {parts.MAX_REPEAT, parts.MIN_REPEAT, parts.POSSESSIVE_REPEAT}:
        inner = _examples(list(value[2]), alphabet)
        return [each * max(1, min(value[0], 8)) for each in inner] + ([""] if value[0] == 0 else [])
    return [""]


def _fits(kind: Any, value: Any, character: str) -> bool:
    if kind is parts.ANY:
        return character != "\n"
    if kind is parts.NOT_LITERAL:
        return ord(character) != value
    if kind is parts.CATEGORY:
        return _in_category(value, character)
    negated = bool(value) and value[0][0] is parts.NEGATE
    inside = any(
        (each is parts.LITERAL and ord(character) == what)
        or (each is parts.RANGE and what[0] <= ord(character) <= what[1])
        or (each is parts.CATEGORY and _in_category(what, character))
        for each, what in value
    )
    return inside != negated


def _in_category(category: Any, character: str) -> bool:
    name = str(category).removeprefix("CATEGORY_")
    found = {
        "DIGIT": character.isdigit(),
        "SPACE": character.isspace(),
        "WORD": character.isalnum() or character == "_",
    }[name.removeprefix("NOT_")]
    return found != name.startswith("NOT_")
