"""No English sentence of the readers of files is left on a Chinese page."""

import ast
import re
from pathlib import Path

import pytest

import geodata
import service.files
from geodata.faults import nearest
from service.i18n.fault_text import chinese

CHINESE = re.compile(r"[\u4e00-\u9fff]")
PLACES = {
    "unreadable": (0, 1),
    "file_fault": (1, 2),
    "over_limit": (1, 2),
    "TooLargeError": (0,),
    "_OverError": (0,),
    "fault": (3, 4),
    "BadCell": (2, 3),
    "_refuse": (1,),
    "Fault": (4, 5),
}
KEYWORDS = ("message", "remedy")
FILES = Path(service.files.__file__).parent


def sentences():
    """Every sentence that a reader can raise, with 7 for each fact in it."""
    found = set()
    for path in sorted([*Path(geodata.__file__).parent.rglob("*.py"), *FILES.glob("*.py")]):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = assigned(tree)
        given = (each for node in ast.walk(tree) if isinstance(node, ast.Call) for each in wording(node))
        found |= {(path.name, told) for each in given for told in texts(each, names)}
    # a sentence that is put together of others alone has no words of its own
    return sorted((name, told) for name, told in found if re.search("[a-z]", told))


def assigned(tree):
    """What is assigned to each name of a module."""
    names = {}
    for node in (node for node in ast.walk(tree) if isinstance(node, ast.Assign)):
        target, value = node.targets[0], node.value
        several = isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
        for name, each in zip(target.elts, value.elts, strict=True) if several else [(target, value)]:
            if isinstance(name, ast.Name):
                names.setdefault(name.id, []).append(each)
    return names


def wording(call):
    """Message and remedy that a call gives, if it makes a fault."""
    called = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    given = [call.args[at] for at in PLACES.get(called, ()) if at < len(call.args)]
    named = [each.value for each in call.keywords if each.arg in KEYWORDS]
    return given + named if called in {*PLACES, "CellFault"} else []


def texts(node, names):
    match node:
        case ast.Constant(value=str() as told):
            return {told}
        case ast.JoinedStr(values=values):
            return {"".join(str(each.value) if isinstance(each, ast.Constant) else "7" for each in values)}
        case ast.IfExp(body=body, orelse=orelse):
            return texts(body, names) | texts(orelse, names)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return {a + b for a in texts(left, names) for b in texts(right, names)}
        case ast.Name(id=name):
            return set().union(*(texts(each, {}) for each in names.get(name, ())))
    return set()


def test_every_sentence_of_a_reader_is_said_in_chinese():
    every = sentences()
    assert len(every) > 120
    left = [(name, told) for name, told in every if chinese(told) == told or not CHINESE.search(chinese(told))]
    assert left == []


@pytest.mark.parametrize(
    "told",
    [
        *(nearest("imging", known) for known in (["imaging", "ivd"], [], [f"P{n}" for n in range(20)])),
        "Expected: Least clear height needed, m.",
        "Use imaging, life_support or ivd.",
        "is longer than 200 characters",
        "must be at most 200.0",
    ],
)
def test_remedies_that_are_put_together_are_said_in_chinese(told):
    assert CHINESE.search(chinese(told)), told


def test_a_remedy_names_the_field_that_the_fault_is_about():
    assert chinese("Expected: Least clear height needed, m.", str, "clear_height_m") == "请按本栏要求填写：净高（m）"
    assert chinese("must be at most 200.0") == "不能大于 200"
    assert chinese("must be at least 0.5") == "不能小于 0.5"


def test_codes_in_a_remedy_have_their_labels():
    assert chinese("Use imaging or ivd.", {"imaging": "影像", "ivd": "诊断"}.get) == "可选：影像、诊断"
    assert chinese("Known: 440305, 440308 and 3 more.", lambda code: code + "区") == (
        "可选：440305区、440308区 等，另有 3 个"
    )


def test_what_nobody_ever_said_stays_as_it_is():
    assert chinese("something nobody ever said") == "something nobody ever said"
