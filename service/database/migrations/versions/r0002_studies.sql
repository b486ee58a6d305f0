SET LOCAL search_path TO allocator, public;

-- runs: a cancelled one may keep its plan, and a part of a study ends with a result ----------------------------

DO $$
DECLARE named text;
BEGIN
    FOR named IN SELECT conname FROM pg_constraint WHERE conrelid = 'run'::regclass AND contype = 'c'
        AND (pg_get_constraintdef(oid) LIKE '%plan_id%' OR pg_get_constraintdef(oid) LIKE '%kind%') LOOP
        EXECUTE format('ALTER TABLE run DROP CONSTRAINT %I', named);
    END LOOP;
END $$;

ALTER TABLE run
    ADD COLUMN keep_best boolean NOT NULL DEFAULT true,
    ADD COLUMN result jsonb,
    ADD COLUMN trace text,
    ADD CONSTRAINT run_kind_check CHECK (kind IN ('plan', 'nightly', 'demo', 'moves', 'dossier')),
    ADD CONSTRAINT run_part_check CHECK ((kind IN ('moves', 'dossier')) <= (sweep_id IS NOT NULL)),
    ADD CONSTRAINT run_plan_check CHECK (CASE
        WHEN kind IN ('moves', 'dossier') THEN plan_id IS NULL AND (state = 'succeeded') = (result IS NOT NULL)
        WHEN state = 'succeeded' THEN plan_id IS NOT NULL AND result IS NULL
        WHEN state = 'cancelled' THEN result IS NULL
        ELSE plan_id IS NULL AND result IS NULL END);

CREATE TABLE run_best (
    run_id text PRIMARY KEY REFERENCES run (run_id) ON DELETE CASCADE,
    district text,
    attempt integer NOT NULL CHECK (attempt > 0),
    found_at timestamptz NOT NULL DEFAULT now(),
    document jsonb NOT NULL CHECK (document ->> 'verified' = 'true')
);

-- studies: sweeps of scenarios, curves of moves, sets of dossiers ------------------------------------------------

DO $$
DECLARE named text;
BEGIN
    FOR named IN SELECT conname FROM pg_constraint WHERE conrelid = 'sweep'::regclass AND contype = 'c'
        AND pg_get_constraintdef(oid) LIKE '%state%' LOOP
        EXECUTE format('ALTER TABLE sweep DROP CONSTRAINT %I', named);
    END LOOP;
END $$;

ALTER TABLE sweep
    ADD COLUMN kind text NOT NULL DEFAULT 'scenarios' CHECK (kind IN ('scenarios', 'moves', 'dossiers')),
    ADD COLUMN plan_id text REFERENCES plan (plan_id) ON DELETE SET NULL,
    ADD COLUMN request jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN cancelled_by text,
    ADD CONSTRAINT sweep_state_check CHECK (state IN ('running', 'done', 'cancelled')),
    ADD CONSTRAINT sweep_finished_check CHECK ((state = 'running') = (finished_at IS NULL));

CREATE TABLE sweep_inputs (
    sweep_id text PRIMARY KEY REFERENCES sweep (sweep_id) ON DELETE CASCADE,
    district text,
    document jsonb NOT NULL
);

DO $$
DECLARE named text;
BEGIN
    FOREACH named IN ARRAY ARRAY['run_best', 'sweep_inputs'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', named);
        EXECUTE format('CREATE POLICY own ON %I USING (sees(district)) WITH CHECK (sees(district))', named);
    END LOOP;
END $$;

GRANT SELECT, INSERT ON sweep_inputs TO allocator_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON run_best TO allocator_app;
