"""Colours: district tints, and eight segment groups in Okabe–Ito colours, which colour-blind readers tell apart."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from allocator.vocabulary import Segment


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


def group_of_segment() -> dict[str, str]:
    """Group id per segment."""
    return {segment.value: group.group_id for group in SEGMENT_GROUPS for segment in group.segments}


def district_tints(adcodes: Iterable[str]) -> Mapping[str, str]:
    """Fill per district code; the tints repeat beyond five districts."""
    return {adcode: TINTS[place % len(TINTS)] for place, adcode in enumerate(sorted(adcodes))}
