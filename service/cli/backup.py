"""The commands backup and restore."""

import argparse
import json
from collections.abc import Callable

from sqlalchemy import Engine

from service.cli.common import exit_codes
from service.cli.serve import database
from service.database.embedded import Addresses
from service.database.engine import open_engine
from service.observability import logs
from service.operations.backup import BackupManifest, backup, restore
from service.settings import load_settings


def backup_command(options: argparse.Namespace) -> int:
    """Dump the database into a file, with a note of what it holds."""
    return _do(lambda engine, addresses: backup(engine, addresses.owner, options.file), made=True)


def restore_command(options: argparse.Namespace) -> int:
    """Restore a dump into an empty database, and compare it with its note."""

    def bring(engine: Engine, addresses: Addresses) -> BackupManifest:
        return restore(engine, addresses.owner, options.file, options.grant_to or addresses.login)

    return _do(bring, made=False)


def _do(operation: Callable[[Engine, Addresses], BackupManifest], *, made: bool) -> int:
    settings = load_settings()
    logs.set_up(settings.log_level)
    with database(settings, made=made) as addresses:
        engine = open_engine(addresses.owner, pool_size=2)
        try:
            note = operation(engine, addresses)
        finally:
            engine.dispose()
    print(json.dumps(note.model_dump(), ensure_ascii=False, indent=1))
    return exit_codes.OK
