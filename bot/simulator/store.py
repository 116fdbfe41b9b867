"""What the simulator remembers, in one SQLite database: in a file if it shall survive a restart, else in memory.

Every change is written at once (write-ahead log), so that killing the simulator loses nothing that it had accepted.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Record = dict[str, Any]

KEPT_CALLS = 20_000
KEPT_CONFIRMED_UPDATES = 10_000

#: Used only for the first ids of a new database, see `_first_number`.
_EPOCH_2020 = 1_577_836_800

_SCHEMA = """
CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, joined INTEGER NOT NULL, profile TEXT NOT NULL,
    phone TEXT NOT NULL, blocked INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS messages (message_id INTEGER PRIMARY KEY AUTOINCREMENT, chat_id INTEGER NOT NULL,
    from_bot INTEGER NOT NULL, body TEXT NOT NULL, markup TEXT, parse_mode TEXT, edits INTEGER NOT NULL DEFAULT 0,
    deleted INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS messages_of_chat ON messages (chat_id, message_id);
CREATE TABLE IF NOT EXISTS updates (update_id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL,
    payload TEXT NOT NULL, confirmed INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS updates_pending ON updates (update_id) WHERE confirmed = 0;
CREATE TABLE IF NOT EXISTS files (file_id TEXT PRIMARY KEY, unique_id TEXT NOT NULL, path TEXT NOT NULL UNIQUE,
    mime TEXT NOT NULL, name TEXT NOT NULL, photo TEXT, width INTEGER, height INTEGER, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS queries (id TEXT PRIMARY KEY, chat_id INTEGER NOT NULL, message_id INTEGER NOT NULL,
    data TEXT NOT NULL, answer TEXT);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS calls (number INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, method TEXT NOT NULL,
    params TEXT NOT NULL, status INTEGER NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as the Bot API knows it; a photo has one of these for each of its sizes, with the same `photo`."""

    file_id: str
    unique_id: str
    path: str
    mime: str
    name: str
    size: int
    photo: str | None = None
    width: int | None = None
    height: int | None = None


class Store:
    """The simulator's memory. Not for several threads or processes at once."""

    def __init__(self, path: Path | None = None) -> None:
        self._db = sqlite3.connect(":memory:" if path is None else path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("PRAGMA cache_size = -1024")  # kB: the machine of a demo has better uses for its memory
        self._db.executescript(_SCHEMA)
        for table in ("updates", "messages"):
            if self._db.execute("SELECT 1 FROM sqlite_sequence WHERE name = ?", (table,)).fetchone() is None:
                self._db.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, _first_number()))

    def close(self) -> None:
        self._db.close()

    def reset(self) -> None:
        """Forget everything but the counters: an update id or message id is never given twice."""
        for table in ("users", "messages", "updates", "files", "queries", "settings", "calls"):
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608  the names stand in the line above

    # --- people -------------------------------------------------------------------------------------------------

    def save_user(self, user_id: int, profile: Record, phone: str) -> None:
        self._db.execute(
            "INSERT INTO users (id, joined, profile, phone) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET profile = excluded.profile, phone = excluded.phone",
            (user_id, time.time_ns(), json.dumps(profile), phone),
        )

    def users(self) -> list[Record]:
        """Everybody in the order in which they came, as {"profile", "phone", "blocked"}."""
        rows = self._db.execute("SELECT profile, phone, blocked FROM users ORDER BY joined, id")
        return [{"profile": json.loads(row[0]), "phone": row[1], "blocked": bool(row[2])} for row in rows]

    def user(self, user_id: int) -> Record | None:
        row = self._db.execute("SELECT profile, phone, blocked FROM users WHERE id = ?", (user_id,)).fetchone()
        return None if row is None else {"profile": json.loads(row[0]), "phone": row[1], "blocked": bool(row[2])}

    def set_blocked(self, user_id: int, blocked: bool) -> None:
        self._db.execute("UPDATE users SET blocked = ? WHERE id = ?", (blocked, user_id))

    # --- messages -----------------------------------------------------------------------------------------------

    def add_message(
        self, chat_id: int, body: Record, *, from_bot: bool, markup: Record | None, parse_mode: str | None
    ) -> Record:
        """Keep a message and return its body with the `message_id` that it was given."""
        cursor = self._db.execute(
            "INSERT INTO messages (chat_id, from_bot, body, markup, parse_mode) VALUES (?, ?, '{}', ?, ?)",
            (chat_id, from_bot, None if markup is None else json.dumps(markup), parse_mode),
        )
        body = {"message_id": cursor.lastrowid, **body}
        self._db.execute("UPDATE messages SET body = ? WHERE message_id = ?", (json.dumps(body), cursor.lastrowid))
        return body

    def change_message(self, message_id: int, body: Record, markup: Record | None, parse_mode: str | None) -> None:
        self._db.execute(
            "UPDATE messages SET body = ?, markup = ?, parse_mode = ?, edits = edits + 1 WHERE message_id = ?",
            (json.dumps(body), None if markup is None else json.dumps(markup), parse_mode, message_id),
        )

    def delete_message(self, message_id: int) -> None:
        self._db.execute("UPDATE messages SET deleted = 1 WHERE message_id = ?", (message_id,))

    def message(self, chat_id: int, message_id: int) -> Record | None:
        """One entry of the transcript; None if the chat never had it. A deleted one is returned and says so."""
        row = self._db.execute(
            f"SELECT {_ENTRY} FROM messages WHERE chat_id = ? AND message_id = ?",  # noqa: S608  fixed columns
            (chat_id, message_id),
        ).fetchone()
        return None if row is None else _entry(row)

    def transcript(self, chat_id: int, after: int = 0, limit: int = 500) -> list[Record]:
        """The last `limit` entries of a chat with a message id above `after`, oldest first."""
        rows = self._db.execute(
            f"SELECT {_ENTRY} FROM messages WHERE chat_id = ? AND message_id > ?"  # noqa: S608  fixed columns
            " ORDER BY message_id DESC LIMIT ?",
            (chat_id, after, limit),
        ).fetchall()
        return [_entry(row) for row in reversed(rows)]

    def has_spoken(self, chat_id: int) -> bool:
        """Whether the person of this chat has ever written to the bot."""
        query = "SELECT 1 FROM messages WHERE chat_id = ? AND from_bot = 0 LIMIT 1"
        return self._db.execute(query, (chat_id,)).fetchone() is not None

    # --- updates ------------------------------------------------------------------------------------------------

    def add_update(self, kind: str, payload: Record) -> int:
        """Keep an update until the bot confirms it; returns its id, greater than any before."""
        cursor = self._db.execute("INSERT INTO updates (kind, payload) VALUES (?, ?)", (kind, json.dumps(payload)))
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def pending_updates(self, limit: int) -> list[Record]:
        rows = self._db.execute(
            "SELECT update_id, kind, payload FROM updates WHERE confirmed = 0 ORDER BY update_id LIMIT ?", (limit,)
        )
        return [_update(row) for row in rows]

    def update(self, update_id: int) -> Record | None:
        query = "SELECT update_id, kind, payload FROM updates WHERE update_id = ?"
        row = self._db.execute(query, (update_id,)).fetchone()
        return None if row is None else _update(row)

    def updates(self) -> list[Record]:
        """All updates that are remembered, as {"update": ..., "confirmed": bool}."""
        rows = self._db.execute("SELECT update_id, kind, payload, confirmed FROM updates ORDER BY update_id")
        return [{"update": _update(row), "confirmed": bool(row[3])} for row in rows]

    def count_pending(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM updates WHERE confirmed = 0").fetchone()[0])

    def confirm_below(self, offset: int) -> None:
        """Confirm every update with an id below `offset`."""
        changed = self._db.execute("UPDATE updates SET confirmed = 1 WHERE confirmed = 0 AND update_id < ?", (offset,))
        if changed.rowcount:
            self._forget_old_updates()

    def confirm(self, update_id: int) -> None:
        self._db.execute("UPDATE updates SET confirmed = 1 WHERE update_id = ?", (update_id,))
        self._forget_old_updates()

    def keep_last_pending(self, count: int) -> None:
        """Confirm all but the last `count` updates, as a negative offset asks."""
        self._db.execute(
            "UPDATE updates SET confirmed = 1 WHERE confirmed = 0 AND update_id NOT IN"
            " (SELECT update_id FROM updates WHERE confirmed = 0 ORDER BY update_id DESC LIMIT ?)",
            (count,),
        )

    def confirm_all(self) -> None:
        self._db.execute("UPDATE updates SET confirmed = 1")

    def _forget_old_updates(self) -> None:
        self._db.execute(
            "DELETE FROM updates WHERE confirmed = 1 AND update_id <= (SELECT max(update_id) FROM updates) - ?",
            (KEPT_CONFIRMED_UPDATES,),
        )

    # --- files --------------------------------------------------------------------------------------------------

    def add_file(self, folder: str, data: bytes, *, mime: str, name: str, photo: str | None = None,
                 width: int | None = None, height: int | None = None) -> StoredFile:  # fmt: skip
        """Keep a file under `folder`/<name of its own>; sizes of one photo share the key `photo`."""
        unique = secrets.token_hex(8)
        suffix = Path(name).suffix[:10] or {"image/jpeg": ".jpg", "audio/ogg": ".oga"}.get(mime, ".bin")
        stored = StoredFile(
            file_id=f"AgACAg{secrets.token_urlsafe(24)}",
            unique_id=f"AQAD{unique}",
            path=f"{folder}/file_{unique}{suffix}",
            mime=mime,
            name=name,
            size=len(data),
            photo=photo,
            width=width,
            height=height,
        )
        self._db.execute(
            "INSERT INTO files (file_id, unique_id, path, mime, name, photo, width, height, data)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (stored.file_id, stored.unique_id, stored.path, mime, name, photo, width, height, data),
        )
        return stored

    def file(self, file_id: str) -> StoredFile | None:
        return next(iter(self._files("file_id = ?", (file_id,))), None)

    def file_at(self, path: str) -> StoredFile | None:
        return next(iter(self._files("path = ?", (path,))), None)

    def photo_sizes(self, photo: str) -> list[StoredFile]:
        """The sizes of one photo, smallest first."""
        return self._files("photo = ? ORDER BY width * height", (photo,))

    def file_data(self, file_id: str) -> bytes:
        return bytes(self._db.execute("SELECT data FROM files WHERE file_id = ?", (file_id,)).fetchone()[0])

    def _files(self, condition: str, values: Iterable[str]) -> list[StoredFile]:
        columns = "file_id, unique_id, path, mime, name, length(data), photo, width, height"
        rows = self._db.execute(f"SELECT {columns} FROM files WHERE {condition}", tuple(values))  # noqa: S608  own words
        return [StoredFile(*row) for row in rows]

    # --- pressed buttons ----------------------------------------------------------------------------------------

    def add_query(self, chat_id: int, message_id: int, data: str) -> str:
        query_id = str(secrets.randbits(62))
        self._db.execute(
            "INSERT INTO queries (id, chat_id, message_id, data) VALUES (?, ?, ?, ?)",
            (query_id, chat_id, message_id, data),
        )
        return query_id

    def query(self, query_id: str) -> Record | None:
        row = self._db.execute(
            "SELECT chat_id, message_id, data, answer FROM queries WHERE id = ?", (query_id,)
        ).fetchone()
        if row is None:
            return None
        answer = None if row[3] is None else json.loads(row[3])
        return {"id": query_id, "chat_id": row[0], "message_id": row[1], "data": row[2], "answer": answer}

    def answer_query(self, query_id: str, answer: Record) -> None:
        self._db.execute("UPDATE queries SET answer = ? WHERE id = ?", (json.dumps(answer), query_id))

    # --- settings and calls -------------------------------------------------------------------------------------

    def setting(self, name: str) -> Any:
        """A setting of the bot (webhook, commands, kinds of updates it wants); None if never set."""
        row = self._db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return None if row is None else json.loads(row[0])

    def set_setting(self, name: str, value: Any) -> None:
        self._db.execute("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", (name, json.dumps(value)))

    def log_call(self, method: str, params: Record, status: int) -> Record:
        """Keep one call of the bot with the HTTP status it got (0: no answer was given); returns it as `calls` does."""
        at = time.time()
        cursor = self._db.execute(
            "INSERT INTO calls (at, method, params, status) VALUES (?, ?, ?, ?)",
            (at, method, json.dumps(params), status),
        )
        assert cursor.lastrowid is not None
        self._db.execute("DELETE FROM calls WHERE number <= ?", (cursor.lastrowid - KEPT_CALLS,))
        return {"number": cursor.lastrowid, "at": at, "method": method, "params": params, "status": status}

    def calls(self, after: int = 0) -> list[Record]:
        """Calls of the bot in the order in which they were answered; `at` in seconds since 1970 (UTC)."""
        rows = self._db.execute(
            "SELECT number, at, method, params, status FROM calls WHERE number > ? ORDER BY number", (after,)
        )
        return [
            {"number": row[0], "at": row[1], "method": row[2], "params": json.loads(row[3]), "status": row[4]}
            for row in rows
        ]


_ENTRY = "body, from_bot, markup, parse_mode, edits, deleted"


def _entry(row: tuple[Any, ...]) -> Record:
    return {
        "message": json.loads(row[0]),
        "from_bot": bool(row[1]),
        "markup": None if row[2] is None else json.loads(row[2]),
        "parse_mode": row[3],
        "edits": row[4],
        "deleted": bool(row[5]),
    }


def _update(row: tuple[Any, ...]) -> Record:
    return {"update_id": row[0], row[1]: json.loads(row[2])}


def _first_number() -> int:
    """Where the ids of a new database begin.

    The bot remembers which updates it has dealt with. Were every simulator to begin at 1, a new one without a file of
    its own would be taken for a repetition. So the clock decides, at four ids a second, which fits 31 bits until 2037.
    """
    return int(time.time() - _EPOCH_2020) * 4
