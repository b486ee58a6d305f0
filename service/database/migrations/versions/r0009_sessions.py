"""Sessions of the pages, kept on the server; and ids of projects that each district chooses by itself."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STATEMENTS = """
CREATE TABLE allocator.session (
    session_id text PRIMARY KEY CHECK (session_id ~ '^session-[0-9a-f]{12}$'),
    digest bytea NOT NULL UNIQUE CHECK (length(digest) = 32),
    key_id text NOT NULL REFERENCES allocator.api_key (key_id),
    person text NOT NULL,
    role text NOT NULL,
    district text,
    browser text NOT NULL CHECK (length(browser) <= 200),
    address text NOT NULL CHECK (length(address) <= 100),
    made_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz
);
CREATE INDEX ix_session_person ON allocator.session (person) WHERE ended_at IS NULL;
ALTER TABLE allocator.session ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON allocator.session
    USING (allocator.sees(NULL) OR person = current_setting('allocator.person', true))
    WITH CHECK (allocator.sees(NULL) OR person = current_setting('allocator.person', true));
GRANT SELECT, INSERT, UPDATE, DELETE ON allocator.session TO allocator_app;

ALTER TABLE allocator.enquiry ADD COLUMN known_as text;
UPDATE allocator.enquiry SET known_as = project_id;
ALTER TABLE allocator.enquiry ALTER COLUMN known_as SET NOT NULL;
DROP INDEX allocator.uq_enquiry_open;
CREATE UNIQUE INDEX uq_enquiry_open ON allocator.enquiry (coalesce(district, ''), project_id) WHERE state = 'open';
CREATE UNIQUE INDEX uq_enquiry_known_as ON allocator.enquiry (known_as) WHERE state = 'open';

CREATE FUNCTION allocator.names_in_use(names text[], own text) RETURNS SETOF text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = allocator, pg_temp AS $$
    SELECT known_as FROM enquiry WHERE state = 'open' AND known_as = ANY (names)
    UNION
    SELECT project_id FROM placement JOIN plan USING (plan_id)
        WHERE plan.state = 'published' AND project_id = ANY (names) AND placement.district IS DISTINCT FROM own
    UNION
    SELECT project_id FROM unplaced JOIN plan USING (plan_id)
        WHERE plan.state = 'published' AND project_id = ANY (names) AND unplaced.district IS DISTINCT FROM own
$$;
COMMENT ON FUNCTION allocator.names_in_use IS 'Names of projects that another one of the city has, whoever sees it';
REVOKE ALL ON FUNCTION allocator.names_in_use FROM PUBLIC;
GRANT EXECUTE ON FUNCTION allocator.names_in_use TO allocator_app;
"""


def upgrade() -> None:
    """Run the statements."""
    op.get_bind().exec_driver_sql(STATEMENTS)
