"""Changing the keys: everything encrypted comes under the newest, wherever a run was stopped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from sqlalchemy import LargeBinary, select, type_coerce
from sqlalchemy.orm import Session, scoped_session

from bot.models import TelegramConversation
from config import Settings
from tests.factories.desk import make_agency, make_placed
from webapp import key_rotation
from webapp.database import Base, transaction
from webapp.encryption import EncryptedBytes, EncryptedText, Keyring, install_keyring, keyring
from webapp.feedback.models import Complaint
from webapp.key_rotation import encrypted_tables, rotate_batch
from webapp.organisation.models import Officer

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
NEW = Fernet.generate_key().decode()


@pytest.fixture
def settings_then(app: Flask, settings: Settings) -> Iterator[Settings]:
    """The settings that the city was run with so far; afterwards its keys are those again."""
    yield settings
    install_keyring(app, Keyring(settings.encryption_keys, settings.secret_key))


@pytest.fixture
def complaints(session: scoped_session[Session], settings_then: Settings) -> list[int]:
    agency = make_agency(session())
    made = [
        make_placed(session(), NOW, agency.unit, text=f"Nomor {n} saya 081234567890", contact_name=f"Warga {n}")
        for n in range(5)
    ]
    session.add(TelegramConversation(chat_key=b"k" * 16, chat_id="4711", data=None, updated_at=NOW))
    session.commit()
    return [complaint.feedback_id for complaint in made]


def under(app: Flask, settings: Settings, *keys: str) -> None:
    install_keyring(app, Keyring(keys, settings.secret_key))


def test_every_encrypted_column_is_found(app: Flask) -> None:
    found = {(table.name, column.name) for table, columns in encrypted_tables() for column in columns}
    declared = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, EncryptedText | EncryptedBytes)
    }
    assert found == declared
    assert {("complaint", "contact_phone"), ("telegram_conversation", "chat_id"), ("officer", "nip")} <= found


def test_an_old_key_can_go_when_the_command_says_so(
    app: Flask, session: scoped_session[Session], complaints: list[int], settings_then: Settings
) -> None:
    (old,) = settings_then.encryption_keys
    under(app, settings_then, NEW, old)
    asked = app.test_cli_runner().invoke(args=["keys", "rotate", "--check"])
    assert asked.exit_code == 1
    of_complaints = next(line for line in asked.output.splitlines() if line.startswith("complaint ("))
    assert " 0 under an older key" not in of_complaints
    done = app.test_cli_runner().invoke(args=["keys", "rotate"])
    assert done.exit_code == 0, done.output
    assert "telegram_conversation (chat_id, data): 1 values, 1 encrypted anew" in done.output
    assert "the older ones may go" in done.output
    again = app.test_cli_runner().invoke(args=["keys", "rotate", "--check"])
    assert again.exit_code == 0, again.output

    under(app, settings_then, NEW)
    session.expire_all()
    people = session.scalars(select(Complaint.contact_name).order_by(Complaint.feedback_id)).all()
    assert people == [f"Warga {n}" for n in range(5)]
    assert session.scalars(select(Complaint.original_text)).first() is not None
    assert session.scalars(select(TelegramConversation.chat_id)).one() == "4711"
    assert all(session.scalars(select(Officer.nip).where(Officer.nip.is_not(None))).all())


def test_a_stopped_run_goes_on_with_what_is_left(
    app: Flask,
    session: scoped_session[Session],
    complaints: list[int],
    settings_then: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (old,) = settings_then.encryption_keys
    under(app, settings_then, NEW, old)
    monkeypatch.setattr(key_rotation, "BATCH", 2)
    table, columns = next(pair for pair in encrypted_tables() if pair[0].name == "complaint")
    with transaction():
        first = rotate_batch(table, columns, None)
    assert (first.rows, first.last) == (2, (complaints[1],))
    with pytest.raises(RuntimeError), transaction():  # stopped in the middle of a batch
        rotate_batch(table, columns, first.last)
        raise RuntimeError
    tokens = select(Complaint.feedback_id, type_coerce(Complaint.__table__.c.secret_word, LargeBinary).label("token"))
    ring = keyring()
    new = {row.feedback_id for row in session.execute(tokens) if ring.key_of(bytes(row.token)) == 0}
    assert new == set(complaints[:2])
    session.rollback()
    done = app.test_cli_runner().invoke(args=["keys", "rotate"])
    assert done.exit_code == 0, done.output
    assert {ring.key_of(bytes(row.token)) for row in session.execute(tokens)} == {0}


def test_what_no_key_reads_is_told_and_left_alone(
    app: Flask, session: scoped_session[Session], complaints: list[int], settings_then: Settings
) -> None:
    under(app, settings_then, NEW)
    done = app.test_cli_runner().invoke(args=["keys", "rotate"])
    assert done.exit_code == 1
    assert "UNREADABLE with these keys" in done.output
    assert "keep the older keys" in done.output
    (old,) = settings_then.encryption_keys
    under(app, settings_then, old)
    assert session.scalars(select(Complaint.contact_name).order_by(Complaint.feedback_id)).first() == "Warga 0"
