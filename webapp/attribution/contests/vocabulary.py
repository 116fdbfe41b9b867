"""What a contest can come to, as closed lists."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What whoever decides may say: that it stays, or whose it is instead."""

    REFUSED = "refused"
    TO_OFFICER = "to_officer"
    TO_UNIT = "to_unit"
    TO_NOBODY = "to_nobody"


class Standing(StrEnum):
    """How an officer's line stands."""

    #: It names him, and it was found founded.
    COUNTS = "counts"
    #: He contested it; it counts until somebody has decided.
    CONTESTED = "contested"
    #: He contested it, and it was refused.
    REFUSED = "refused"
    #: He contested it, and it was found to be somebody else's or nobody's.
    CORRECTED = "corrected"
    #: It does not name him any more, or it is not founded any more.
    ENDED = "ended"
