"""What counts towards which officer: the facts as they should stand now, one module a source.

- ratings.py: ratings and founded complaints, by whom they are attributed to
- clusters.py: complaints about one matter, of which one counts
- answers.py: answers to complaints, and complaints that were left unanswered
- visits.py: visits, by officer, service and day; days.py gathers a day of everything that is summed up by day
- files.py: files' stages
- duty.py: shifts
- plans.py: targets of work plans

The formulas are in webapp.indicators.components. A cause outside the officer's control, a share below .3 and a unit's
share count for nobody.
"""

from webapp.indicators.components.complaint_handling import handling_value
from webapp.indicators.components.registry import COMPLAINT_HANDLING, SATISFACTION
from webapp.indicators.fact_sources.clusters import clusters_of
from webapp.indicators.fact_sources.due import DueFact
from webapp.indicators.fact_sources.feedback import facts_due

__all__ = ["COMPLAINT_HANDLING", "SATISFACTION", "DueFact", "clusters_of", "facts_due", "handling_value"]
