"""The commands of whoever runs the service: migrate, worker, nightly, key, audit."""

import argparse
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from allocator.engines.solver_process import memory_bytes_of_children
from allocator.errors import Fault, InputError
from service.application.administration import KeyRequest, make_key
from service.application.planning import night_control, nightly_replan
from service.application.plans.change_report import report_text
from service.cli.common import exit_codes
from service.cli.serve import database
from service.database.clock import now_by
from service.database.engine import SYSTEM, open_engine, transaction
from service.database.logins import granted
from service.database.migrate import check_fit, check_schema
from service.database.migrate import migrate as migrate_database
from service.identity.api_keys import check_person, pepper_of
from service.identity.roles import DISTRICT_ROLES, Principal, Role
from service.identity.security_events import LOG
from service.jobs.context import WorkerContext
from service.jobs.run_attempt import solve_run
from service.jobs.worker import work
from service.observability import logs
from service.observability.probes import worker_lives
from service.operations import bootstrap
from service.repositories import audit_log as trail
from service.settings import Settings, load_settings


def _settings(**given: object) -> Settings:
    settings = load_settings(**given)
    logs.set_up(settings.log_level)
    return settings


@contextmanager
def _kept(settings: Settings) -> Iterator[Engine]:
    """The database that there is; raises InputError where there is none, or none of this release."""
    with database(settings, made=True) as addresses:
        engine = open_engine(addresses.owner, pool_size=1)
        try:
            check_schema(engine)
            yield engine
        finally:
            engine.dispose()


def migrate(options: argparse.Namespace) -> int:
    """Bring the database to the schema of this release, fill an empty one, and say who may serve it."""
    settings = _settings()
    with database(settings) as addresses:
        engine = open_engine(addresses.owner, pool_size=1)
        try:
            revision = migrate_database(engine, options.grant_to or addresses.login)
            bootstrap.bootstrap(engine, settings)
            with engine.connect() as connection:
                logins = granted(connection)
        finally:
            engine.dispose()
    print(f"schema {revision}")
    print(f"served as {', '.join(logins)}" if logins else "served as nobody: run it again with --grant-to NAME")
    return exit_codes.OK


def worker(options: argparse.Namespace) -> int:
    """Work until SIGTERM; or say whether the worker on this host lives."""
    settings = _settings()
    if settings.database_url is None:
        remedy = "Set DATABASE_URL, or run `allocator serve`, which has a worker of its own."
        raise InputError([Fault("environment", None, "DATABASE_URL", None, "is missing", remedy)])
    if options.health:
        return _health(settings, settings.database_url.get_secret_value())
    work(settings, settings.database_url.get_secret_value(), lifeline=options.lifeline)
    return exit_codes.OK


def _health(settings: Settings, url: str) -> int:
    engine = open_engine(url, pool_size=1, statement_timeout_s=5)
    try:
        lives = worker_lives(engine, socket.gethostname(), settings.stalled_after_s)
    except SQLAlchemyError:
        lives = False
    finally:
        engine.dispose()
    print("ok" if lives else "no heartbeat")
    return exit_codes.OK if lives else exit_codes.DEFECT


def nightly(options: argparse.Namespace) -> int:
    """Do the last night that was due, here and now, or show how it ended if it has run."""
    settings = _settings()
    with database(settings) as addresses:
        if addresses.login is not None:
            owner = open_engine(addresses.owner, pool_size=1)
            migrate_database(owner, addresses.login)
            owner.dispose()
        engine = open_engine(addresses.service, pool_size=3)
        try:
            check_fit(engine)
            code = _night(settings, engine, as_json=options.json)
        finally:
            engine.dispose()
    return code


def _night(settings: Settings, engine: Engine, *, as_json: bool) -> int:
    works = WorkerContext(settings, engine, f"nightly-{os.getpid()}")
    with transaction(engine, SYSTEM) as connection:
        day = nightly_replan.due(settings, now_by(connection, settings))
        run_id = nightly_replan.begin(connection, settings, day, "operator", again=True)
    if run_id is not None:
        memory_bytes_of_children.set(settings.solver_memory_mb << 20)
        solve_run(works, run_id)
    return _show_night(engine, day, as_json=as_json)


def _show_night(engine: Engine, day: date, *, as_json: bool) -> int:
    with transaction(engine, SYSTEM) as connection:
        row = night_control.find(connection, day)
        report = nightly_replan.report_of(connection, row["local_date"])
    if as_json:
        print(json.dumps({**row, "report": row["report"]}, ensure_ascii=False, indent=1, default=str))
    else:
        print(f"{row['local_date']}: {row['state']}")
        if report is not None:
            print(report_text(report))
        elif row["report"]:
            print("; ".join(str(value) for value in row["report"].values()))
    return exit_codes.DEFECT if row["state"] == "failed" else exit_codes.OK


def key(options: argparse.Namespace) -> int:
    """Make a key for a person and print it; it cannot be shown again."""
    role = Role(options.role)
    if options.district is not None and role not in DISTRICT_ROLES:
        remedy = f"Leave it out, or make the person one of {', '.join(sorted(DISTRICT_ROLES))}."
        raise InputError([Fault("key", None, "--district", options.district, f"does not go with {role}", remedy)])
    settings = _settings(**({} if options.data_dir is None else {"data_dir": options.data_dir}))
    with _kept(settings) as engine, transaction(engine, SYSTEM) as connection:
        check_person(options.person)
        asked = KeyRequest(Principal(options.person, role, options.district), options.label, options.days)
        key_id, made = make_key(connection, pepper_of(settings), asked, "operator")
    LOG.info("key.made", person="operator", subject=f"key/{key_id}", of=options.person, role=role.value)
    print(made)
    return exit_codes.OK


def audit(options: argparse.Namespace) -> int:
    """Verify the audit's chain, against an anchor kept elsewhere if one is named; write a new anchor if asked."""
    settings = _settings()
    with _kept(settings) as engine, transaction(engine, SYSTEM) as connection:
        count, last, broken = trail.verify_chain(connection)
        anchored = _against(options.anchor, lambda number: trail.digest_at(connection, number))
    wrong = [f"entry {broken.number} {broken.why}"] if broken else []
    wrong += [anchored] if anchored else []
    if options.write_anchor is not None and not wrong:
        text = json.dumps({"entries": count, "digest": last.hex(), "at": datetime.now(UTC).isoformat()})
        options.write_anchor.write_text(text + "\n", encoding="utf-8")
    shown = {"holds": not wrong, "entries": count, "last_digest": last.hex(), "wrong": wrong}
    print(json.dumps(shown, ensure_ascii=False, indent=1))
    return exit_codes.INFEASIBLE if wrong else exit_codes.OK


def _against(path: Path | None, digest_at: object) -> str | None:
    """What an anchor says that the audit does not; an anchor of an empty audit says nothing."""
    if path is None:
        return None
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        number, digest = int(said["entries"]), str(said["digest"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError([Fault(path.name, None, None, None, f"is no anchor: {error}", "Check the path")]) from None
    if number == 0:
        return None
    found = digest_at(number)  # type: ignore[operator]
    if found is None:
        return f"the audit ends before entry {number} of the anchor"
    return None if found.hex() == digest else f"entry {number} is not that of the anchor"
