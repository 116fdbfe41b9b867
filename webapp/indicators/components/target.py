"""Productivity and target attainment: what was done against the year's work plan.

Policy: officer and superior agree on targets by quarter. At the end of each month, what was done of each target since
the quarter began is held against the part of it that was due by then (a third a month): y = ratio / 1.25, at most 1.
Just reaching a target is .8, exceeding it by a quarter is 1, and more than that brings nothing further, so that it does
not pay to drive one target while others lie. A weak first month can be made good in the second. The fact weighs as many
cases as months count in it.

Of some targets less is better (complaints in a month, days that a file takes). Then the number is a limit of the
months' average, and the ratio is 2 - average / limit: just keeping the limit is .8, a quarter below it 1, twice the
limit 0. Only own counts that the superior confirms can have limits, never the work that the product counts.

What the product counts (visits served, stages finished, answers given) comes from its records. Own counts count once
the superior has confirmed them; months that wait for his word are left out. Only a plan that was agreed on before the
quarter ended counts in it.

Doing more never lowers, refusing work and closing early never raise (law 1): of what counts work, y rises with what
was done alone; of a limit it falls with what was told and rises with nothing else.

Sources: PermenPANRB 6/2022 (SKP: yearly plan, quarterly targets, evidence); Surabaya (exceeding the target is
rewarded), Semarang ("a measurable yearly work plan, quantity and quality, reviewed periodically"). Pure.
"""

from __future__ import annotations

from typing import Final

FULL_AT: Final = 1.25
"""Ratio of done to due from which more brings nothing."""


def target_value(ratio: float) -> float:
    """y of a target of which `ratio` was done, 0 or more."""
    return min(max(ratio, 0.0), FULL_AT) / FULL_AT
