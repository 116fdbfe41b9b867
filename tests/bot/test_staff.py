"""A member of staff ties the chat to the account by the link of the page."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from tests.bot.conftest import START, Chat
from tests.factories.accounts import make_account
from webapp.messaging.chat_links import has_chat, new_chat_link


def test_a_link_ties_the_chat_once(app: Flask, database: SQLAlchemy) -> None:
    account = make_account(database.session())
    token = new_chat_link(account.id, START)
    database.session.commit()
    first, second = Chat(app), Chat(app)
    assert "terhubung dengan akun petugas Anda" in first.send(f"/start {token}")[0]
    assert "tidak berlaku lagi" in second.send(token)[0]
    database.session.rollback()
    assert has_chat(account.id)


def test_an_old_link_ties_nothing(app: Flask, database: SQLAlchemy) -> None:
    account = make_account(database.session())
    token = new_chat_link(account.id, START - timedelta(hours=1))
    database.session.commit()
    assert "tidak berlaku lagi" in Chat(app).send(token)[0]
    database.session.rollback()
    assert not has_chat(account.id)
