"""From a plan.json to its maps: the payload with captions, figures and studies, and the command ``map``."""

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allocator.dossier import Dossier
from allocator.errors import Fault, InputError
from allocator.explain import dossier
from allocator.verify import VerifiedPlan
from maps.page import plan_html
from maps.payload import Caption, Extras, Figure, overview_payload, studied
from maps.views import VIEWS, Opening, offered
from maps.words import Label
from seeds.load import labels
from service import exit_codes
from service.boundaries import boundaries_for, drawn_boundaries
from service.figures import baseline_label, figure_label
from service.map_settings import MapSettings, map_settings
from service.standing import standing
from service.studies import read_studies
from service.wire import KpiOut, PlanOut

TITLE = {"zh": "高端医疗器械产业空间安排方案", "en": "Park space plan for high-end medical devices"}


@dataclass(frozen=True)
class Drawn:
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


def payload_of(drawn: Drawn, settings: MapSettings, extras: Extras | None = None) -> dict[str, Any]:
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


def draw(options: argparse.Namespace) -> int:
    """Write one HTML file that opens with the view asked for and holds all others."""
    settings = map_settings(options.settings)
    document, verified = standing(options.plan)
    drawn = Drawn(document, verified, tuple(_dossiers(verified)))
    payload = payload_of(drawn, settings, _extras(options, settings, drawn))
    opening = _opening(options, payload, verified)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    page = plan_html(payload, drawn_boundaries(document.inputs), settings.sources, opening)
    options.out.write_text(page, encoding="utf-8")
    print(f"{options.out}: {', '.join(offered(payload))}")
    return exit_codes.OK


def _dossiers(verified: VerifiedPlan) -> Iterable[Dossier]:
    return (dossier(verified, project_id) for project_id in verified.problem.project_by_id)


def _extras(options: argparse.Namespace, settings: MapSettings, drawn: Drawn) -> Extras:
    against = None
    if options.against is not None:
        document, verified = standing(options.against)
        against = (verified, caption_of(document, settings))
    return Extras(studies=read_studies(options.answers, drawn.document, drawn.verified), against=against)


def _opening(options: argparse.Namespace, payload: dict[str, Any], verified: VerifiedPlan) -> Opening | None:
    """What is asked to be seen first; raises InputError for a view without data or a project or park unknown."""
    if options.view is None:
        return None
    kind, _, name = options.view.partition(":")
    known = {"project": set(verified.problem.project_by_id), "park": set(verified.problem.registry.parks)}
    if name and name in known.get(kind, ()):
        return Opening(select=(kind, name), language=options.language)
    if options.view in offered(payload):
        return Opening(view=options.view, language=options.language)
    missing = "needs --against, or --answers of the question" if options.view in VIEWS else "is not known"
    remedy = f"Choose {', '.join(VIEWS)}, project:ID or park:ID"
    raise InputError([Fault(Path(options.plan).name, None, "--view", options.view, missing, remedy)])
