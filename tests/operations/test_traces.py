"""Traces: one from the request over the run to the solver processes, sent by OTLP; nothing at all where it is off."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from service.observability import tracing
from tests.support.api_client import a_project, desk_on


class _Collector(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.got.append((self.path, ExportTraceServiceRequest.FromString(body)))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def collector():
    """A stand-in for a collector, and what it was sent."""
    listening = HTTPServer(("127.0.0.1", 0), _Collector)
    listening.got = []
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    yield listening
    listening.shutdown()
    listening.server_close()


def spans_of(collector):
    return [
        span
        for _, request in collector.got
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def test_a_request_its_run_and_its_solver_processes_are_one_trace(server, tmp_path, collector):
    endpoint = f"http://127.0.0.1:{collector.server_port}/v1/traces"
    with desk_on(server, tmp_path, otlp_endpoint=endpoint) as desk:
        batch = desk.upload([a_project("T1")]).json()
        run_id = desk.post("runs", json={"batches": [batch["batch_id"]]}).json()["run_id"]
        desk.solve(run_id)
        assert tracing.provider_of(desk.settings).force_flush()
    assert {path for path, _ in collector.got} == {"/v1/traces"}
    spans = spans_of(collector)
    asked = next(span for span in spans if span.name == "POST /api/v1/runs")
    (run,) = [span for span in spans if span.name == "run"]
    assert (run.trace_id, run.parent_span_id) == (asked.trace_id, asked.span_id)
    assert {each.key: each.value.string_value for each in run.attributes}["run.id"] == run_id
    engines = [span for span in spans if span.parent_span_id == run.span_id]
    assert {span.name for span in engines} == {"engine cp-sat", "engine milp"}
    assert len(engines) >= 4, "two engines for each goal"
    assert all(run.start_time_unix_nano <= span.start_time_unix_nano for span in engines)
    assert all(span.end_time_unix_nano <= run.end_time_unix_nano for span in engines)
    said = str([request for _, request in collector.got])
    assert desk.keys["ada"] not in said
    assert "企业" not in said, "a trace names ids, and nobody"


def test_without_an_endpoint_nothing_is_recorded(server, tmp_path):
    with desk_on(server, tmp_path) as desk:
        assert tracing.provider_of(desk.settings) is None
        batch = desk.upload([a_project("T2")]).json()
        run_id = desk.post("runs", json={"batches": [batch["batch_id"]]}).json()["run_id"]
        with desk.owner.begin() as connection:
            found = connection.exec_driver_sql("SELECT trace FROM allocator.run").scalar_one()
        assert found is None
        desk.solve(run_id)
        assert desk.get(f"runs/{run_id}").json()["state"] == "succeeded"
