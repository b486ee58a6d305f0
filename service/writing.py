"""Writes everything that a plan consists of, each file whole or not at all."""

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd

from allocator.errors import Fault, InputError
from allocator.verify import VerifiedPlan
from maps.page import overview_html
from maps.payload import Caption, Figure, overview_payload
from seeds.load import labels
from service.documents import dossier_document
from service.exports import geojson, write_workbook
from service.pipeline import Outcome
from service.wire import KpiOut, PlanOut

FILES = ("plan.json", "dossiers.json", "plan.geojson", "plan.xlsx", "map.html")
"""Everything that may be written; what an earlier run left under these names goes first."""


def ready(folder: Path) -> Path:
    """The folder, made and tried before any work is done; raises InputError when nothing can be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        message = f"cannot be written to: {error.strerror or error}"
        raise InputError([Fault(str(folder), None, None, None, message, "Name another folder with --out")]) from None


def write_all(folder: Path, outcome: Outcome, document: PlanOut, boundaries: gpd.GeoDataFrame) -> list[Path]:
    """Write plan.json, and with a verified plan dossiers.json, plan.geojson, plan.xlsx and map.html; their paths."""
    for name in FILES:
        (folder / name).unlink(missing_ok=True)
    written = [write_text(folder / "plan.json", document.model_dump_json(indent=1))]
    if outcome.verified is None:
        return written
    dossiers = [dossier_document(dossier).model_dump(mode="json") for dossier in outcome.dossiers]
    problem = outcome.problem
    return [
        *written,
        write_text(folder / "dossiers.json", json.dumps(dossiers, ensure_ascii=False, indent=1)),
        write_text(folder / "plan.geojson", json.dumps(geojson(problem, document), ensure_ascii=False)),
        _write(folder / "plan.xlsx", lambda path: write_workbook(problem, document, path)),
        write_text(folder / "map.html", map_page(outcome, outcome.verified, document, boundaries)),
    ]


def map_page(outcome: Outcome, verified: VerifiedPlan, document: PlanOut, boundaries: gpd.GeoDataFrame) -> str:
    """The overview as one HTML file."""
    caption = Caption(
        plan_id=document.plan_id,
        title_zh="高端医疗器械产业空间安排方案",
        title_en="Park space plan for high-end medical devices",
        engine=document.engine,
        data_date=outcome_month(document),
        status=document.status.value,
    )
    figures = [_figure(kpi) for kpi in document.kpis]
    payload = overview_payload(verified, caption, labels(), dossiers=outcome.dossiers, figures=figures)
    return overview_html(payload, json.loads(boundaries.to_json(drop_id=True)))


def outcome_month(document: PlanOut) -> str:
    """First month of the plan."""
    return document.inputs.plan_from if document.inputs else ""


def _figure(kpi: KpiOut) -> Figure:
    return {
        "label": {"zh": kpi.label_zh, "en": kpi.label_en},
        "value": None if kpi.value is None else f"{kpi.value:g} {kpi.unit}",
        "baseline": kpi.baseline,
        "target": None if kpi.target is None else f"{kpi.target:g} {kpi.unit}",
    }


def write_text(path: Path, text: str) -> Path:
    """Write a text file, whole or not at all."""
    return _write(path, lambda target: target.write_text(text, encoding="utf-8"))


def _write(path: Path, fill: Callable[[Path], Any]) -> Path:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix)
    os.close(handle)
    target = Path(name)
    try:
        fill(target)
        target.chmod(0o644)
        target.replace(path)
    finally:
        target.unlink(missing_ok=True)
    return path
