"""The command bench: engines and peers on public instances, every answer checked, as JSON and as a table."""

import argparse
import json
import os
from pathlib import Path
from typing import Any

from allocator.benchmarks.harness import PEERS, SINGLE, Limits, engine_names
from allocator.benchmarks.instance_files import instance_files
from allocator.errors import Fault, InputError
from allocator.solving.solution import Limits as SolveLimits
from service.benchmarks.page import CELL, batch_section
from service.benchmarks.presets import run_preset
from service.benchmarks.runner import Job, longest_s, run_jobs
from service.benchmarks.scaled_batch_run import run_batch
from service.benchmarks.tables import results_page, summary_table
from service.cli.common import exit_codes


def bench(options: argparse.Namespace) -> int:
    """Run a preset, the multiplied seed batch, or the engines that are named on the instances that are named."""
    if options.preset is not None:
        return exit_codes.OK if run_preset(options) else exit_codes.DEFECT
    if options.seed_batch is not None:
        return _batch(options)
    paths = instance_files(options.files)
    if not paths:
        raise InputError([_fault("FILE", None, "names no instance", "Name instance files or folders of them")])
    engines = chosen_engines(options.engine, options.peers)
    limits = Limits(options.time_limit, options.threads or os.cpu_count() or 1, options.seed, options.memory << 30)
    jobs = [Job(path, engines, limits, options.sense) for path in paths]
    print(f"{len(jobs)} instances × {len(engines)} engines, at most {longest_s(jobs) / 60:.0f} minutes", flush=True)
    results = list(run_jobs(jobs, options.raw))
    _write_json(options, [each.as_json() for each in results])
    if options.markdown is not None:
        _write(options.markdown, results_page(results, conditions(engines, limits, results[0].versions)))
    print(summary_table(results))
    return _ended([f"{each.instance}, {each.engine}: {fault}" for each in results for fault in each.faults])


def _batch(options: argparse.Namespace) -> int:
    limits = SolveLimits(options.time_limit, options.threads or os.cpu_count() or 1, options.seed)
    results = list(run_batch(options.seed_batch, options.engine or ["exact"], limits))
    _write_json(options, [each.as_json() for each in results])
    if options.markdown is not None:
        _write(options.markdown, batch_section(results))
    print(batch_section(results))
    unverified = [f"{r.instance}, {r.engine}: {fault}" for r in results for fault in r.faults]
    return _ended(unverified)


def _ended(faults: list[str]) -> int:
    print("\n".join(faults) or "every answer passed the check")
    return exit_codes.DEFECT if faults else exit_codes.OK


def _write_json(options: argparse.Namespace, results: list[dict[str, Any]]) -> None:
    if options.json_out is not None:
        _write(options.json_out, json.dumps(results, ensure_ascii=False, indent=1) + "\n")


def chosen_engines(engines: list[str] | None, peers: str | None) -> tuple[str, ...]:
    """Engines and peers by name; ours are all those that are no peers, unless some are named.

    Raises InputError for names that are not known.
    """
    known = engine_names()
    asked_peers = [name.strip() for name in (peers or "").split(",") if name.strip()]
    ours = engines if engines is not None else [name for name in known if name not in PEERS]
    named = tuple(dict.fromkeys([*ours, *asked_peers]))
    remedy = f"Choose from {', '.join(known)}"
    faults = [_fault("--engine or --peers", name, "is no engine", remedy) for name in named if name not in known]
    if not named:
        faults.append(_fault("--engine or --peers", None, "names no engine", remedy))
    if faults:
        raise InputError(faults)
    return named


def conditions(engines: tuple[str, ...], limits: Limits, software: dict[str, str]) -> list[str]:
    """Sentences on what every run was given."""
    used = ", ".join(f"{name} {version}" for name, version in software.items() if name != "machine")
    return [
        f"{limits.time_limit_s:g} s, {limits.threads} threads, seed {limits.seed}; {used}; {software['machine']}.",
        f"Each run has a process of its own with {limits.memory_bytes >> 30} GiB of address space.",
        "",
        CELL,
        "",
        *(f"- {name} {why}." for name, why in SINGLE.items() if name in engines),
        "",
    ]


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _fault(where: str, value: str | None, message: str, remedy: str) -> Fault:
    return Fault(where, None, None, value, message, remedy)
