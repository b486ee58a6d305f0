"""What is forgotten: remembered answers after two days, uploads that nobody stored, and old runs that nobody kept."""

from sqlalchemy import text

from service.jobs.works import Works

ANSWERS_DAYS = 2
"""How long the answer to an Idempotency-Key is repeated."""

UPLOADS_DAYS = 7
"""How long an upload waits for its columns to be confirmed."""

SESSIONS_DAYS = 30
"""How long a session is kept, which is over by then; the audit keeps when it began."""

_OLD_PLANS = """
    SELECT p.plan_id FROM allocator.plan p
    WHERE p.state IN ('draft', 'rejected') AND p.made_at < now() - make_interval(days => :days)
    AND NOT EXISTS (SELECT FROM allocator.plan q WHERE q.basis_plan = p.plan_id OR q.superseded_by = p.plan_id)
    AND NOT EXISTS (SELECT FROM allocator.night n WHERE n.plan_id = p.plan_id OR n.basis_plan = p.plan_id)
    AND NOT EXISTS (SELECT FROM allocator.run r WHERE r.basis_plan = p.plan_id)
"""


def forget_old(works: Works) -> int:
    """Delete what is older than the settings keep, in one transaction of the owner; how many runs went.

    Published and superseded plans, nights and the audit are never deleted.
    """
    days = {"days": works.settings.retention_days}
    with works.engine.begin() as connection:
        connection.execute(
            text("DELETE FROM allocator.idempotency WHERE made_at < now() - make_interval(days => :days)"),
            {"days": ANSWERS_DAYS},
        )
        connection.execute(
            text("DELETE FROM allocator.draft WHERE made_at < now() - make_interval(days => :days)"),
            {"days": UPLOADS_DAYS},
        )
        connection.execute(
            text("DELETE FROM allocator.session WHERE made_at < now() - make_interval(days => :days)"),
            {"days": SESSIONS_DAYS},
        )
        connection.execute(text("SET CONSTRAINTS ALL DEFERRED"))
        gone = [str(each) for each in connection.execute(text(_OLD_PLANS), days).scalars()]
        if gone:
            connection.execute(
                text(
                    "UPDATE allocator.run SET state = 'cancelled', plan_id = NULL,"
                    " reason = 'its draft was not kept' WHERE plan_id = ANY(:gone)"
                ),
                {"gone": gone},
            )
            connection.execute(text("DELETE FROM allocator.plan WHERE plan_id = ANY(:gone)"), {"gone": gone})
        done = connection.execute(
            text(
                "DELETE FROM allocator.run r WHERE finished_at < now() - make_interval(days => :days)"
                " AND plan_id IS NULL AND NOT EXISTS (SELECT FROM allocator.night n WHERE n.run_id = r.run_id)"
                " AND NOT EXISTS (SELECT FROM allocator.plan p WHERE p.run_id = r.run_id)"
            ),
            days,
        )
        return done.rowcount
