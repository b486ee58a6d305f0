"""Runs a preset: its sets and the multiplied seed batch, one after the other, and writes the page of benchmarks."""

import argparse
import json
import os
import sys
from datetime import date
from pathlib import Path
from typing import Any

from allocator.benchmarks.harness import engine_code_hash, engine_names, machine
from allocator.benchmarks.instance_files import bench_folder
from allocator.errors import Fault, InputError
from allocator.solving.solution import Limits
from service.benchmarks.page import write_page
from service.benchmarks.runner import Job, longest_s, run_jobs
from service.benchmarks.scaled_batch_run import run_batch
from service.benchmarks.suites import OURS, PRESETS

BATCHES = {"full": ("1500x600", 120.0), "quick": ("96x87", 10.0)}
"""Size and wall seconds of the multiplied seed batch; the quick one is as large as the seeds."""

NAME = "benchmarks"


def run_preset(options: argparse.Namespace) -> bool:
    """Run what is not there yet, write data, page and pictures, and return whether no result is faulty."""
    threads = options.threads or os.cpu_count() or 1
    sets = PRESETS[options.preset]
    jobs = {each.name: each.jobs(threads, options.seed) for each in sets}
    if not any(jobs.values()):
        remedy = "Set ALLOCATOR_BENCH to the folder of the instances"
        raise InputError([Fault(str(bench_folder()), None, None, None, "holds no instance", remedy)])
    size, limit_s = BATCHES[options.preset]
    longest = longest_s(job for some in jobs.values() for job in some) + 2 * limit_s
    print(
        f"preset {options.preset}: at most {longest / 3600:.1f} hours; what stands in the raw folder is not run again"
    )
    raw = options.raw or Path("out/bench/raw")
    summary = {
        "preset": options.preset,
        "on": date.today().isoformat(),  # noqa: DTZ011  the calendar of whoever runs it
        "machine": machine(),
        "threads": threads,
        "seed": options.seed,
        "remark": options.remark,
        "asked": {name: len(some) for name, some in jobs.items()},
        "sets": {name: _summarised(some, raw, only_kept=options.render) for name, some in jobs.items()},
        "batch": _batches(size, Limits(limit_s, threads, options.seed), raw, only_kept=options.render),
    }
    options.docs.mkdir(parents=True, exist_ok=True)
    text = json.dumps(summary, ensure_ascii=False, separators=(",", ":"))
    (options.docs / f"{NAME}.json").write_text(text + "\n", encoding="utf-8")
    written = write_page(options.docs, summary)
    print("\n".join(str(path) for path in written))
    faulty = [each for some in summary["sets"].values() for each in some if each["faults"]]
    return not faulty


def _summarised(jobs: list[Job], raw: Path, *, only_kept: bool) -> list[dict[str, Any]]:
    """Results without their assignments; with every point that was kept, as targets are measured on them."""
    return [{**each.as_json(), "assignment": None} for each in run_jobs(jobs, raw, only_kept=only_kept)] if jobs else []


def _batches(size: str, limits: Limits, raw: Path, *, only_kept: bool) -> list[dict[str, Any]]:
    engines = [name for name in (OURS, "exact") if name != OURS or OURS in engine_names()]
    return [each for engine in engines for each in _batch(size, engine, limits, raw, only_kept=only_kept)]


def _batch(size: str, engine: str, limits: Limits, raw: Path, *, only_kept: bool) -> list[dict[str, Any]]:
    code = engine_code_hash(engine)[:12]
    used = f"{limits.time_limit_s:g}s.{limits.threads}t.seed{limits.seed}"
    path = raw / "batch" / f"{size}.{engine}.{used}.{code}.json"
    if not path.is_file():
        if only_kept:
            return []
        print(f"seed batch {size}, {engine}", file=sys.stderr)
        results = [each.as_json() for each in run_batch(size, [engine], limits)]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(results, ensure_ascii=False), encoding="utf-8")
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return [{**each, "assignment": None} for each in found]
