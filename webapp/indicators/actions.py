"""The verbs that keep facts and figures true to what is known: the door of this room for the worker and the demo."""

from __future__ import annotations

from webapp.indicators.recording import record_due, record_facts, withdraw_excluded
from webapp.indicators.reference_keeping import current_reference, renew_reference
from webapp.indicators.refreshing import (
    BACKGROUND_BATCH,
    MOST_AT_ONCE,
    recompute_all,
    refresh_figure,
    refresh_figures,
    refresh_outdated,
)
from webapp.indicators.rounds import mark_outdated, resume_rounds
from webapp.indicators.stored_facts import as_formula_fact
from webapp.indicators.upkeep import keep_figures

__all__ = [
    "BACKGROUND_BATCH",
    "MOST_AT_ONCE",
    "as_formula_fact",
    "current_reference",
    "keep_figures",
    "mark_outdated",
    "recompute_all",
    "record_due",
    "record_facts",
    "refresh_figure",
    "refresh_figures",
    "refresh_outdated",
    "renew_reference",
    "resume_rounds",
    "withdraw_excluded",
]
