"""Everything the service can be told by its environment, checked at once when it starts."""

import os
import re
from datetime import date, time
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, AliasChoices, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from allocator.errors import Fault, InputError

PREFIX = "ALLOCATOR_"

LISTS = ("mail_to", "trusted_proxies", "cors_origins", "allowed_hosts", "metrics_from")
"""Settings that are several values, separated by commas."""


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"is no time zone: {name[:40]!r}")
    return name


def _networks(listed: tuple[str, ...]) -> tuple[str, ...]:
    for each in listed:
        if each != "*":
            try:
                ip_network(each)
            except ValueError:
                raise ValueError(f"is no address and no network: {each[:40]!r}") from None
    return listed


def _origins(listed: tuple[str, ...]) -> tuple[str, ...]:
    for each in listed:
        if each != "*" and re.fullmatch(r"https?://[^/?#@\s]+", each) is None:
            raise ValueError(f"is no origin such as https://gis.example.cn: {each[:40]!r}")
    return listed


def _private(address: str) -> str:
    """An address whose answer nobody on the way can change."""
    host = re.fullmatch(r"http://(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(:\d{1,5})?(/\S*)?", address)
    if host is None and re.fullmatch(r"https://[^/?#@\s]+(/\S*)?", address) is None:
        raise ValueError("is no https:// address, nor one of this machine")
    return address


def _hosts(listed: tuple[str, ...]) -> tuple[str, ...]:
    for each in listed:
        if re.fullmatch(r"[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]", each) is None:
            raise ValueError(f"is no name of a host: {each[:40]!r}")
    return tuple(each.lower() for each in listed)


class Settings(BaseSettings):
    """The settings of the service; each is the environment variable of its name, in capitals after ALLOCATOR_.

    A secret may instead be a file of that name, in small letters, in the folder that ALLOCATOR_SECRETS_DIR names.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True, hide_input_in_errors=True)

    database_url: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("DATABASE_URL", f"{PREFIX}DATABASE_URL", "allocator_database_url"),
        description="PostgreSQL, postgresql://user:password@host/database; absent starts the embedded server.",
    )
    data_dir: Path = Field(Path("var"), description="Folder of the embedded database and of generated secrets.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    root_path: str | None = Field(
        None,
        pattern=r"^(/[A-Za-z0-9._~-]+)+$",
        description="Path under which a proxy serves everything, as /allocator; absent is none.",
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode, AfterValidator(_networks)] = Field(
        (),
        description="Addresses or networks of proxies whose X-Forwarded-Host, -Proto and -For are believed, separated"
        " by commas; * believes everybody; absent believes nobody.",
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode, AfterValidator(_hosts)] = Field(
        (),
        description="Names under which the service may be asked, as plan.example.cn, separated by commas; it may always"
        " be asked under those of its own machine. Absent is any, and links in answers have the name that was asked.",
    )
    metrics_from: Annotated[tuple[str, ...], NoDecode, AfterValidator(_networks)] = Field(
        ("127.0.0.0/8", "::1"),
        description="Addresses or networks from which /metrics is read without a key, separated by commas; from"
        " elsewhere the key of an operator is needed.",
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode, AfterValidator(_origins)] = Field(
        (),
        description="Origins whose scripts may ask the API and /ogc, as https://gis.example.cn, separated by commas;"
        " * for any; absent for none.",
    )
    pepper: SecretStr | None = Field(
        None, min_length=16, description="Secret that API keys are hashed with; absent makes one in the data folder."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")
    access_log: bool = Field(default=True, description="Whether a line is logged for every request.")
    least_free_mb: int = Field(
        200, ge=0, le=1_000_000, description="Free space of the data folder below which /readyz says no, MB."
    )

    otlp_endpoint: str | None = Field(
        None,
        pattern=r"^https?://",
        description="Where traces are sent, OTLP over HTTP, as http://127.0.0.1:4318/v1/traces; absent sends none.",
    )
    max_body_bytes: int = Field(33_554_432, ge=1024, le=1 << 28, description="Largest body of a request, bytes.")
    requests_per_minute: int = Field(1200, ge=1, description="Requests that one person or address may make a minute.")
    recommendations_at_once: int = Field(2, ge=1, le=64, description="Recommendations computed at the same time.")
    recommendation_limit_s: float = Field(
        5.0,
        gt=0,
        le=600,
        description="Wall time of the search for one recommendation, s; then it answers with the best found by then.",
    )
    readers_at_once: int = Field(2, ge=1, le=64, description="Uploaded files that are read at the same time.")
    reading_limit_s: float = Field(
        20.0,
        gt=0,
        le=600,
        description="Processor time that reading one uploaded file may take, s; six times by clock.",
    )
    reader_memory_bytes: int = Field(
        805_306_368, ge=1 << 26, le=1 << 36, description="Memory that reading one uploaded file may take, bytes."
    )
    statement_timeout_s: float = Field(20.0, gt=0, le=600, description="Longest database statement of a request, s.")
    streams_at_once: int = Field(200, ge=1, description="Progress streams that one process keeps open.")
    streams_per_person: int = Field(20, ge=1, description="Progress streams that one process keeps open for a person.")
    connections_at_once: int = Field(
        2000, ge=16, description="Connections that one process keeps open; fewer where it may open fewer files."
    )
    connections_per_address: int = Field(
        500, ge=4, description="Connections that one process keeps open for an address that is no trusted proxy."
    )

    worker_concurrency: int = Field(1, ge=1, le=64, description="Solves that one worker runs side by side.")
    solver_threads: int = Field(
        default_factory=lambda: os.cpu_count() or 1, ge=1, le=256, description="Threads of CP-SAT in one solve."
    )
    solver_memory_mb: int = Field(
        8192,
        ge=1024,
        le=1 << 20,
        description="Address space of one solver process, MiB; a solve has two at a time, a study as many as threads.",
    )
    solver_niceness: int = Field(
        10, ge=0, le=19, description="How far solves and what follows them give way to other work on the machine."
    )
    time_limit_s: float = Field(60.0, gt=0, le=86_400, description="Wall time of a run that names none, s.")
    max_time_limit_s: float = Field(3600.0, gt=0, le=86_400, description="Most wall time that a run may ask for, s.")
    queued_runs_per_person: int = Field(
        100, ge=1, description="Runs of one person that may wait; three times as many of one district."
    )
    queued_seconds_per_person: float = Field(
        172_800.0,
        gt=0,
        description="Wall time that the waiting runs and parts of studies of one person may ask for, s; three times as"
        " much those of one district.",
    )
    max_attempts: int = Field(3, ge=1, le=1000, description="Attempts after which a run is quarantined.")
    retry_after_s: float = Field(
        2.0, gt=0, le=60, description="Pause before a failed attempt is repeated, s; doubled every time, to a minute."
    )
    heartbeat_s: float = Field(2.0, gt=0, le=60, description="How often a worker says that it lives, s.")
    stalled_after_s: float = Field(20.0, gt=0, le=3600, description="Silence after which its work is taken over, s.")
    retention_days: int = Field(400, ge=1, description="How long finished runs without a kept plan are kept, days.")

    time_zone: Annotated[str, AfterValidator(_zone)] = Field(
        "Asia/Shanghai",
        description="Zone of the city: of the nightly run, of the month in which plans begin and of filters by month.",
    )
    today: date | None = Field(
        None, description="Day to take for today, YYYY-MM-DD, in exercises and tests; absent is the clock's."
    )
    nightly: bool = Field(default=True, description="Whether workers re-plan every night.")
    nightly_at: time = Field(time(2, 0), description="Local time of the nightly run, HH:MM.")
    nightly_moves: int = Field(5, ge=0, le=10_000, description="Most moves that the nightly run may propose.")
    nightly_time_limit_s: float = Field(600.0, gt=0, le=86_400, description="Wall time of the nightly solve, s.")

    oidc_issuer: str | None = Field(None, description="Issuer whose bearer tokens are accepted.")
    oidc_audience: str = Field("district-allocator", min_length=1, description="Audience a token must be for.")
    oidc_jwks_file: Path | None = Field(None, description="File with the issuer's public keys, JWKS.")
    oidc_jwks_url: Annotated[str, AfterValidator(_private)] | None = Field(
        None, description="Address of the issuer's public keys; https, except on this very machine."
    )
    oidc_keys_hours: float = Field(
        24.0, gt=0, le=720, description="How long the last good keys are taken while the issuer is away, hours."
    )
    oidc_role_claim: str = Field("allocator_role", min_length=1, description="Claim that names the role.")
    oidc_district_claim: str = Field("allocator_district", min_length=1, description="Claim with a planner's adcode.")

    session_hours: float = Field(10.0, gt=0, le=168, description="How long a sign-in on the pages lasts, hours.")
    session_idle_minutes: float = Field(
        60.0, gt=0, le=10_080, description="How long a sign-in lasts that nobody uses, minutes."
    )
    secure_cookies: bool = Field(default=False, description="Whether browsers send the sign-in over https alone.")

    webhook_url: str | None = Field(None, pattern=r"^https?://", description="Where change reports are posted.")
    webhook_secret: SecretStr | None = Field(
        None, description="Secret that webhooks are signed with, base64 after whsec_."
    )
    mail_dir: Path | None = Field(None, description="Folder where change reports are left as .eml files.")
    smtp_host: str | None = Field(None, description="Mail server; absent sends no mail.")
    smtp_port: int = Field(25, ge=1, le=65535, description="Port of the mail server.")
    mail_from: str = Field("allocator@localhost", description="Sender of mails.")
    mail_to: Annotated[tuple[str, ...], NoDecode] = Field((), description="Receivers of mails, separated by commas.")

    demo: bool = Field(default=True, description="Whether an empty database gets the seed registry and a demo plan.")
    demo_time_limit_s: float = Field(40.0, gt=0, le=3600, description="Wall time of the demo's solve, s.")
    docs: bool = Field(default=True, description="Whether /api/v1/openapi.json is served without a key.")

    @model_validator(mode="before")
    @classmethod
    def _split_lists(cls, data: dict[str, object]) -> dict[str, object]:
        texts = {name: listed for name in LISTS if isinstance(listed := data.get(name), str)}
        return data | {
            name: tuple(part.strip() for part in text.split(",") if part.strip()) for name, text in texts.items()
        }

    @model_validator(mode="after")
    def _go_together(self) -> "Settings":
        wrong = []
        if self.time_limit_s > self.max_time_limit_s:
            wrong.append("time_limit_s is more than max_time_limit_s")
        if self.stalled_after_s < 3 * self.heartbeat_s:
            wrong.append("stalled_after_s is less than three heartbeats")
        if self.oidc_issuer and not (self.oidc_jwks_file or self.oidc_jwks_url):
            wrong.append("oidc_issuer needs oidc_jwks_file or oidc_jwks_url")
        if self.webhook_url and not self.webhook_secret:
            wrong.append("webhook_url needs webhook_secret")
        if self.smtp_host and not self.mail_to:
            wrong.append("smtp_host needs mail_to")
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    @cached_property
    def zone(self) -> ZoneInfo:
        """Zone of the city."""
        return ZoneInfo(self.time_zone)


def load_settings(**given: object) -> Settings:
    """Settings of the environment; raises InputError with every fault, and shows no value of a secret."""
    folder = os.environ.get(f"{PREFIX}SECRETS_DIR")
    try:
        return Settings(_secrets_dir=folder, **given)  # type: ignore[arg-type]
    except ValidationError as error:
        raise InputError([_fault(each["loc"], each["msg"]) for each in error.errors()]) from None


def variable(name: str) -> str:
    """Environment variable of a setting."""
    return "DATABASE_URL" if name == "database_url" else PREFIX + name.upper()


def _fault(place: tuple[int | str, ...], message: str) -> Fault:
    name = variable(str(place[0])) if place and str(place[0]) in Settings.model_fields else str(next(iter(place), ""))
    remedy = "See docs/reference/settings.md."
    return Fault("environment", None, name or None, None, message[:1].lower() + message[1:], remedy)
