"""Why something is not shown to the public."""

from __future__ import annotations

from webapp.feedback.errors import FeedbackError
from webapp.feedback.publishing.rules import Bar


class NotPublishable(FeedbackError):
    """The complaint can't be shown to the public; `bar` says why."""

    def __init__(self, bar: Bar) -> None:
        self.bar = bar
        super().__init__(str(bar))


class TellsOfPerson(FeedbackError):
    """The words for the public tell of a person; `words` are those that do."""

    def __init__(self, words: list[str]) -> None:
        self.words = words
        super().__init__(f"{len(words)} words tell of a person")
