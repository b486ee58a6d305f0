"""Arguments of the commands that keep the service's data safe: backup, restore."""

import argparse
from pathlib import Path

from service.cli.arguments.base import Command


def _backup(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path, metavar="FILE", help="new file for the dump; its note goes to FILE.json")


def _restore(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path, metavar="FILE", help="a dump of `backup`, with FILE.json beside it")
    command.add_argument(
        "--grant-to", metavar="NAME", help="login that serves from now on; it is made if the owner may make logins"
    )


OPERATING = (
    Command("backup", "dump the database, with a note of what it holds", "service.cli.backup:backup_command", _backup),
    Command("restore", "restore a dump into an empty database", "service.cli.backup:restore_command", _restore),
)
