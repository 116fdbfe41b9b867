"""Keeping an agency's own decisions from the rules when its past complaints are taken in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.attribution.replay.models import WithheldDecision
from webapp.database import db
from webapp.feedback.models import Feedback


@dataclass(frozen=True, slots=True)
class AgencyChoice:
    """Where an agency had sent a complaint, and under which topic, in its own words."""

    unit_id: int
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Withheld:
    """What became of some choices: withheld now, withheld before, or known to the rules since an earlier import."""

    new: int = 0
    before: int = 0
    decided: int = 0

    def __add__(self, other: Withheld) -> Withheld:
        return Withheld(self.new + other.new, self.before + other.before, self.decided + other.decided)


def withhold_decisions(source: str, choices: Mapping[str, AgencyChoice]) -> Withheld:
    """Put the agency's choices aside, by the write keys of the complaints; keys of none are passed over.

    Doing it again changes nothing. A choice that the rules already know is no secret any more and stays as it is.
    """
    if not choices:
        return Withheld()
    known = db.session.execute(
        select(Feedback.write_key, Feedback.id, Feedback.decided_unit_id, WithheldDecision.unit_id.label("withheld"))
        .outerjoin(WithheldDecision, WithheldDecision.feedback_id == Feedback.id)
        .where(Feedback.write_key.in_(sorted(choices)))
        .order_by(Feedback.id)
    ).all()
    new = [one for one in known if one.decided_unit_id is None and one.withheld is None]
    if new:
        # Without render_nulls the rows would be written in one statement for each run of like ones.
        db.session.execute(
            upsert(WithheldDecision).on_conflict_do_nothing(),
            [{"feedback_id": one.id, "source": source, **asdict(choices[one.write_key])} for one in new],
            execution_options={"render_nulls": True},
        )
    return Withheld(
        new=len(new),
        before=sum(one.withheld is not None for one in known),
        decided=sum(one.decided_unit_id is not None for one in known),
    )


def count_withheld(write_keys: Sequence[str]) -> int:
    """Of how many of these complaints the agency's choice is kept from the rules."""
    found = (
        select(func.count())
        .select_from(WithheldDecision)
        .join(Feedback, Feedback.id == WithheldDecision.feedback_id)
        .where(Feedback.write_key.in_(write_keys))
    )
    return db.session.scalar(found) or 0
