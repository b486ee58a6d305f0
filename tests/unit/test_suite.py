"""How tests are written: none imports another; helpers are in a folder of their own."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
MODULES = sorted(TESTS.rglob("*.py"))


def imported_tests(tree):
    """Names of test modules that a module imports."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests"):
            found += [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
    return [
        name
        for name in found
        if any(part.startswith("test_") for part in name.split(".")[:-1])
        or (name.startswith("tests.") and name.rpartition(".")[2].startswith("test_"))
    ]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(TESTS)))
def test_no_module_imports_a_test(path):
    assert imported_tests(ast.parse(path.read_text(encoding="utf-8"))) == [], "move what is shared to tests/support"


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("from tests.rules.test_cases import CASES", ["tests.rules.test_cases.CASES"]),
        ("from tests.rules import test_cases", ["tests.rules.test_cases"]),
        ("import tests.rules.test_cases", ["tests.rules.test_cases"]),
        ("from tests.support.rule_cases import CASES", []),
    ],
)
def test_an_imported_test_is_recognised(code, found):
    assert imported_tests(ast.parse(code)) == found


def test_the_root_of_the_tests_has_no_helpers():
    assert {path.name for path in TESTS.glob("*.py")} == {"__init__.py", "conftest.py"}
