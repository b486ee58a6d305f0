"""Traces: a request, the run it orders and the solver processes of that run, as spans sent by OTLP; off by default."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import NoOpTracer, Span, Status, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from allocator.engines.solver_process import SolverProcess, told
from service.settings import Settings

_CARRIED = TraceContextTextMapPropagator()
_KEY = "traceparent"


def provider_of(settings: Settings) -> TracerProvider | None:
    """Where spans go; None when no endpoint is set: then nothing is recorded and nothing is sent."""
    return None if settings.otlp_endpoint is None else _provider(settings.otlp_endpoint)


@cache
def _provider(endpoint: str) -> TracerProvider:
    # loaded only where traces are sent
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

    facts = {"service.name": "district-allocator", "service.version": version("district-allocator")}
    provider = TracerProvider(resource=Resource.create(facts))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    return provider


def tracer_of(settings: Settings) -> Tracer:
    """The tracer of this process."""
    provider = provider_of(settings)
    return NoOpTracer() if provider is None else provider.get_tracer("service")


def here() -> str | None:
    """The current span as a W3C traceparent, to be stored with what it orders; None outside any trace."""
    carrier: dict[str, str] = {}
    _CARRIED.inject(carrier)
    return carrier.get(_KEY)


@contextmanager
def attempt(settings: Settings, traceparent: str | None, facts: Mapping[str, str | int]) -> Iterator[Span]:
    """The span of an attempt at a run, under the request that ordered it; engines that it starts are spans under it."""
    tracer = tracer_of(settings)
    above = None if traceparent is None else _CARRIED.extract({_KEY: traceparent})
    with tracer.start_as_current_span("run", above, attributes=facts) as span:
        before = told.set(_Engines(tracer))
        try:
            yield span
        finally:
            told.reset(before)


class _Engines:
    """Keeps a span for every solver process that lives."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        self._spans: dict[int, Span] = {}

    def begun(self, child: SolverProcess) -> None:
        """A process has started."""
        facts = {"engine": child.engine, "process.pid": child.process.pid or 0}
        self._spans[id(child)] = self._tracer.start_span(f"engine {child.engine}", attributes=facts)

    def ended(self, child: SolverProcess) -> None:
        """A process has ended, by itself or because it was ended."""
        span = self._spans.pop(id(child), None)
        if span is None:
            return
        if child.failure is not None:
            span.set_status(Status(StatusCode.ERROR, child.failure))
        span.end()
