"""Word of a change report: queued in its transaction, sent by a worker until it arrives, by webhook and by mail."""

import json
import smtplib
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

import httpx
import structlog
from sqlalchemy import Connection
from standardwebhooks import Webhook

from service.database.engine import SYSTEM, transaction
from service.failpoints import failpoint
from service.jobs.context import WorkerContext
from service.repositories.operations import notices
from service.settings import Settings

LOG = structlog.get_logger("worker")
MOST_TRIES = 12
"""Tries after which a notice is left with its error; they span about three days."""


def send_due(works: WorkerContext) -> int:
    """Send the notices whose time has come, one transaction each; how many arrived."""
    arrived = 0
    for _ in range(20):
        with transaction(works.engine, SYSTEM) as connection:
            row = notices.next_due(connection, MOST_TRIES)
            if row is None:
                return arrived
            failpoint("notify")
            arrived += _try(connection, works.settings, row)
    return arrived


def _try(connection: Connection, settings: Settings, row: Mapping[str, Any]) -> bool:
    error = None
    try:
        SENDERS[row["kind"]](settings, row)
    except (OSError, httpx.HTTPError, smtplib.SMTPException, ValueError) as failure:
        error = f"{type(failure).__name__}: {failure}"[:500]
        LOG.warning("notice not sent", notice=row["notice_id"], kind=row["kind"], error=type(failure).__name__)
    notices.tried(connection, row, error)
    return error is None


def _webhook(settings: Settings, row: Mapping[str, Any]) -> None:
    """Post the payload, signed; the receiver knows repetitions by the header webhook-id."""
    if settings.webhook_url is None or settings.webhook_secret is None:
        raise ValueError("no webhook is set any more")
    body, now = json.dumps(row["payload"], ensure_ascii=False), row["now"]
    signature = Webhook(settings.webhook_secret.get_secret_value()).sign(row["notice_id"], now, body)
    headers = {
        "content-type": "application/json",
        "webhook-id": row["notice_id"],
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }
    answer = httpx.post(
        settings.webhook_url, content=body.encode(), headers=headers, timeout=10, follow_redirects=False
    )
    answer.raise_for_status()


def message_of(settings: Settings, row: Mapping[str, Any]) -> EmailMessage:
    """The report as a mail."""
    message = EmailMessage()
    message["Subject"] = f"District allocator {row['subject']}: {row['payload']['report']['sentence_en']}"
    message["From"], message["To"] = settings.mail_from, ", ".join(settings.mail_to) or settings.mail_from
    message["Date"] = format_datetime(row["now"])
    message["Message-ID"] = f"<{row['notice_id']}@district-allocator>"
    message.set_content(row["payload"]["text"])
    return message


def _mail(settings: Settings, row: Mapping[str, Any]) -> None:
    with smtplib.SMTP(settings.smtp_host or "", settings.smtp_port, timeout=10) as server:
        server.send_message(message_of(settings, row))


def _mail_file(settings: Settings, row: Mapping[str, Any]) -> None:
    if settings.mail_dir is None:
        raise ValueError("no folder for mails is set any more")
    settings.mail_dir.mkdir(parents=True, exist_ok=True)
    target = settings.mail_dir / f"{row['subject'].replace('/', '-')}.eml"
    draft = target.with_suffix(".part")
    draft.write_bytes(bytes(message_of(settings, row)))
    draft.replace(target)


SENDERS = {"webhook": _webhook, "mail": _mail, "mail_file": _mail_file}
