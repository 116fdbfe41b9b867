"""The trail: the database writes it whoever does the deed, nobody changes it, and a change is found and named."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask
from psycopg.types.json import Jsonb
from sqlalchemy import insert, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session, scoped_session

from tests.engines import Engines
from tests.factories.desk import Agency, make_agency, make_placed
from webapp.accounts.permissions import Role
from webapp.audit.actions import Look, record_look
from webapp.audit.chain import ANCHOR, LENGTH, link
from webapp.audit.models import AuditEntry, AuditSeal
from webapp.audit.sealing import seal_entries
from webapp.audit.verifying import verify_trail
from webapp.database import transaction
from webapp.feedback.handling import answer_complaint, exclude_officers, take_complaint
from webapp.feedback.models import Complaint, ComplaintMessage, Exclusion
from webapp.feedback.vocabulary import Finding

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
Deeds = list[tuple[str, str, int | None]]


@pytest.fixture
def agency(session: scoped_session[Session]) -> Agency:
    made = make_agency(session())
    session.commit()
    return made


@pytest.fixture
def case(session: scoped_session[Session], agency: Agency) -> Complaint:
    made = make_placed(session(), NOW, agency.unit)
    session.commit()
    return made


@pytest.fixture
def above(engines: Engines, process_number: int) -> Iterator[psycopg.Connection]:
    """Somebody with a superuser's rights, who has switched off what guards the trail."""
    with psycopg.connect(engines.admin_url.rsplit("/", 1)[0] + f"/process_{process_number}", autocommit=True) as link:
        link.execute("SET session_replication_role = replica")
        yield link


def deeds(session: scoped_session[Session], complaint_id: int | None) -> Deeds:
    rows = session.execute(
        select(AuditEntry.deed, AuditEntry.what, AuditEntry.account_id)
        .where(AuditEntry.complaint_id == complaint_id)
        .order_by(AuditEntry.id)
    )
    return [(row.deed, row.what, row.account_id) for row in rows]


def look(account_id: int, complaint_id: int | None, times: int = 1) -> None:
    with transaction():
        for number in range(times):
            record_look(account_id, complaint_id, Look.CASE, NOW + timedelta(minutes=number))


def seal(most: int = 100) -> int:
    with transaction():
        return seal_entries(NOW, most)


def test_what_is_done_is_written_down_with_who_did_it(
    session: scoped_session[Session], agency: Agency, case: Complaint
) -> None:
    before = len(deeds(session, case.feedback_id))
    with transaction():
        take_complaint(case, agency.sari, NOW)
        answer_complaint(case, agency.sari, "Sudah selesai.", Finding.FOUNDED, write_key="k1", at=NOW)
        exclude_officers(case.feedback_id, [agency.budi_officer.id], NOW)
    with transaction():
        record_look(agency.rina.id, case.feedback_id, Look.ORIGINAL, NOW, {"reason": "contact"})
    sari = agency.sari.id
    written = deeds(session, case.feedback_id)[before:]
    assert sorted(written, key=str) == sorted(
        [
            ("state", "in_work", sari),
            ("move", "taken", sari),
            ("said", "answer", sari),
            ("state", "answered", sari),
            ("kept_away", "officer", None),
            ("looked", "original", agency.rina.id),
        ],
        key=str,
    )
    told = session.scalars(select(AuditEntry).where(AuditEntry.what == "taken")).one()
    assert told.particulars == {"unit": agency.unit.id, "handler": sari}
    assert told.at == NOW
    everything = session.scalars(select(AuditEntry)).all()
    assert not any("selesai" in str(entry.particulars) for entry in everything), "never what was said"


def test_what_is_rolled_back_leaves_no_entry(session: scoped_session[Session], agency: Agency, case: Complaint) -> None:
    before = deeds(session, case.feedback_id)
    take_complaint(case, agency.sari, NOW)
    session.flush()
    session.rollback()
    assert deeds(session, case.feedback_id) == before


def test_nothing_vanishes_or_changes_without_a_trace(
    session: scoped_session[Session], agency: Agency, case: Complaint
) -> None:
    exclude_officers(case.feedback_id, [agency.sari_officer.id], NOW)
    session.execute(
        insert(ComplaintMessage).values(
            complaint_id=case.feedback_id, author="agency", kind="answer", text="lama", write_key="k", at=NOW
        )
    )
    session.commit()
    before = len(deeds(session, case.feedback_id))
    session.execute(text("UPDATE complaint_message SET text = 'baru'"))
    session.execute(text("UPDATE complaint SET secret = false WHERE secret"))
    session.execute(text("DELETE FROM exclusion"))
    session.commit()
    left = [(deed, what) for deed, what, _ in deeds(session, case.feedback_id)[before:]]
    assert left == [("altered", "complaint_message"), ("altered", "secrecy"), ("altered", "exclusion")]
    roles = session.execute(
        select(AuditEntry.what, AuditEntry.particulars).where(AuditEntry.deed == "role").order_by(AuditEntry.id)
    ).all()
    assert ("given", {"account": agency.sari.id, "role": Role.OFFICER, "unit": agency.unit.id}) in roles


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET account_id = 1",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "INSERT INTO audit_entry (at, deed, what) VALUES (now(), 'looked', 'case')",
        "UPDATE audit_seal SET hashes = ''",
        "DELETE FROM audit_seal",
        "TRUNCATE audit_seal",
        "DROP TABLE audit_entry",
        "ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_stands",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "DROP TRIGGER trail_disposition_insert ON disposition",
        "SET session_replication_role = replica",
    ],
)
def test_the_product_s_role_can_t_change_it(session: scoped_session[Session], case: Complaint, statement: str) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        session.execute(text(statement))


def test_its_owner_does_not_change_it_by_accident(case: Complaint, engines: Engines, process_number: int) -> None:
    with psycopg.connect(engines.owner_url(f"process_{process_number}")) as owner:
        for statement in ("UPDATE audit_entry SET what = ''", "DELETE FROM audit_entry", "TRUNCATE audit_seal"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="only added to"), owner.transaction():
                owner.execute(statement)


def test_an_unbroken_trail(session: scoped_session[Session], agency: Agency, case: Complaint) -> None:
    look(agency.rina.id, case.feedback_id, 5)
    waiting = len(session.scalars(select(AuditEntry.id)).all())
    assert verify_trail().unsealed == waiting
    assert seal(4) == 4
    while seal(4):
        pass
    verdict = verify_trail()
    assert (verdict.entries, verdict.unsealed, verdict.broken) == (waiting, 0, None)
    assert verdict.seals == -(-waiting // 4)
    assert not verdict.could_change
    head = (verdict.seals, verdict.head)
    look(agency.rina.id, case.feedback_id)
    assert seal() == 1
    assert verify_trail(head).broken is None


def _rewritten(above: psycopg.Connection) -> None:
    """Change an entry and compute every hash anew, as somebody with all rights could."""
    above.execute("UPDATE audit_entry SET account_id = 99 WHERE id = (SELECT min(id) FROM audit_entry)")
    before = ANCHOR
    seals = above.execute("SELECT number, entry_ids FROM audit_seal ORDER BY number").fetchall()
    with above.cursor(row_factory=psycopg.rows.namedtuple_row) as cursor:
        for number, ids in seals:
            made = []
            for id_ in ids:
                entry: Any = cursor.execute("SELECT * FROM audit_entry WHERE id = %s", (id_,)).fetchone()
                before = link(before, entry)
                made.append(before)
            above.execute("UPDATE audit_seal SET hashes = %s WHERE number = %s", (b"".join(made), number))


Change = Callable[[psycopg.Connection], object]
MIDDLE = "(SELECT id FROM audit_entry WHERE deed = 'looked' ORDER BY id OFFSET 2 LIMIT 1)"
CHANGES: dict[str, tuple[Change, str]] = {
    "an entry told otherwise": (
        lambda above: above.execute(f"UPDATE audit_entry SET account_id = 99 WHERE id = {MIDDLE}"),
        "entry {middle} of seal 2 was changed",
    ),
    "other particulars": (
        lambda above: above.execute(f"UPDATE audit_entry SET particulars = %s WHERE id = {MIDDLE}", (Jsonb({"a": 1}),)),
        "entry {middle} of seal 2 was changed",
    ),
    "an entry taken out": (
        lambda above: above.execute(f"DELETE FROM audit_entry WHERE id = {MIDDLE}"),
        "entry {middle} of seal 2 is gone",
    ),
    "a seal taken out": (lambda above: above.execute("DELETE FROM audit_seal WHERE number = 2"), "seal 2 is gone"),
    "a seal of other length": (
        lambda above: above.execute("UPDATE audit_seal SET hashes = substr(hashes, 1, 32) WHERE number = 2"),
        "seal 2 was changed",
    ),
    "an entry slipped in": (
        lambda above: above.execute(
            "INSERT INTO audit_entry (id, at, deed, what) OVERRIDING SYSTEM VALUE VALUES (0, now(), 'looked', 'case')"
        ),
        "entry 0 of seal 3 stands outside the chain",
    ),
    "all of it rewritten": (_rewritten, "seal 2 does not have the head that was noted"),
    "its end cut off": (
        lambda above: (
            above.execute(
                "DELETE FROM audit_entry WHERE id IN (SELECT unnest(entry_ids) FROM audit_seal WHERE number > 1)"
            ),
            above.execute("DELETE FROM audit_seal WHERE number > 1"),
        ),
        "seal 2 is gone",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_found_and_named(
    app: Flask,
    session: scoped_session[Session],
    agency: Agency,
    case: Complaint,
    above: psycopg.Connection,
    name: str,
) -> None:
    change, sentence = CHANGES[name]
    seal()
    look(agency.rina.id, case.feedback_id, 5)
    assert seal() == 5
    noted = f"2:{verify_trail().head}"
    look(agency.rina.id, case.feedback_id, 1)
    assert seal() == 1
    middle = session.scalars(select(AuditEntry.id).where(AuditEntry.deed == "looked").order_by(AuditEntry.id)).all()[2]
    session.rollback()
    whole = app.test_cli_runner().invoke(args=["audit", "verify", "--noted", noted])
    assert whole.exit_code == 0, whole.output
    assert whole.output.startswith("unbroken: ")

    change(above)
    found = app.test_cli_runner().invoke(args=["audit", "verify", "--noted", noted])
    assert found.exit_code == 1
    assert found.output.startswith("BROKEN: " + sentence.format(middle=middle))


def settled_after(session: scoped_session[Session], agency: Agency, case: Complaint) -> str:
    """Seals until nothing older is waited for: transactions are numbered for all databases of an engine together, so
    those of tests beside this one count as well until they end."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        last = session.scalars(select(AuditSeal).order_by(AuditSeal.number.desc())).first()
        if last is not None and last.settled_id == last.highest_id - 1:
            return "it need not look back any further"
        time.sleep(0.2)
        look(agency.rina.id, case.feedback_id)
        seal()
        session.rollback()
    return "it looks back for ever"


def test_an_entry_of_a_transaction_that_took_its_time(
    session: scoped_session[Session], agency: Agency, case: Complaint, environment: dict[str, str]
) -> None:
    seal()
    with psycopg.connect(environment["DATABASE_URL"]) as slow:
        slow.execute("SELECT record_look(1, 2, 'case', NULL, now())")  # has its number, and is not committed
        look(agency.rina.id, case.feedback_id)
        assert seal() == 1
        look(agency.rina.id, case.feedback_id)
        assert seal() == 1, "what nobody can see yet holds up nobody"
        slow.commit()
    assert seal() == 1
    look(agency.rina.id, case.feedback_id)
    assert seal() == 1
    verdict = verify_trail()
    assert (verdict.unsealed, verdict.broken) == (0, None)
    assert settled_after(session, agency, case) == "it need not look back any further"


def test_a_restored_city_whose_transactions_are_counted_anew(
    session: scoped_session[Session], agency: Agency, case: Complaint, above: psycopg.Connection
) -> None:
    seal()
    above.execute("UPDATE audit_seal SET horizon = 10::numeric ^ 15")
    look(agency.rina.id, case.feedback_id)
    assert seal() == 1
    verdict = verify_trail()
    assert (verdict.unsealed, verdict.broken) == (0, None)
    assert (
        session.scalars(select(AuditSeal.settled_id).order_by(AuditSeal.number.desc())).first() == verdict.entries - 1
    )


def test_two_do_not_seal_at_once(case: Complaint, environment: dict[str, str]) -> None:
    with psycopg.connect(environment["DATABASE_URL"]) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", (0x7A61_7564,))
        assert seal() == 0
    assert seal() > 0


def test_a_noted_head_has_a_form(app: Flask) -> None:
    for wrong in ("12", "x:9f", "12:", f"{2**63}:9f"):
        assert app.test_cli_runner().invoke(args=["audit", "verify", "--noted", wrong]).exit_code == 2


def test_a_link_hangs_on_all_of_its_entry() -> None:
    one = AuditEntry(
        id=1, at=NOW, written_at=NOW, account_id=2, complaint_id=3, deed="looked", what="case", source_id=None
    )
    whole = link(ANCHOR, one)
    assert len(whole) == LENGTH
    other: dict[str, Any] = {
        "id": 9,
        "at": NOW + timedelta(microseconds=1),
        "written_at": NOW + timedelta(microseconds=1),
        "account_id": None,
        "complaint_id": 4,
        "deed": "state",
        "what": "photo",
        "particulars": {},
        "source_id": 5,
    }
    assert set(other) == {column.key for column in AuditEntry.__table__.columns}, "seal every column"
    for name, value in other.items():
        before = getattr(one, name)
        setattr(one, name, value)
        assert link(ANCHOR, one) != whole, name
        setattr(one, name, before)
    assert link(bytes(LENGTH), one) != whole
    assert link(ANCHOR, one) == whole


def test_an_exclusion_is_told_without_the_officer_s_name(
    session: scoped_session[Session], agency: Agency, case: Complaint
) -> None:
    exclude_officers(case.feedback_id, [agency.sari_officer.id], NOW)
    session.commit()
    assert session.scalar(select(Exclusion.officer_id)) == agency.sari_officer.id
    told = session.scalars(select(AuditEntry.particulars).where(AuditEntry.deed == "kept_away")).one()
    assert told == {"officer": agency.sari_officer.id}
