"""From a plan.json to its maps: the payload with captions, figures and studies, and the command ``map``."""

from dataclasses import dataclass
from typing import Any

from allocator.checking.verify import VerifiedPlan
from allocator.explanation.dossier import Dossier
from maps.payload.payload import Caption, Extras, Figure, overview_payload, studied
from maps.payload.reason_labels import Label
from seeds.load import labels
from service.exports.maps.settings import MapSettings
from service.formats.plan import KpiOut, PlanOut
from service.formats.plan_boundaries import boundaries_for
from service.i18n.policy_figures import baseline_label, figure_label

TITLE = {"zh": "高端医疗器械产业空间安排方案", "en": "Park space plan for high-end medical devices"}


@dataclass(frozen=True)
class PlanBundle:
    """A plan ready to be drawn: its document, the checked plan and what is said of its projects."""

    document: PlanOut
    verified: VerifiedPlan
    dossiers: tuple[Dossier, ...] = ()


def caption_of(document: PlanOut, settings: MapSettings) -> Caption:
    """What a map or report says of the plan as such; the data's date is the first month of the plan."""
    return Caption(
        plan_id=document.plan_id,
        title_zh=TITLE["zh"],
        title_en=TITLE["en"],
        engine=document.engine,
        data_date=document.inputs.plan_from if document.inputs else "",
        status=document.status.value,
        approval=settings.approval,
        outlines=_outlines(document),
    )


def _outlines(document: PlanOut) -> str:
    if document.inputs is None:
        return "city"
    return "own" if document.inputs.boundaries else "none" if boundaries_for(document.inputs).empty else "city"


def payload_of(drawn: PlanBundle, settings: MapSettings, extras: Extras | None = None) -> dict[str, Any]:
    """The payload of maps and reports."""
    payload = overview_payload(
        drawn.verified,
        caption_of(drawn.document, settings),
        labels(),
        dossiers=drawn.dossiers,
        figures=[_figure(kpi) for kpi in drawn.document.kpis],
    )
    return payload if extras is None else studied(payload, drawn.verified, extras)


def _figure(kpi: KpiOut) -> Figure:
    return {
        "label": {"zh": kpi.label_zh, "en": kpi.label_en},
        "value": figure_label(kpi.value, kpi.unit),
        "baseline": baseline_label(kpi.baseline, kpi.unit),
        "target": _target(kpi),
    }


def _target(kpi: KpiOut) -> Label | None:
    """The target, by when, and how much of it the plan reaches."""
    target = figure_label(kpi.target, kpi.unit)
    if target is None:
        return None
    due = f" ≤ {kpi.due[:7]}" if kpi.due else ""
    reached = "" if kpi.share is None else f" ({kpi.share:.0%})"
    return {language: f"{said}{due}{reached}" for language, said in target.items()}
