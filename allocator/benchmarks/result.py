"""One engine's answer to one instance as it is written to JSON: what it claims, and what is true of it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from allocator.benchmarks.check import Amount, Claim, check
from allocator.benchmarks.formulate import Formulation
from allocator.benchmarks.harness import Limits, Record
from allocator.benchmarks.instance import Instance
from allocator.benchmarks.instance_files import Known
from allocator.engines.task import AnswerStatus


@dataclass(frozen=True)
class Result:
    """Values and bounds in the instance's own sense and unit; gaps are fractions ≥ 0 unless a record is broken.

    ``value`` is recomputed from the assignment and None where that is missing or breaks the instance; ``claimed`` is
    what the engine said.  ``proven_bound`` is the tightest bound that is published or that an engine without fault
    proved in the same run.  ``trajectory`` holds (seconds, value, bound).
    """

    instance: str
    family: str
    set: str
    sense: str
    size: str
    engine: str
    value: Amount | None
    bound: Amount | None
    seconds: float
    status: str
    assignment: dict[str, str | int] | None
    claimed: Amount | None
    faults: tuple[str, ...]
    notes: tuple[str, ...]
    best_known: Amount | None
    best_known_source: str | None
    best_known_proven: bool
    proven_bound: Amount | None
    gap_to_best_known: float | None
    gap_to_own_bound: float | None
    gap_to_proven_bound: float | None
    time_limit_s: float
    threads: int
    seed: int
    peak_mib: int
    trajectory: tuple[tuple[float, Amount | None, Amount | None], ...]
    versions: dict[str, str]
    input_hash: str
    code_hash: str

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Result":
        """The result that plain data states; raises TypeError or KeyError when it states none."""
        lists = {name: tuple(data[name]) for name in ("faults", "notes")}
        return cls(**{**data, **lists, "trajectory": tuple((s, v, b) for s, v, b in data["trajectory"])})

    @property
    def proven_optimal(self) -> bool:
        """Whether the engine proved that nothing is better, and nothing is wrong with its answer."""
        return not self.faults and self.value is not None and self.value == self.bound


def claimed(engine: str, formulation: Formulation, record: Record, limits: Limits, **about: Any) -> Result:
    """The claims of a run, to be judged; ``about`` fills ``set``, ``versions`` and the hashes."""
    instance, task = formulation.instance, formulation.task
    amount = formulation.amount
    return Result(
        instance=instance.name,
        family=instance.family.value,
        sense=instance.sense,
        size=instance.size,
        engine=engine,
        value=None,
        bound=None if record.bound is None else amount(record.bound),
        seconds=round(record.seconds, 2),
        status=record.status.value,
        assignment=None if record.values is None else formulation.assignment(record.values),
        claimed=None if record.values is None else amount(task.evaluate(record.values)),
        faults=(),
        notes=tuple(record.notes),
        best_known=None,
        best_known_source=None,
        best_known_proven=False,
        proven_bound=None,
        gap_to_best_known=None,
        gap_to_own_bound=None,
        gap_to_proven_bound=None,
        time_limit_s=limits.time_limit_s,
        threads=limits.threads,
        seed=limits.seed,
        peak_mib=record.peak_bytes >> 20,
        trajectory=tuple((s, _amount(formulation, v), _amount(formulation, b)) for s, v, b in record.ticks),
        **about,
    )


def _amount(formulation: Formulation, objective: int | None) -> Amount | None:
    return None if objective is None else formulation.amount(objective)


def judged(instance: Instance, results: Sequence[Result], known: Known | None) -> list[Result]:
    """The results of one instance, each checked against the instance, what is known, and the others."""
    better = max if instance.sense == "max" else min
    first = [_checked(instance, result, known, None) for result in results]
    reached = better((result.value for result in first if result.value is not None), default=None)
    second = [_checked(instance, result, known, reached) for result in results]
    return _with_gaps(instance, second, known, reached)


def _checked(instance: Instance, result: Result, known: Known | None, reached: Amount | None) -> Result:
    verdict = check(instance, Claim(result.assignment, result.claimed, result.bound), known, reached)
    faults = list(verdict.faults)
    if result.status == AnswerStatus.OPTIMAL and result.claimed != result.bound:
        faults.append("claims an optimum that its own bound does not prove")
    if result.status == AnswerStatus.INFEASIBLE and reached is not None:
        faults.append("claims that there is no solution where there is one")
    return replace(result, value=verdict.value, faults=tuple(faults))


def _with_gaps(
    instance: Instance, results: Sequence[Result], known: Known | None, reached: Amount | None
) -> list[Result]:
    tighter = min if instance.sense == "max" else max
    bounds = [r.bound for r in results if r.bound is not None and not r.faults]
    published = [known.bound] if known is not None and known.bound is not None else []
    proven = tighter([*bounds, *published], default=None)
    best = known.value if known is not None else reached
    return [
        replace(
            result,
            best_known=best,
            best_known_source=known.source if known is not None else "best checked value of this run",
            best_known_proven=known is not None and known.proven,
            proven_bound=proven,
            gap_to_best_known=_gap(instance, result.value, best, best),
            gap_to_own_bound=_gap(instance, result.value, result.bound, result.value),
            gap_to_proven_bound=_gap(instance, result.value, proven, result.value),
        )
        for result in results
    ]


def _gap(instance: Instance, value: Amount | None, target: Amount | None, of: Amount | None) -> float | None:
    """How far a value falls short of a target, as a fraction; negative where it is better."""
    if value is None or target is None or of is None:
        return None
    return instance.sign * (target - value) / max(1, abs(of))
