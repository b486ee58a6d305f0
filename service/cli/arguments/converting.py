"""Arguments of the command that reads spreadsheets of other people: convert."""

import argparse
from pathlib import Path

from service.cli.arguments.base import Command


def _convert(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path, metavar="FILE", help="a spreadsheet of any make")
    command.add_argument("--mapping", type=Path, metavar="M.json", help="what the columns and words mean")
    command.add_argument("--sheet", metavar="NAME", help="which sheet (default: the mapping's, else the likeliest)")
    command.add_argument("--registry", type=Path, metavar="DIR", help="check against this (default: the seed registry)")
    command.add_argument("--out", type=Path, metavar="projects.csv", help="write the projects in our own format")
    command.add_argument("--save-mapping", type=Path, metavar="M.json", help="write the mapping that was taken")
    command.add_argument("--lang", choices=("zh", "en"), default="en", help="language of the texts (default: en)")
    command.add_argument("--json", action="store_true", help="everything as JSON")


CONVERTING = (
    Command("convert", "any spreadsheet into our format, with every fault", "service.cli.convert:run", _convert),
)
