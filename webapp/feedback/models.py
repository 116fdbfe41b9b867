"""What citizens say: complaints and ratings, what became of them, and who is told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.counter.applications.models import Application
from webapp.counter.models import Visit
from webapp.database import Base, BigId
from webapp.encryption import EncryptedText
from webapp.feedback.life_cycle import State
from webapp.feedback.vocabulary import Channel, ComplaintKind, Element, Finding, Move
from webapp.organisation.models import Counter, Service, Unit


def _in(column: str, values: type[Channel | ComplaintKind | Element | State | Finding | Move]) -> str:
    return "{} IN ({})".format(column, ", ".join(f"'{value}'" for value in values))


class Feedback(Base):
    """One thing a citizen said; exactly one complaint or one rating belongs to it.

    `write_key` comes from outside (form nonce, Telegram update, import source and id): saying it twice is saying it
    once. `rater_key` is a keyed hash of the device or chat, by which repeated ratings are recognised, never a person.
    Unit, service, counter, place and time are what the citizen stated; whom it concerns is for attribution to say.
    """

    __tablename__ = "feedback"
    __table_args__ = (
        CheckConstraint("kind IN ('complaint', 'rating')", name="kind"),
        CheckConstraint(_in("channel", Channel), name="channel"),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="position"),
        Index("ix_feedback_rated_visit", "visit_id", unique=True, postgresql_where=text("kind = 'rating'")),
        Index("ix_feedback_filed_at", "filed_at"),
        # Who said something before, to find what is said twice.
        Index(
            "ix_feedback_complaints_of",
            "rater_key",
            postgresql_where=text("kind = 'complaint' AND rater_key IS NOT NULL"),
        ),
    )

    id: Mapped[BigId]
    kind: Mapped[str]
    channel: Mapped[str]
    write_key: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("unit.id"))
    service_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("service.id"))
    counter_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("counter.id"))
    visit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("visit.id"))
    #: The file it is about, where it was filed from the file's page.
    application_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("application.id"), index=True)
    #: The reporter says that it is about how long that file takes.
    about_delay: Mapped[bool] = mapped_column(default=False, server_default="false")
    #: Decisions that came with the feedback from the agency's own system: the unit and the officer it concerned.
    decided_unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("unit.id"))
    decided_officer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("officer.id"))
    place: Mapped[str | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    occurred_at: Mapped[datetime | None]
    #: False where only the day was stated: then no shift can be told from it.
    occurred_exactly: Mapped[bool] = mapped_column(default=False, server_default="false")
    filed_at: Mapped[datetime]
    rater_key: Mapped[bytes | None]

    unit: Mapped[Unit | None] = relationship(foreign_keys=[unit_id])
    service: Mapped[Service | None] = relationship()
    counter: Mapped[Counter | None] = relationship()
    visit: Mapped[Visit | None] = relationship()
    application: Mapped[Application | None] = relationship()
    complaint: Mapped[Complaint | None] = relationship(back_populates="feedback")
    rating: Mapped[Rating | None] = relationship(back_populates="feedback")


class Complaint(Base):
    """A complaint, a suggestion or a request for information.

    `text` is masked; the words as written are in `original_text` only where masking changed them. Everything that tells
    who complained is encrypted. `points_at_person` keeps it from the officers of the unit: a superior decides.
    """

    __tablename__ = "complaint"
    __table_args__ = (
        CheckConstraint(_in("complaint_kind", ComplaintKind), name="complaint_kind"),
        CheckConstraint(_in("state", State), name="state"),
        CheckConstraint(_in("finding", Finding), name="finding"),
        Index(
            "ix_complaint_open",
            "unit_id",
            "state",
            "due_at",
            postgresql_where=text(
                "state IN ('filed', 'in_triage', 'verified', 'sent', 'assigned', 'in_work', 'disputed')"
            ),
        ),
        # What a unit settled to the reporter's content, the latest first: where similar cases are looked for.
        Index("ix_complaint_accepted", "unit_id", "settled_at", postgresql_where=text("state = 'accepted'")),
        Index(
            "ix_complaint_on_desk",
            "handler_id",
            "due_at",
            postgresql_where=text("state IN ('assigned', 'in_work', 'answered')"),
        ),
        Index("ix_complaint_answered_by_id", "answered_by_id", "settled_at"),
        Index(
            "ix_complaint_put_away",
            "state",
            "feedback_id",
            postgresql_where=text("state IN ('deferred', 'merged', 'unsolved', 'passed_on', 'archived')"),
        ),
        Index("ix_complaint_merged_into_id", "merged_into_id", postgresql_where=text("merged_into_id IS NOT NULL")),
        # The figures of the last weeks, for everybody.
        Index("ix_complaint_answered_at", "answered_at", postgresql_where=text("answered_at IS NOT NULL")),
        Index("ix_complaint_settled_at", "settled_at", postgresql_where=text("settled_at IS NOT NULL")),
        Index("ix_complaint_joins_id", "joins_id", postgresql_where=text("joins_id IS NOT NULL")),
        Index("ix_complaint_split_from_id", "split_from_id", postgresql_where=text("split_from_id IS NOT NULL")),
    )

    feedback_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("feedback.id", ondelete="CASCADE"), primary_key=True
    )
    code: Mapped[str] = mapped_column(unique=True)
    secret_word: Mapped[str] = mapped_column(EncryptedText)
    failed_looks: Mapped[int] = mapped_column(default=0, server_default="0")
    looks_locked_until: Mapped[datetime | None]
    complaint_kind: Mapped[str]
    text: Mapped[str]
    original_text: Mapped[str | None] = mapped_column(EncryptedText, deferred=True)
    #: The reporter asked that the public does not learn the content.
    secret: Mapped[bool] = mapped_column(default=True, server_default="true")
    #: The reporter's contact is withheld from everybody in the unit, too.
    anonymous: Mapped[bool] = mapped_column(default=True, server_default="true")
    points_at_person: Mapped[bool] = mapped_column(default=False, server_default="false")
    contact_name: Mapped[str | None] = mapped_column(EncryptedText, deferred=True)
    contact_phone: Mapped[str | None] = mapped_column(EncryptedText, deferred=True)
    contact_email: Mapped[str | None] = mapped_column(EncryptedText, deferred=True)
    state: Mapped[str] = mapped_column(default=State.FILED, server_default="filed")
    #: Where it lies now; null while nobody knows.
    unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("unit.id"))
    handler_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))
    due_at: Mapped[datetime | None]
    #: The calendar and version that `due_at` was counted with: "3:7"; null without calendar.
    due_calendar: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    #: The account that gave the standing answer: the facts go to who did it, not to who holds the case later.
    answered_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))
    settled_at: Mapped[datetime | None]
    reopened: Mapped[int] = mapped_column(default=0, server_default="0")
    #: What the decision found about the matter complained of.
    finding: Mapped[str | None]
    verified_at: Mapped[datetime | None]
    #: The first answer ever given; a later one does not move it.
    first_answered_at: Mapped[datetime | None]
    #: How often a unit handed it on or back; beyond a ceiling the administrator decides ("no wrong door").
    forwards: Mapped[int] = mapped_column(default=0, server_default="0")
    #: Since when the reporter owes something (an answer to a question, what is missing): clocks rest meanwhile.
    awaiting_reporter_since: Mapped[datetime | None]
    #: It takes an inspection to decide: the longer term holds.
    needs_inspection: Mapped[bool] = mapped_column(default=False, server_default="false")
    #: The complaint that is worked on for this one, too; kept when this one is answered, empty when they are separated.
    merged_into_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("complaint.feedback_id"))
    #: The complaint whose second half this one is.
    split_from_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("complaint.feedback_id"))
    #: The complaint that its reporter joined when filing: it is worked on together with that one as soon as may be.
    joins_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("complaint.feedback_id"))
    #: Name of the agency that it was passed on to.
    passed_on_to: Mapped[str | None]
    #: When the personal part was erased at the end of its retention.
    erased_at: Mapped[datetime | None]

    feedback: Mapped[Feedback] = relationship(back_populates="complaint", lazy="joined", innerjoin=True)
    unit: Mapped[Unit | None] = relationship()


class Rating(Base):
    """A rating of 1 to `scale` (4 here; imports keep their own). Verified or not follows from its feedback's visit."""

    __tablename__ = "rating"
    __table_args__ = (CheckConstraint("scale BETWEEN 2 AND 10 AND value BETWEEN 1 AND scale", name="value"),)

    feedback_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("feedback.id", ondelete="CASCADE"), primary_key=True
    )
    value: Mapped[int]
    scale: Mapped[int] = mapped_column(default=4, server_default="4")
    comment: Mapped[str | None]
    original_comment: Mapped[str | None] = mapped_column(EncryptedText, deferred=True)

    feedback: Mapped[Feedback] = relationship(back_populates="rating", lazy="joined", innerjoin=True)
    elements: Mapped[list[RatingElement]] = relationship(cascade="all, delete-orphan")


class RatingElement(Base):
    """One of the nine SKM elements (PermenPANRB 14/2017), rated 1 to 4; keyed by name, since sources swap numbers."""

    __tablename__ = "rating_element"
    __table_args__ = (
        CheckConstraint("value BETWEEN 1 AND 4", name="value"),
        CheckConstraint(_in("element", Element), name="element"),
    )

    rating_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("rating.feedback_id", ondelete="CASCADE"), primary_key=True
    )
    element: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


class Photo(Base):
    """A picture, re-encoded and free of metadata. `upload_key` is the nonce of the form it was first sent with.

    A photo waits without complaint while the form it came with is being corrected; what is never sent is swept away.
    """

    __tablename__ = "photo"
    __table_args__ = (
        UniqueConstraint("upload_key", "digest"),
        CheckConstraint("kind IN ('report', 'remedy')", name="kind"),
        Index("ix_photo_complaint_id", "complaint_id"),
        Index("ix_photo_digest", "digest"),
        Index("ix_photo_message_id", "message_id", postgresql_where=text("message_id IS NOT NULL")),
        Index("ix_photo_look_pieces", "look_pieces", postgresql_using="gin"),
        Index("ix_photo_waiting", "created_at", postgresql_where=text("complaint_id IS NULL")),
    )

    id: Mapped[BigId]
    upload_key: Mapped[str]
    #: SHA-256 of the re-encoded picture.
    digest: Mapped[bytes]
    complaint_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("complaint.feedback_id", ondelete="CASCADE")
    )
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    media_type: Mapped[str] = mapped_column(default="image/jpeg", server_default="image/jpeg")
    width: Mapped[int]
    height: Mapped[int]
    created_at: Mapped[datetime]
    #: What the reporter sent along, or what an officer shows as the remedy.
    kind: Mapped[str] = mapped_column(default="report", server_default="report")
    #: The answer that a remedy belongs to, and who took the photo up.
    message_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("complaint_message.id", ondelete="CASCADE"))
    account_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))
    #: 64 bits of perceptual hash: pictures that look alike differ in few of them.
    look: Mapped[int | None] = mapped_column(BigInteger)
    #: The keys that a look is found by (`looks.pieces_of`).
    look_pieces: Mapped[list[int] | None] = mapped_column(ARRAY(Integer))


class Disposition(Base):
    """A move of a complaint, to a unit, to somebody, away or back: who, when, why. Never changed, only followed.

    `kind` says what was done, `reason` the rule that did it (`decided_by_id` null) or a short code, `note` the words of
    the person who decided.
    """

    __tablename__ = "disposition"
    __table_args__ = (
        CheckConstraint(_in("kind", Move), name="kind"),
        Index("ix_disposition_complaint_id", "complaint_id"),
    )

    id: Mapped[BigId]
    complaint_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("complaint.feedback_id", ondelete="CASCADE"))
    unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("unit.id"))
    handler_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))
    #: Null where the product itself decided by a rule.
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))
    at: Mapped[datetime]
    reason: Mapped[str]
    kind: Mapped[str] = mapped_column(default=Move.SENT, server_default="sent")
    #: Masked like all free text.
    note: Mapped[str | None]
    #: The other complaint of a merge or split.
    other_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("complaint.feedback_id"))

    unit: Mapped[Unit | None] = relationship()


class StateChange(Base):
    """A step in the life of a complaint."""

    __tablename__ = "state_change"
    __table_args__ = (
        CheckConstraint(_in("state", State), name="state"),
        Index("ix_state_change_complaint_id", "complaint_id"),
    )

    id: Mapped[BigId]
    complaint_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("complaint.feedback_id", ondelete="CASCADE"))
    state: Mapped[str]
    at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))


class Exclusion(Base):
    """An officer who must never see or handle a complaint, because it concerns him. Never taken back by a rule."""

    __tablename__ = "exclusion"

    complaint_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("complaint.feedback_id", ondelete="CASCADE"), primary_key=True
    )
    officer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("officer.id"), primary_key=True)
    at: Mapped[datetime]


class Recusal(Base):
    """Somebody who declared a conflict of interest: he neither sees nor handles the complaint from then on."""

    __tablename__ = "recusal"

    complaint_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("complaint.feedback_id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"), primary_key=True, index=True)
    at: Mapped[datetime]


class ComplaintMessage(Base):
    """What was said on a complaint: by the reporter or by the agency. Masked like the complaint itself.

    A deferral says what is missing; a farewell, why it ends without an answer (passed on, archived, not to be solved).
    """

    __tablename__ = "complaint_message"
    __table_args__ = (
        CheckConstraint("author IN ('reporter', 'agency')", name="author"),
        CheckConstraint(
            "kind IN ('answer', 'question', 'reply', 'dispute', 'acceptance', 'deferral', 'farewell')", name="kind"
        ),
        Index("ix_complaint_message_complaint_id", "complaint_id"),
    )

    id: Mapped[BigId]
    complaint_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("complaint.feedback_id", ondelete="CASCADE"))
    author: Mapped[str]
    kind: Mapped[str]
    text: Mapped[str]
    original_text: Mapped[str | None] = mapped_column(EncryptedText, deferred=True)
    account_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))
    write_key: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime]


class Follower(Base):
    """Somebody who is told what becomes of a complaint, by a channel that knows only an address (a chat)."""

    __tablename__ = "follower"
    __table_args__ = (UniqueConstraint("complaint_id", "channel", "address_key"),)

    id: Mapped[BigId]
    complaint_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("complaint.feedback_id", ondelete="CASCADE"))
    channel: Mapped[str]
    address: Mapped[str] = mapped_column(EncryptedText)
    address_key: Mapped[bytes]
    language: Mapped[str] = mapped_column(default="id", server_default="id")
