"""Arguments of the commands that run the service: serve, worker, migrate, nightly, key, audit."""

import argparse
from pathlib import Path

from service.cli.arguments.base import Command, count

ROLES = ("viewer", "planner", "reviewer", "operator", "admin")


def _serve(command: argparse.ArgumentParser) -> None:
    command.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    command.add_argument("--port", type=int, help="port, 0 for a free one (default: 8000)")
    command.add_argument("--data-dir", type=Path, metavar="DIR", help="folder of the embedded database (default: var)")
    command.add_argument("--no-worker", action="store_true", help="only the API; workers run elsewhere")


def _worker(command: argparse.ArgumentParser) -> None:
    command.add_argument("--lifeline", action="store_true", help="end when standard input does")
    command.add_argument(
        "--health", action="store_true", help="only say whether the worker on this host lives: ends with 0, else with 1"
    )


def _migrate(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--grant-to", metavar="NAME", help="login that serves from now on; it is made if the owner may make logins"
    )


def _nightly(command: argparse.ArgumentParser) -> None:
    command.add_argument("--once", action="store_true", required=True, help="do the last night that was due, now")
    command.add_argument("--json", action="store_true", help="the night as JSON")


def _key(command: argparse.ArgumentParser) -> None:
    command.add_argument("person", help="whose key it is; two keys of one person are one person in reviews")
    command.add_argument("--role", choices=ROLES, required=True)
    command.add_argument("--district", metavar="ADCODE", help="bind a viewer or planner to a district")
    command.add_argument("--label", default="", help="what the key is for")
    command.add_argument("--data-dir", type=Path, metavar="DIR", help="folder of the service's embedded database")
    command.add_argument("--days", type=count, metavar="N", help="days until it expires (default: never)")


def _audit(command: argparse.ArgumentParser) -> None:
    command.add_argument("verb", choices=("verify",))
    command.add_argument("--anchor", type=Path, metavar="FILE", help="an anchor that was kept outside the database")
    command.add_argument(
        "--write-anchor", type=Path, metavar="FILE", help="write the last digest, to be kept elsewhere"
    )


SERVING = (
    Command("serve", "run the service: database, worker and API", "service.cli.serve:serve", _serve),
    Command("worker", "take runs from the queue of DATABASE_URL", "service.cli.operate:worker", _worker),
    Command("migrate", "bring the database to this release, as its owner", "service.cli.operate:migrate", _migrate),
    Command("nightly", "re-plan from the published plan, as every night", "service.cli.operate:nightly", _nightly),
    Command("key", "make an API key for a person", "service.cli.operate:key", _key),
    Command("audit", "verify the audit", "service.cli.operate:audit", _audit),
)
