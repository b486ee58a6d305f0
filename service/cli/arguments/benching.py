"""Arguments of the command that measures engines: bench."""

import argparse
from pathlib import Path

from service.cli.arguments.base import Command, count, seconds, seed


def _bench(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "files", type=Path, nargs="*", metavar="FILE", help="instances, or folders of them; also under ALLOCATOR_BENCH"
    )
    command.add_argument("--time-limit", type=seconds, default=30.0, metavar="S", help="wall seconds of each run")
    command.add_argument("--threads", type=count, metavar="N", help="threads of each run (default: every core)")
    command.add_argument("--seed", type=seed, default=0, help="seed of the engines (default: 0)")
    command.add_argument(
        "--engine", nargs="+", action="extend", metavar="NAME", help="our engines to run (default: all but peers)"
    )
    command.add_argument("--peers", metavar="NAMES", help="others to run beside, of cp-sat,scip,highs,cbc")
    command.add_argument("--sense", choices=("min", "max"), help="of GAP files (default: min)")
    command.add_argument("--memory", type=count, default=16, metavar="GIB", help="address space of each run")
    command.add_argument("--raw", type=Path, metavar="DIR", help="keep each result here and take it from here again")
    command.add_argument(
        "--seed-batch", metavar="PxS", help="instead: the full model, seeds made P projects × S spaces"
    )
    command.add_argument("--preset", choices=("full", "quick"), help="instead: the sets of the page of benchmarks")
    command.add_argument("--render", action="store_true", help="with --preset: run nothing, show what was kept")
    command.add_argument("--remark", metavar="TEXT", help="with --preset: what a reader of the page should know")
    command.add_argument(
        "--docs", type=Path, default=Path("out/bench"), metavar="DIR", help="where a preset's page goes"
    )
    command.add_argument("--json", dest="json_out", type=Path, metavar="OUT", help="the results")
    command.add_argument("--markdown", type=Path, metavar="OUT", help="the same as a table")


BENCHING = (
    Command("bench", "engines and peers on public instances, every answer checked", "service.cli.bench:bench", _bench),
)
