"""Registering a file, withdrawing it, following it. What happens to it in between: papers, stages, pauses."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can
from webapp.counter.applications.access import current_stage, open_application
from webapp.counter.applications.catalogue import list_stages
from webapp.counter.applications.errors import (
    AlreadyRegistered,
    NoStages,
    NoSuchApplication,
    NotOffered,
)
from webapp.counter.applications.models import (
    Application,
    ApplicationFollower,
    ApplicationPaper,
    ApplicationStage,
)
from webapp.counter.applications.papers import complete_if_all_there, tick_paper
from webapp.counter.applications.pauses import end_pause, pause, resume
from webapp.counter.applications.stages import begin_stage, end_stage, finish_stage, hand_over, take_stage
from webapp.counter.applications.vocabulary import ApplicationState, Change, PaperState
from webapp.counter.codes import clean_application_code, new_application_code
from webapp.counter.events import ApplicationMoved
from webapp.counter.models import Visit
from webapp.counter.queue.vocabulary import DrawChannel
from webapp.database import db
from webapp.encryption import keyring
from webapp.messaging.addresses import ChatAddress
from webapp.organisation.models import Officer, Service, Unit
from webapp.outbox import publish

__all__ = [
    "ApplicationDraft",
    "finish_stage",
    "follow_application",
    "hand_over",
    "pause",
    "register_application",
    "resume",
    "take_stage",
    "tick_paper",
    "withdraw",
]


@dataclass(frozen=True, slots=True)
class ApplicationDraft:
    """What a file is registered with. `met` are positions in the service's requirements, from 0.

    An officer's `met` are papers that he has seen. An applicant's own are papers that he says he has: they are shown as
    such, and an officer's look makes them met.
    """

    unit_id: int
    service_id: int
    applicant_name: str
    applicant_phone: str | None = None
    met: frozenset[int] = field(default_factory=frozenset)
    visit_id: int | None = None


def register_application(
    draft: ApplicationDraft,
    *,
    channel: DrawChannel,
    write_key: str,
    at: datetime,
    officer: Officer | None = None,
    chat: ChatAddress | None = None,
) -> Application:
    """Register a file once, however often its form arrives; the first stage begins, with `officer` if he registers it.

    The same `write_key` again gives the same file; with other content it raises AlreadyRegistered. Raises NotOffered,
    NoStages, and NotOffered as well for a visit that another officer served.
    """
    service, unit = _offered(draft, officer)
    name = draft.applicant_name.strip()
    application_id = _write_row(draft, service, name, channel, write_key, at)
    if application_id is None:
        application = _earlier(draft, name, write_key)
        if chat is not None:
            _follow(application, chat)
        return application
    application = db.session.get_one(Application, application_id)
    for position, text in enumerate(service.requirements):
        said = position in draft.met
        seen = said and officer is not None
        application.papers.append(
            ApplicationPaper(
                position=position,
                name=str(text),
                state=PaperState.MET if seen else PaperState.MISSING,
                at_hand=said and not seen,
                changed_at=at if seen else None,
                changed_by_id=officer.id if seen and officer is not None else None,
            )
        )
    for stage in list_stages(service.id):
        application.stages.append(
            ApplicationStage(
                position=stage.position,
                code=stage.code,
                name=stage.name,
                target_minutes=stage.target_minutes,
                unit_id=stage.unit_id or unit.id,
                officer_id=stage.officer_id,
                waits_for_applicant=stage.waits_for_applicant,
            )
        )
    db.session.flush()
    first = application.stages[0]
    received_by = officer.id if officer is not None and first.officer_id is None and _is_his(officer, first) else None
    begin_stage(application, first, at, officer_id=received_by)
    if chat is not None:
        _follow(application, chat)
    publish(ApplicationMoved(application.id, Change.REGISTERED))
    complete_if_all_there(application, at)
    return application


def withdraw(account: Account, application_id: int, at: datetime) -> None:
    """End a file that its applicant does not want any more. Its stages and pauses end with it.

    Raises NoSuchApplication, ApplicationGone.
    """
    application, _officer = open_application(account, application_id)
    end_pause(application, at)
    stage = current_stage(application)
    if stage is not None:
        end_stage(stage, at)
    application.state = ApplicationState.WITHDRAWN
    application.finished_at = at
    db.session.flush()
    publish(ApplicationMoved(application.id, Change.WITHDRAWN))


def follow_application(code: str, chat: ChatAddress, at: datetime) -> Application:
    """Tell a chat from now on what becomes of a file; following twice changes nothing. Raises NoSuchApplication."""
    application = db.session.scalars(
        select(Application).where(Application.code == clean_application_code(code))
    ).one_or_none()
    if application is None:
        raise NoSuchApplication
    _follow(application, chat)
    return application


def _offered(draft: ApplicationDraft, officer: Officer | None) -> tuple[Service, Unit]:
    service = db.session.get(Service, draft.service_id) if 0 < draft.service_id < 2**63 else None
    unit = db.session.get(Unit, draft.unit_id) if 0 < draft.unit_id < 2**63 else None
    if service is None or unit is None or not (service.active and unit.active):
        raise NotOffered
    if not unit.path.startswith(service.unit.path):
        raise NotOffered
    if draft.visit_id is not None:
        visit = db.session.get(Visit, draft.visit_id) if 0 < draft.visit_id < 2**63 else None
        if visit is None or officer is None or visit.officer_id != officer.id:
            raise NotOffered
    if officer is not None and not (
        officer.account is not None and can(officer.account, Permission.APPLICATION_HANDLE, unit)
    ):
        raise NotOffered
    if not list_stages(service.id):
        raise NoStages
    return service, unit


def _write_row(
    draft: ApplicationDraft, service: Service, name: str, channel: DrawChannel, write_key: str, at: datetime
) -> int | None:
    """The id of a new row; None where this form was received before."""
    while True:
        application_id: int | None = db.session.scalar(
            upsert(Application)
            .values(
                code=new_application_code(),
                write_key=write_key,
                unit_id=draft.unit_id,
                service_id=draft.service_id,
                channel=channel,
                applicant_name=name,
                applicant_phone=draft.applicant_phone,
                registered_at=at,
                standard_minutes=service.standard_hours * 60 if service.standard_hours is not None else None,
                visit_id=draft.visit_id,
            )
            .on_conflict_do_nothing()
            .returning(Application.id)
        )
        if application_id is not None:
            return application_id
        if db.session.scalar(select(Application.id).where(Application.write_key == write_key)) is not None:
            return None
        # else the code was taken: once in many millions


def _earlier(draft: ApplicationDraft, name: str, write_key: str) -> Application:
    earlier = db.session.scalars(select(Application).where(Application.write_key == write_key)).one()
    said = (draft.unit_id, draft.service_id, name, draft.applicant_phone, draft.visit_id)
    stands = (earlier.unit_id, earlier.service_id, earlier.applicant_name, earlier.applicant_phone, earlier.visit_id)
    if said != stands:
        raise AlreadyRegistered(earlier.code)
    return earlier


def _follow(application: Application, chat: ChatAddress) -> None:
    db.session.execute(
        upsert(ApplicationFollower)
        .values(
            application_id=application.id,
            channel=chat.channel,
            address=chat.address,
            address_key=keyring().lookup_key(f"address:{chat.channel}", chat.address),
            language=chat.language,
        )
        .on_conflict_do_nothing()
    )


def _is_his(officer: Officer, stage: ApplicationStage) -> bool:
    return officer.account is not None and can(officer.account, Permission.APPLICATION_HANDLE, stage.unit)
