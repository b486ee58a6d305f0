"""The application of a desk on a real port of 127.0.0.1, for clients that are no part of this process."""

import socket
import threading
import time
from contextlib import contextmanager
from typing import Any

import uvicorn


@contextmanager
def listening(app: Any, **given: Any) -> Any:
    """Address of the application while it is served."""
    door = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", **given))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
    thread.start()
    try:
        until = time.monotonic() + 30
        while not server.started:
            assert time.monotonic() < until, "the server does not start"
            time.sleep(0.02)
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(30)
        door.close()
