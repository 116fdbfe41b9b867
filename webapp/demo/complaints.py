"""Complaints of the demo city: what happened, who could have prevented it, what is said, and what leads to whom."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from webapp.demo.agency import TIMEZONE, DemoAgency
from webapp.demo.handling import Case, live_on
from webapp.demo.parts import DemoComplaint, DemoOfficer, DemoService, DemoVisit, fits
from webapp.demo.texts import ComplaintTemplate, dress, fill, invent_citizen, invent_phone, words
from webapp.feedback.secrecy import points_at_person
from webapp.feedback.vocabulary import Channel, ComplaintKind

#: What leads to the officer who is to blame, and how often.
REVEALED_BY = {"receipt": 0.24, "counter_and_time": 0.26, "name": 0.2, "description": 0.16, "nothing": 0.14}
#: The weaker the officer, the likelier it is him that a complaint is about: weight exp(-BLAME x quality).
BLAME = 1.3
#: In the last days of the city the centre's server fails more than usual: so much of all complaints is about that.
RISE_SHARE = 0.06
RISE_DAYS = 6
RISE_TOPIC = "akta-server"
#: The invented city lies where there is only sea.
_CENTRE = (-5.35, 110.9)
_MONTHS = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
    *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
)


@dataclass(frozen=True, slots=True)
class _Matter:
    """What a complaint is about before anybody writes it down; `visit` is the time the citizen was served."""

    template: ComplaintTemplate
    service: DemoService | None
    unit: str
    visit: DemoVisit | None
    at: datetime
    #: How long ago that was when it is told, in the citizen's words and in days.
    duration: tuple[str, int] | None


def hear_complaints(
    rng: Random, agency: DemoAgency, visits: Sequence[DemoVisit], count: int, until: datetime
) -> tuple[DemoComplaint, ...]:
    """`count` complaints about `visits` with different texts, in order of filing, each with its life until `until`."""
    by_service: dict[str, list[DemoVisit]] = {}
    for visit in visits:
        by_service.setdefault(visit.service, []).append(visit)
    templates = words().complaints
    weights = [template.weight for template in templates]
    seen: set[str] = set()
    drafts: list[tuple[datetime, DemoComplaint]] = []
    rising = [template for template in templates if template.topic == RISE_TOPIC]
    usual = count - round(count * RISE_SHARE)
    while len(drafts) < count:
        if len(drafts) < usual:
            matter = _happen(rng, agency, rng.choices(templates, weights)[0], by_service, visits, until)
            draft = _write(rng, agency, matter, until)
        else:
            matter = _happen_lately(rng, agency, rng.choice(rising), by_service, until)
            draft = _write(rng, agency, matter, until)
            # Whoever waits for a paper knows which one, and where.
            draft = replace(draft, service=matter.service.code if matter.service else None)
            if draft.receipt is None and draft.counter is None:
                draft = replace(draft, unit=matter.unit)
        if draft.text.lower() not in seen:
            seen.add(draft.text.lower())
            drafts.append((draft.filed_at, draft))
    drafts.sort(key=lambda pair: (pair[0], pair[1].text))
    return tuple(_settle(rng, agency, draft, number, until) for number, (_, draft) in enumerate(drafts, start=1))


def _happen(
    rng: Random,
    agency: DemoAgency,
    template: ComplaintTemplate,
    by_service: dict[str, list[DemoVisit]],
    visits: Sequence[DemoVisit],
    until: datetime,
) -> _Matter:
    duration = rng.choice(list(words().durations.items())) if template.tells_duration else None
    pool: Sequence[DemoVisit] = visits
    if template.services and template.services != ("*",):
        pool = by_service.get(rng.choice(template.services), ()) or visits
    if duration is not None:  # it lies that far back; in a young city perhaps not quite
        latest = until - timedelta(days=duration[1])
        pool = pool[: bisect_left(pool, latest, key=lambda visit: visit.finished_at)] or pool[:1]
    if not template.services:
        unit = rng.choice([u.code for u in agency.units if u.kind in ("subdistrict", "village")])
        return _Matter(template, None, unit, None, rng.choice(pool).started_at, duration)
    # Of several visits that it could have been, blame picks; praise picks the other way.
    candidates = [rng.choice(pool) for _ in range(12)]
    sign = {"officer": -BLAME, "praise": BLAME}.get(template.cause, 0.0)
    blame = [math.exp(sign * agency.officer_by_code[visit.officer].true_quality) for visit in candidates]
    visit = rng.choices(candidates, blame)[0]
    return _Matter(template, agency.service_by_code[visit.service], visit.unit, visit, visit.started_at, duration)


def _happen_lately(
    rng: Random,
    agency: DemoAgency,
    template: ComplaintTemplate,
    by_service: dict[str, list[DemoVisit]],
    until: datetime,
) -> _Matter:
    """Something that is told in the last days; how long it goes on already, the words say."""
    duration = rng.choice(list(words().durations.items())) if template.tells_duration else None
    visits = by_service[template.services[0]]
    latest = until - timedelta(days=duration[1] if duration else 1)
    first, last = (
        bisect_left(visits, at, key=lambda visit: visit.finished_at)
        for at in (latest - timedelta(days=RISE_DAYS - 1), latest)
    )
    visit = rng.choice(visits[first:last] or visits[:1])
    service = agency.service_by_code[visit.service]
    return _Matter(template, service, visit.unit, visit, visit.started_at, duration)


def _write(rng: Random, agency: DemoAgency, matter: _Matter, until: datetime) -> DemoComplaint:
    template, visit = matter.template, matter.visit
    officer = agency.officer_by_code[visit.officer] if visit else None
    revealed = "nothing"
    if officer is not None and template.names_officer:
        revealed = rng.choices(list(REVEALED_BY), list(REVEALED_BY.values()))[0]
    # Matters that are nobody's fault come with receipts and counters, too: that is not blame.
    anchor = (
        revealed if revealed != "nothing" else rng.choices(("nothing", "receipt", "counter_and_time"), (7, 1, 1))[0]
    )
    if template.names_officer and revealed == "nothing":
        anchor = "nothing"
    receipt = visit.number if visit and anchor == "receipt" else None
    counter = visit.counter if visit and anchor == "counter_and_time" else None
    local = matter.at.astimezone(ZoneInfo(TIMEZONE))
    unit_name = agency.unit_by_code[matter.unit].name
    situation = {
        "orang": _pointing(rng, officer, revealed, counter),
        "layanan": matter.service.said if matter.service else "pelayanan",
        "unit": unit_name,
        "tanggal": f"{local.day} {_MONTHS[local.month - 1]}",
    }
    delay = timedelta(hours=1 + min(rng.expovariate(1 / 20), 200))
    if matter.duration is not None:
        situation["lama"], days = matter.duration
        delay = timedelta(days=days, hours=rng.uniform(-6, 9))
    filed = min(matter.at + delay, until - timedelta(minutes=rng.randint(2, 90)))
    filed = max(filed, matter.at + timedelta(minutes=1)).replace(microsecond=0)
    content = template.cause in ("none", "praise")
    text = dress(
        fill(template.text, situation, rng), rng, identify=not content and rng.random() < 0.12, content=content
    )
    telegram = rng.random() < 0.3
    knows_unit = receipt is not None or counter is not None or rng.random() < 0.68
    named = rng.random() < 0.35
    return DemoComplaint(
        number=0,
        channel=Channel.TELEGRAM if telegram else Channel.PORTAL,
        kind=ComplaintKind(template.kind),
        topic=template.topic,
        text=text,
        receipt=receipt,
        unit=_stated_unit(rng, agency, matter.unit, exact=counter is not None)
        if knows_unit and receipt is None
        else None,
        service=matter.service.code if matter.service and rng.random() < (0.5 if knows_unit else 0.3) else None,
        counter=counter,
        occurred_at=matter.at if counter is not None or (visit and rng.random() < 0.4) else None,
        filed_at=filed,
        place=rng.choice(words().slots["tempat"]) if visit is None else None,
        position=_near(rng) if visit is None and rng.random() < 0.7 else None,
        secret=rng.random() < 0.7,
        anonymous=rng.random() < 0.6,
        says_person=template.names_officer and template.cause == "officer" and rng.random() < 0.6,
        contact_name=invent_citizen(rng) if named else None,
        contact_phone=invent_phone(rng) if named or rng.random() < 0.15 else None,
        rater=f"device-{rng.randint(1, 120):04}" if rng.random() < 0.15 else f"device-c{rng.randrange(1 << 40):010x}",
        steps=(),
        true_unit=matter.unit,
        true_cause=template.cause,
        true_officer=officer.code if officer and template.names_officer else None,
        true_served_by=officer.code if officer else None,
        true_revealed_by=revealed,
    )


def _pointing(rng: Random, officer: DemoOfficer | None, revealed: str, counter: str | None) -> str:
    """The words by which the citizen points at the officer."""
    if officer is None:
        return "petugas"
    title = "Bu" if officer.sex == "f" else "Pak"
    match revealed:
        case "name":
            young = "Mbak" if officer.sex == "f" else "Mas"
            return rng.choice(
                (
                    f"{title} {officer.called}",
                    f"{young} {officer.called}",
                    f"petugas yang namanya {officer.called}",
                    f"petugas bernama {officer.name}",
                    f"{title} {officer.name}",
                )
            )
        case "description":
            return rng.choice((officer.looks, f"petugas loket, {officer.looks},", f"{officer.looks} itu"))
        case "counter_and_time" if rng.random() < 0.6:
            return f"petugas loket {counter}"
        case _:
            return rng.choice(("petugas", "petugasnya", "petugas loket", "yang jaga loket", "pegawainya"))


def _stated_unit(rng: Random, agency: DemoAgency, unit: str, *, exact: bool) -> str:
    """Citizens know the office, not always its sections."""
    chain = agency.above(unit)
    section = agency.unit_by_code[unit].kind == "section"
    return chain[1] if section and not exact and rng.random() < 0.5 else unit


def _near(rng: Random) -> tuple[float, float]:
    return round(_CENTRE[0] + rng.gauss(0, 0.02), 6), round(_CENTRE[1] + rng.gauss(0, 0.02), 6)


def _unit_seen_by_rules(agency: DemoAgency, draft: DemoComplaint) -> str | None:
    """The unit that a receipt, the citizen's choice or the service leads to; None where triage has to read."""
    if draft.receipt is not None:
        return draft.true_unit
    if draft.unit is not None:
        return draft.unit
    return agency.service_by_code[draft.service].unit if draft.service is not None else None


def _on_duty(agency: DemoAgency, draft: DemoComplaint) -> set[str]:
    """Everybody who sat at the stated counter at the stated time."""
    at = draft.occurred_at
    if draft.counter is None or at is None:
        return set()
    return {s.officer for s in agency.shifts_at_counter[draft.unit or "", draft.counter] if fits(s, at)}


def _settle(rng: Random, agency: DemoAgency, draft: DemoComplaint, number: int, until: datetime) -> DemoComplaint:
    personal = points_at_person(draft.text, stated=draft.says_person)
    charged = draft.receipt is not None or draft.counter is not None
    case = Case(
        filed_at=draft.filed_at,
        kind=draft.kind,
        cause=draft.true_cause,
        unit=draft.true_unit,
        first_unit=None if personal and not charged else _unit_seen_by_rules(agency, draft),
        personal=personal,
        officer=draft.true_officer,
        concerned=frozenset(
            _on_duty(agency, draft) | {code for code in (draft.true_officer, draft.true_served_by) if code}
        ),
        revealed_by=draft.true_revealed_by,
        charged_by_evidence=charged,
        service=draft.service,
    )
    return draft.lived(number, live_on(rng, agency, case, until))
