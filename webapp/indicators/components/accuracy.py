"""Accuracy: that what was done need not be done again.

Policy: each case served counts as 1 (a visit, and a stage of a file finished), and each error as 0: a file that came
back because of an error in the stage before, for whoever had finished that stage; a founded complaint of wrong
information or a wrong entry, for the officers it is attributed to. Cases are summed up by officer, service, channel and
day.

Serving always raises or leaves the figure, whatever else happens (law 1: refusing work, closing early and asking fewer
people never raise). A rating is no case served: only the agency's own records of visits and files are. What came back
for a cause outside the officer's control, or for a paper that the applicant still owes, is no error.

Sources: Surakarta ("how accurately"), Senapelan ("accuracy of information"); see the presets. Pure.
"""

from __future__ import annotations

from typing import Final

SERVED: Final = 1.0
RETURNED: Final = 0.0
"""y of a case served, and of one that came back."""
