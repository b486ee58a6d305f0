"""The tables as SQLAlchemy sees them; checks, triggers, row-level security and grants stand in the migrations."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

METADATA = MetaData(schema="allocator")
_MOMENT = DateTime(timezone=True)
_NOW = text("now()")


def _words(*names: str, null: bool = False) -> list[Column[Any]]:
    return [Column(name, Text, nullable=null) for name in names]


def _moments(*names: str) -> list[Column[Any]]:
    return [Column(name, _MOMENT) for name in names]


def _made() -> list[Column[Any]]:
    return [Column("made_at", _MOMENT, nullable=False, server_default=_NOW), Column("made_by", Text, nullable=False)]


def _number() -> Column[int]:
    return Column("number", BigInteger, Identity(always=True), unique=True)


def _count(name: str, default: str | None = None) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=default)


def _json(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, JSONB(none_as_null=True), nullable=null)


api_key = Table(
    "api_key",
    METADATA,
    Column("key_id", Text, primary_key=True),
    *_words("person"),
    Column("label", Text, nullable=False, server_default=""),
    *_words("role"),
    *_words("district", null=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    *_made(),
    *_moments("expires_at", "revoked_at"),
)

session = Table(
    "session",
    METADATA,
    Column("session_id", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("key_id", Text, ForeignKey("allocator.api_key.key_id"), nullable=False),
    *_words("person", "role"),
    *_words("district", null=True),
    *_words("browser", "address"),
    *(Column(name, _MOMENT, nullable=False, server_default=_NOW) for name in ("made_at", "seen_at")),
    *_moments("ended_at"),
    Index("ix_session_person", "person", postgresql_where=text("ended_at IS NULL")),
)

registry = Table(
    "registry",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False, server_default=""),
    *_words("content_hash"),
    _json("document"),
    *(_count(name) for name in ("parks", "spaces", "tenancies")),
    Column("based_on", BigInteger, ForeignKey("allocator.registry.number")),
    *_made(),
)

registry_park = Table(
    "registry_park",
    METADATA,
    Column("registry", BigInteger, ForeignKey("allocator.registry.number"), primary_key=True),
    Column("park_id", Text, primary_key=True),
    *_words("adcode", "name_zh", "name_en", "basis"),
    Column("lon", Double, nullable=False),
    Column("lat", Double, nullable=False),
    Column("shape", LargeBinary, nullable=False),
    _json("document"),
    Index("ix_registry_park_place", "registry", "lon", "lat"),
)

registry_space = Table(
    "registry_space",
    METADATA,
    Column("registry", BigInteger, primary_key=True),
    Column("space_id", Text, primary_key=True),
    *_words("park_id", "kind"),
    _count("floor_area_m2"),
    *_words("basis"),
    _json("document"),
    ForeignKeyConstraint(
        ["registry", "park_id"], ["allocator.registry_park.registry", "allocator.registry_park.park_id"]
    ),
)

batch = Table(
    "batch",
    METADATA,
    _number(),
    Column("batch_id", Text, primary_key=True),
    *_words("name"),
    *_words("district", null=True),
    *_words("file_name", "content_hash"),
    _count("projects"),
    _count("version", "1"),
    *_made(),
)

enquiry = Table(
    "enquiry",
    METADATA,
    Column("batch_id", Text, ForeignKey("allocator.batch.batch_id"), primary_key=True),
    Column("project_id", Text, primary_key=True),
    _count("position"),
    *_words("district", null=True),
    *_words("enterprise", "segment"),
    Column("state", Text, nullable=False, server_default="open"),
    Column("changed_at", _MOMENT, nullable=False, server_default=_NOW),
    *_words("changed_by"),
    _json("record"),
    *_words("known_as"),
    Index(
        "uq_enquiry_open",
        text("coalesce(district, '')"),
        "project_id",
        unique=True,
        postgresql_where=text("state = 'open'"),
    ),
    Index("uq_enquiry_known_as", "known_as", unique=True, postgresql_where=text("state = 'open'")),
    Index("ix_enquiry_district", "district", "state"),
)

draft = Table(
    "draft",
    METADATA,
    Column("draft_id", Text, primary_key=True),
    *_words("person", "file_name", "name"),
    Column("content", LargeBinary, nullable=False),
    _json("mapping", null=True),
    Column("made_at", _MOMENT, nullable=False, server_default=_NOW),
)

saved_mapping = Table(
    "saved_mapping",
    METADATA,
    *(Column(name, Text, primary_key=True) for name in ("person", "signature")),
    _json("mapping"),
    Column("made_at", _MOMENT, nullable=False, server_default=_NOW),
)

scenario = Table(
    "scenario",
    METADATA,
    _number(),
    Column("scenario_id", Text, primary_key=True),
    *_words("name"),
    *_words("district", null=True),
    _json("document"),
    *_made(),
)

worker = Table(
    "worker",
    METADATA,
    Column("worker_id", Text, primary_key=True),
    *_words("host"),
    _count("pid"),
    Column("started_at", _MOMENT, nullable=False, server_default=_NOW),
    Column("heartbeat_at", _MOMENT, nullable=False, server_default=_NOW),
)

sweep = Table(
    "sweep",
    METADATA,
    _number(),
    Column("sweep_id", Text, primary_key=True),
    *_words("name"),
    *_words("district", null=True),
    Column("state", Text, nullable=False, server_default="running"),
    _count("members"),
    _json("result", null=True),
    Column("kind", Text, nullable=False, server_default="scenarios"),
    Column(
        "plan_id",
        Text,
        ForeignKey("allocator.plan.plan_id", ondelete="SET NULL", use_alter=True, name="sweep_plan_id_fkey"),
    ),
    _json("request"),
    *_words("cancelled_by", null=True),
    *_made(),
    *_moments("finished_at"),
)

run = Table(
    "run",
    METADATA,
    _number(),
    Column("run_id", Text, primary_key=True),
    *_words("name", "kind"),
    *_words("district", null=True),
    Column("state", Text, nullable=False, server_default="queued"),
    Column("registry", BigInteger, ForeignKey("allocator.registry.number"), nullable=False),
    Column("basis_plan", Text, ForeignKey("allocator.plan.plan_id", use_alter=True, name="run_basis_plan_fkey")),
    Column("scenario_id", Text, ForeignKey("allocator.scenario.scenario_id")),
    Column("sweep_id", Text, ForeignKey("allocator.sweep.sweep_id")),
    _json("request"),
    *_words("input_hash"),
    _count("projects"),
    _count("attempt", "0"),
    _count("crashes", "0"),
    *_words("worker", null=True),
    *_moments("heartbeat_at", "not_before"),
    Column("cancel_requested", Boolean, nullable=False, server_default=text("false")),
    Column("keep_best", Boolean, nullable=False, server_default=text("true")),
    _json("progress", null=True),
    *_words("reason", null=True),
    _json("result", null=True),
    *_words("trace", null=True),
    Column(
        "plan_id",
        Text,
        ForeignKey(
            "allocator.plan.plan_id", use_alter=True, name="run_plan_id_fkey", deferrable=True, initially="DEFERRED"
        ),
    ),
    *_made(),
    *_moments("started_at", "finished_at"),
    Index("ix_run_state", "state", "heartbeat_at", postgresql_where=text("finished_at IS NULL")),
    Index("ix_run_finished", "finished_at"),
    Index("ix_run_sweep", "sweep_id", postgresql_where=text("sweep_id IS NOT NULL")),
)

run_inputs = Table(
    "run_inputs",
    METADATA,
    Column("run_id", Text, ForeignKey("allocator.run.run_id", ondelete="CASCADE"), primary_key=True),
    *_words("district", null=True),
    _json("document"),
    _json("owners"),
)

run_best = Table(
    "run_best",
    METADATA,
    Column("run_id", Text, ForeignKey("allocator.run.run_id", ondelete="CASCADE"), primary_key=True),
    *_words("district", null=True),
    _count("attempt"),
    Column("found_at", _MOMENT, nullable=False, server_default=_NOW),
    _json("document"),
)

sweep_inputs = Table(
    "sweep_inputs",
    METADATA,
    Column("sweep_id", Text, ForeignKey("allocator.sweep.sweep_id", ondelete="CASCADE"), primary_key=True),
    *_words("district", null=True),
    _json("document"),
)

plan = Table(
    "plan",
    METADATA,
    _number(),
    Column("plan_id", Text, primary_key=True),
    *_words("document_id", "name"),
    *_words("district", null=True),
    Column("run_id", Text, ForeignKey("allocator.run.run_id"), nullable=False, unique=True),
    Column("registry", BigInteger, ForeignKey("allocator.registry.number"), nullable=False),
    Column("basis_plan", Text, ForeignKey("allocator.plan.plan_id")),
    *_words("scenario_id", null=True),
    Column("state", Text, nullable=False, server_default="draft"),
    *_words("status", "plan_from", "input_hash", "engine"),
    Column("seed", BigInteger, nullable=False),
    Column("wall_s", Double, nullable=False),
    *(_json(name) for name in ("goals", "measures", "kpis")),
    _count("placed"),
    _count("waiting"),
    _json("verification"),
    _count("version", "1"),
    *_made(),
    *_moments("proposed_at", "approved_at", "rejected_at", "published_at", "superseded_at"),
    *_words("proposed_by", "approved_by", "rejected_by", "rejected_because", "published_by", null=True),
    Column("superseded_by", Text, ForeignKey("allocator.plan.plan_id")),
    _json("publication", null=True),
    Index("uq_plan_published", text("(true)"), unique=True, postgresql_where=text("state = 'published'")),
)


def _plan_id() -> Column[str]:
    return Column("plan_id", Text, ForeignKey("allocator.plan.plan_id", ondelete="CASCADE"), primary_key=True)


placement = Table(
    "placement",
    METADATA,
    _plan_id(),
    Column("project_id", Text, primary_key=True),
    Column("component_id", Text, primary_key=True),
    *_words("district", null=True),
    Column("space_id", Text, primary_key=True),
    *_words("enterprise", "segment", "function", "park_id", "adcode", "start"),
    _count("floor_area_m2"),
    _json("document"),
)

unplaced = Table(
    "unplaced",
    METADATA,
    _plan_id(),
    Column("project_id", Text, primary_key=True),
    *_words("district", null=True),
    *_words("enterprise", "segment"),
    _json("document"),
)

dossier = Table(
    "dossier",
    METADATA,
    _plan_id(),
    Column("project_id", Text, primary_key=True),
    *_words("district", null=True),
    _json("document"),
)

artifact = Table(
    "artifact",
    METADATA,
    _plan_id(),
    Column("name", Text, primary_key=True),
    *_words("district", null=True),
    *_words("media_type", "sha256"),
    Column("content", LargeBinary, nullable=False),
)

night = Table(
    "night",
    METADATA,
    Column("local_date", Date, primary_key=True),
    *_words("state"),
    Column("run_id", Text, ForeignKey("allocator.run.run_id")),
    Column("plan_id", Text, ForeignKey("allocator.plan.plan_id")),
    Column("basis_plan", Text, ForeignKey("allocator.plan.plan_id")),
    _json("report", null=True),
    Column("started_at", _MOMENT, nullable=False, server_default=_NOW),
    *_words("started_by"),
    *_moments("finished_at"),
)

notice = Table(
    "notice",
    METADATA,
    Column("notice_id", Text, primary_key=True),
    *_words("kind", "subject"),
    _json("payload"),
    _count("tries", "0"),
    *_words("error", null=True),
    Column("made_at", _MOMENT, nullable=False, server_default=_NOW),
    Column("next_at", _MOMENT, nullable=False, server_default=_NOW),
    *_moments("sent_at"),
    UniqueConstraint("kind", "subject"),
)

idempotency = Table(
    "idempotency",
    METADATA,
    *(Column(name, Text, primary_key=True) for name in ("person", "route", "key")),
    *_words("fingerprint"),
    Column("status", Integer),
    _json("headers", null=True),
    Column("body", LargeBinary),
    Column("made_at", _MOMENT, nullable=False, server_default=_NOW),
)

audit = Table(
    "audit",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", _MOMENT, nullable=False),
    *_words("person", "action", "subject"),
    _json("detail"),
    Column("previous", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)
