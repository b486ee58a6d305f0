"""Faults of inputs in Chinese: sentences that readers raise, with the facts in them."""

import re
from collections.abc import Callable

Say = Callable[[re.Match[str]], str]

_SENTENCES: tuple[tuple[str, str], ...] = (
    (r"is missing", "没有填写"),
    (r"is a missing column", "缺少这一列"),
    (r"is not a known column", "不是已知的列"),
    (r"is a second column of that name", "与另一列重名"),
    (r"is not a known value", "不是可选的值"),
    (r"is not a known name", "不是已知的名称"),
    (r"is not known", "台账中没有"),
    (r"must be more than (.+)", r"必须大于 \1"),
    (r"must be at least (.+)", r"不能小于 \1"),
    (r"must be at most (.+)", r"不能大于 \1"),
    (r"is longer than (.+) characters", r"超过 \1 个字符"),
    (r"is not text", "不是文字"),
    (r"contains a control character or a line break", "含有控制字符或换行"),
    (r"contains an invisible character", "含有看不见的字符"),
    (r"is empty", "是空的"),
    (r"is not a number", "不是数字"),
    (r"is not a finite number", "不是有限的数"),
    (r"is far too large", "大得不合理"),
    (r"is too long for a number", "数字太长"),
    (r"has a unit", "带有单位"),
    (r"may mean thousands or decimals", "小数点后三位，可能是千分位"),
    (r"is not a whole number", "不是整数"),
    (r"has a fraction of a fen", "小于一分钱"),
    (r"is neither yes nor no", "不是“是”或“否”"),
    (r"is not a list", "不是列表"),
    (r"is not a month", "不是月份"),
    (r"is not a month of the calendar", "日历上没有这个月"),
    (r"is not a date", "不是日期"),
    (r"is not a date of the calendar", "日历上没有这一天"),
    (r"lies before start_from, (.+)", r"早于最早入驻月份 \1"),
    (r"is used twice, first in row (\d+)", "编号重复"),
    (r"is used twice", "编号重复"),
    (r"contradicts row (\d+) of the same project, (.+)", r"与同一项目的另一行（\2）不一致"),
    (r"is the component_id of row (\d+) as well", "与同一项目的另一组成编号重复"),
    (r"is not a link", "不是联系"),
    (r"names the unknown component (.+)", r"提到了不存在的组成 \1"),
    (r"is already used by an open enquiry", "已有同编号的待安排需求"),
    (r"holds no project", "没有任何项目"),
    (r"has a cell without a column name", "有一个单元格没有列名"),
    (r"Write digits", "请填写数字"),
    (r"Write digits, with a point before decimals", "请填写数字，小数用点"),
    (r"Check the unit of the column", "请核对这一列的单位"),
    (r"The column's unit is fixed; write the number alone, as (.+)", r"只填数字，例如 \1"),
    (r"Round it to a whole number of the column's unit", "请取整"),
    (r"Write whole numbers without a point", "整数请不要写小数点"),
    (r"Write yes or no", "请填“是”或“否”"),
    (r"Write it as YYYY-MM, for example (.+)", r"请写成 \1 这样的年月"),
    (r"Write it as YYYY-MM-DD, for example (.+)", r"请写成 \1 这样的日期"),
    (r"Exchange the two months or correct one", "请对调或更正两个月份"),
    (r"Give each component its own id", "请给每个组成各自的编号"),
    (r"Give each record its own id, or remove one", "请改用不同的编号，或删去一行"),
    (
        r"Take another project_id, withdraw the other enquiry, or send replace=true",
        "请换一个编号、撤回原需求，或勾选“替换同编号的需求”",
    ),
    (r"Repeat the project's columns unchanged, or leave them blank", "同一项目各行的这一列应相同，或只填第一行"),
    (r"Write words", "请填写文字"),
    (r"Write it on one line, without hidden signs", "请写成一行，去掉隐藏字符"),
    (r"Type the id anew instead of pasting it", "请重新键入编号"),
    (r"Did you mean (.+)\?", r"是不是 \1？"),
    (r"Correct the value", "请更正"),
    (r"Add at least one", "请至少填写一个"),
)
_TABLE = tuple((re.compile(pattern), sentence) for pattern, sentence in _SENTENCES)
_USE = re.compile(r"Use (.+)")


def chinese(sentence: str, label: Callable[[str], str] = str, column: str = "") -> str:
    """A sentence of a fault in Chinese; ``label`` names codes that may be used; one that is not known stays as it is."""
    bare = sentence.rstrip(".")
    for pattern, said in _TABLE:
        if found := pattern.fullmatch(bare):
            return found.expand(said)
    if found := _USE.fullmatch(bare):
        codes = re.split(r", | or ", found[1])
        return "可选：" + "、".join(label(code) for code in codes)
    if bare.startswith("Expected: "):
        return "请填写这一项"
    return sentence
