"""Values on the pages are written for people: no code's None, no formula of ids."""

from zoneinfo import ZoneInfo

import pytest

from service.pages.shown import Shown

ZH, EN = (Shown(language, ZoneInfo("Asia/Shanghai")) for language in ("zh", "en"))


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
