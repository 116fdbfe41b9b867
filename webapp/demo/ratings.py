"""Ratings of the demo city: drawn from the officers' true quality, the services' difficulty and the way they came in.

A rating r of 1 to 4 is 1 + Binomial(3, q) with q ~ Beta around mu = logistic(BASE - difficulty + channel + quality), so
that the expectation of (r - 1)/3 is mu exactly and people differ more than chance alone would make them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from webapp.demo.agency import TIMEZONE, DemoAgency
from webapp.demo.parts import DemoOfficer, DemoRating, DemoService, DemoVisit
from webapp.demo.texts import fill, spell, words
from webapp.feedback.vocabulary import Channel, Element

#: Logistic expectation of an average officer with a service of difficulty 0, rated by receipt.
BASE = 1.45
#: Concentration of the Beta: the smaller, the more people differ.
CONCENTRATION = 3.0
CHANNEL_EFFECT: Mapping[Channel, float] = {Channel.RECEIPT: 0.0, Channel.TELEGRAM: -0.1, Channel.PORTAL: -0.2}
#: What an element adds to the expectation, and how much of the officer's quality shows in it.
ELEMENT_EFFECT: Mapping[Element, tuple[float, float]] = {
    Element.REQUIREMENTS: (0.1, 0.1),
    Element.PROCEDURE: (-0.1, 0.1),
    Element.TIME: (-0.5, 0.5),
    Element.COST: (1.4, 0.0),
    Element.PRODUCT: (0.4, 0.2),
    Element.COMPETENCE: (0.2, 1.1),
    Element.CONDUCT: (0.1, 1.2),
    Element.COMPLAINT_HANDLING: (-0.2, 0.1),
    Element.FACILITIES: (-0.4, 0.0),
}
WITH_RECEIPT = 0.8
BURST = 41
SELF_PRAISE = 25
_WITH_ELEMENTS = 0.3
_WITH_COMMENT = 0.3
#: A rating may come this long after the visit; a receipt is valid for two weeks.
_LATEST = timedelta(days=6)


def expected(service: DemoService, channel: Channel, officer: DemoOfficer) -> float:
    """The true expectation of (r - 1)/3 for an honest rating."""
    return _logistic(BASE - service.true_difficulty + CHANNEL_EFFECT[channel] + officer.true_quality)


def draw(rng: Random, mean: float) -> int:
    """A rating of 1 to 4 with expectation 1 + 3 x `mean`."""
    q = rng.betavariate(mean * CONCENTRATION, (1 - mean) * CONCENTRATION)
    return 1 + sum(rng.random() < q for _ in range(3))


def ask_citizens(
    rng: Random, agency: DemoAgency, visits: Sequence[DemoVisit], count: int, until: datetime
) -> tuple[DemoRating, ...]:
    """`count` ratings of `visits`, in order of filing; raises ValueError where the visits are too few for them."""
    free = count - round(count * WITH_RECEIPT)
    if free < BURST + SELF_PRAISE or count > len(visits):
        raise ValueError(f"{count} ratings need more than {BURST + SELF_PRAISE} free ones and as many visits")
    chosen = rng.sample(visits, count - BURST - SELF_PRAISE)
    receipts = count - free
    drafts = [_honest(rng, agency, visit, until, receipt=i < receipts) for i, visit in enumerate(chosen)]
    drafts += _burst(rng, agency, visits)
    drafts += _self_praise(rng, agency, visits)
    drafts.sort(key=lambda rating: (rating.filed_at, rating.rater))
    return tuple(replace(rating, number=number) for number, rating in enumerate(drafts, start=1))


def _honest(rng: Random, agency: DemoAgency, visit: DemoVisit, until: datetime, *, receipt: bool) -> DemoRating:
    officer, service = agency.officer_by_code[visit.officer], agency.service_by_code[visit.service]
    shares = (0.6, 0.25, 0.15) if receipt else (0.0, 0.45, 0.55)
    channel = rng.choices((Channel.RECEIPT, Channel.TELEGRAM, Channel.PORTAL), shares)[0]
    mean = expected(service, channel, officer)
    value = draw(rng, mean)
    elements: dict[Element, int] = {}
    if rng.random() < _WITH_ELEMENTS:
        asked = list(Element) if rng.random() < 0.3 else rng.sample(list(Element), 3)
        base = math.log(mean / (1 - mean)) - officer.true_quality
        for element in asked:
            effect, share = ELEMENT_EFFECT[element]
            elements[element] = draw(rng, _logistic(base + effect + share * officer.true_quality))
    # Without a receipt some remember counter and hour, some only where they went.
    remembers = rng.random() < 0.55
    occurred = None
    if not receipt:
        error = timedelta(minutes=rng.choice((0, 0, -5, 5, 10, 20)) if remembers else rng.randint(-180, 180))
        occurred = min(visit.finished_at + error, visit.finished_at)
    filed = _afterwards(rng, visit.finished_at, until)
    comment = None
    if rng.random() < _WITH_COMMENT:
        comment = _comment(rng, value, officer, service)
    # A few citizens come and rate again and again; most are met once.
    rater = f"device-{rng.randint(1, 120):04}" if rng.random() < 0.08 else f"device-{10_000 + visit.number}"
    return DemoRating(
        number=0,
        channel=channel,
        receipt=visit.number if receipt else None,
        unit=None if receipt else visit.unit,
        service=visit.service if receipt or rng.random() < 0.7 else None,
        counter=visit.counter if not receipt and remembers else None,
        occurred_at=occurred,
        filed_at=filed,
        value=value,
        comment=comment,
        elements=elements,
        rater=rater,
        network=f"network-{rng.randint(1, 900):03}",
        true_officer=visit.officer,
        true_visit=visit.number,
        true_story="honest",
    )


def _comment(rng: Random, value: int, officer: DemoOfficer, service: DemoService) -> str:
    # Two in five who mention the officer know the name; the rest say "petugas".
    title = "Bu" if officer.sex == "f" else "Pak"
    orang = f"{title} {officer.called}" if rng.random() < 0.4 else "petugas"
    text = fill(rng.choice(words().ratings[value]), {"orang": orang, "layanan": service.said}, rng)
    return spell(text, rng.choices(("plain", "chatty", "both"), (0.6, 0.3, 0.1))[0], rng)


def _afterwards(rng: Random, at: datetime, until: datetime) -> datetime:
    """Most rate on the spot, some in the evening, few days later; nobody in the future."""
    delay = (
        timedelta(minutes=rng.expovariate(1 / 12)) if rng.random() < 0.65 else timedelta(hours=rng.expovariate(1 / 20))
    )
    filed = at + min(delay, _LATEST)
    if filed >= until:
        filed = at + (until - at) * rng.random()
    return filed.replace(microsecond=0)


def _fabricated(visit: DemoVisit, filed: datetime, value: int, rater: str, network: str, story: str) -> DemoRating:
    return DemoRating(
        number=0,
        channel=Channel.PORTAL,
        receipt=None,
        unit=visit.unit,
        service=visit.service,
        counter=visit.counter,
        occurred_at=visit.started_at,
        filed_at=filed,
        value=value,
        comment=None,
        elements={},
        rater=rater,
        network=network,
        true_officer=None,
        true_visit=None,
        true_story=story,
    )


def _burst(rng: Random, agency: DemoAgency, visits: Sequence[DemoVisit]) -> list[DemoRating]:
    """One afternoon, one network, as many ones as people could be talked into: for an officer who is good."""
    busy = _busy_officers(visits)
    victim = max(busy, key=lambda code: agency.officer_by_code[code].true_quality)
    own = [visit for visit in visits if visit.officer == victim]
    that_day = own[len(own) * 2 // 3]
    start = that_day.finished_at.astimezone(ZoneInfo(TIMEZONE)).replace(hour=19, minute=5, second=0, microsecond=0)
    return [
        _fabricated(
            that_day,
            (start + timedelta(minutes=rng.uniform(0, 150)))
            .astimezone(that_day.started_at.tzinfo)
            .replace(microsecond=0),
            1,
            f"device-burst-{number:02}",
            "network-burst",
            "burst",
        )
        for number in range(BURST)
    ]


def _self_praise(rng: Random, agency: DemoAgency, visits: Sequence[DemoVisit]) -> list[DemoRating]:
    """A weak officer gives himself fours from his own telephone, on many days."""
    busy = _busy_officers(visits)
    vain = min(busy, key=lambda code: agency.officer_by_code[code].true_quality)
    own = [visit for visit in visits if visit.officer == vain]
    picked = sorted(rng.sample(own, SELF_PRAISE), key=lambda visit: visit.number)
    return [
        _fabricated(visit, visit.finished_at + timedelta(minutes=3), 4, "device-vain", "network-office", "self_praise")
        for visit in picked
    ]


def _busy_officers(visits: Sequence[DemoVisit]) -> list[str]:
    counts: dict[str, int] = {}
    for visit in visits:
        counts[visit.officer] = counts.get(visit.officer, 0) + 1
    enough = sorted(code for code, n in counts.items() if n >= 2 * SELF_PRAISE)
    if not enough:
        raise ValueError("no officer has served often enough to be attacked or to praise himself")
    return enough


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))
