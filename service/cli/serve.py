"""The service on one machine: database, migrations, a supervised worker and the API; Ctrl-C ends all of it."""

import argparse
import asyncio
import contextlib
import gc
import importlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from socket import socket

import structlog
import uvicorn

from allocator.errors import Fault, InputError
from service.cli.common import exit_codes
from service.database import embedded
from service.database.embedded import Addresses
from service.database.engine import open_engine
from service.database.errors import in_a_sentence
from service.database.migrate import check_fit, migrate
from service.identity.api_keys import pepper_of
from service.observability import logs
from service.operations import bootstrap
from service.settings import Settings, load_settings
from service.web.limits.connection_limits import protocol_of

LOG = structlog.get_logger("serve")
STOPPING = (signal.SIGINT, signal.SIGTERM)
"""Signals that end the service in good order."""

GRACE_S = 25.0
"""How long the worker may take to give its run back."""

SWITCH_S = 0.0005
"""How long a thread computes before another one may, s.

A request waits for the database many times, and after each wait for the thread that computes: with the usual 5 ms, one
that computes all the time, as the event loop does under a flood of connections, makes it a hundred times as long.
"""


def serve(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM."""
    given = {
        name: getattr(options, name) for name in ("host", "port", "data_dir") if getattr(options, name) is not None
    }
    settings = load_settings(**given)
    logs.set_up(settings.log_level)
    sys.setswitchinterval(SWITCH_S)
    signal.signal(signal.SIGTERM, _interrupt)
    # the application takes seconds to load: as long as the database takes to start
    loading = threading.Thread(target=importlib.import_module, args=("service.app",), name="loading", daemon=True)
    loading.start()
    with _held(settings), database(settings, owned=True) as addresses:
        key = _prepare(settings, addresses)
        loading.join()
        from service.app import create_app  # noqa: PLC0415  see above

        app = create_app(settings, addresses.service)
        config = uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            http=protocol_of(settings),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=3,
            timeout_keep_alive=30,
        )
        server = _Server(config, bootstrap.told(settings, key), app.state.house.stop)
        # what is loaded now stays for good: a collection that looks through it all stops every request meanwhile
        gc.collect()
        gc.freeze()
        with contextlib.nullcontext() if options.no_worker else supervised_worker(settings, addresses.service):
            server.run()
            _deaf()
            # nothing of it is needed any more: do not look through it all once more when the interpreter ends
            gc.freeze()
        return exit_codes.OK if server.started else exit_codes.DEFECT


def _interrupt(_number: int, _frame: object) -> None:
    """End as by Ctrl-C, so that whatever was started is ended too."""
    raise KeyboardInterrupt


def _deaf() -> None:
    """A second Ctrl-C must not cut short the ending of the worker and the database."""
    for number in STOPPING:
        signal.signal(number, signal.SIG_IGN)


def _held(settings: Settings) -> contextlib.AbstractContextManager[None]:
    """The data folder for this service alone, where the database lies in it."""
    return contextlib.nullcontext() if settings.database_url is not None else embedded.alone(settings.data_dir)


@contextlib.contextmanager
def database(settings: Settings, *, owned: bool = False, made: bool = False) -> Iterator[Addresses]:
    """Addresses of the database: the one that is set, else those of the embedded one while it runs.

    Where it must have been ``made`` before, raises InputError in a folder that has none; also where the database gives
    no connection or does not allow what is done.
    """
    if settings.database_url is not None:
        url = settings.database_url.get_secret_value()
        with in_a_sentence():
            yield Addresses(url, url)
        return
    if made and not embedded.is_made(settings.data_dir):
        remedy = (
            "Name the folder of the service with --data-dir or ALLOCATOR_DATA_DIR, or its database with DATABASE_URL."
        )
        raise InputError([Fault(str(settings.data_dir), None, None, None, "has no database", remedy)])
    with embedded.running(settings.data_dir, owned=owned) as addresses, in_a_sentence():
        yield addresses


def _prepare(settings: Settings, addresses: Addresses) -> str | None:
    """Migrate and fill the embedded database; of another one only check that it can be served.

    The first key if it was made now.
    """
    if settings.database_url is None:
        owner = open_engine(addresses.owner, pool_size=1)
        try:
            migrate(owner, addresses.login)
        finally:
            owner.dispose()
    engine = open_engine(addresses.service, pool_size=1)
    try:
        check_fit(engine)
        if settings.database_url is not None:
            return None
        bootstrap.bootstrap(engine, settings)
        return bootstrap.first_key(engine, settings, pepper_of(settings))
    finally:
        engine.dispose()


class _Server(uvicorn.Server):
    """Says where it listens, and the lines after that, once it does."""

    def __init__(self, config: uvicorn.Config, lines: Sequence[str], stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._lines, self._stop = lines, stop

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on signals without raising them again afterwards: the worker and the database end after this server."""
        before = {number: signal.signal(number, self.handle_exit) for number in STOPPING}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """End what requests compute first: the server waits for them."""
        # in a thread of its own: those of requests may all be at work
        await asyncio.to_thread(self._stop)
        await super().shutdown(sockets)

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        if not self.started:
            return
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        print("\n".join((f"http://{host}:{port}", *self._lines)), flush=True)


@contextlib.contextmanager
def supervised_worker(settings: Settings, url: str) -> Iterator[None]:
    """A worker process beside this one, started anew when it dies, and ended with this one."""
    ending = threading.Event()
    thread = threading.Thread(target=_supervise, args=(settings, url, ending), name="supervisor")
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()


def _supervise(settings: Settings, url: str, ending: threading.Event) -> None:
    while not ending.is_set():
        worker = start_worker(settings, url)
        started = time.monotonic()
        while worker.poll() is None and not ending.wait(0.2):
            pass
        if worker.poll() is None:
            end_worker(worker)
        elif not ending.is_set():
            LOG.error("the worker ended and is started anew", code=worker.returncode)
            ending.wait(0.5 if time.monotonic() - started > 10 else 3)


def start_worker(settings: Settings, url: str) -> "subprocess.Popen[bytes]":
    """A worker process that ends when this process does, however it does: it reads from a pipe of ours."""
    command = [sys.executable, "-m", "service.cli", "worker", "--lifeline"]
    own = {"DATABASE_URL": url, "ALLOCATOR_DATA_DIR": str(settings.data_dir)}
    return subprocess.Popen(command, stdin=subprocess.PIPE, env={**os.environ, **own}, start_new_session=True)


def end_worker(worker: "subprocess.Popen[bytes]") -> None:
    """Ask a worker to end, and kill it when it does not."""
    worker.terminate()
    try:
        worker.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()
    if worker.stdin is not None:
        worker.stdin.close()
