"""Work plans of officers of the demo city, in every state that a plan can be in, made by the product's own actions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.database import db
from webapp.demo.city import DemoCity
from webapp.demo.load_agency import LoadedIds
from webapp.demo.parts import DemoAccount
from webapp.indicators.periods import span_of
from webapp.indicators.work_plans.actions import (
    PlannedTarget,
    agree_plan,
    confirm_report,
    draft_plan,
    propose_plan,
    report_done,
    return_plan,
)
from webapp.indicators.work_plans.vocabulary import Aspect, Measure, PlanState

#: So many officers have a plan; of most it is agreed on, and of the last ones it stands like this.
PLANS = 12
_UNFINISHED = (PlanState.PROPOSED, PlanState.RETURNED, PlanState.DRAFT)
#: A part of the year's visits is known; what was agreed on lies a little below or above what comes of it.
_AMBITION = (0.85, 0.95, 1.0, 1.1)
#: So many may complain at the counter in a month, where a plan says so.
_LIMIT = 6.0
_EVIDENCE = "Daftar hadir dan foto kegiatan di kantor kelurahan."
_BOOK = "Buku keluhan di loket."


def make_plans(city: DemoCity, ids: LoadedIds, now: datetime) -> int:
    """Let officers plan the year and tell what they did; how many plans there are. Shown sign-ins come first."""
    year = city.until.year
    begun = datetime.combine(max(city.first, date(year, 1, 3)), time(2), UTC) + timedelta(days=1)
    if begun >= now:  # a city of the first days of January has planned nothing yet
        return 0
    rng = Random(f"{city.seed}/plans")
    served = Counter(visit.officer for visit in city.visits)
    finished = Counter(stage.officer for file in city.files for stage in file.stages if stage.finished_at is not None)
    lived = _lived(city)
    per_quarter = 91 / max((city.until - city.first).days, 1)
    chosen = list(_planners(city))[:PLANS]
    for place, (account, leader) in enumerate(chosen):
        officer = db.session.get_one(Account, ids.account[account.email])
        superior = db.session.get_one(Account, ids.account[leader.email])
        left = len(chosen) - place - 1
        state = _UNFINISHED[left] if left < len(_UNFINISHED) else PlanState.AGREED
        code = account.officer or ""
        # The city's files are of its last weeks: a plan that counted them by whole quarters would look neglected.
        stages = finished[code] * per_quarter if state != PlanState.AGREED else 0.0
        targets = _targets(rng, served[code] * per_quarter, stages, lived)
        if place % 2 == 0:
            targets.append(_limit(lived))
        plan = draft_plan(officer, year, targets, begun)
        if state == PlanState.DRAFT:
            continue
        propose_plan(officer, plan.id, "Mohon arahan.", begun + timedelta(hours=1))
        if state == PlanState.RETURNED:
            note = "Target triwulan I dan II terlalu rendah dibandingkan tahun lalu. Mohon disesuaikan."
            return_plan(superior, plan.id, note, begun + timedelta(hours=30))
        elif state == PlanState.AGREED:
            agree_plan(superior, plan.id, "", begun + timedelta(hours=30))
            own = [target.id for target in plan.targets if target.measure == Measure.OWN_COUNT]
            done = {month: float(rng.randrange(12, 27)) for month in _months(city)}
            _tell(own[0], done, _EVIDENCE, officer, superior, city, begun, now)
            if len(own) > 1:
                _tell(own[1], _complained(city, place, lived), _BOOK, officer, superior, city, begun, now)
    return len(chosen)


def _planners(city: DemoCity) -> Iterator[tuple[DemoAccount, DemoAccount]]:
    """Officers that have somebody above them, with that one; those with a sign-in that is shown come first."""
    agency = city.agency
    for account in sorted(agency.accounts, key=lambda one: one.shown is None):
        if account.officer is None or account.roles[0][0] is not Role.OFFICER:
            continue
        leader = agency.leader(account.roles[0][1])
        if leader is not None and leader.email != account.email:
            yield account, leader


def _lived(city: DemoCity) -> tuple[float, float, float, float]:
    """The part of each quarter in which the city lives: before its first day nobody had anything to do."""
    parts = []
    for quarter in range(1, 5):
        begin, end = span_of(f"{city.until.year}-Q{quarter}")
        parts.append(max(0.0, ((end - max(begin, city.first)).days + 1) / ((end - begin).days + 1)))
    first, second, third, fourth = parts
    return first, second, third, fourth


def _targets(
    rng: Random, visits: float, stages: float, lived: tuple[float, float, float, float]
) -> list[PlannedTarget]:
    def quarters(whole: float) -> tuple[float, float, float, float]:
        goal = whole * rng.choice(_AMBITION)
        first, second, third, fourth = (float(round(goal * part)) for part in lived)
        return first, second, third, fourth

    targets = [
        PlannedTarget(
            superior_result="Layanan loket selesai sesuai standar pelayanan",
            result="Melayani warga di loket",
            aspect=Aspect.QUANTITY,
            indicator="Jumlah kunjungan yang dilayani",
            measure=Measure.VISITS_SERVED,
            unit_of_measure="kunjungan",
            quarters=quarters(max(visits, 10.0)),
        )
    ]
    if stages >= 5:
        targets.append(
            PlannedTarget(
                superior_result="Dokumen kependudukan terbit tepat waktu",
                result="Menyelesaikan tahapan berkas",
                aspect=Aspect.TIME,
                indicator="Jumlah tahapan berkas yang selesai",
                measure=Measure.STAGES_FINISHED,
                unit_of_measure="tahapan",
                quarters=quarters(stages),
            )
        )
    targets.append(
        PlannedTarget(
            superior_result="Warga memahami persyaratan layanan",
            result="Memberi penjelasan persyaratan kepada warga di kelurahan",
            aspect=Aspect.QUALITY,
            indicator="Jumlah warga yang mengikuti penjelasan",
            measure=Measure.OWN_COUNT,
            unit_of_measure="warga",
            quarters=quarters(60.0),
        )
    )
    return targets


def _limit(lived: tuple[float, float, float, float]) -> PlannedTarget:
    """A target of which less is better: what a month may come to on average, in the quarters that the city lives in as
    a whole. A month of which nothing was told would count as twice the limit."""
    first, second, third, fourth = (_LIMIT if part == 1.0 else 0.0 for part in lived)
    return PlannedTarget(
        superior_result="Warga memahami persyaratan layanan",
        result="Menjaga agar warga tidak perlu mengeluh di loket",
        aspect=Aspect.QUALITY,
        indicator="Keluhan lisan di loket dalam sebulan",
        measure=Measure.OWN_COUNT,
        unit_of_measure="keluhan",
        quarters=(first, second, third, fourth),
        less_is_better=True,
    )


def _complained(city: DemoCity, place: int, lived: tuple[float, float, float, float]) -> dict[str, float]:
    """How many complained at the counter month by month: mostly within the limit; of the second plan that has one so
    many in one month that it counts as less than they were."""
    rng = Random(f"{city.seed}/limits/{place}")  # its own: what else the seed becomes stays as it is
    told = {month: float(rng.randrange(2, 8)) for month in _months(city) if lived[(int(month[-2:]) - 1) // 3] == 1.0}
    if place == 2 and told:
        told[min(told)] = 2 * _LIMIT + 3
    return told


def _months(city: DemoCity) -> list[str]:
    """The months of the year in which the city lives, "2026-11"."""
    first = city.first.replace(day=1) if city.first.year == city.until.year else date(city.until.year, 1, 1)
    return [f"{city.until.year}-{month:02d}" for month in range(first.month, city.until.month + 1)]


def _tell(
    target_id: int, done: dict[str, float], evidence: str, officer: Account, superior: Account, city: DemoCity,
    begun: datetime, now: datetime,
) -> None:  # fmt: skip
    """Tell month by month what was done, and let it be confirmed; the last one waits for the superior."""
    for month, number in done.items():
        end = datetime.combine(date(int(month[:4]), int(month[5:]), 28), time(8), UTC)
        at = min(max(end, begun + timedelta(days=2)), now - timedelta(hours=5))
        key = f"{city.mark}:report:{target_id}:{month}"
        report = report_done(officer, target_id, month, number, evidence, write_key=key, at=at)
        if month != max(done):
            confirm_report(superior, report.id, "", min(at + timedelta(days=1), now))
