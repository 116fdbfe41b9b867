"""What can be wrong with a report, or was put right in it: codes for machines, words for those who read them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """One kind of problem. Systems may switch on these words: they stay."""

    # The report is held until somebody does something about it.
    UNKNOWN_UNIT = "unknown_unit"
    UNKNOWN_SERVICE = "unknown_service"
    UNKNOWN_COUNTER = "unknown_counter"
    UNKNOWN_OFFICER = "unknown_officer"
    UNKNOWN_STAGE = "unknown_stage"
    UNKNOWN_CAUSE = "unknown_cause"
    TIMES_REVERSED = "times_reversed"
    IN_FUTURE = "in_future"
    TOO_OLD = "too_old"
    CLOCK_UNBELIEVABLE = "clock_unbelievable"
    CONTRADICTS_FILE = "contradicts_file"
    TAKEN_OVER = "taken_over"
    # The report was taken; this is what was noticed or put right.
    CLOCK_OFFSET = "clock_offset"
    TIMES_ADJUSTED = "times_adjusted"
    LATE = "late"
    OUT_OF_ORDER = "out_of_order"
    COMPLETENESS_UNKNOWN = "completeness_unknown"


#: Noticed only: the report counts all the same.
NOTED = frozenset({Code.CLOCK_OFFSET, Code.TIMES_ADJUSTED, Code.LATE, Code.OUT_OF_ORDER, Code.COMPLETENESS_UNKNOWN})

#: Names that an administrator can say the meaning of, by the kind of thing they name.
NAMES: dict[Code, str] = {
    Code.UNKNOWN_UNIT: "unit",
    Code.UNKNOWN_SERVICE: "service",
    Code.UNKNOWN_COUNTER: "counter",
    Code.UNKNOWN_OFFICER: "officer",
}

_WORDS: dict[Code, str] = {
    Code.UNKNOWN_UNIT: "No unit at or below yours has this code. It waits until an administrator says which one it is.",
    Code.UNKNOWN_SERVICE: (
        "The unit offers no service of this code. It waits until an administrator says which one it is."
    ),
    Code.UNKNOWN_COUNTER: (
        "The unit has no counter of this code. It waits until an administrator says which one it is."
    ),
    Code.UNKNOWN_OFFICER: (
        "No officer of your units is known by this name, number or NIP. It waits until an administrator says who it is."
    ),
    Code.UNKNOWN_STAGE: "The service has no stage of this code. It waits until an administrator adds the stage.",
    Code.UNKNOWN_CAUSE: "No cause of a pause has this code. It waits until an administrator adds the cause.",
    Code.TIMES_REVERSED: "Something ends before it begins. Send it again with the right times.",
    Code.IN_FUTURE: "The time lies in the future. Set the clock, tell sent_at, and send it again.",
    Code.TOO_OLD: "The time lies before the year 2000. Send it again with the right time.",
    Code.CLOCK_UNBELIEVABLE: "sent_at is more than a day away from our time. Set the clock, and send it again.",
    Code.CONTRADICTS_FILE: "Other stages of this file name another unit or service. Correct whichever is wrong.",
    Code.TAKEN_OVER: "While your system was switched off, an officer took the file over. It is changed by hand now.",
    Code.CLOCK_OFFSET: "Your clock differs from ours. All times were moved by so many seconds.",
    Code.TIMES_ADJUSTED: "Two times were reversed by at most two minutes, and were taken as equal.",
    Code.LATE: "It arrived more than a day after it happened.",
    Code.OUT_OF_ORDER: "A later stage of the file had arrived before it.",
    Code.COMPLETENESS_UNKNOWN: "Nothing says when the file was complete, so its turnaround cannot be counted yet.",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of one report. `field` is the part it is about, `value` what stood there: a name, or seconds."""

    code: Code
    field: str | None = None
    value: str | None = None

    @property
    def holds(self) -> bool:
        """Whether the report has to wait because of it."""
        return self.code not in NOTED

    def stored(self) -> dict[str, str]:
        """As a record keeps it."""
        pairs = {"code": self.code.value, "field": self.field, "value": self.value}
        return {key: value for key, value in pairs.items() if value is not None}


def problem_from(stored: dict[str, str]) -> Problem:
    """What `stored` kept."""
    return Problem(Code(stored["code"]), stored.get("field"), stored.get("value"))


def in_words(problem: Problem) -> str:
    """What the sender is told."""
    return _WORDS[problem.code]
