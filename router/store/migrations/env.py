"""How alembic runs a revision: on the connection that ``router.store.migrate`` hands over, inside its transaction."""

from alembic import context

from router.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
