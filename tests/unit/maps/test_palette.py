"""Contrast of what is drawn, computed: 4.5 : 1 for text and 3 : 1 for marks (WCAG 2.2, 1.4.3 and 1.4.11)."""

import itertools
import math
import re

import pytest

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
from maps.single_file import STATIC, page_script

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


# Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE TVCG
# 15 (2009), table 1, severity 1.0, on linear RGB.
BLINDNESS = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
}


def linear(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def lab(rgb):
    """CIE L*a*b* (D65) of linear RGB."""
    xyz = [
        0.4124564 * rgb[0] + 0.3575761 * rgb[1] + 0.1804375 * rgb[2],
        0.2126729 * rgb[0] + 0.7151522 * rgb[1] + 0.0721750 * rgb[2],
        0.0193339 * rgb[0] + 0.1191920 * rgb[1] + 0.9503041 * rgb[2],
    ]
    f = [
        part ** (1 / 3) if part > 216 / 24389 else (24389 / 27 * part + 16) / 116
        for part in (x / n for x, n in zip(xyz, (0.95047, 1.0, 1.08883), strict=True))
    ]
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def seen(colour, blindness):
    """The colour as somebody with that blindness sees it, in L*a*b*."""
    rgb = linear(colour)
    return lab(
        [min(1, max(0, sum(m * part for m, part in zip(row, rgb, strict=True)))) for row in BLINDNESS[blindness]]
    )


def distance(first, second, blindness):
    """CIE76 difference of two colours as they are seen; 2.3 is just noticeable."""
    return math.dist(seen(first, blindness), seen(second, blindness))


@pytest.mark.parametrize("blindness", BLINDNESS)
def test_segments_can_be_told_apart_whoever_looks(blindness):
    least = min(distance(a.colour, b.colour, blindness) for a, b in itertools.combinations(SEGMENT_GROUPS, 2))
    assert least >= 15, "each also stands by name in the list, the card and the tip"


@pytest.mark.parametrize("blindness", BLINDNESS)
def test_who_holds_floor_can_be_told_apart_whoever_looks(blindness):
    shares = [ROLES["taken"], ROLES["given"], ROLES["paper"]]
    assert min(distance(a, b, blindness) for a, b in itertools.combinations(shares, 2)) >= 30


@pytest.mark.parametrize("blindness", BLINDNESS)
def test_gain_and_loss_can_be_told_apart_in_hue_and_their_signs_are_printed(blindness):
    assert min(distance(less, more, blindness) for less, more in zip(LESS, MORE, strict=True)) >= 15


@pytest.mark.parametrize("blindness", BLINDNESS)
def test_supply_and_demand_bars_can_be_told_apart_whoever_looks(blindness):
    assert distance(ROLES["supply"], ROLES["demand"], blindness) >= 30


def test_districts_that_touch_differ_by_their_borders_and_names_not_by_tint_alone():
    assert min(contrast(BORDER, tint) for tint in TINTS) >= 3


def test_the_simulation_is_that_of_its_source():
    assert seen("#ffffff", "deuteranopia") == pytest.approx(seen("#ffffff", "none"), abs=0.1)
    assert distance("#ff0000", "#00ff00", "none") == pytest.approx(170.6, abs=0.5)
    assert distance("#d00000", "#7a6a00", "deuteranopia") < distance("#d00000", "#7a6a00", "none") / 2
