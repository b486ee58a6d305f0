"""The command ``report``: the report of a plan.json, anew and in the language asked for."""

import argparse
import sys

from allocator.explanation.explain import dossier
from maps.payload.payload import Extras
from service.cli.common import exit_codes
from service.cli.common.plan_input import read_verified_plan
from service.exports.maps.analyses import read_studies
from service.exports.maps.payload import PlanBundle, payload_of
from service.exports.maps.settings import map_settings
from service.exports.plan_files import ready
from service.exports.report.analyses import study_tables
from service.exports.report.report import report
from service.exports.report.tables import ReportLocalizer, screen_tables
from service.exports.tables_and_features import write_workbook
from service.formats.plan_boundaries import drawn_boundaries


def write(options: argparse.Namespace) -> int:
    """Write report.pdf, map.png and plan.xlsx into a folder."""
    folder = ready(options.out)
    document, verified = read_verified_plan(options.plan)
    told = tuple(dossier(verified, project_id) for project_id in verified.problem.project_by_id)
    drawn = PlanBundle(document, verified, told)
    extras = Extras(studies=read_studies(options.answers, document, verified))
    payload = payload_of(drawn, map_settings(options.settings), extras)
    made = report(payload, drawn, drawn_boundaries(document.inputs), options.language)
    (folder / "report.pdf").write_bytes(made.pdf)
    (folder / "map.png").write_bytes(made.png)
    speech = ReportLocalizer(options.language)
    sheets = [*screen_tables(payload, drawn, speech), *study_tables(payload, speech)]
    write_workbook(verified.problem, document, folder / "plan.xlsx", sheets)
    for note in made.notes:
        print(note, file=sys.stderr)
    for name in ("report.pdf", "map.png", "plan.xlsx"):
        print(folder / name)
    return exit_codes.OK
