"""Values on the pages are written for people: no code's None, no formula of ids."""

from zoneinfo import ZoneInfo

import pytest

from service.pages.shell.formatting import Formatter

ZH, EN = (Formatter(language, ZoneInfo("Asia/Shanghai")) for language in ("zh", "en"))


@pytest.mark.parametrize(
    ("fact", "zh", "en"),
    [(None, "–", "–"), ([], "–", "–"), (["a", "b"], "a、b", "a, b"), (3, "3", "3"), (["a", None], "a、–", "a, –")],
)
def test_facts_of_the_record_are_words(fact, zh, en):
    assert (ZH.fact(fact), EN.fact(fact)) == (zh, en)


def test_a_merged_tier_is_its_goals_with_their_weights():
    merged = "1000*value+3*policy-fit"
    assert EN.aim(merged) == "Value placed and policy fit merged 1000:3"
    assert ZH.aim(merged) == "落位项目价值、政策契合度合并 1000:3"
    assert ZH.aim("1000*value+1000*policy-fit+1001*stability") == "落位项目价值、政策契合度、稳定性合并 1000:1000:1001"
    assert ZH.aim("cost") == ZH.label("goal", "cost") != "cost"


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (65, "billion yuan", "650 亿元", "65 billion yuan"),
        (27.5, "billion yuan", "275 亿元", "27.5 billion yuan"),
        (27.536, "billion yuan", "275.36 亿元", "27.536 billion yuan"),
        (0.3, "billion yuan", "3 亿元", "0.3 billion yuan"),
        (1500, "firms", "1,500 家", "1,500 firms"),
        (12.5, "percent of revenue", "12.5 %（占营收）", "12.5 % of revenue"),
        (4, "beds", "4 beds", "4 beds"),
    ],
)
def test_figures_of_the_policy_have_the_unit_of_the_readers_language(value, unit, zh, en):
    assert (ZH.figure(value, unit), EN.figure(value, unit)) == (zh, en)


def test_what_a_figure_starts_from_keeps_its_year():
    assert ZH.baseline("80.5 / 80.55 (2021)", "billion yuan") == "805 / 805.5 亿元（2021 年）"
    assert EN.baseline("80.5 / 80.55 (2021)", "billion yuan") == "80.5 / 80.55 billion yuan (2021)"
    assert ZH.baseline("> 27 (2021)", "firms") == "> 27 家（2021 年）"
    assert ZH.baseline(None, "firms") == "–"


@pytest.mark.parametrize(
    ("month", "zh", "en"), [("2026-09", "2026年9月", "2026-09"), ("2027-12-01", "2027年12月", "2027-12")]
)
def test_months_are_written_without_blanks_in_chinese(month, zh, en):
    assert (ZH.month(month), EN.month(month)) == (zh, en)
