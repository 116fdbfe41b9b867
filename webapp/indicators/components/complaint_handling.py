"""Complaint handling: what came of answering complaints.

Policy: an answer counts for whoever gave it, y = .4 on time + .4 accepted by its reporter + .2 not reopened, taken over
the parts that are known: until the reporter has spoken only the first, and silence is neither acceptance nor refusal,
so that it leaves its part out. "On time" is by the clock that ran, without its rests while the reporter owed something.
A complaint whose term ran out on somebody's desk counts as 0 for him until he answers it; a late answer is never worth
less, so that letting it lie does not pay.

Sources: indicator.md, Facts (.4/.4/.2); the terms are those of the complaint clocks (SP4N-LAPOR!, local decrees). An
answer for which a cause outside the officer's control was found, a merged copy, and one's own complaint do not count
against anybody. Pure.
"""

from __future__ import annotations

from typing import Final

ON_TIME: Final = 0.4
ACCEPTED: Final = 0.4
NOT_REOPENED: Final = 0.2
UNANSWERED_VALUE: Final = 0.0


def handling_value(on_time: bool, verdict: str | None) -> float:
    """How well an answer went, 0 to 1, over what is known of it.

    `verdict`: "accepted", "disputed", "silent" or None while the reporter may still say.
    """
    kept = ON_TIME * on_time
    if verdict == "accepted":
        return (kept + ACCEPTED + NOT_REOPENED) / (ON_TIME + ACCEPTED + NOT_REOPENED)
    if verdict == "disputed":
        return kept / (ON_TIME + ACCEPTED + NOT_REOPENED)
    if verdict == "silent":
        return (kept + NOT_REOPENED) / (ON_TIME + NOT_REOPENED)
    return kept / ON_TIME
