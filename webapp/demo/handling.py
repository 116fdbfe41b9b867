"""What became of a complaint in the demo city: the steps of its life, on the desks' working hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from webapp.accounts.permissions import Role
from webapp.demo.agency import TIMEZONE, DemoAgency, posted
from webapp.demo.parts import DemoAccount, DemoStep
from webapp.demo.texts import fill, words
from webapp.feedback.life_cycle import Step
from webapp.feedback.vocabulary import ComplaintKind, Finding

#: How often a complaint is left lying for weeks; how often reporters accept, dispute, or say nothing.
FORGOTTEN = 0.05
ACCEPTED, DISPUTED = 0.48, 0.14
#: An answer that the reporter leaves alone closes the complaint after ten working days: two weeks.
SILENCE = timedelta(days=14)
#: How often triage finds the officer whom the words point at.
FOUND = {"name": 0.95, "description": 0.8}


@dataclass(frozen=True, slots=True)
class Case:
    """What the desks have before them, and what is true about it."""

    filed_at: datetime
    kind: ComplaintKind
    cause: str
    unit: str
    #: The unit that the rules see at once; None where triage has to read.
    first_unit: str | None
    personal: bool
    officer: str | None
    #: Officers whom the evidence leads to, to blame or not: none of them may handle it.
    concerned: frozenset[str]
    revealed_by: str
    charged_by_evidence: bool
    service: str | None


def live_on(rng: Random, agency: DemoAgency, case: Case, until: datetime) -> tuple[DemoStep, ...]:
    """The steps of a complaint's life that lie before `until`."""
    return tuple(step for step in _whole_life(rng, agency, case) if step.at < until)


def work_after(agency: DemoAgency, unit: str, at: datetime, hours: float) -> datetime:
    """The moment after `hours` working hours of the unit, counted from `at`."""
    zone = ZoneInfo(TIMEZONE)
    week = agency.unit_by_code[unit].hours
    left = timedelta(hours=hours)
    day = at.astimezone(zone).date()
    for _ in range(400):
        if day not in agency.days_off:
            for start, end in week.get(str(day.weekday()), ()):
                opens, closes = (datetime.combine(day, time.fromisoformat(edge), zone) for edge in (start, end))
                begin = max(opens, at)
                if begin >= closes:
                    continue
                if closes - begin >= left:
                    return (begin + left).astimezone(UTC).replace(microsecond=0)
                left -= closes - begin
        day += timedelta(days=1)
    raise ValueError(f"{unit} does not work {hours} hours in a year")


def _whole_life(rng: Random, agency: DemoAgency, case: Case) -> list[DemoStep]:
    triage = next(account for account in agency.accounts if account.roles[0][0] is Role.TRIAGE)
    at = case.filed_at + timedelta(seconds=rng.randint(2, 9))
    steps: list[DemoStep] = []
    if case.first_unit is not None:
        steps.append(DemoStep(Step.SEND_TO_UNIT, at, unit=case.first_unit))
        liaison = agency.liaison(case.first_unit) if case.first_unit != case.unit else None
        if liaison is not None:
            at = work_after(agency, case.first_unit, at, rng.expovariate(1 / 3))
            steps.append(DemoStep(Step.SEND_TO_UNIT, at, by=liaison.email, unit=case.unit, text="Urusan seksi ini."))
    else:
        steps.append(DemoStep(Step.HOLD_FOR_TRIAGE, at))
        at = work_after(agency, "KOTA", at, rng.expovariate(1 / 4))
        found = case.officer if case.cause == "officer" and rng.random() < FOUND.get(case.revealed_by, 0.0) else None
        steps.append(
            DemoStep(
                Step.SEND_TO_UNIT,
                at,
                by=triage.email,
                unit=case.unit,
                officer=found,
                text=_reason(case.revealed_by, found is not None),
            )
        )
    handler = _handler(rng, agency, case, at)
    if handler is None or rng.random() < FORGOTTEN:
        return steps
    at = work_after(agency, case.unit, at, rng.expovariate(1 / 6))
    steps.append(DemoStep(Step.TAKE, at, by=handler.email, unit=case.unit))
    at = work_after(
        agency, case.unit, at, 1 + rng.expovariate(1 / (4 if case.kind is ComplaintKind.INFORMATION_REQUEST else 16))
    )
    steps.append(_answer(rng, agency, case, at, handler, words().answers[case.cause]))
    reaction = rng.random()
    if reaction < ACCEPTED:
        steps.append(_say(rng, Step.ACCEPT, at + timedelta(hours=rng.uniform(0.5, 90)), words().accepted))
    elif reaction < ACCEPTED + DISPUTED:
        at += timedelta(hours=rng.uniform(2, 120))
        steps.append(_say(rng, Step.DISPUTE, at, words().disputed))
        # A disputed answer goes before another pair of eyes, where there is one that may see it.
        handler = agency.leader(case.unit) or handler
        at = work_after(agency, case.unit, at, rng.expovariate(1 / 8))
        steps.append(DemoStep(Step.TAKE, at, by=handler.email, unit=case.unit))
        at = work_after(agency, case.unit, at, 1 + rng.expovariate(1 / 12))
        steps.append(_answer(rng, agency, case, at, handler, words().resent))
        if rng.random() < 0.6:
            steps.append(_say(rng, Step.ACCEPT, at + timedelta(hours=rng.uniform(1, 60)), words().accepted))
        else:
            steps.append(DemoStep(Step.CLOSE_AFTER_SILENCE, at + SILENCE))
    else:
        steps.append(DemoStep(Step.CLOSE_AFTER_SILENCE, at + SILENCE))
    return steps


def _reason(revealed_by: str, found: bool) -> str:
    if not found:
        return "Isi laporan menunjuk ke unit ini; petugasnya tidak dapat dipastikan."
    if revealed_by == "name":
        return "Pelapor menyebut nama petugas, cocok dengan jadwal jaga hari itu."
    return "Ciri-ciri yang disebut pelapor cocok dengan petugas yang berjaga saat itu."


def _handler(rng: Random, agency: DemoAgency, case: Case, at: datetime) -> DemoAccount | None:
    """Who answers: a superior where a person is pointed at, else a colleague at the desk who is not concerned."""
    leader = agency.leader(case.unit)
    if case.personal:
        return leader
    day = at.astimezone(ZoneInfo(TIMEZONE)).date()
    colleagues = [
        agency.account_of_officer[officer.code]
        for officer in agency.officers
        if posted(officer, day) == officer.postings[-1].unit == case.unit
        and not officer.leads
        and officer.code not in case.concerned
    ]
    return rng.choice(colleagues) if colleagues else (leader or agency.liaison(case.unit))


def _answer(
    rng: Random, agency: DemoAgency, case: Case, at: datetime, handler: DemoAccount, texts: tuple[str, ...]
) -> DemoStep:
    if case.cause == "none":  # suggestions are thanked for, questions answered
        texts = (texts[1],) if case.kind is ComplaintKind.INFORMATION_REQUEST and len(texts) > 1 else (texts[0],)
    local = case.filed_at.astimezone(ZoneInfo(TIMEZONE))
    service = agency.service_by_code.get(case.service or "")
    situation = {
        "layanan": service.said if service else "berkas",
        "unit": agency.unit_by_code[case.unit].name,
        "tanggal": f"{local.day}/{local.month}",
    }
    return DemoStep(
        Step.ANSWER,
        at,
        by=handler.email,
        unit=case.unit,
        text=fill(rng.choice(texts), situation, rng),
        finding=_finding(rng, case),
    )


def _finding(rng: Random, case: Case) -> Finding:
    if case.cause in ("none", "praise"):
        return Finding.NOT_APPLICABLE
    if case.cause == "officer":
        return Finding.FOUNDED if rng.random() < 0.85 else Finding.NOT_FOUNDED
    # A receipt or a counter leads to an officer who could not help it: that has to be said, or he is charged.
    if case.cause in ("unit", "facilities") and not case.charged_by_evidence:
        return Finding.FOUNDED
    return Finding.OUTSIDE_CONTROL


def _say(rng: Random, step: Step, at: datetime, texts: tuple[str, ...]) -> DemoStep:
    return DemoStep(step, at.replace(microsecond=0), text=rng.choice(texts))
