"""The command that prints the JSON Schema of a format."""

import argparse
import json

from pydantic import BaseModel

from geodata.schema import FORMATS
from service import exit_codes
from service.answers_wire import AnswerOut
from service.wire import DossierOut, PlanOut


def schema(options: argparse.Namespace) -> int:
    """Print the JSON Schema of a format."""
    models: dict[str, type[BaseModel]] = {**FORMATS, "plan": PlanOut, "dossier": DossierOut, "answers": AnswerOut}
    print(json.dumps(models[options.format].model_json_schema(), ensure_ascii=False, indent=1))
    return exit_codes.OK
