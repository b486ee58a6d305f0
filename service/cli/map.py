"""The command ``map``."""

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from allocator.checking.verify import VerifiedPlan
from allocator.errors import Fault, InputError
from allocator.explanation.dossier import Dossier
from allocator.explanation.explain import dossier
from maps.page import plan_html
from maps.payload.payload import Extras
from maps.payload.views import VIEWS, Opening, offered
from service.cli.common import exit_codes
from service.cli.common.plan_input import read_verified_plan
from service.exports.maps.analyses import read_studies
from service.exports.maps.payload import PlanBundle, caption_of, payload_of
from service.exports.maps.settings import MapSettings, map_settings
from service.formats.plan_boundaries import drawn_boundaries


def draw(options: argparse.Namespace) -> int:
    """Write one HTML file that opens with the view asked for and holds all others."""
    settings = map_settings(options.settings)
    document, verified = read_verified_plan(options.plan)
    drawn = PlanBundle(document, verified, tuple(_dossiers(verified)))
    payload = payload_of(drawn, settings, _extras(options, settings, drawn))
    opening = _opening(options, payload, verified)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    page = plan_html(payload, drawn_boundaries(document.inputs), settings.sources, opening)
    options.out.write_text(page, encoding="utf-8")
    print(f"{options.out}: {', '.join(offered(payload))}")
    return exit_codes.OK


def _dossiers(verified: VerifiedPlan) -> Iterable[Dossier]:
    return (dossier(verified, project_id) for project_id in verified.problem.project_by_id)


def _extras(options: argparse.Namespace, settings: MapSettings, drawn: PlanBundle) -> Extras:
    against = None
    if options.against is not None:
        document, verified = read_verified_plan(options.against)
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
