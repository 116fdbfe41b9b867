"""What happens to attributions."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.outbox import Event


@dataclass(frozen=True, slots=True)
class FeedbackAttributed(Event):
    """It was judged, or judged anew, whom these feedbacks concern."""

    feedback_ids: list[int]
