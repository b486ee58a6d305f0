"""The commands backup and restore."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine

from service import exit_codes, logs
from service.backup import Note, backup, restore
from service.database.engine import open_engine
from service.serve import database
from service.settings import load_settings


def back_up(options: argparse.Namespace) -> int:
    """Dump the database into a file, with a note of what it holds."""
    return _do(backup, options)


def bring_back(options: argparse.Namespace) -> int:
    """Restore a dump into an empty database, and compare it with its note."""
    return _do(restore, options)


def _do(deed: Callable[[Engine, str, Path], Note], options: argparse.Namespace) -> int:
    settings = load_settings()
    logs.set_up(settings.log_level)
    with database(settings, made=deed is backup) as url:
        engine = open_engine(url, pool_size=2)
        try:
            note = deed(engine, url, options.file)
        finally:
            engine.dispose()
    print(json.dumps(note.model_dump(), ensure_ascii=False, indent=1))
    return exit_codes.OK
