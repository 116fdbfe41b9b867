"""From filing to the desk: what repeats another complaint is noted, and whoever joined is worked on with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from tests.factories.desk import make_agency
from tests.factories.feedback import make_complaint
from tests.pipeline import Pipeline
from webapp.attribution.repeats.models import ComplaintSketch, RepeatLink
from webapp.feedback.actions import add_follower
from webapp.feedback.models import Complaint
from webapp.feedback.vocabulary import Channel
from webapp.messaging.addresses import ChatAddress
from webapp.messaging.models import OutgoingMessage

LAMP = "Lampu jalan di depan SD Kenanga 3 padam sejak Senin malam, gelap dan rawan."


def test_what_was_joined_is_merged_when_it_is_known_where_it_belongs(database: SQLAlchemy, pipeline: Pipeline) -> None:
    session, now = database.session(), datetime.now(UTC)
    agency = make_agency(session)
    main = make_complaint(session, now - timedelta(hours=2), text=LAMP, unit_id=agency.unit.id)
    session.commit()
    pipeline.run()
    joined = make_complaint(
        session, now, text=LAMP, unit_id=agency.unit.id, joins_id=main.feedback_id, channel=Channel.TELEGRAM
    )
    add_follower(joined.feedback_id, ChatAddress("telegram", "77", "id"))
    session.commit()
    pipeline.run()
    session.expire_all()
    assert session.get_one(Complaint, joined.feedback_id).merged_into_id == main.feedback_id
    links = session.execute(select(RepeatLink.complaint_id, RepeatLink.other_id, RepeatLink.likeness)).all()
    assert [tuple(link) for link in links] == [(joined.feedback_id, main.feedback_id, 1.0)]
    assert len(session.scalars(select(ComplaintSketch.complaint_id)).all()) == 2
    told = [str(one.content) for one in session.scalars(select(OutgoingMessage).order_by(OutgoingMessage.id))]
    assert any("dikerjakan bersama laporan lain" in words for words in told) and not any(
        main.code in words for words in told
    )
