"""The closed lists that feedback is described with."""

from __future__ import annotations

from enum import StrEnum

#: Stands where words were: they were there, and are gone at the end of their term.
ERASED = "[dihapus setelah masa simpan]"


class Channel(StrEnum):
    """How a feedback reached us."""

    PORTAL = "portal"
    TELEGRAM = "telegram"
    RECEIPT = "receipt"
    IMPORT = "import"


class ComplaintKind(StrEnum):
    """Kinds after SP4N-LAPOR!: pengaduan, aspirasi, permintaan informasi; and praise, which cities receive as well."""

    COMPLAINT = "complaint"
    SUGGESTION = "suggestion"
    INFORMATION_REQUEST = "information_request"
    PRAISE = "praise"


class Element(StrEnum):
    """The nine elements of the satisfaction survey (SKM, PermenPANRB 14/2017)."""

    REQUIREMENTS = "requirements"
    PROCEDURE = "procedure"
    TIME = "time"
    COST = "cost"
    PRODUCT = "product"
    COMPETENCE = "competence"
    CONDUCT = "conduct"
    COMPLAINT_HANDLING = "complaint_handling"
    FACILITIES = "facilities"


class Finding(StrEnum):
    """What a decision found about the matter complained of."""

    FOUNDED = "founded"
    NOT_FOUNDED = "not_founded"
    #: A cause outside the officer's control: server of the centre, blanks, another agency.
    OUTSIDE_CONTROL = "outside_control"
    #: Nothing to find: a suggestion, a request for information.
    NOT_APPLICABLE = "not_applicable"


class Move(StrEnum):
    """What a disposition did."""

    SENT = "sent"
    HELD = "held"
    VERIFIED = "verified"
    DEFERRED = "deferred"
    COMPLETED = "completed"
    PASSED_ON = "passed_on"
    ARCHIVED = "archived"
    RESTORED = "restored"
    #: A unit hands it on to another, or back to the administrator.
    FORWARDED = "forwarded"
    SENT_BACK = "sent_back"
    ASSIGNED = "assigned"
    TAKEN = "taken"
    SPLIT = "split"
    MERGED = "merged"
    SEPARATED = "separated"
    #: Whoever had it declared a conflict of interest.
    RECUSED = "recused"
    ESCALATED = "escalated"
    UNSOLVED = "unsolved"
    REOPENED = "reopened"
    MARKED_PERSONAL = "marked_personal"
    MARKED_IMPERSONAL = "marked_impersonal"
    #: It takes an inspection (or none): another term holds.
    TERM_CHANGED = "term_changed"
    #: It is another kind than its reporter had chosen: praise, a suggestion, a question.
    KIND_CHANGED = "kind_changed"
