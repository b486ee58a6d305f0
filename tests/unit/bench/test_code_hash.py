import shutil
from pathlib import Path

import pytest

from allocator.benchmarks.code_hash import ROOT, code_hash
from allocator.benchmarks.harness import engine_code_hash

ENGINE = '''"""An engine."""

from allocator import prices


def run(task):
    """Run it."""
    return prices.best(task) - 1
'''
PRICES = """def best(task):
    return max(task)  # the largest
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    package = tmp_path / "allocator"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "engine.py").write_text(ENGINE)
    (package / "prices.py").write_text(PRICES)
    return tmp_path


def copied(tree: Path, name: str) -> Path:
    return Path(shutil.copytree(tree, tree.parent / f"{tree.name}-{name}"))


def test_moved_and_renamed_modules_and_other_words_keep_the_hash(tree):
    moved = copied(tree, "moved")
    room = moved / "allocator" / "lagrangian"
    room.mkdir()
    (room / "__init__.py").write_text("")
    (moved / "allocator" / "prices.py").rename(room / "pricing.py")
    text = ENGINE.replace("from allocator import prices", "from allocator.lagrangian import pricing")
    (moved / "allocator" / "engine.py").rename(moved / "allocator" / "solver.py")
    text = text.replace("prices.best", "pricing.best").replace("Run it.", "Solve a task.")
    (moved / "allocator" / "solver.py").write_text(text)
    assert code_hash(["allocator.solver"], moved) == code_hash(["allocator.engine"], tree)


@pytest.mark.parametrize(("file", "old", "new"), [("engine", "- 1", "- 2"), ("prices", "max", "min")])
def test_any_change_of_meaning_changes_the_hash_also_in_what_is_imported(tree, file, old, new):
    changed = copied(tree, file)
    path = changed / "allocator" / f"{file}.py"
    path.write_text(path.read_text().replace(old, new))
    assert code_hash(["allocator.engine"], changed) != code_hash(["allocator.engine"], tree)


def test_a_module_that_is_not_there_is_an_error(tree):
    with pytest.raises(FileNotFoundError):
        code_hash(["allocator.missing"], tree)


def test_engines_and_peers_have_hashes_of_their_own():
    hashes = {name: engine_code_hash(name) for name in ("scale", "cp-sat", "highs", "scip", "exact")}
    assert len(set(hashes.values())) == len(hashes)
    assert hashes["scip"] == engine_code_hash("cbc")
    assert (ROOT / "allocator").is_dir()
