"""Markdown tables of benchmark results: one row per instance and engine, the best in bold, then means and worst."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from statistics import fmean

from allocator.benchmarks.result import Result

MISSING = "–"


def results_page(results: Sequence[Result], notes: Iterable[str] = ()) -> str:
    """Every result, a summary per set, and the faults."""
    parts = [
        "# Benchmark\n",
        "\n".join(notes),
        "## Instances\n",
        instance_table(results),
        "## Sets\n",
        summary_table(results),
        *_fault_list(results),
    ]
    return "\n".join(part for part in parts if part).rstrip() + "\n"


def instance_table(results: Sequence[Result]) -> str:
    """One row per instance, one column per engine: value, gap to the best known value, gap to the proven bound."""
    engines = list(dict.fromkeys(result.engine for result in results))
    rows = [["instance", "size", "best known", "proven bound", *engines]]
    for group in by_instance(results):
        best = best_engines(group)
        cells = {result.engine: _cell(result, bold=result.engine in best) for result in group}
        first = group[0]
        rows.append(
            [
                first.instance,
                first.size,
                number(first.best_known),
                number(first.proven_bound),
                *(cells.get(engine, MISSING) for engine in engines),
            ]
        )
    return table(rows)


def summary_table(results: Sequence[Result]) -> str:
    """Per set and engine: how many answered, proven, best; mean and worst gaps; seconds and memory."""
    rows = [
        ["set", "engine", "answered", "optimal", "best", "mean gap to best known", "worst", "mean gap to proven bound"]
    ]
    rows[0] += ["worst", "mean s", "peak MiB", "faults"]
    for name, group in grouped(results, lambda result: f"{result.set}, {result.time_limit_s:g} s").items():
        wins = [engine for instance in by_instance(group) for engine in best_engines(instance)]
        for engine, own in grouped(group, lambda result: result.engine).items():
            answered = [result for result in own if result.value is not None]
            rows.append(
                [
                    name,
                    engine,
                    f"{len(answered)} of {len(own)}",
                    str(sum(result.proven_optimal for result in own)),
                    str(wins.count(engine)),
                    *_mean_and_worst([r.gap_to_best_known for r in answered]),
                    *_mean_and_worst([r.gap_to_proven_bound for r in answered]),
                    f"{fmean(result.seconds for result in own):.1f}",
                    f"{max(result.peak_mib for result in own):,}",
                    str(sum(bool(result.faults) for result in own)),
                ]
            )
    return table(rows)


def best_engines(group: Sequence[Result]) -> set[str]:
    """Engines whose checked value no other of the same instance beats."""
    answered = [result for result in group if result.value is not None]
    better = max if group[0].sense == "max" else min
    top = better((result.value for result in answered if result.value is not None), default=None)
    return {result.engine for result in answered if result.value == top}


def by_instance(results: Iterable[Result]) -> list[list[Result]]:
    """Results of each instance under one limit, in the order in which they came."""
    groups = grouped(results, lambda r: f"{r.set}/{r.instance}/{r.sense}/{r.time_limit_s:g}")
    return list(groups.values())


def grouped(results: Iterable[Result], name: Callable[[Result], str]) -> dict[str, list[Result]]:
    """Results by a name, in the order in which they came."""
    groups: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        groups[name(result)].append(result)
    return dict(groups)


def table(rows: Sequence[Sequence[str]]) -> str:
    """Markdown table; the first row is the header."""
    head, *body = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([head, "|" + "---|" * len(rows[0]), *body]) + "\n"


def percent(share: float | None) -> str:
    """A fraction in per cent, two decimals."""
    return MISSING if share is None else f"{share:.2%}"


def number(amount: float | None) -> str:
    """An amount with thousands apart."""
    return MISSING if amount is None else f"{amount:,}"


def _cell(result: Result, *, bold: bool) -> str:
    if result.value is None:
        return result.status if not result.faults else f"{result.status}, faulty"
    shown = f"**{number(result.value)}**" if bold else number(result.value)
    gaps = f"{percent(result.gap_to_best_known)} / {percent(result.gap_to_proven_bound)}"
    mark = " optimal" if result.proven_optimal else ""
    return f"{shown} {gaps}{mark} {result.seconds:.1f} s{' FAULTY' if result.faults else ''}"


def _mean_and_worst(gaps: Sequence[float | None]) -> tuple[str, str]:
    known = [gap for gap in gaps if gap is not None]
    return (percent(fmean(known)), percent(max(known))) if known else (MISSING, MISSING)


def _fault_list(results: Iterable[Result]) -> Iterator[str]:
    faulty = [result for result in results if result.faults]
    if faulty:
        yield "## Faults\n"
        for result in faulty:
            yield from (f"- {result.instance}, {result.engine}: {fault}" for fault in result.faults)
