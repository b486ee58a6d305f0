"""Writes everything that a plan consists of, each file whole or not at all."""

import json
import os
import tempfile
import traceback
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from allocator.errors import AllocatorError, Fault, InputError
from maps.page import plan_html
from service.application.planning.pipeline import Outcome
from service.application.plans.plan_document import dossier_document
from service.exports.maps.payload import PlanBundle, payload_of
from service.exports.maps.settings import map_settings
from service.exports.replace_outputs import replace_outputs
from service.exports.report.report import report
from service.exports.report.tables import ReportLocalizer, screen_tables
from service.exports.tables_and_features import geojson, write_workbook
from service.formats.plan import PlanOut
from service.formats.plan_boundaries import drawn_boundaries

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


class NotWrittenError(AllocatorError):
    """Raised when the plan is written and some of its other files could not be made; names them with their causes."""

    def __init__(self, written: Sequence[Path], failed: Mapping[str, str]) -> None:
        self.written, self.failed = tuple(written), dict(failed)
        told = "".join(f"\n  {name}: {cause}" for name, cause in self.failed.items())
        super().__init__(f"the plan is written, but of its files these could not be made:{told}")

    def __reduce__(self) -> tuple[type["NotWrittenError"], tuple[tuple[Path, ...], dict[str, str]]]:
        return type(self), (self.written, self.failed)


def write_all(folder: Path, outcome: Outcome, document: PlanOut) -> list[Path]:
    """Write everything that a plan consists of and return the paths; two runs into one folder never mix.

    plan.json is in the folder before anything is drawn, and a file that cannot be made keeps no other from being
    written: raises NotWrittenError after all that could be made is in its place.
    """
    failed: dict[str, str] = {}
    with tempfile.TemporaryDirectory(dir=folder, prefix=".new-") as fresh:
        alone, text = Path(fresh) / "plan.json", document.model_dump_json(indent=1)
        written = replace_outputs([write_text(alone, text)], folder, FILES)
        if outcome.verified is None:
            return written
        others = _drawn_files(Path(fresh), outcome, PlanBundle(document, outcome.verified, outcome.dossiers), failed)
        # plan.json once more with the others: another run may have written into the folder meanwhile
        written = replace_outputs([write_text(alone, text), *others], folder, FILES)
    if failed:
        raise NotWrittenError(written, failed)
    return written


def _drawn_files(folder: Path, outcome: Outcome, drawn: PlanBundle, failed: dict[str, str]) -> list[Path]:
    """Write everything that FILES names but plan.json; the paths of what could be made."""
    written: list[Path] = []
    for name, make in _makers(outcome, drawn).items():
        try:
            written.append(_write(folder / name, make))
        except Exception as error:  # noqa: BLE001  whatever a drawing raises, the plan and the other files stay
            failed[name] = "".join(traceback.format_exception_only(error)).strip()
    return written


def _makers(outcome: Outcome, drawn: PlanBundle) -> Mapping[str, Callable[[Path], Any]]:
    """How each file but plan.json is made; what several need is made once, by the first."""
    settings, document = map_settings(), drawn.document
    payload = cache(lambda: payload_of(drawn, settings))
    districts = cache(lambda: drawn_boundaries(document.inputs))
    printed = cache(lambda: report(payload(), drawn, districts()))

    def text(make: Callable[[], str]) -> Callable[[Path], Any]:
        return lambda path: path.write_text(make(), encoding="utf-8")

    return {
        "dossiers.json": text(lambda: _dossiers(outcome)),
        "plan.geojson": text(lambda: json.dumps(geojson(outcome.problem, document), ensure_ascii=False)),
        "plan.xlsx": lambda path: write_workbook(
            outcome.problem, document, path, screen_tables(payload(), drawn, ReportLocalizer("both"))
        ),
        "map.html": text(lambda: plan_html(payload(), districts(), settings.sources)),
        "map.png": lambda path: path.write_bytes(printed().png),
        "report.pdf": lambda path: path.write_bytes(printed().pdf),
    }


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
