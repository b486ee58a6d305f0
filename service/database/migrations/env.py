"""Where Alembic enters: it runs on the connection that :mod:`service.database.migrate` hands over."""

from alembic import context

from service.database.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table_schema=METADATA.schema,
    include_schemas=True,
)
with context.begin_transaction():
    context.run_migrations()
