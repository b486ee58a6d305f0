"""The command ``report``: the report of a plan.json, anew and in the language asked for."""

import argparse
import sys

from allocator.explain import dossier
from maps.payload import Extras
from service import exit_codes
from service.boundaries import drawn_boundaries
from service.exports import write_workbook
from service.map_settings import map_settings
from service.mapping import Drawn, payload_of
from service.report import report
from service.report_studies import study_tables
from service.report_tables import Speech, screen_tables
from service.standing import standing
from service.studies import read_studies
from service.writing import ready


def write(options: argparse.Namespace) -> int:
    """Write report.pdf, map.png and plan.xlsx into a folder."""
    folder = ready(options.out)
    document, verified = standing(options.plan)
    told = tuple(dossier(verified, project_id) for project_id in verified.problem.project_by_id)
    drawn = Drawn(document, verified, told)
    extras = Extras(studies=read_studies(options.answers, document, verified))
    payload = payload_of(drawn, map_settings(options.settings), extras)
    made = report(payload, drawn, drawn_boundaries(document.inputs), options.language)
    (folder / "report.pdf").write_bytes(made.pdf)
    (folder / "map.png").write_bytes(made.png)
    speech = Speech(options.language)
    sheets = [*screen_tables(payload, drawn, speech), *study_tables(payload, speech)]
    write_workbook(verified.problem, document, folder / "plan.xlsx", sheets)
    for note in made.notes:
        print(note, file=sys.stderr)
    for name in ("report.pdf", "map.png", "plan.xlsx"):
        print(folder / name)
    return exit_codes.OK
