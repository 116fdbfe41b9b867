"""How much the facts of one officer weigh: no rater, day, week or crowd without bound. Pure: numpy, and the compiled
kernel behind it (kernel/damping.py), which the bulk run uses too.

Four families of damping are crossed here (a rater comes on many days, a day has many raters), and law 1 must hold
whatever is added: a 4 never lowers, a 1 never raises. The obvious weights, 1/(ratings of the same rater) times
1/(1 + (m - 1) rho), break it: a further 4 for an easy service takes more weight from the earlier 4s for a hard one
than it brings. So not the votes are damped but their sums, praise and blame apart.

Let c_i(theta) = b_i n_i p_i (y_i - logistic(eta_i + p_i theta)) be the undamped pull of fact i, which sums up n_i
cases, with b = 1 verified, .25 not, and 0 for a share under .3; max(c, 0) is its praise, max(-c, 0) its blame. For
praise and likewise for blame, among the verified facts and among the others, with h for one rater, f for a day, g for
a week, and blocks of a calendar quarter each:

    A = sum over weeks of  g(sum over days of  f(sum over raters r on that day of  h(pulls of r on that day)))
    B = sum over raters r of  h(all pulls of r)
    V = min(A, B) of the verified facts,  U = min(A, B) of the others,   pull = V + u(U, V)

    h     of pulls with sum S and greatest M (of one case): M, where they are not verified; M (1 + (1 - M / S) / 2),
          where they are: one and a half times the greatest at most. S itself for a verified fact without key: a visit
          or file stands behind it
    f(x)  = x up to 2 s, then 2 s + z / (1 + z / 2 s), z = x - 2 s: at most 4 s. s = b + T / 63, T what the other
          days of the block bring (of each at most 4 b): a post where 40 people vote each day may have 40 more
    g(x)  likewise with 3 and 5, s = b + 2/3 T / 13 by the other weeks: a burst spread over the days of a week
    u     U up to C = 1 + V / 10, then C + z / (1 + z / (C / 4)), z = U - C: at most 1.25 C. Votes that nobody can check
          count beside what those say who were served, not in their stead; patience over weeks brings a crowd no further

**Law 1, proof.** All of h, f, g, u, sums and min never fall when a pull grows, or is added: h has dh/dS = (M/S)^2 / 2
and dh/dM = 3/2 - M/S, neither below 0; f, g and u have the form s phi(x / s) with phi concave and phi(0) = 0, which
falls neither in x nor in s, and s never falls in any *other* pull of the same direction. Praise and blame never enter
each other's. (i) Each c_i falls in theta, so praise falls, blame rises and F = praise - blame falls in theta; lambda
theta rises; all are continuous, so there is exactly one root. (ii) Add a fact with y = 1. At every theta its c > 0:
praise grows or stays, blame does not change, whatever its day, rater, cell, share and whatever else is there; so F is
nowhere lower than before, and the root of lambda theta = F is not lower either. (iii) y = 0 is the mirror image. (iv)
A better y of the same fact raises its c, likewise. The order of the facts plays no part. Q.E.D.

Verified and unverified facts are damped apart, so that a flood of anonymous votes can't crowd out the votes of people
who were really served. Facts without a day (imports that know none) are damped by rater and crowd only. Unverified
facts without any key can't be told from repeats: those of one day pass for one rater.

The weight of a fact, as the officer is shown it, is w_i = b_i n_i x (what damping keeps of its sums), following the
chain that applied: F = sum w_i p_i (y_i - mu_i) holds exactly.

Residual risks. min(A, B) is gentler than A and B multiplied. A crowd with real tickets, spread over a quarter, is not
told from people who were served. Where nearly all facts are unverified, u keeps the figure near what is expected and
its reliability low. One rater's votes on many officers are damped for each of them apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from webapp.indicators.facts import Fact, Floats
from webapp.indicators.prepared import BLOCK, DAY, KIND, Prepared, prepare
from webapp.indicators.reference import ComponentReference


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """One officer read against the reference; the arrays are in the order of the facts given.

    `theta`: effect on the logistic scale. `information`: sum w p^2 V. `resistance`: sum w p^2 S (formula.py). `error`:
    PEV, logistic scale squared. `variance`: of the points. `eta`: usual level of each fact. `weights`: after damping,
    1 for a full vote. `by_rater`, `by_day`, `by_crowd`: which part each damping kept.
    """

    theta: float
    information: float
    resistance: float
    error: float
    variance: float
    eta: Floats
    weights: Floats
    by_rater: Floats
    by_day: Floats
    by_crowd: Floats


def weigh(facts: Sequence[Fact], reference: ComponentReference) -> Weighed:
    """One officer's facts of one component, by id, on the frozen reference. With none, theta is 0."""
    return weigh_prepared(prepare(facts), reference)


def weigh_prepared(own: Prepared, reference: ComponentReference) -> Weighed:
    """As `weigh`, of facts that stand in columns already."""
    from webapp.indicators.kernel.arranging import arrange, room_for
    from webapp.indicators.kernel.damping import ways_for
    from webapp.indicators.kernel.officers import read_officer, usual_of

    levels = reference.levels()
    place_of_kind = reference.places(own.examples)
    offset = [sum(part * reference.theta_of(who) for who, part in fact.others) for fact in own.examples]
    kind = own.codes[KIND]
    place = place_of_kind[kind]
    eta: Floats = (levels.eta(place_of_kind) + np.array(offset, dtype=np.float64))[kind]

    count = len(own)
    block, day = own.codes[BLOCK], own.codes[DAY]
    by_day = np.lexsort((day, block))  # keeps the order by id among equal ones
    order, spare = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    room, table = room_for(count)
    counts, _stamp = arrange(
        count, block[by_day], day[by_day], own.rater_numbers()[by_day], order, spare, room, table, 0
    )
    at = by_day[order]
    share, cases, base, y = own.numbers

    coefficients = len(levels.coefficients)
    scratch = np.zeros((5, count))
    reading = read_officer(
        eta[at],
        share[at],
        base[at],
        y[at],
        1.0 / cases[at],
        place[at],
        usual_of(levels),
        room,
        counts,
        ways_for(count),
        scratch,
        np.zeros((4, coefficients)),
        np.zeros(coefficients + 1, dtype=np.int64),
        True,
    )
    kept = np.empty((3, count))
    kept[:, at] = scratch[2:]
    weights = base * kept[0] * kept[1] * kept[2] / cases
    return Weighed(
        reading.theta,
        reading.information,
        reading.resistance,
        reading.error,
        reading.variance,
        eta,
        weights,
        kept[0],
        kept[1],
        kept[2],
    )
