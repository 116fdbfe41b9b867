"""What the deadlines of a unit and of a complaint are."""

from __future__ import annotations

from datetime import datetime

from webapp.feedback.clocks.presets import Preset, find_preset
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint
from webapp.organisation.inherited import inherited_by


def preset_for(unit_id: int | None) -> Preset:
    """The preset of deadlines that holds in a unit; None: where the administrator sits."""
    return find_preset(inherited_by(unit_id).clock_preset)


def reopening_ends(complaint: Complaint) -> datetime | None:
    """Until when a closed complaint can be reopened; None for one that is not closed, or was settled.

    Counted from the closing, not from the last change: what is said on it afterwards moves nothing.
    """
    if complaint.state not in (State.CLOSED, State.UNSOLVED) or complaint.settled_at is None:
        return None
    inherited = inherited_by(complaint.unit_id)
    return find_preset(inherited.clock_preset).reopening.due(complaint.settled_at, inherited.working_time())
