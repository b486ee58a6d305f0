"""Every colour of maps and reports, in one place: roles, district tints, segment groups and two scales.

Segments have Okabe–Ito colours, which colour-blind readers tell apart, always inside a dark casing. Who holds floor is
told by lightness as well as by hue, so a grey copy can be read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from allocator.domain.vocabulary import Segment


@dataclass(frozen=True, slots=True)
class SegmentGroup:
    """Segments that share a colour on the map; twelve colours could not be told apart."""

    group_id: str
    zh: str
    en: str
    colour: str
    segments: tuple[Segment, ...]


SEGMENT_GROUPS = (
    SegmentGroup("imaging", "影像与内镜", "Imaging, scopes", "#0072B2", (Segment.IMAGING, Segment.ENDOSCOPY)),
    SegmentGroup("life_support", "生命支持与 ECMO", "Life support", "#D55E00", (Segment.LIFE_SUPPORT, Segment.ECMO)),
    SegmentGroup("ivd", "体外诊断与测序", "IVD, genomics", "#009E73", (Segment.IVD, Segment.GENE_SEQUENCING)),
    SegmentGroup("implants", "植介入与材料", "Implants", "#CC79A7", (Segment.IMPLANTS, Segment.BIOMATERIALS)),
    SegmentGroup("surgical_robots", "手术机器人", "Surgical robots", "#E69F00", (Segment.SURGICAL_ROBOTS,)),
    SegmentGroup("proton_therapy", "质子治疗", "Proton therapy", "#333333", (Segment.PROTON_THERAPY,)),
    SegmentGroup("digital_health", "数字健康", "Digital health", "#56B4E9", (Segment.DIGITAL_HEALTH,)),
    SegmentGroup("public_platform", "公共平台", "Public platforms", "#F0E442", (Segment.PUBLIC_PLATFORM,)),
)

TINTS = ("#d9e6f4", "#f4ecc8", "#e6deef", "#f8e0cd", "#d9ebda")
"""Fills of the districts of a plan, in the order of their codes."""

OTHER_FILL = "#eef0f1"
BORDER = "#5a6872"
OTHER_BORDER = "#bcc6cc"

ROLES: Mapping[str, str] = {
    "ink": "#1d2a33",
    "soft": "#4c5b66",
    "line": "#dbe2e7",
    "paper": "#ffffff",
    "plate": "#ffffffe6",
    "sea": "#dfe8ee",
    "wash": "#f4f7f9",
    "field": "#7b8993",
    "accent": "#0b5c8e",
    "focus": "#b35900",
    "mark": "#fff1cf",
    "mark-line": "#a87400",
    "rim": "#45535e",
    "casing": "#26323b",
    "taken": "#8b959c",
    "given": "#05406c",
    "hatch": "#7f8c95",
    "hatch-light": "#c8d1d7",
    "busy": "#a8470b",
    "busy-wash": "#fdeee0",
    "busy-ink": "#86330a",
    "warn": "#9a3412",
    "warn-wash": "#fdf1eb",
    "warn-line": "#b9663f",
    "good": "#14532d",
    "good-wash": "#eaf5ee",
    "good-line": "#4f8f6b",
    "flow": "#3f6d8c",
    "supply": "#5d9b79",
    "demand": "#6c2d0c",
    "shadow": "#14283733",
}
"""Colour of each role; style sheets and scripts know roles only."""

LEVELS = ("#eaf2f8", "#cfe2ef", "#a9cde4", "#7fb2d4", "#5b9cc8")
"""Five steps from little to much; numbers stand beside every field that is filled with one."""

OVERFULL = "#7a3a0a"
"""Fill of what holds more than it has."""

LESS = ("#fee0b6", "#f1a340", "#b35806")
MORE = ("#d8daeb", "#998ec3", "#542788")
SAME = "#f7f7f7"
"""Diverging steps from a small to a large loss and gain, and no change; the sign is always printed as well."""

LOSS_MARK = "#7f3b08"
GAIN_MARK = "#40206b"
"""Circles of parks that lose or gain; white stands on them, and a white rim around them."""


def scale_roles() -> dict[str, str]:
    """Roles of the steps of both scales: level-1 …, less-1 …, more-1 …, same, overfull, loss and gain."""
    steps = {"level": LEVELS, "less": LESS, "more": MORE}
    numbered = {f"{name}-{place}": colour for name, row in steps.items() for place, colour in enumerate(row, 1)}
    return {**numbered, "same": SAME, "overfull": OVERFULL, "loss": LOSS_MARK, "gain": GAIN_MARK}


def style_variables() -> str:
    """All roles as custom properties of a style sheet."""
    lines = (f"--{role}: {colour};" for role, colour in {**ROLES, **scale_roles()}.items())
    return ":root { " + " ".join(lines) + " }\n"


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1, of ``#rrggbb`` (WCAG 2.2)."""
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def group_of_segment() -> dict[str, str]:
    """Group id per segment."""
    return {segment.value: group.group_id for group in SEGMENT_GROUPS for segment in group.segments}


def district_tints(adcodes: Iterable[str]) -> Mapping[str, str]:
    """Fill per district code; the tints repeat beyond five districts."""
    return {adcode: TINTS[place % len(TINTS)] for place, adcode in enumerate(sorted(adcodes))}
