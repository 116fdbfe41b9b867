"""An officer with lines of ratings, of days at the counter and of a founded complaint, and everybody around."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account
from tests.factories.counting import next_number
from tests.factories.desk import Agency, make_agency, make_placed, make_rated_visits
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.attribution.actions import decide_attribution
from webapp.feedback.handling import answer_complaint
from webapp.feedback.models import Complaint
from webapp.feedback.vocabulary import Finding
from webapp.indicators.actions import record_due, record_facts
from webapp.indicators.fact_sources import DueFact
from webapp.indicators.models import IndicatorFact, IndicatorSnapshot
from webapp.indicators.objections.filing import file_objection
from webapp.indicators.objections.models import IndicatorObjection
from webapp.indicators.objections.seen import note_seen
from webapp.indicators.periods import period_of
from webapp.indicators.queries import GroupView, own_sheet

STORY = "Zqcerita: petugas di loket membentak ibu saya dan menolak berkasnya."
WRONG = "Pada hari itu server pusat mati sejak pagi, warga menunggu berjam-jam."
WHY = "Catatan gangguan server pusat membenarkannya."


@dataclass(frozen=True)
class Town:
    """Sari serves in the unit that Rina supervises; Dewi supervises the city. `at`: a Tuesday afternoon."""

    agency: Agency
    dewi: Account
    at: datetime

    @property
    def period(self) -> str:
        """The quarter of it all."""
        return period_of(self.at.date())


def make_town(session: Session, at: datetime, days: dict[int, list[int]]) -> Town:
    """The city; Sari was rated `days` days ago by as many citizens as there are values."""
    agency = make_agency(session)
    dewi = make_account(session, (Role.SUPERVISOR, agency.city), name="Dewi Lestari")
    for ago, values in sorted(days.items(), reverse=True):
        make_rated_visits(session, agency, agency.sari_officer, at - timedelta(days=ago), values)
    session.flush()
    return Town(agency, dewi, at)


def make_founded(session: Session, town: Town) -> Complaint:
    """A complaint about Sari that triage gave her and Rina found founded."""
    agency = town.agency
    complaint = make_placed(session, town.at - timedelta(hours=3), agency.unit, text=STORY, about_person=True)
    decide_attribution(
        complaint.feedback_id,
        unit_id=agency.unit.id,
        officer_id=agency.sari_officer.id,
        actor=agency.triage,
        reason="Disebut dalam laporan.",
        at=town.at - timedelta(hours=2),
    )
    session.flush()
    answer_complaint(complaint, agency.rina, "Kami minta maaf.", Finding.FOUNDED, write_key="form:a", at=town.at)
    session.flush()
    record_facts([complaint.feedback_id], town.at)
    return complaint


def lines_of(town: Town, component: str = "satisfaction") -> list[GroupView]:
    """Sari's own lines of a part."""
    sheet = own_sheet(town.agency.sari, town.period)
    assert sheet is not None
    return [group for group in sheet.groups if group.component == component]


def see(town: Town, line: GroupView, at: datetime | None = None) -> str:
    """Sari's page shows her a line; its key."""
    note_seen(town.agency.sari, town.period, [line.line_key], at or town.at)
    return line.line_key


def objection_to(town: Town, line: GroupView, *, write_key: str = "form:o") -> IndicatorObjection:
    """Sari objects to a line that she sees."""
    return file_objection(town.agency.sari, see(town, line), WRONG, write_key=write_key, at=town.at)


def record_days(town: Town, component: str, values: dict[date, float]) -> list[DueFact]:
    """Sari's days as the agency's records have them, each worth its value; recorded as facts of a part."""
    officer = town.agency.sari_officer
    due = [
        DueFact(
            key=f"shift:{officer.id}:{day}",
            feedback_id=None,
            attribution_id=None,
            officer_id=officer.id,
            component=component,
            period=town.period,
            day=day,
            y=value,
            share=1.0,
            verified=True,
            rater=None,
            service_id=None,
            channel="shift",
        )
        for day, value in values.items()
    ]
    record_due([one.key for one in due], due, town.at)
    return due


def make_objection(
    session: Session, account: Account, figure: IndicatorSnapshot, component: str, at: datetime, *keys: str
) -> IndicatorObjection:
    """The officer's objection to his facts of a part (to those with these keys), whichever lines they stand in."""
    facts = select(IndicatorFact.id).where(
        IndicatorFact.officer_id == figure.officer_id, IndicatorFact.component == component
    )
    if keys:
        facts = facts.where(IndicatorFact.key.in_(keys))
    objection = IndicatorObjection(
        write_key=f"form:{next_number()}",
        officer_id=figure.officer_id,
        account_id=account.id,
        period=figure.period,
        line_key="days",
        component=component,
        snapshot_id=figure.id,
        fact_ids=list(session.scalars(facts.order_by(IndicatorFact.id))),
        points=-1.0,
        reason=WRONG,
        filed_at=at,
        due_at=at,
    )
    session.add(objection)
    session.flush()
    return objection


def object_to_days(session: Session, town: Town, component: str) -> IndicatorObjection:
    """Sari's objection to her days of a part, as record_days wrote them."""
    return make_objection(session, town.agency.sari, figure_of(session, town), component, town.at)


def figure_of(session: Session, town: Town) -> IndicatorSnapshot:
    """Sari's current figure."""
    return session.scalars(
        select(IndicatorSnapshot).where(
            IndicatorSnapshot.officer_id == town.agency.sari_officer.id,
            IndicatorSnapshot.period == town.period,
            IndicatorSnapshot.superseded_at.is_(None),
        )
    ).one()


def local(day: datetime) -> date:
    """The day in the unit's zone."""
    from zoneinfo import ZoneInfo

    return day.astimezone(ZoneInfo("Asia/Jakarta")).date()
