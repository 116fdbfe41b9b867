"""The baseline of `filing`: a bare Flask route that inserts one row through psycopg's pool and commits."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime

from flask import Flask, request
from psycopg_pool import ConnectionPool

TABLE = "CREATE TABLE IF NOT EXISTS bare_complaint (id bigserial PRIMARY KEY, text text, filed_at timestamptz)"

app = Flask(__name__)
_pool: ConnectionPool | None = None
_opening = threading.Lock()


def pool() -> ConnectionPool:
    """The pool of this process, opened after the fork."""
    global _pool
    if _pool is None:
        with _opening:
            if _pool is None:
                _pool = ConnectionPool(os.environ["DATABASE_URL"], min_size=8, max_size=8, open=True)
    return _pool


@app.post("/bare")
def insert() -> str:
    """Insert and commit."""
    with pool().connection() as link:
        link.execute(
            "INSERT INTO bare_complaint (text, filed_at) VALUES (%s, %s)", (request.form["text"], datetime.now(UTC))
        )
    return "ok"
