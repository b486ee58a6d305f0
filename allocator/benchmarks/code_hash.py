"""Hash of what an engine's code means: kept results survive moved and renamed modules, and no other change."""

import ast
import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = "allocator"


def code_hash(modules: Iterable[str], root: Path = ROOT) -> str:
    """Return one hash over the syntax trees of modules and of all modules of the package that they import.

    Docstrings, comments, layout, import statements, and the names and places of modules do not count; every other
    part of the code does. Raises FileNotFoundError for a module that is not there.
    """
    meanings = sorted(_meaning(root, module) for module in _reachable(root, tuple(modules)))
    return hashlib.sha256("\n".join(meanings).encode()).hexdigest()


def _reachable(root: Path, modules: tuple[str, ...]) -> set[str]:
    found: set[str] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module in found:
            continue
        found.add(module)
        waiting += _imported(root, module).values()
    return found


def _file(root: Path, module: str) -> Path:
    path = root / module.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _imported(root: Path, module: str) -> dict[str, str]:
    """Modules of the package that a module imports, by the dotted name of each; key is the name it is bound to."""
    bound: dict[str, str] = {}
    for node in ast.walk(_tree(_file(root, module))):
        if isinstance(node, ast.Import):
            bound |= {alias.name: alias.name for alias in node.names if _is_ours(alias.name)}
        elif isinstance(node, ast.ImportFrom) and node.module and _is_ours(node.module):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                is_module = _file(root, inner).is_file()
                bound[(alias.asname or alias.name) if is_module else node.module] = inner if is_module else node.module
    return bound


def _is_ours(module: str) -> bool:
    return module.split(".", maxsplit=1)[0] == PACKAGE


@cache
def _meaning(root: Path, module: str) -> str:
    imported = set(_imported(root, module))
    return ast.dump(_WithoutNames(imported).visit(ast.parse(_file(root, module).read_text(encoding="utf-8"))))


class _WithoutNames(ast.NodeTransformer):
    """Drops docstrings and imports, and what stands for a module before a name: ``diving.dive`` becomes ``dive``."""

    def __init__(self, modules: set[str]) -> None:
        self._modules = modules

    def visit_Import(self, node: ast.Import) -> None:
        """Drop it."""

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Drop it."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """Take the attribute alone where it belongs to a module."""
        if isinstance(node.value, ast.Name) and node.value.id in self._modules:
            return ast.copy_location(ast.Name(node.attr, node.ctx), node)
        return self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        """Drop docstrings and other texts that stand alone."""
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            return None
        return self.generic_visit(node)
