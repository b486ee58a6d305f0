"""Writes everything that a plan consists of, each file whole or not at all."""

import json
import os
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from allocator.errors import Fault, InputError
from allocator.problem import Problem
from maps.page import plan_html
from service.boundaries import drawn_boundaries
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


Warn = Callable[[str], None]
"""Told in one sentence what could not be written, and why."""


def _say(warning: str) -> None:
    print(warning, file=sys.stderr)


def write_all(folder: Path, outcome: Outcome, document: PlanOut, warn: Warn = _say) -> list[Path]:
    """Write everything that a plan consists of and return the paths; two runs into one folder never mix.

    plan.json is in the folder before anything is drawn.  A file of a verified plan that cannot be made is named to
    ``warn``, and the others are written all the same.
    """
    with tempfile.TemporaryDirectory(dir=folder, prefix=".new-") as fresh:
        alone, text = Path(fresh) / "plan.json", document.model_dump_json(indent=1)
        plan = moved_in([write_text(alone, text)], folder, FILES)
        if outcome.verified is None:
            return plan
        # plan.json once more with the others: another run may have written into the folder meanwhile
        others = _drawn_files(Path(fresh), outcome, Drawn(document, outcome.verified, outcome.dossiers), warn)
        return moved_in([write_text(alone, text), *others], folder, FILES)


def _drawn_files(folder: Path, outcome: Outcome, drawn: Drawn, warn: Warn) -> list[Path]:
    """Write everything that FILES names but plan.json; the paths of what could be made."""
    settings, problem, document = map_settings(), outcome.problem, drawn.document
    # made once, and only when the first file asks for it, so that a failure concerns the files that need it
    payload = cache(lambda: payload_of(drawn, settings))
    districts = cache(lambda: drawn_boundaries(document.inputs))
    printed = cache(lambda: report(payload(), drawn, districts()))
    files: dict[str, Callable[[Path], Any]] = {
        "dossiers.json": lambda path: path.write_text(_dossiers(outcome), encoding="utf-8"),
        "plan.geojson": lambda path: path.write_text(_features(problem, document), encoding="utf-8"),
        "plan.xlsx": lambda path: write_workbook(
            problem, document, path, screen_tables(payload(), drawn, Speech("both"))
        ),
        "map.html": lambda path: path.write_text(plan_html(payload(), districts(), settings.sources), encoding="utf-8"),
        "map.png": lambda path: path.write_bytes(printed().png),
        "report.pdf": lambda path: path.write_bytes(printed().pdf),
    }
    written: list[Path] = []
    for name, fill in files.items():
        try:
            written.append(_write(folder / name, fill))
        except Exception as error:  # noqa: BLE001  the answer is not lost because a picture of it failed
            warn(f"{name} 未能写出 could not be written: {type(error).__name__}: {error}")
    return written


def _features(problem: Problem, document: PlanOut) -> str:
    return json.dumps(geojson(problem, document), ensure_ascii=False)


def _dossiers(outcome: Outcome) -> str:
    told = [dossier_document(dossier).model_dump(mode="json") for dossier in outcome.dossiers]
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
