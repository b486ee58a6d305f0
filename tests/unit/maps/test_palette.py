"""Contrast of what is drawn, computed: 4.5 : 1 for text and 3 : 1 for marks (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re

import pytest

from maps.inline import STATIC, page_script
from maps.palette import (
    BORDER,
    LESS,
    LEVELS,
    MORE,
    OTHER_FILL,
    ROLES,
    SAME,
    SEGMENT_GROUPS,
    TINTS,
    contrast,
    luminance,
    scale_roles,
)

GROUNDS = (*TINTS, OTHER_FILL, ROLES["sea"], ROLES["paper"])
COLOURS = {**ROLES, **scale_roles(), "other": OTHER_FILL}

TEXTS = [
    ("ink", "paper"),
    ("ink", "mark"),
    ("ink", "wash"),
    *((role, "paper") for role in ("soft", "accent", "warn", "good", "busy-ink", "demand")),
    *(("soft", ground) for ground in ("wash", "mark", "other")),
    ("warn", "warn-wash"),
    ("good", "good-wash"),
    ("busy-ink", "busy-wash"),
    *(("ink", f"level-{step}") for step in range(1, 6)),
    *(("paper", fill) for fill in ("accent", "warn", "ink", "gain", "loss", "rim")),
]

MARKS = [
    ("taken", "paper"),
    ("given", "paper"),
    ("given", "taken"),
    ("supply", "paper"),
    ("demand", "paper"),
    ("demand", "supply"),
    ("hatch", "paper"),
    ("field", "paper"),
    ("focus", "paper"),
    ("focus", "sea"),
    ("busy", "paper"),
    ("mark-line", "paper"),
    ("warn-line", "warn-wash"),
    ("good-line", "good-wash"),
    ("gain", "same"),
    ("loss", "same"),
]


@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_text_can_be_read(text, ground):
    assert contrast(COLOURS[text], COLOURS[ground]) >= 4.5


@pytest.mark.parametrize(("mark", "ground"), MARKS)
def test_marks_can_be_told_from_their_ground_in_grey_too(mark, ground):
    assert contrast(COLOURS[mark], COLOURS[ground]) >= 3


@pytest.mark.parametrize("line", [ROLES["casing"], ROLES["flow"], ROLES["rim"], BORDER, ROLES["busy"], ROLES["warn"]])
def test_lines_and_rims_stand_out_on_every_district(line):
    assert min(contrast(line, ground) for ground in GROUNDS) >= 3


def test_changes_of_either_sign_stand_out_on_fills_by_their_colour_or_their_white_rim():
    for mark, fills in (("gain", MORE), ("loss", LESS)):
        for fill in (*fills, SAME):
            assert max(contrast(COLOURS[mark], fill), contrast(ROLES["paper"], fill)) >= 3


def test_steps_of_a_scale_grow_darker_one_by_one():
    for steps in (LEVELS, (SAME, *LESS), (SAME, *MORE)):
        lightness = [luminance(step) for step in steps]
        assert lightness == sorted(lightness, reverse=True)


def test_lines_of_segments_have_a_casing_that_most_of_them_stand_out_from():
    apart = [group for group in SEGMENT_GROUPS if contrast(group.colour, ROLES["casing"]) >= 2.4]
    assert len(apart) == len(SEGMENT_GROUPS) - 1, "proton therapy is as dark as the casing, on purpose"


def test_no_colour_stands_outside_the_palette():
    style = (STATIC / "planmap.css").read_text(encoding="utf-8")
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?!-)|rgba?\(|hsla?\(", re.sub(r"#[a-z][\w-]*", "", style)) == []
    assert re.findall(r"[\"']#[0-9a-fA-F]{3,8}[\"']", page_script()) == []


def test_contrast_is_that_of_the_guidelines():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
