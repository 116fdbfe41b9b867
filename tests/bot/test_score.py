"""An officer's /nilai in his linked chat is his own figure; a citizen's is the way to rate."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from bot.score_pictures import draw_score, plots_of_score
from tests.bot.conftest import START, Chat
from tests.factories.desk import Agency, make_agency, make_rated_visits
from webapp.messaging.chat_links import link_chat, new_chat_link

PERIOD = "2026-Q4"


@pytest.fixture
def agency(database: SQLAlchemy) -> Agency:
    agency = make_agency(database.session())
    make_rated_visits(
        database.session(), agency, agency.sari_officer, START - timedelta(days=1), [4, 3, 4, 4, 4, 4, 2, 4]
    )
    database.session.commit()
    return agency


def linked(app: Flask, database: SQLAlchemy, account_id: int) -> Chat:
    chat = Chat(app)
    assert link_chat(new_chat_link(account_id, START), str(chat.chat_id), START)
    database.session.commit()
    return chat


def test_an_officer_gets_his_figure_as_a_picture_with_words(app: Flask, database: SQLAlchemy, agency: Agency) -> None:
    chat = linked(app, database, agency.sari.id)
    assert chat.send("/nilai") == []
    [photo] = [call for call in chat.calls if call["method"] == "sendPhoto"]
    assert photo["score"] == {"account_id": agency.sari.id, "period": PERIOD, "language": "id"}
    assert photo["caption"].startswith("Mutu layanan Anda, triwulan IV 2026: ") and "8 penilaian" in photo["caption"]
    assert "struk" in chat.click("Nilai kunjungan")[0]
    with app.app_context():
        plots = plots_of_score(**photo["score"])
    assert len(plots) == 2 and draw_score(plots).startswith(b"\x89PNG")


def test_everybody_else_is_asked_for_the_receipt(app: Flask, database: SQLAlchemy, agency: Agency) -> None:
    assert "struk" in Chat(app).send("/nilai")[0]
    assert "belum terhubung" in Chat(app).send("/nilaisaya")[0]
    assert "struk" in linked(app, database, agency.triage.id).send("/nilai")[0], "no officer, though linked"


def test_nobody_gets_anothers_figure(app: Flask, database: SQLAlchemy, agency: Agency) -> None:
    agency.sari.active = False
    database.session.commit()
    with app.app_context():
        assert plots_of_score(agency.sari.id, PERIOD, "id") == ()
        assert plots_of_score(agency.triage.id, PERIOD, "id") == ()
        assert plots_of_score(agency.budi.id, PERIOD, "id") == (), "he has no figure"
