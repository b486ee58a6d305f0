"""The command that prints the JSON Schema of a format."""

import argparse
import json

from pydantic import BaseModel

from geodata.records.inputs import FORMATS
from service.cli.common import exit_codes
from service.formats.analyses import AnswerOut
from service.formats.plan import DossierOut, PlanOut


def schema(options: argparse.Namespace) -> int:
    """Print the JSON Schema of a format."""
    models: dict[str, type[BaseModel]] = {**FORMATS, "plan": PlanOut, "dossier": DossierOut, "answers": AnswerOut}
    print(json.dumps(models[options.format].model_json_schema(), ensure_ascii=False, indent=1))
    return exit_codes.OK
