"""The closed lists that deadlines are described with."""

from __future__ import annotations

from enum import StrEnum


class Clock(StrEnum):
    """What is waited for."""

    #: The administrator verifies it and sends it on.
    VERIFY = "verify"
    #: Somebody in the unit begins.
    BEGIN = "begin"
    #: The answer.
    SETTLE = "settle"
    #: The reporter completes what is missing or answers a question.
    COMPLETE = "complete"
    #: The reporter says something to the answer, or it is closed.
    VERDICT = "verdict"


class Outcome(StrEnum):
    """How a clock ended."""

    MET = "met"
    MISSED = "missed"
    #: It no longer mattered: passed on, archived, merged.
    CANCELLED = "cancelled"


class Person(StrEnum):
    """Who is told of a term: whoever has the case, the head of its unit, the head above that one."""

    HANDLER = "handler"
    HEAD = "head"
    ABOVE = "above"
