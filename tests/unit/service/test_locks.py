"""What is shipped is installed from a lock of its own: nothing but what runs, at the versions that were tested."""

import ast
import re
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[3]
SHIPPED = ("allocator", "geodata", "maps", "seeds", "service")
ENTRY = re.compile(
    r"^(?P<pin>\S+==[^\s;]+(?: ; [^\\]+?)?) \\$(?P<hashes>(?:\n    --hash=sha256:[0-9a-f]{64}(?: \\)?)+)", re.MULTILINE
)


def locked(name):
    """The entries of a lock: pinned version with its marker, and hashes."""
    text = (ROOT / name).read_text(encoding="utf-8")
    found = {entry["pin"]: frozenset(re.findall(r"[0-9a-f]{64}", entry["hashes"])) for entry in ENTRY.finditer(text)}
    assert sum(len(hashes) for hashes in found.values()) == text.count("--hash="), "every line belongs to an entry"
    return found


def holding_here(entries):
    """Names of the entries that are installed on this machine."""
    wanted = (Requirement(pin) for pin in entries)
    return {canonicalize_name(each.name) for each in wanted if each.marker is None or each.marker.evaluate()}


def needed(name, extras=()):
    """Everything that a distribution needs here, whatever needs it."""
    found, waiting = set(), [(name, tuple(extras))]
    while waiting:
        at, wished = waiting.pop()
        for line in distribution(at).requires or ():
            each = Requirement(line)
            if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in ("", *wished)):
                key = (canonicalize_name(each.name), tuple(sorted(each.extras)))
                if key not in found:
                    found.add(key)
                    waiting.append(key)
    return {name for name, _ in found}


RUN, TESTED = locked("requirements-run.lock"), locked("requirements.lock")


def test_what_runs_is_locked_to_the_versions_and_files_that_are_tested():
    assert set(RUN) < set(TESTED)
    assert {pin: TESTED[pin] for pin in RUN} == RUN


def test_what_runs_is_what_the_product_needs_without_its_tools():
    assert holding_here(RUN) == needed("district-allocator")
    assert holding_here(TESTED) == needed("district-allocator", ["dev", "docs"])
    tools = {"pytest", "playwright", "mypy", "ruff", "schemathesis", "hypothesis", "hatchling", "mkdocs", "codespell"}
    assert tools <= holding_here(TESTED)
    assert not holding_here(RUN) & tools


def test_a_lock_names_no_index_and_no_address():
    for name in ("requirements.lock", "requirements-run.lock"):
        assert re.findall(r"://|^-|\bindex\b", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE) == []


@pytest.mark.parametrize("folder", SHIPPED)
def test_whatever_is_imported_is_locked(folder):
    imported = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {each.name.partition(".")[0] for each in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                imported.add(node.module.partition(".")[0])
    known, run = packages_distributions(), holding_here(RUN)
    foreign = {name: known[name] for name in imported if name in known and name not in SHIPPED}
    assert foreign
    assert {name for name, by in foreign.items() if not {canonicalize_name(each) for each in by} & run} == set()
