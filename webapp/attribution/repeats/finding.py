"""Looking for likely repeats: by keys in the index, then the few that are found are compared exactly.

The index brings up what shares keys with the complaint asked for; those that share most of them, and lie nearest in
time, are read and compared. So it takes as long among a million complaints as among a thousand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, text

from webapp.attribution.repeats.likeness import LONGEST_GAP, How, Rarity, compare, weigh
from webapp.attribution.repeats.reading import Matter, Reading, read
from webapp.attribution.repeats.sketching import asked_of
from webapp.database import db
from webapp.feedback.models import Complaint

#: As many that share keys are compared exactly; of more than MET that share any, those nearest in time are looked at.
COMPARED, MET = 40, 3000
_MEETING = """
    WITH met AS MATERIALIZED (
        SELECT complaint_id, pieces, abs(extract(epoch FROM filed_at - CAST(:at AS timestamptz))) AS apart
        FROM complaint_sketch
        WHERE pieces && CAST(:asked AS integer[]) AND filed_at BETWEEN :since AND :until
          AND complaint_id <> :but {only}
        ORDER BY apart, complaint_id LIMIT :met
    ), nearest AS (
        SELECT complaint_id, apart,
               (SELECT count(*) FROM unnest(pieces) AS piece WHERE piece = ANY (CAST(:asked AS integer[]))) AS shared
        FROM met ORDER BY shared DESC, apart, complaint_id LIMIT :compared
    )
    SELECT complaint.feedback_id, left(complaint.text, 4000) AS text, feedback.filed_at, feedback.place,
           feedback.latitude, feedback.longitude, coalesce(complaint.unit_id, feedback.unit_id) AS unit_id,
           feedback.service_id
    FROM nearest JOIN complaint ON complaint.feedback_id = nearest.complaint_id
    JOIN feedback ON feedback.id = complaint.feedback_id
    WHERE complaint.points_at_person = :personal AND complaint.erased_at IS NULL
    ORDER BY nearest.shared DESC, nearest.apart, complaint.feedback_id
"""
_MET = text(_MEETING.format(only=""))
_MET_TOLD = text(_MEETING.format(only="AND told"))
_FOUND = text("SELECT word, complaints FROM lexicon_word WHERE word = ANY (:words)")
#: How many complaints there are, as PostgreSQL last counted: the weights of words need no more.
_TEXTS = text("SELECT greatest(reltuples, 0) FROM pg_class WHERE oid = 'complaint'::regclass")


@dataclass(frozen=True, slots=True)
class Found:
    """A complaint that is about the same matter with this likeness, and in what way."""

    complaint_id: int
    likeness: float
    how: How
    filed_at: datetime


def find_repeats(
    asked: Matter, *, personal: bool, least: float, but: int = 0, told: bool = False, until: datetime | None = None
) -> list[Found]:
    """What was filed within LONGEST_GAP of `asked` and is at least so much like it, the likest first.

    Only complaints that point at a person, or only those that do not (`personal`); `told`: only those of which the
    public may be told. `but` is left out; nothing filed after `until`. It knows no viewer: whoever shows what it finds
    asks who may see it.
    """
    reading = read(asked)
    pieces = asked_of(reading)
    if not pieces:
        return []
    gap = timedelta(days=LONGEST_GAP)
    rows = db.session.execute(
        _MET_TOLD if told else _MET,
        {
            "asked": pieces,
            "since": asked.filed_at - gap,
            "until": until or asked.filed_at + gap,
            "at": asked.filed_at,
            "but": but,
            "met": MET,
            "compared": COMPARED,
            "personal": personal,
        },
    ).all()
    if not rows:
        return []
    readings = {row.feedback_id: read(matter_of(row)) for row in rows}
    rarity = rarity_of([reading, *readings.values()])
    weighed, found = weigh(reading, rarity), []
    for complaint_id, other in readings.items():
        how_much = compare(weighed, weigh(other, rarity), rarity)
        if how_much.value >= least:
            found.append(Found(complaint_id, how_much.value, how_much.how, other.matter.filed_at))
    found.sort(key=lambda one: (-one.likeness, one.complaint_id))
    return found


def rarity_of(readings: Sequence[Reading]) -> Rarity:
    """How telling the words of these are, by the lexicon of all complaints."""
    texts = int(db.session.scalar(_TEXTS) or 0)
    words = sorted({word for reading in readings for word in reading.words if len(word) > 3 and word.isalpha()})
    found: Mapping[str, int] = dict(db.session.execute(_FOUND, {"words": words}).all())
    return Rarity(max(texts, *found.values(), 0), found) if found else Rarity()  # nobody counted words yet


def matter_of(row: Row[Any]) -> Matter:
    """What a row with these columns says."""
    located = row.latitude is not None and row.longitude is not None
    return Matter(
        text=row.text,
        filed_at=row.filed_at,
        place=row.place or "",
        position=(row.latitude, row.longitude) if located else None,
        unit_id=row.unit_id,
        service_id=row.service_id,
    )


def matter_of_complaint(complaint: Complaint) -> Matter:
    """What a complaint says."""
    feedback = complaint.feedback
    located = feedback.latitude is not None and feedback.longitude is not None
    return Matter(
        text=complaint.text,
        filed_at=feedback.filed_at,
        place=feedback.place or "",
        position=(feedback.latitude, feedback.longitude) if located else None,  # type: ignore[arg-type]
        unit_id=complaint.unit_id if complaint.unit_id is not None else feedback.unit_id,
        service_id=feedback.service_id,
    )
