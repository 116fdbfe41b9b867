"""Migrations: one head; up, down to nothing and up again; and what they build is what the models say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

import bot.models  # noqa: F401  tables register themselves
from config import Settings
from tests.architecture.source_tree import ROOT
from tests.engines import Engines
from webapp.database import db


@pytest.fixture
def empty_app(engines: Engines, settings: Settings, process_number: int) -> Iterator[Flask]:
    """The application on a database of its own in which there is nothing."""
    from webapp.app import create_app

    name = f"migrations_{process_number}"
    engines.create_database(name)
    app = create_app(replace(settings, database_url=engines.owner_url(name).replace("://", "+psycopg://", 1)))
    yield app
    with app.app_context():
        db.engine.dispose()
    engines.drop_database(name)


def schema_of(app: Flask) -> list[tuple[object, ...]]:
    """Tables, columns, indexes and constraints as PostgreSQL has them."""
    url = app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", "")
    with psycopg.connect(url) as link:
        return [
            *link.execute(
                "SELECT table_name, column_name, data_type, is_nullable, column_default "
                "FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
            ),
            *link.execute(
                "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2"
            ),
            *link.execute(
                "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
                "WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2"
            ),
        ]


def migrate(app: Flask, *, to: str) -> None:
    import flask_migrate

    from webapp.cli import prepare_migrations

    prepare_migrations(app)
    with app.app_context():
        flask_migrate.upgrade(revision=to) if to == "head" else flask_migrate.downgrade(revision=to)


def test_there_is_exactly_one_head() -> None:
    heads = ScriptDirectory(str(ROOT / "migrations")).get_heads()
    assert len(heads) == 1, f"two migrations build on the same one: give one of {heads} the other as down_revision"


def test_migrations_are_named_by_time_and_what_they_do() -> None:
    wrong = [
        path.name
        for path in (ROOT / "migrations/versions").glob("*.py")
        if not re.fullmatch(r"20\d{6}_\d{4}_[a-z0-9_]+\.py", path.name)
    ]
    assert not wrong, f"name a migration like 20261121_1530_what_it_does.py: {wrong}"


def test_up_down_and_up_again_matching_the_models(empty_app: Flask) -> None:
    migrate(empty_app, to="head")
    first = schema_of(empty_app)
    with empty_app.app_context(), db.engine.connect() as link:
        context = MigrationContext.configure(link, opts={"compare_type": True, "compare_server_default": False})
        differences = compare_metadata(context, db.metadata)
    assert not differences, (
        "The models say something else than the migrations build. Write a migration "
        f"(flask --app wsgi db revision --autogenerate -m what_it_does): {differences}"
    )
    migrate(empty_app, to="base")
    left = {row[0] for row in schema_of(empty_app)} - {"alembic_version"}
    assert not left, f"the downgrade leaves something behind: {sorted(map(str, left))}"
    migrate(empty_app, to="head")
    assert schema_of(empty_app) == first, "what is built after going down and up again differs from the first time"
