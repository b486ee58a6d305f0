SET LOCAL search_path TO allocator, public;

-- people -------------------------------------------------------------------------------------------------

CREATE TABLE api_key (
    key_id text PRIMARY KEY,
    person text NOT NULL CHECK (length(person) BETWEEN 1 AND 200),
    label text NOT NULL DEFAULT '',
    role text NOT NULL CHECK (role IN ('viewer', 'planner', 'reviewer', 'operator', 'admin')),
    district text CHECK (district IS NULL OR role IN ('viewer', 'planner')),
    digest bytea NOT NULL UNIQUE CHECK (length(digest) = 32),
    made_at timestamptz NOT NULL DEFAULT now(),
    made_by text NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz
);

-- supply -------------------------------------------------------------------------------------------------

CREATE TABLE registry (
    number bigint PRIMARY KEY CHECK (number > 0),
    note text NOT NULL DEFAULT '',
    content_hash text NOT NULL CHECK (content_hash ~ '^[0-9a-f]{64}$'),
    document jsonb NOT NULL,
    parks integer NOT NULL CHECK (parks > 0),
    spaces integer NOT NULL CHECK (spaces > 0),
    tenancies integer NOT NULL CHECK (tenancies >= 0),
    based_on bigint REFERENCES registry (number),
    made_at timestamptz NOT NULL DEFAULT now(),
    made_by text NOT NULL
);

CREATE TABLE registry_park (
    registry bigint NOT NULL REFERENCES registry (number),
    park_id text NOT NULL,
    adcode text NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    basis text NOT NULL,
    lon double precision NOT NULL CHECK (lon BETWEEN -180 AND 180),
    lat double precision NOT NULL CHECK (lat BETWEEN -90 AND 90),
    shape bytea NOT NULL,
    document jsonb NOT NULL,
    PRIMARY KEY (registry, park_id)
);
CREATE INDEX ix_registry_park_place ON registry_park (registry, lon, lat);

CREATE TABLE registry_space (
    registry bigint NOT NULL,
    space_id text NOT NULL,
    park_id text NOT NULL,
    kind text NOT NULL,
    floor_area_m2 integer NOT NULL CHECK (floor_area_m2 > 0),
    basis text NOT NULL,
    document jsonb NOT NULL,
    PRIMARY KEY (registry, space_id),
    FOREIGN KEY (registry, park_id) REFERENCES registry_park (registry, park_id)
);

-- demand -------------------------------------------------------------------------------------------------

CREATE TABLE batch (
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    batch_id text PRIMARY KEY,
    name text NOT NULL,
    district text,
    file_name text NOT NULL,
    content_hash text NOT NULL CHECK (content_hash ~ '^[0-9a-f]{64}$'),
    projects integer NOT NULL CHECK (projects > 0),
    version integer NOT NULL DEFAULT 1,
    made_at timestamptz NOT NULL DEFAULT now(),
    made_by text NOT NULL
);

CREATE TABLE enquiry (
    batch_id text NOT NULL REFERENCES batch (batch_id),
    project_id text NOT NULL,
    position integer NOT NULL CHECK (position >= 0),
    district text,
    enterprise text NOT NULL,
    segment text NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'withdrawn', 'replaced')),
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text NOT NULL,
    record jsonb NOT NULL,
    PRIMARY KEY (batch_id, project_id)
);
CREATE UNIQUE INDEX uq_enquiry_open ON enquiry (project_id) WHERE state = 'open';
CREATE INDEX ix_enquiry_district ON enquiry (district, state);

CREATE TABLE scenario (
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    scenario_id text PRIMARY KEY,
    name text NOT NULL,
    district text,
    document jsonb NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    made_by text NOT NULL
);

-- work ---------------------------------------------------------------------------------------------------

CREATE TABLE worker (
    worker_id text PRIMARY KEY,
    host text NOT NULL,
    pid integer NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    heartbeat_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE sweep (
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    sweep_id text PRIMARY KEY,
    name text NOT NULL,
    district text,
    state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done')),
    members integer NOT NULL CHECK (members > 0),
    result jsonb,
    made_at timestamptz NOT NULL DEFAULT now(),
    made_by text NOT NULL,
    finished_at timestamptz,
    CHECK ((state = 'done') = (finished_at IS NOT NULL))
);

CREATE TABLE run (
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    run_id text PRIMARY KEY,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('plan', 'nightly', 'demo')),
    district text,
    state text NOT NULL DEFAULT 'queued' CHECK (state IN (
        'queued', 'running', 'succeeded', 'infeasible', 'no_plan', 'failed', 'cancelled', 'quarantined')),
    registry bigint NOT NULL REFERENCES registry (number),
    basis_plan text,
    scenario_id text REFERENCES scenario (scenario_id),
    sweep_id text REFERENCES sweep (sweep_id),
    request jsonb NOT NULL,
    input_hash text NOT NULL CHECK (input_hash ~ '^[0-9a-f]{64}$'),
    projects integer NOT NULL,
    attempt integer NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    crashes integer NOT NULL DEFAULT 0 CHECK (crashes >= 0),
    worker text,
    heartbeat_at timestamptz,
    cancel_requested boolean NOT NULL DEFAULT false,
    progress jsonb,
    reason text,
    plan_id text,
    made_at timestamptz NOT NULL DEFAULT now(),
    made_by text NOT NULL,
    started_at timestamptz,
    finished_at timestamptz,
    CHECK ((state IN ('queued', 'running')) = (finished_at IS NULL)),
    CHECK (state <> 'running' OR (worker IS NOT NULL AND heartbeat_at IS NOT NULL)),
    CHECK ((state = 'succeeded') = (plan_id IS NOT NULL)),
    CHECK (state NOT IN ('failed', 'quarantined') OR reason IS NOT NULL)
);
CREATE INDEX ix_run_state ON run (state, heartbeat_at) WHERE finished_at IS NULL;
CREATE INDEX ix_run_sweep ON run (sweep_id) WHERE sweep_id IS NOT NULL;

CREATE TABLE run_inputs (
    run_id text PRIMARY KEY REFERENCES run (run_id) ON DELETE CASCADE,
    district text,
    document jsonb NOT NULL,
    owners jsonb NOT NULL
);

-- plans --------------------------------------------------------------------------------------------------

CREATE TABLE plan (
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    plan_id text PRIMARY KEY,
    document_id text NOT NULL,
    name text NOT NULL,
    district text,
    run_id text NOT NULL UNIQUE REFERENCES run (run_id),
    registry bigint NOT NULL REFERENCES registry (number),
    basis_plan text REFERENCES plan (plan_id),
    scenario_id text,
    state text NOT NULL DEFAULT 'draft' CHECK (state IN (
        'draft', 'proposed', 'approved', 'published', 'superseded', 'rejected')),
    status text NOT NULL CHECK (status IN ('optimal', 'feasible')),
    plan_from text NOT NULL,
    input_hash text NOT NULL,
    engine text NOT NULL,
    seed bigint NOT NULL,
    wall_s double precision NOT NULL,
    goals jsonb NOT NULL,
    measures jsonb NOT NULL,
    kpis jsonb NOT NULL,
    placed integer NOT NULL CHECK (placed >= 0),
    waiting integer NOT NULL CHECK (waiting >= 0),
    verification jsonb NOT NULL CHECK (verification ->> 'breaches' = '0'),
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    made_at timestamptz NOT NULL DEFAULT now(),
    made_by text NOT NULL,
    proposed_at timestamptz,
    proposed_by text,
    approved_at timestamptz,
    approved_by text,
    rejected_at timestamptz,
    rejected_by text,
    rejected_because text,
    published_at timestamptz,
    published_by text,
    superseded_at timestamptz,
    superseded_by text REFERENCES plan (plan_id),
    publication jsonb,
    CHECK (approved_by IS NULL OR (proposed_by IS NOT NULL AND approved_by <> proposed_by)),
    CHECK (state IN ('draft', 'rejected') OR proposed_by IS NOT NULL),
    CHECK (state NOT IN ('approved', 'published', 'superseded') OR approved_by IS NOT NULL),
    CHECK ((state IN ('published', 'superseded')) = (published_by IS NOT NULL)),
    CHECK (published_by IS NULL OR publication IS NOT NULL),
    CHECK ((state = 'superseded') = (superseded_at IS NOT NULL)),
    CHECK ((state = 'rejected') = (rejected_by IS NOT NULL))
);
CREATE UNIQUE INDEX uq_plan_published ON plan ((true)) WHERE state = 'published';
ALTER TABLE run ADD FOREIGN KEY (plan_id) REFERENCES plan (plan_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE run ADD FOREIGN KEY (basis_plan) REFERENCES plan (plan_id);

CREATE TABLE placement (
    plan_id text NOT NULL REFERENCES plan (plan_id) ON DELETE CASCADE,
    project_id text NOT NULL,
    component_id text NOT NULL,
    district text,
    enterprise text NOT NULL,
    segment text NOT NULL,
    function text NOT NULL,
    space_id text NOT NULL,
    park_id text NOT NULL,
    adcode text NOT NULL,
    start text NOT NULL,
    floor_area_m2 integer NOT NULL CHECK (floor_area_m2 > 0),
    document jsonb NOT NULL,
    PRIMARY KEY (plan_id, project_id, component_id, space_id)
);

CREATE TABLE unplaced (
    plan_id text NOT NULL REFERENCES plan (plan_id) ON DELETE CASCADE,
    project_id text NOT NULL,
    district text,
    enterprise text NOT NULL,
    segment text NOT NULL,
    document jsonb NOT NULL,
    PRIMARY KEY (plan_id, project_id)
);

CREATE TABLE dossier (
    plan_id text NOT NULL REFERENCES plan (plan_id) ON DELETE CASCADE,
    project_id text NOT NULL,
    district text,
    document jsonb NOT NULL,
    PRIMARY KEY (plan_id, project_id)
);

CREATE TABLE artifact (
    plan_id text NOT NULL REFERENCES plan (plan_id) ON DELETE CASCADE,
    name text NOT NULL,
    district text,
    media_type text NOT NULL,
    sha256 text NOT NULL CHECK (sha256 = encode(sha256(content), 'hex')),
    content bytea NOT NULL,
    PRIMARY KEY (plan_id, name)
);

-- nights -------------------------------------------------------------------------------------------------

CREATE TABLE night (
    local_date date PRIMARY KEY,
    state text NOT NULL CHECK (state IN ('running', 'proposed', 'nothing', 'idle', 'failed')),
    run_id text REFERENCES run (run_id),
    plan_id text REFERENCES plan (plan_id),
    basis_plan text REFERENCES plan (plan_id),
    report jsonb,
    started_at timestamptz NOT NULL DEFAULT now(),
    started_by text NOT NULL,
    finished_at timestamptz,
    CHECK ((state = 'running') = (finished_at IS NULL)),
    CHECK (state <> 'proposed' OR plan_id IS NOT NULL)
);

CREATE TABLE notice (
    notice_id text PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('webhook', 'mail', 'mail_file')),
    subject text NOT NULL,
    payload jsonb NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    error text,
    made_at timestamptz NOT NULL DEFAULT now(),
    next_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz,
    UNIQUE (kind, subject)
);

-- requests and audit -------------------------------------------------------------------------------------

CREATE TABLE idempotency (
    person text NOT NULL,
    route text NOT NULL,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
    fingerprint text NOT NULL,
    status integer,
    headers jsonb,
    body bytea,
    made_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (person, route, key)
);

CREATE TABLE audit (
    number bigint PRIMARY KEY CHECK (number > 0),
    at timestamptz NOT NULL,
    person text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    detail jsonb NOT NULL,
    previous bytea NOT NULL CHECK (length(previous) = 32),
    digest bytea NOT NULL CHECK (length(digest) = 32)
);

-- what may never change ----------------------------------------------------------------------------------

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

DO $$
DECLARE named text;
BEGIN
    FOREACH named IN ARRAY ARRAY['audit', 'registry', 'registry_park', 'registry_space'] LOOP
        EXECUTE format('CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', named);
        EXECUTE format('CREATE TRIGGER keep_all BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', named);
    END LOOP;
    FOREACH named IN ARRAY ARRAY['placement', 'unplaced', 'dossier', 'artifact'] LOOP
        EXECUTE format('CREATE TRIGGER keep BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', named);
    END LOOP;
END $$;

CREATE FUNCTION guard_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state NOT IN ('draft', 'rejected') THEN
            RAISE EXCEPTION 'a % plan is kept', OLD.state USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF ROW(OLD.plan_id, OLD.document_id, OLD.district, OLD.run_id, OLD.registry, OLD.basis_plan, OLD.scenario_id,
           OLD.status, OLD.plan_from, OLD.input_hash, OLD.engine, OLD.seed, OLD.wall_s, OLD.goals, OLD.measures,
           OLD.kpis, OLD.placed, OLD.waiting, OLD.verification, OLD.made_at, OLD.made_by)
       IS DISTINCT FROM
       ROW(NEW.plan_id, NEW.document_id, NEW.district, NEW.run_id, NEW.registry, NEW.basis_plan, NEW.scenario_id,
           NEW.status, NEW.plan_from, NEW.input_hash, NEW.engine, NEW.seed, NEW.wall_s, NEW.goals, NEW.measures,
           NEW.kpis, NEW.placed, NEW.waiting, NEW.verification, NEW.made_at, NEW.made_by) THEN
        RAISE EXCEPTION 'the content of a plan never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (OLD.state, NEW.state) NOT IN (('draft', 'draft'), ('draft', 'proposed'), ('draft', 'rejected'),
        ('proposed', 'approved'), ('proposed', 'rejected'), ('approved', 'published'), ('approved', 'rejected'),
        ('published', 'superseded')) THEN
        RAISE EXCEPTION 'a % plan cannot become %', OLD.state, NEW.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.state <> 'draft' AND NEW.name <> OLD.name THEN
        RAISE EXCEPTION 'a % plan keeps its name', OLD.state USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    NEW.version := OLD.version + 1;
    RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON plan FOR EACH ROW EXECUTE FUNCTION guard_plan();

-- who sees what ------------------------------------------------------------------------------------------

CREATE FUNCTION sees(district text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(current_setting('allocator.district', true) = '*'
                    OR district = current_setting('allocator.district', true), false)
$$;

DO $$
DECLARE named text;
BEGIN
    FOREACH named IN ARRAY ARRAY['batch', 'enquiry', 'scenario', 'sweep', 'run', 'run_inputs', 'placement', 'unplaced',
                                 'dossier', 'artifact'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', named);
        EXECUTE format('CREATE POLICY own ON %I USING (sees(district)) WITH CHECK (sees(district))', named);
    END LOOP;
END $$;
ALTER TABLE plan ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON plan FOR SELECT USING (state = 'published' OR sees(district));
CREATE POLICY made ON plan FOR INSERT WITH CHECK (sees(district));
CREATE POLICY reviewed ON plan FOR UPDATE USING (sees(district)) WITH CHECK (sees(district));
ALTER TABLE night ENABLE ROW LEVEL SECURITY;
CREATE POLICY everyone ON night USING (sees(NULL)) WITH CHECK (sees(NULL));
ALTER TABLE notice ENABLE ROW LEVEL SECURITY;
CREATE POLICY everyone ON notice USING (sees(NULL)) WITH CHECK (sees(NULL));

GRANT USAGE ON SCHEMA allocator TO allocator_app;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA allocator TO allocator_app;
GRANT SELECT, INSERT ON registry, registry_park, registry_space, placement, unplaced, dossier, artifact, audit,
    scenario TO allocator_app;
GRANT SELECT, INSERT, UPDATE ON api_key, batch, enquiry, sweep, run, run_inputs, plan, night, notice TO allocator_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON worker, idempotency TO allocator_app;
