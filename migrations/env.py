"""Alembic's environment: the database and tables are those of the running app."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import create_engine, make_url

# The bot's tables: `webapp` must not know its faces, so the one who migrates everything introduces them.
from bot import models as _bot  # noqa: F401
from webapp.app import settings_of
from webapp.database import let_application_in
from webapp.encryption import EncryptedText

database = current_app.extensions["migrate"].db
settings = settings_of(current_app)


def render_type(kind: str, item: object, _context: object) -> str | bool:
    """In a migration an encrypted column is what the database sees: bytes."""
    return "sa.LargeBinary()" if kind == "type" and isinstance(item, EncryptedText) else False


def run_migrations() -> None:
    """Migrate online, one transaction for each migration; under the owner's role where there is one."""
    engine = create_engine(settings.database_owner_url) if settings.database_owner_url else database.engine
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            compare_type=True,
            compare_server_default=False,
            transaction_per_migration=True,
            render_item=render_type,
        )
        with context.begin_transaction():
            context.run_migrations()
    application = make_url(settings.database_url).username
    if settings.database_owner_url and application:
        with engine.begin() as connection:
            let_application_in(connection, application, database.metadata)
        engine.dispose()


run_migrations()
