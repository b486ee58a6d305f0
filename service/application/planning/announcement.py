"""Queue word of a change report in the transaction that stores it."""

from sqlalchemy import Connection

from service.application.plans.change_report import ChangeReport, report_text
from service.repositories.operations import notices
from service.settings import Settings


def announce(connection: Connection, settings: Settings, subject: str, report: ChangeReport) -> None:
    """Queue a report for every way that is set; a subject is told once by each."""
    ways = {"webhook": settings.webhook_url, "mail": settings.smtp_host, "mail_file": settings.mail_dir}
    payload = {
        "type": "change-report",
        "subject": subject,
        "text": report_text(report),
        "report": report.model_dump(mode="json"),
    }
    for kind, target in ways.items():
        if target:
            notices.add(connection, kind, subject, payload)
