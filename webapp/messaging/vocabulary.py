"""What members of staff are told of, as a closed list."""

from __future__ import annotations

from enum import StrEnum


class NoticeKind(StrEnum):
    """Kinds of notifications, in the order in which the choices are shown."""

    #: A complaint was given to you.
    ASSIGNED = "assigned"
    #: A complaint reached your unit.
    ARRIVED = "arrived"
    #: The reporter disputes an answer of your unit, or opened a closed complaint again.
    RETURNED = "returned"
    #: The reporter answered your question, or completed what was missing.
    REPLIED = "replied"
    #: A colleague named you in a note.
    MENTIONED = "mentioned"
    #: A term runs out soon.
    NEARING = "nearing"
    #: A term ran out, and it is yours to see to it.
    MISSED = "missed"
    #: An officer contests what is attributed to him, and you may decide.
    CONTEST_FILED = "contest_filed"
    #: That waits longer than it may.
    CONTEST_OVERDUE = "contest_overdue"
    #: Nobody may decide a contest: whoever is not party to it has no role for it.
    CONTEST_STRANDED = "contest_stranded"
    #: What you contested was decided.
    CONTEST_DECIDED = "contest_decided"
    #: An officer objects to a line of his figure, and you may decide.
    OBJECTION_FILED = "objection_filed"
    #: That waits longer than it may.
    OBJECTION_OVERDUE = "objection_overdue"
    #: Nobody may decide an objection.
    OBJECTION_STRANDED = "objection_stranded"
    #: What you objected to was decided.
    OBJECTION_DECIDED = "objection_decided"
    #: An officer proposed his work plan, and you may agree to it.
    PLAN_PROPOSED = "plan_proposed"
    #: Nobody may agree to a work plan, or confirm what is told of one.
    PLAN_STRANDED = "plan_stranded"
    #: Your superior agreed to your work plan.
    PLAN_AGREED = "plan_agreed"
    #: Your superior gave your work plan back.
    PLAN_RETURNED = "plan_returned"
    #: An officer told what he did in a month, and you may confirm it.
    REPORT_TOLD = "report_told"
    #: Your superior confirmed what you told of a month.
    REPORT_CONFIRMED = "report_confirmed"
    #: Your superior gave back what you told of a month.
    REPORT_RETURNED = "report_returned"
    #: Something is complained of at your unit more than usual.
    SIGNAL = "signal"
