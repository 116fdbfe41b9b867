"""A city just large enough that every page has something to show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from tests.factories.accounts import make_account
from tests.factories.counter import make_visit
from tests.factories.feedback import make_complaint, make_picture, make_rating
from tests.factories.organisation import make_calendar, make_counter, make_officer, make_service, make_shift, make_unit
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.counter.models import Visit
from webapp.feedback.models import Complaint, Rating
from webapp.feedback.photos import store_photo
from webapp.organisation.models import Counter, Officer, Service, Unit


@dataclass
class SmallCity:
    """A root and one unit with a service, a counter, two officers and somebody in each role for the whole city."""

    root: Unit
    unit: Unit
    service: Service
    counter: Counter
    officer: Officer
    colleague: Officer
    visit: Visit
    staff: dict[Role, Account]
    all_roles: Account
    no_role: Account
    complaint: Complaint
    rating: Rating


def make_small_city(session: Session, at: datetime) -> SmallCity:
    """The city with one complaint that has a photo, one visit and one rating of it, all new at `at`; not committed."""
    root = make_unit(session, name="Kota Uji", calendar=make_calendar(session))
    unit = make_unit(session, root, name="Dinas Uji")
    service = make_service(session, unit)
    counter = make_counter(session, unit)
    staff = {role: make_account(session, (role, root)) for role in Role if role is not Role.OFFICER}
    staff[Role.OFFICER] = make_account(session, (Role.OFFICER, unit))
    officer = make_officer(session, unit, account=staff[Role.OFFICER])
    colleague = make_officer(session, unit, account=make_account(session, (Role.OFFICER, unit)))
    make_shift(session, officer, counter, at - timedelta(hours=3))
    visit = make_visit(session, unit, at - timedelta(hours=1), officer=officer, service=service, counter=counter)
    store_photo("form:small-city", make_picture(), at)
    return SmallCity(
        root=root,
        unit=unit,
        service=service,
        counter=counter,
        officer=officer,
        colleague=colleague,
        visit=visit,
        staff=staff,
        all_roles=make_account(session, *((role, root) for role in Role)),
        no_role=make_account(session),
        complaint=make_complaint(
            session,
            at,
            unit_id=unit.id,
            service_id=service.id,
            write_key="form:small-city",
            photo_key="form:small-city",
        ),
        rating=make_rating(session, at, visit_id=visit.id, unit_id=unit.id, comment="Cepat dan ramah."),
    )
