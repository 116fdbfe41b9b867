"""What the words of one case say, for who may read it."""

from __future__ import annotations

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can
from webapp.attribution.opinions import Opinion, opinions_of
from webapp.feedback.models import Complaint


def opinion_for(viewer: Account, complaint: Complaint) -> Opinion | None:
    """The opinion on a complaint that was opened as `viewer`; None where there is none, or he may not know.

    Which words speak for whom in a case that points at a person is for those who may read such cases there.
    """
    if complaint.points_at_person and not can(viewer, Permission.COMPLAINT_READ_PERSONAL, complaint.unit):
        return None
    return opinions_of([complaint.feedback_id]).get(complaint.feedback_id)
