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
from maps.page import plan_html
from service.documents import dossier_document
from service.exports import geojson, write_workbook
from service.map_settings import map_settings
from service.mapping import Drawn, payload_of
from service.moving_in import moved_in
from service.pipeline import Outcome
from service.report import report
from service.report_tables import Speech, screen_tables
from service.wire import PlanOut

FILES = ("plan.json", "dossiers.json", "plan.geojson", "plan.xlsx", "map.html", "map.png", "report.pdf")
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
    """Write everything that a plan consists of and return the paths; two runs into one folder never mix."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=".new-") as fresh:
        return moved_in(_write_files(Path(fresh), outcome, document, boundaries), folder, FILES)


def _write_files(folder: Path, outcome: Outcome, document: PlanOut, boundaries: gpd.GeoDataFrame) -> list[Path]:
    """Write plan.json, and with a verified plan everything else that FILES names; their paths."""
    written = [write_text(folder / "plan.json", document.model_dump_json(indent=1))]
    if outcome.verified is None:
        return written
    settings = map_settings()
    drawn = Drawn(document, outcome.verified, outcome.dossiers)
    payload, districts = payload_of(drawn, settings), json.loads(boundaries.to_json(drop_id=True))
    printed = report(payload, drawn, districts)
    sheets = screen_tables(payload, drawn, Speech("both"))
    return [
        *written,
        write_text(folder / "dossiers.json", _dossiers(outcome)),
        write_text(folder / "plan.geojson", json.dumps(geojson(outcome.problem, document), ensure_ascii=False)),
        _write(folder / "plan.xlsx", lambda path: write_workbook(outcome.problem, document, path, sheets)),
        write_text(folder / "map.html", plan_html(payload, districts, settings.sources)),
        _write(folder / "map.png", lambda path: path.write_bytes(printed.png)),
        _write(folder / "report.pdf", lambda path: path.write_bytes(printed.pdf)),
    ]


def map_page(outcome: Outcome, verified: VerifiedPlan, document: PlanOut, boundaries: gpd.GeoDataFrame) -> str:
    """Every view of the plan as one HTML file, under the settings of the environment."""
    settings = map_settings()
    payload = payload_of(Drawn(document, verified, outcome.dossiers), settings)
    return plan_html(payload, json.loads(boundaries.to_json(drop_id=True)), settings.sources)


def _dossiers(outcome: Outcome) -> str:
    told = [dossier_document(dossier).model_dump(mode="json") for dossier in outcome.dossiers if not dossier.brief]
    return json.dumps(told, ensure_ascii=False, indent=1)


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
