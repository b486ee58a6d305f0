"""The two logins of a database: its owner, who migrates it, and the login of the service, which owns nothing.

What the second may do stands here and nowhere else; it is brought up to date with every migration.
"""

from psycopg import sql
from sqlalchemy import Connection, Engine, text

from allocator.errors import Fault, InputError
from service.database.tables import METADATA

SERVICE = "allocator_service"
"""Login of the service in the embedded database, and in the examples of the documentation."""

RIGHTS: dict[str, tuple[str, ...]] = {
    "SELECT": ("alembic_version",),
    "SELECT, INSERT": (
        "artifact",
        "audit",
        "dossier",
        "placement",
        "registry",
        "registry_park",
        "registry_space",
        "scenario",
        "sweep_inputs",
        "unplaced",
    ),
    "SELECT, INSERT, UPDATE": (
        "api_key",
        "batch",
        "enquiry",
        "night",
        "notice",
        "plan",
        "run",
        "run_inputs",
        "sweep",
    ),
    "SELECT, INSERT, UPDATE, DELETE": ("draft", "idempotency", "run_best", "saved_mapping", "session", "worker"),
}
"""Rights of the service on our tables: whatever it need not do to a table it cannot do."""

QUEUE_RIGHTS: dict[str, tuple[str, ...]] = {
    "SELECT, INSERT": ("procrastinate_events",),
    "SELECT, INSERT, UPDATE, DELETE": (
        "procrastinate_jobs",
        "procrastinate_periodic_defers",
        "procrastinate_workers",
    ),
}
"""Rights of the service on the tables of the queue."""

_TOO_STRONG = text(
    "SELECT r.rolname, array_remove(ARRAY["
    " CASE WHEN r.rolsuper THEN 'is a superuser' END,"
    " CASE WHEN r.rolcreaterole THEN 'may create roles' END,"
    " CASE WHEN r.rolreplication THEN 'may replicate' END,"
    " CASE WHEN r.rolbypassrls THEN 'bypasses row-level security' END,"
    " CASE WHEN pg_has_role(r.rolname, d.datdba, 'MEMBER') THEN 'owns the database' END,"
    " CASE WHEN pg_has_role(r.rolname, t.relowner, 'MEMBER') THEN 'owns the tables' END,"
    " CASE WHEN EXISTS (SELECT FROM pg_roles p WHERE p.rolname IN ('pg_execute_server_program',"
    " 'pg_read_server_files', 'pg_write_server_files', 'pg_read_all_data', 'pg_write_all_data')"
    " AND pg_has_role(r.rolname, p.oid, 'MEMBER')) THEN 'has rights on the whole server' END], NULL) AS reasons"
    " FROM pg_roles r, pg_database d, pg_class t"
    " WHERE r.rolname = coalesce(CAST(:login AS name), current_user) AND d.datname = current_database()"
    " AND t.oid = 'allocator.plan'::regclass"
)


def check_owner(connection: Connection) -> None:
    """Raise InputError unless the connection's login owns the database, as whoever migrates must."""
    query = text(
        "SELECT current_user AS login, current_database() AS name, pg_get_userbyid(datdba) AS owner,"
        " pg_has_role(datdba, 'MEMBER') AS owns FROM pg_database WHERE datname = current_database()"
    )
    found = connection.execute(query).one()
    if not found.owns:
        message = f"{found.name} belongs to {found.owner}, and {found.login} is not its owner"
        raise InputError([_fault(message, "Run it with the address of the owner in DATABASE_URL.")])


def check_service(engine: Engine) -> None:
    """Raise InputError unless the engine's login is fit to serve: it owns nothing, and row-level security binds it."""
    with engine.connect() as connection:
        found = connection.execute(_TOO_STRONG, {"login": None}).one()
    if found.reasons:
        remedy = (
            "Run `allocator migrate --grant-to NAME` as the owner, and give the service the address of the login NAME."
        )
        raise InputError([_fault(f"is not served as {found.rolname}, which {_listed(found.reasons)}", remedy)])


def grant(connection: Connection, login: str) -> None:
    """Give a login what the service needs and nothing else; the login is made if it is not there and may be made.

    Raises InputError for a login that may not be made, and for one that has more rights than the service may have.
    """
    if connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :login"), {"login": login}).scalar() is None:
        _make(connection, login)
    reasons = connection.execute(_TOO_STRONG, {"login": login}).one().reasons
    if reasons:
        remedy = f"Name another login, made by CREATE ROLE {SERVICE} LOGIN PASSWORD '…'."
        raise InputError([Fault("database", None, "--grant-to", login, f"{_listed(reasons)}", remedy)])
    _grant(connection, login)


def settle(connection: Connection) -> None:
    """Take from PUBLIC what a new database gives to it, and give every login of the service its rights anew."""
    database = _quoted(str(connection.execute(text("SELECT current_database()")).scalar_one()))
    _run(connection, f"REVOKE CONNECT, TEMPORARY ON DATABASE {database} FROM PUBLIC")
    _run(connection, f"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {METADATA.schema} FROM PUBLIC")
    for login in granted(connection):
        _grant(connection, login)


def granted(connection: Connection) -> list[str]:
    """Return the logins, besides the owner, that may use our schema."""
    query = text(
        "SELECT r.rolname FROM pg_namespace n, aclexplode(n.nspacl) a JOIN pg_roles r ON r.oid = a.grantee"
        " WHERE n.nspname = :schema AND a.privilege_type = 'USAGE' AND a.grantee <> n.nspowner ORDER BY 1"
    )
    return [str(each) for each in connection.execute(query, {"schema": METADATA.schema}).scalars()]


def _make(connection: Connection, login: str) -> None:
    query = text("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
    if not connection.execute(query).scalar_one():
        remedy = f"Let the administrator of the server run CREATE ROLE {_quoted(login)} LOGIN PASSWORD '…'."
        message = "is no login of the server, and the owner of the database may not make one"
        raise InputError([Fault("database", None, "--grant-to", login, message, remedy)])
    _run(connection, f"CREATE ROLE {_quoted(login)} LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS")


def _grant(connection: Connection, login: str) -> None:
    to, schema = _quoted(login), METADATA.schema
    database = _quoted(str(connection.execute(text("SELECT current_database()")).scalar_one()))
    sequences = text(
        "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_depend d ON d.objid = c.oid"
        " WHERE c.relkind = 'S' AND d.refobjid = ANY(CAST(:tables AS regclass[]))"
    )
    queue = [f"public.{table}" for tables in QUEUE_RIGHTS.values() for table in tables]
    _run(connection, f"GRANT CONNECT ON DATABASE {database} TO {to}")
    _run(connection, f"GRANT USAGE ON SCHEMA {schema} TO {to}")
    _run(connection, f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {to}")
    _run(connection, f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} TO {to}")
    for rights, tables in RIGHTS.items():
        _run(connection, f"GRANT {rights} ON {', '.join(f'{schema}.{table}' for table in tables)} TO {to}")
    for rights, tables in QUEUE_RIGHTS.items():
        _run(connection, f"GRANT {rights} ON {', '.join(f'public.{table}' for table in tables)} TO {to}")
    for sequence in connection.execute(sequences, {"tables": queue}).scalars():
        _run(connection, f"GRANT USAGE ON SEQUENCE {sequence} TO {to}")


def _listed(reasons: list[str]) -> str:
    return ", ".join(reasons)


def _quoted(name: str) -> str:
    return sql.Identifier(name).as_string()


def _run(connection: Connection, statement: str) -> None:
    # the driver takes % for the beginning of a parameter
    connection.exec_driver_sql(statement.replace("%", "%%"))


def _fault(message: str, remedy: str) -> Fault:
    return Fault("database", None, None, None, message, remedy)
