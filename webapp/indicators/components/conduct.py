"""Conduct: that citizens are treated as they should be.

Policy: each case served counts as 1 (a visit, and a stage of a file finished), each founded complaint of conduct as 0,
for the officers it is attributed to. Cases are summed up by officer, service, channel and day, and only the agency's
own records of visits and files are cases: no rating is one, so that a rating of 1 raises nothing (law 1).

A complaint counts once a person has found it founded; that a complaint was filed counts for nothing. Which complaints
are of conduct is said in matters.py. Many cases served make one complaint weigh less, as they should: it is a rate.

Sources: Samarinda ("attitude and conduct in serving"); BerAKHLAK, PermenPANRB 6/2022 (conduct beside results). Pure.
"""

from __future__ import annotations

from typing import Final

SERVED: Final = 1.0
"""y of a case served; a founded complaint of conduct has 0."""
