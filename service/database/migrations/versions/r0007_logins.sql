-- the very first schema had one placement per component, later ones have one per space of it
ALTER TABLE allocator.placement
    DROP CONSTRAINT placement_pkey,
    ADD CONSTRAINT placement_pkey PRIMARY KEY (plan_id, project_id, component_id, space_id);

-- all databases of a server shared this role; the rights of the service are granted by the migrating command
DO $$
DECLARE sequence regclass;
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'allocator_app') THEN
        REVOKE ALL ON ALL TABLES IN SCHEMA allocator FROM allocator_app;
        REVOKE ALL ON ALL FUNCTIONS IN SCHEMA allocator FROM allocator_app;
        REVOKE ALL ON SCHEMA allocator FROM allocator_app;
        REVOKE ALL ON procrastinate_jobs, procrastinate_events FROM allocator_app;
        FOR sequence IN SELECT oid::regclass FROM pg_class
            WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace AND relname LIKE 'procrastinate%' LOOP
            EXECUTE format('REVOKE ALL ON SEQUENCE %s FROM allocator_app', sequence);
        END LOOP;
    END IF;
END $$;

-- the service may delete neither plans nor other people's uploads, but may have what is old forgotten
CREATE FUNCTION allocator.forget_uploads(days integer) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM allocator.draft WHERE made_at < now() - make_interval(days => greatest(days, 1))
$$;

CREATE FUNCTION allocator.forget_runs(days integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    before timestamptz := now() - make_interval(days => greatest(days, 1));
    gone text[];
    runs bigint;
BEGIN
    SET CONSTRAINTS ALL DEFERRED;
    gone := ARRAY(
        SELECT p.plan_id FROM allocator.plan p
        WHERE p.state IN ('draft', 'rejected') AND p.made_at < before
        AND NOT EXISTS (SELECT FROM allocator.plan q WHERE q.basis_plan = p.plan_id OR q.superseded_by = p.plan_id)
        AND NOT EXISTS (SELECT FROM allocator.night n WHERE n.plan_id = p.plan_id OR n.basis_plan = p.plan_id)
        AND NOT EXISTS (SELECT FROM allocator.run r WHERE r.basis_plan = p.plan_id));
    UPDATE allocator.run SET state = 'cancelled', plan_id = NULL, reason = 'its draft was not kept'
        WHERE plan_id = ANY (gone);
    DELETE FROM allocator.plan WHERE plan_id = ANY (gone);
    DELETE FROM allocator.run r WHERE finished_at < before AND plan_id IS NULL
        AND NOT EXISTS (SELECT FROM allocator.night n WHERE n.run_id = r.run_id)
        AND NOT EXISTS (SELECT FROM allocator.plan p WHERE p.run_id = r.run_id);
    GET DIAGNOSTICS runs = ROW_COUNT;
    RETURN runs;
END $$;
