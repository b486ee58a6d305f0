"""Metrics for Prometheus: requests as FastAPI measures them, threads, disk, and what the database says of its work."""

import shutil
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any

from anyio import CapacityLimiter
from anyio.to_thread import current_default_thread_limiter, run_sync
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from service.database.engine import SYSTEM, transaction
from service.database.rows import every, only
from service.identity.roles import Right
from service.web.context import InHouse, recognise
from service.web.problems import ProblemError
from service.web.urls import within

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
STATES = ("queued", "running", "succeeded", "infeasible", "no_plan", "failed", "cancelled", "quarantined")
KEPT_S = 1.0
"""How long metrics are taken as they are, s."""

QUANTILES = (0.5, 0.9, 1.0)

_RUNS = text("SELECT state, count(*) AS runs FROM allocator.run GROUP BY state")
_AGES = text(
    "SELECT (SELECT extract(epoch FROM now() - min(made_at)) FROM allocator.run WHERE state = 'queued') AS queue,"
    " (SELECT extract(epoch FROM now() - max(finished_at)) FROM allocator.night WHERE state <> 'failed') AS night,"
    " (SELECT count(*) FROM allocator.worker WHERE heartbeat_at > now() - interval '1 minute') AS workers,"
    " (SELECT extract(epoch FROM now() - min(started_at)) FROM allocator.night WHERE state = 'running') AS nightly,"
    " (SELECT count(*) FROM allocator.notice WHERE sent_at IS NULL) AS notices,"
    " pg_database_size(current_database()) AS size"
)
_SOLVES = text(
    "SELECT percentile_disc(CAST(:quantiles AS double precision[])) WITHIN GROUP (ORDER BY wall_s) AS seconds,"
    " percentile_disc(CAST(:quantiles AS double precision[])) WITHIN GROUP (ORDER BY gap) AS gap, count(*) AS plans"
    " FROM (SELECT wall_s, (SELECT max(coalesce((goal ->> 'gap')::float, 0)) FROM jsonb_array_elements(goals) goal)"
    " AS gap FROM allocator.plan WHERE made_at > now() - interval '1 day') AS lately"
)


class ServiceCollector(Collector):
    """Asks the database at every scrape, so every process of the API tells the same; the disk is this machine's."""

    def __init__(self, engine: Engine, data_dir: Path) -> None:
        self._engine, self._data_dir = engine, data_dir.absolute()

    def describe(self) -> Sequence[GaugeMetricFamily]:
        """Nothing: to register asks no database."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """What there is now; without a database only the disk, and that there is none."""
        yield from _disk(self._data_dir)
        up = GaugeMetricFamily("allocator_database_up", "Whether the database answers.")
        try:
            with transaction(self._engine, SYSTEM) as connection:
                runs, ages = every(connection, _RUNS), only(connection, _AGES)
                solves = only(connection, _SOLVES.bindparams(quantiles=list(QUANTILES)))
        except SQLAlchemyError:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        yield _by_state({row["state"]: row["runs"] for row in runs})
        yield from _ages(ages)
        yield from _solves(solves)


def _disk(folder: Path) -> Iterator[GaugeMetricFamily]:
    there = next(each for each in (folder, *folder.parents) if each.exists())
    total, _, free = shutil.disk_usage(there)
    yield GaugeMetricFamily("allocator_disk_bytes", "Size of the file system of the data folder.", value=total)
    yield GaugeMetricFamily("allocator_disk_free_bytes", "What is free of it.", value=free)


def _by_state(counts: dict[str, int]) -> GaugeMetricFamily:
    found = GaugeMetricFamily("allocator_runs", "Runs by state.", labels=["state"])
    for state in STATES:
        found.add_metric([state], counts.get(state, 0))
    return found


def _ages(ages: dict[str, Any]) -> Iterator[GaugeMetricFamily]:
    told = {
        "allocator_queue_age_seconds": ("How long the oldest queued run has waited.", ages["queue"] or 0),
        "allocator_workers": ("Workers heard of in the last minute.", ages["workers"]),
        "allocator_night_running_seconds": ("How long a night has been running; 0 for none.", ages["nightly"] or 0),
        "allocator_database_bytes": ("Size of the database.", ages["size"]),
        "allocator_notices_waiting": ("Notices that are not sent yet.", ages["notices"]),
    }
    if ages["night"] is not None:
        told["allocator_night_age_seconds"] = ("Since the last night that did not fail.", ages["night"])
    for name, (words, value) in told.items():
        yield GaugeMetricFamily(name, words, value=float(value))


def _solves(solves: dict[str, Any]) -> Iterator[GaugeMetricFamily]:
    yield GaugeMetricFamily("allocator_plans_last_day", "Plans made in the last day.", value=solves["plans"])
    for column, name, words in (
        ("seconds", "allocator_solve_seconds", "Wall time of the solves of the last day."),
        ("gap", "allocator_gap", "Widest gap of a goal, as a fraction, in the plans of the last day."),
    ):
        found = GaugeMetricFamily(name, words, labels=["quantile"])
        for quantile, value in zip(QUANTILES, solves[column] or (), strict=False):
            found.add_metric([f"{quantile:g}"], float(value))
        yield found


class Meters:
    """The meters of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.provider = MeterProvider([PrometheusMetricReader(registry=self.registry)])
        gauge = partial(Gauge, registry=self.registry)
        self.threads = gauge("allocator_threads", "Requests that may be worked on at the same time.")
        self.busy = gauge("allocator_threads_busy", "Requests that are being worked on.")
        # not one of the threads that requests have: those may all be held
        self.own = CapacityLimiter(1)
        self._lock = Lock()
        self._made_at, self._text = -KEPT_S, b""

    def text(self) -> bytes:
        """The metrics; they are asked for at most once in a while, by one at a time."""
        with self._lock:
            if monotonic() - self._made_at >= KEPT_S:
                self._text, self._made_at = generate_latest(self.registry), monotonic()
            return self._text

    def install(self, app: FastAPI, engine: Engine) -> None:
        """Serve /metrics; it counts and names nobody."""
        self.registry.register(ServiceCollector(engine, app.state.house.settings.data_dir))
        app.state.meters = self
        app.include_router(router)


router = APIRouter(tags=["health"])


async def _may_read(request: Request, house: InHouse) -> None:
    """Whoever asks from a network that is named, and people who operate the service; raises a 401 or 403 problem."""
    forwarded = any(name in request.headers for name in ("x-forwarded-for", "forwarded"))
    from_near = request.client is not None and within(request.client.host, house.settings.metrics_from)
    if from_near and (not forwarded or house.settings.trusted_proxies):
        return
    principal = (await recognise(house, request)).principal
    if not principal.may(Right.OPERATE):
        raise ProblemError(403, "not-allowed", f"The role {principal.role} has no right to {Right.OPERATE}.")


@router.get("/metrics", summary="Metrics", include_in_schema=False, dependencies=[Depends(_may_read)])
async def metrics(request: Request) -> Response:
    """Text for Prometheus, at most a moment old."""
    meters: Meters = request.app.state.meters
    limiter = current_default_thread_limiter()
    meters.threads.set(limiter.total_tokens)
    meters.busy.set(limiter.borrowed_tokens)
    text = await run_sync(meters.text, limiter=meters.own)
    return Response(text, 200, media_type=CONTENT_TYPE)
