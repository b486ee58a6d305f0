"""What one more block of floor is worth, as maps and reports show it: merged tiers, and why nothing is gained."""

import pytest

from allocator.analysis.budget import AnalysisBudget
from allocator.analysis.build_next import build_next
from allocator.checking.verify import verify
from allocator.domain.plan import Aim
from service.application.analyses.build_next_reasons import typical_block_m2
from service.exports.maps.analyses import studies_of
from service.formats.analyses import AnswerOut, BuildNextOut
from tests.support.problems import component, plan, problem, project, space

MERGED = "1000*value+1000*policy-fit+1001*stability"


def answered(found):
    return AnswerOut(
        question="build-next",
        plan_id="plan-000000000000",
        input_hash="0" * 64,
        engines=("cp-sat",),
        seed=0,
        time_limit_s=1.0,
        wall_s=0.0,
        answer=BuildNextOut.model_validate(found),
    )


def shown(verified, found):
    return studies_of([answered(found)], verified).build_next


def full(*waiting, aims=None, **facts):
    """One space that a first project fills, and projects that wait."""
    made = problem([project("a"), *waiting], [space(floor_area_m2=600, rent_fen_m2_month=5000)], **facts)
    return verify(made if aims is None else made.__class__(**{**vars_of(made), "aims": aims}), plan(("a/c", "s")))


def vars_of(made):
    return {name: getattr(made, name) for name in made.__dataclass_fields__ if made.__dataclass_fields__[name].init}


@pytest.mark.parametrize("weights", [((("value", 1),),), ((("value", 1000), ("policy-fit", 1000)),)])
def test_a_block_is_worth_what_it_brings_in_the_unit_of_the_first_goal(weights):
    aims = tuple(Aim(parts) for parts in weights)
    verified = full(project("b", value=420), aims=aims)
    found = build_next(verified, AnalysisBudget(60.0), 1000)
    made = shown(verified, found)
    best = max(made.rows, key=lambda row: row["value"])
    gain = found.cells[0].deltas
    expected = gain["value"] + (gain["policy-fit"] if len(weights[0]) > 1 else 0)
    assert best["value"] == expected >= 420
    assert best["gained"] == ["b"]
    assert made.unit["zh"] == ("折合分" if len(weights[0]) > 1 else "分")
    assert made.why is None


@pytest.mark.parametrize(
    ("deltas", "value"),
    [
        ({"value": 420, "policy-fit": 5, "stability": 0}, 425),
        ({"value": 10, "policy-fit": -2, "stability": 4}, 4),
        ({"value": 0, "policy-fit": 0, "stability": -1}, 1),
        ({"value": 1, "policy-fit": 0, "stability": 250}, -249.2),
        ({"value": 0, "policy-fit": 0, "stability": 0}, 0),
    ],
)
def test_a_merged_tier_gains_the_sum_of_its_goals_by_their_weights(deltas, value):
    verified = full(project("b", value=420))
    found = build_next(verified, AnalysisBudget(60.0), 1000)
    raw = BuildNextOut.model_validate(found).model_dump()
    first = {**raw["cells"][0], "deltas": deltas}
    first["goals"] = [{**first["goals"][0], "goal": MERGED}]
    made = shown(verified, {**raw, "goals": [MERGED], "cells": [first]})
    (row,) = made.rows
    assert row["value"] == pytest.approx(value, abs=0.05)


def test_where_nothing_is_gained_it_says_what_keeps_the_waiting_out():
    verified = full(
        project("b", component(project_id="b", floor_area_m2=5000)),
        project("d", component(project_id="d", max_rent_fen_m2_month=100)),
        project("e", component(project_id="e", floor_area_m2=9000, max_sites=3)),
    )
    made = shown(verified, build_next(verified, AnalysisBudget(60.0), 1000))
    assert [(row["state"], row["value"]) for row in made.rows] == [("proven", 0)], "the firm that is in could move"
    assert "1 格已证明无增益" in made.why["zh"]
    assert "3 个组成部分中，3 个用不了这样一块空间" in made.why["zh"]
    assert "没有足够大的空间 2" in made.why["zh"]
    assert "租金高于上限 1" in made.why["zh"]
    assert "rent above its limit 1" in made.why["en"]


def test_what_time_did_not_allow_is_not_called_worthless():
    verified = full(project("b", value=420))
    raw = BuildNextOut.model_validate(build_next(verified, AnalysisBudget(60.0), 1000)).model_dump()
    cell = raw["cells"][0]
    unproven = {**cell, "deltas": dict.fromkeys(cell["deltas"], 0), "status": "feasible"}
    unproven["goals"] = [{**cell["goals"][0], "value": 10, "bound": 430}]
    made = shown(verified, {**raw, "cells": [unproven], "undone": ["factory@440310"]})
    assert [row["state"] for row in made.rows] == ["least", "open"]
    assert "1 格在时限内未找到增益，但未证明没有" in made.why["zh"]
    assert "1 格在时限内未算完" in made.why["zh"]
    assert "已证明" not in made.why["zh"]


def test_a_proven_zero_is_said_to_be_proven_and_a_full_plan_has_nobody_waiting():
    verified = full()
    made = shown(verified, build_next(verified, AnalysisBudget(60.0), 1000))
    assert "没有未落位的项目" in made.why["zh"]
    assert "No project waits" in made.why["en"]


@pytest.mark.parametrize(
    ("areas", "block"), [((1200,), 1500), ((800, 5200, 9000), 5500), ((2000, 20000), 2000), ((400,), 500), ((), 1000)]
)
def test_the_block_is_as_large_as_the_median_component_that_waits(areas, block):
    waiting = [project(f"w{i}", component(project_id=f"w{i}", floor_area_m2=area)) for i, area in enumerate(areas)]
    verified = full(*waiting)
    assert typical_block_m2(verified) == block
