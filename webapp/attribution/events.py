"""What happens to attributions."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.outbox import Event


@dataclass(frozen=True, slots=True)
class FeedbackAttributed(Event):
    """It was judged, or judged anew, whom these feedbacks concern."""

    feedback_ids: list[int]


@dataclass(frozen=True, slots=True)
class ContestFiled(Event):
    """An officer said that something attributed to him was not his."""

    contest_id: int


@dataclass(frozen=True, slots=True)
class ContestDecided(Event):
    """Somebody decided about that."""

    contest_id: int


@dataclass(frozen=True, slots=True)
class ContestsDue(Event):
    """It is time to look which contests wait longer than they may."""


@dataclass(frozen=True, slots=True)
class OpinionsOutdated(Event):
    """Something else is known of what words say: undecided complaints with ids above `after_id` are looked at again."""

    after_id: int
