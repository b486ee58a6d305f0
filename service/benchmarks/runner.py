"""Runs engines on instances one after the other, keeps every raw result, and goes on where it was stopped."""

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from allocator.benchmarks.formulate import formulate
from allocator.benchmarks.harness import Limits, engine_code_hash, run_engine, versions, warm_up
from allocator.benchmarks.instance import Instance, Sense
from allocator.benchmarks.instance_files import best_known, read_instance
from allocator.benchmarks.result import Result, claimed, judged

OVERHEAD_S = 3.0
"""What a run takes beyond its limit at the most, on average: reading, handing over, checking."""


@dataclass(frozen=True)
class Job:
    """One instance file, the engines to run on it, and what each may use."""

    path: Path
    engines: tuple[str, ...]
    limits: Limits
    sense: Sense | None = None


def longest_s(jobs: Iterable[Job]) -> float:
    """Wall seconds if every run uses its whole limit."""
    return sum(len(job.engines) * (job.limits.time_limit_s + OVERHEAD_S) for job in jobs)


def run_jobs(jobs: Sequence[Job], raw: Path | None = None, *, only_kept: bool = False) -> Iterator[Result]:
    """Results of every job, judged; those that stand in the folder ``raw`` already are taken from there.

    With ``only_kept`` nothing is run, and what does not stand there is left out.
    """
    if not only_kept:
        warm_up(tuple(dict.fromkeys(engine for job in jobs for engine in job.engines)))
    for number, job in enumerate(jobs, start=1):
        instance = read_instance(job.path, job.sense)
        print(f"{number}/{len(jobs)} {instance.name} {instance.size}", end="", file=sys.stderr, flush=True)
        results = list(_claims(job, instance, raw, only_kept=only_kept))
        print(file=sys.stderr)
        yield from judged(instance, results, best_known(job.path, instance.sense))


def _claims(job: Job, instance: Instance, raw: Path | None, *, only_kept: bool) -> Iterator[Result]:
    software = versions()
    input_hash = hashlib.sha256(job.path.read_bytes()).hexdigest()
    formulation = None
    for engine in job.engines:
        kept = None if raw is None else raw / _file_name(job, instance, engine)
        code_hash = engine_code_hash(engine)
        result = _kept(kept, (input_hash, code_hash, software))
        if result is None and only_kept:
            continue
        if result is None:
            about = {"set": job.path.resolve().parent.name, "input_hash": input_hash, "code_hash": code_hash}
            formulation = formulation or formulate(instance)
            record = run_engine(engine, formulation, job.limits)
            result = claimed(engine, formulation, record, job.limits, versions=software, **about)
            if kept is not None:
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.write_text(json.dumps(result.as_json(), ensure_ascii=False), encoding="utf-8")
        print(f"  {engine} {result.claimed} in {result.seconds:.0f} s", end="", file=sys.stderr, flush=True)
        yield result


def _file_name(job: Job, instance: Instance, engine: str) -> str:
    limits = job.limits
    used = f"{limits.time_limit_s:g}s.{limits.threads}t.seed{limits.seed}"
    return f"{job.path.resolve().parent.name}/{instance.name}.{instance.sense}.{engine}.{used}.json"


def _kept(path: Path | None, wanted: tuple[str, str, dict[str, str]]) -> Result | None:
    """A result of an earlier run, unless it is of another file, of other code or of other software."""
    if path is None or not path.is_file():
        return None
    result = Result.from_json(json.loads(path.read_text(encoding="utf-8")))
    return result if (result.input_hash, result.code_hash, result.versions) == wanted else None
