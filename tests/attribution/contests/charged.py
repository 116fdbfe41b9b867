"""An officer whom triage named in a complaint that was found founded, and everybody around."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account
from tests.factories.counter import make_visit
from tests.factories.desk import Agency, make_agency
from tests.factories.feedback import make_complaint
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.attribution.actions import attribute_feedback, decide_attribution
from webapp.attribution.contests.own_lines import list_own_lines, note_shown
from webapp.attribution.models import Attribution
from webapp.feedback.handling import answer_complaint
from webapp.feedback.models import Complaint
from webapp.feedback.vocabulary import Finding

STORY = "Zqcerita: petugas di loket membentak ibu saya dan menolak berkasnya."
CONTESTED = "Hari itu saya tugas luar, dan loket itu dijaga orang lain."


@dataclass(frozen=True)
class Charged:
    """Sari is named by Olivia (triage); Rina, her supervisor, answered. Dewi supervises the city; Tari does triage."""

    agency: Agency
    complaint: Complaint
    dewi: Account
    tari: Account
    at: datetime


def make_charged(session: Session, at: datetime, *, served: int = 0) -> Charged:
    """The city, at the moment when the answer has been given; Sari has `served` people on that day."""
    agency = make_agency(session)
    dewi = make_account(session, (Role.SUPERVISOR, agency.city), name="Dewi Lestari")
    tari = make_account(session, (Role.TRIAGE, agency.city), name="Tari Triase")
    visits = [
        make_visit(
            session,
            agency.unit,
            at - timedelta(hours=5, minutes=number),
            officer=agency.sari_officer,
            service=agency.service,
            counter=agency.counter,
        )
        for number in range(served)
    ]
    complaint = make_complaint(
        session,
        at - timedelta(hours=4),
        text=STORY,
        about_person=True,
        unit_id=agency.unit.id,
        service_id=agency.service.id,
        visit_id=visits[0].id if visits else None,
    )
    attribute_feedback([complaint.feedback_id], at - timedelta(hours=4))
    decide_attribution(
        complaint.feedback_id,
        unit_id=agency.unit.id,
        officer_id=agency.sari_officer.id,
        actor=agency.triage,
        reason="Zqalasan: disebut dalam laporan.",
        at=at - timedelta(hours=3),
    )
    session.flush()
    answer_complaint(complaint, agency.rina, "Kami minta maaf.", Finding.FOUNDED, write_key="form:answer", at=at)
    session.flush()
    return Charged(agency, complaint, dewi, tari, at)


def see(account: Account, at: datetime) -> str:
    """Somebody reads his page for the first time; the key of its only line."""
    lines = list_own_lines(account, at)
    note_shown(account, lines, at)
    [line] = lines
    return line.key


def shares_of(session: Session, feedback_id: int) -> dict[tuple[int | None, int | None], float]:
    """The shares that stand, by unit and officer."""
    attribution = session.scalars(
        select(Attribution).where(Attribution.feedback_id == feedback_id, Attribution.superseded_at.is_(None))
    ).one()
    return {(share.unit_id, share.officer_id): share.share for share in attribution.shares}
