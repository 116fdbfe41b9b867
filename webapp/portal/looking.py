"""That somebody opened a case is written down, in a transaction of its own behind the page."""

from __future__ import annotations

from datetime import UTC, datetime

from webapp.audit.actions import Look, record_look
from webapp.database import transaction
from webapp.feedback.trail import record_case_look
from webapp.portal.access import current_account


def looked_at_case(complaint_id: int) -> None:
    """Write down that the person signed in looks at this case. Without it the page is not shown: an error goes up."""
    with transaction():
        record_look(current_account().id, complaint_id, Look.CASE, datetime.now(UTC))


def looked_at_photo(code: str) -> None:
    """Write down that the person signed in looks at a photo of the case with this code."""
    with transaction():
        record_case_look(current_account(), code, Look.PHOTO, datetime.now(UTC))
