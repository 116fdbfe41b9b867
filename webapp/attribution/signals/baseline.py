"""How many complaints are usual, and which rise is more than chance: docs/signals.md. Pure: numpy and scipy.

For a pair p of a unit and a topic (or a service), on day d:

    expected_pd = level_p * weekday_ud * season_pd
    X over a window of w days ~ negative binomial, mean mu = sum of expected_pd, variance mu + mu^2 * spread_pw

Level, weekday and season are learned from days before any of the windows that are judged, so that a rise does not hide
itself. `spread` is how much counts vary beyond chance, plus the doubt about level and season.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from webapp.attribution.signals.settings import SignalRules

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]

WEEK: Final = 7
#: A year by which a day falls on the same weekday.
YEAR: Final = 364
DAYS_A_YEAR: Final = 365
#: Above this the negative binomial is a Poisson distribution to all digits that matter.
_MOST_SIZE: Final = 1e9


@dataclass(frozen=True, slots=True)
class Counts:
    """Complaints a day: `counts[p, d]` on the day `first + d` days, of the pair p of `units[p]` and `topics[p]`."""

    first: date
    counts: Floats
    units: Numbers
    topics: Numbers

    def __post_init__(self) -> None:
        if self.counts.ndim != 2 or len(self.units) != len(self.counts) or len(self.topics) != len(self.counts):
            raise ValueError("There must be a row of counts, a unit and a topic for each pair.")

    @property
    def days(self) -> int:
        """How many days there are."""
        return int(self.counts.shape[1])

    def day(self, index: int) -> date:
        """The day with this index."""
        return self.first + timedelta(days=index)


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual on the days from `start` to the last one: `expected[p, d - start]`.

    `spread[w][p]` is the extra variance of a window of `w` days, relative to the square of its mean.
    """

    start: int
    expected: Floats
    spread: dict[int, Floats]


@dataclass(frozen=True, slots=True)
class Rise:
    """More than chance explains: the days `first` to `last` (indexes) of a pair.

    `chance` is the probability of so many or more in that window; `a_year` how many alarms as rare as this one chance
    alone would raise in a year, in all pairs together.
    """

    pair: int
    first: int
    last: int
    count: int
    expected: float
    chance: float
    a_year: float


def find_rises(counts: Counts, usual: Usual, rules: SignalRules, since: Numbers | None = None) -> list[Rise]:
    """For each pair the least likely of its windows that end on one of the last days, where it is rare enough.

    `since[p]` is the index of the first day that a window of the pair p may begin on.
    """
    threshold = threshold_of(rules)
    best = np.full(len(counts.counts), np.inf)
    found: dict[int, Rise] = {}
    for window in rules.windows:
        observed, expected = windows_of(counts, usual, window, rules.look_back)
        chance = tail(observed, expected, usual.spread[window][:, None])
        chance[observed < rules.least_count] = 1.0
        begins = np.arange(counts.days - rules.look_back, counts.days) - window + 1
        if since is not None:
            chance[begins[None, :] < since[:, None]] = 1.0
        column = chance.argmin(axis=1)
        least = chance[np.arange(len(chance)), column]
        for pair in np.flatnonzero((least <= threshold) & (least < best)):
            best[pair] = least[pair]
            first = int(begins[column[pair]])
            found[int(pair)] = Rise(
                pair=int(pair),
                first=first,
                last=first + window - 1,
                count=round(observed[pair, column[pair]]),
                expected=float(expected[pair, column[pair]]),
                chance=float(least[pair]),
                a_year=alarms_a_year(float(least[pair]), len(counts.counts), rules),
            )
    return [found[pair] for pair in sorted(found)]


def threshold_of(rules: SignalRules) -> float:
    """The probability below which a window is an alarm.

    The alarms of a year are spread over all days and windows of a pair. As windows overlap and counts are whole, that
    is an upper bound: fewer are seen.
    """
    return rules.alarms_a_year / rules.per_pairs / (DAYS_A_YEAR * len(rules.windows))


def alarms_a_year(chance: float, pairs: int, rules: SignalRules) -> float:
    """How many alarms as rare as this chance alone raises in a year, in so many pairs, at most."""
    return chance * DAYS_A_YEAR * len(rules.windows) * pairs


def usual_of(counts: Counts, rules: SignalRules, *, drawn: int = 0) -> Usual | None:
    """What is usual on the last days: those of all windows, and at least `drawn` of them. None: too little is known."""
    end = counts.days - guard_of(rules)
    weeks = min(rules.trailing_weeks, end // WEEK)
    if weeks * WEEK < rules.least_days or not len(counts.counts):
        return None
    begin = end - weeks * WEEK
    learned = counts.counts[:, begin:end]
    total = learned.sum(axis=1)
    # Level: so many complaints a day, drawn a little to what is usual for a pair of this city.
    prior_days = rules.prior_level / max(total.mean() / learned.shape[1], 1e-9)
    known = total + rules.prior_level
    level = known / (learned.shape[1] + prior_days)
    weekday = _weekdays(counts, begin, end, rules)
    start = max(0, min(end, counts.days - drawn))
    season, doubt = _season(counts, begin, end, start, rules)
    expected = level[:, None] * weekday[:, _of_week(start, counts.days)] * season
    by_day = level[:, None] * weekday[:, _of_week(begin, end)]
    spread = {window: _spread(learned, by_day, window, rules) + (1.0 / known) + doubt for window in rules.windows}
    return Usual(start, expected, spread)


def guard_of(rules: SignalRules) -> int:
    """The last days, which some window looks at: nothing is learned from them."""
    return max(rules.windows) + rules.look_back - 1


def windows_of(counts: Counts, usual: Usual, window: int, ends: int) -> tuple[Floats, Floats]:
    """Observed and expected sums of the windows of so many days that end on the last `ends` days."""
    days = counts.days - usual.start
    observed = _sums(counts.counts[:, usual.start :], window)[:, days - window + 1 - ends :]
    return observed, _sums(usual.expected, window)[:, days - window + 1 - ends :]


def tail(observed: Floats | float, mean: Floats | float, spread: Floats | float) -> Floats:
    """The probability of `observed` or more: negative binomial with this mean and variance mean + mean^2 * spread."""
    from scipy.special import betainc  # half a second and 20 MB, which only the detector has to spend

    size = np.minimum(1.0 / np.maximum(np.asarray(spread, dtype=float), 1e-12), _MOST_SIZE)
    mean = np.maximum(np.asarray(mean, dtype=float), 1e-12)
    observed = np.asarray(observed, dtype=float)
    return np.asarray(np.where(observed <= 0, 1.0, betainc(np.maximum(observed, 1.0), size, mean / (size + mean))))


def usual_range(mean: float, spread: float, within: float = 0.95) -> tuple[int, int]:
    """The least and the most that a day or window of this mean has in `within` of all cases: of the same distribution
    as `tail`, with no more than (1 - within) / 2 beyond either end."""
    outside = (1.0 - within) / 2
    size = min(1.0 / max(spread, 1e-12), _MOST_SIZE)
    mean = max(mean, 1e-12)
    at, below = 0, 0.0
    low: int | None = None
    while True:
        log = math.lgamma(at + size) - math.lgamma(size) - math.lgamma(at + 1)
        log += size * -math.log1p(mean / size) + at * (math.log(mean) - math.log(size + mean))
        below += math.exp(log)
        if low is None and below > outside:
            low = at
        if below >= 1.0 - outside:
            return low or 0, at
        at += 1


def _sums(values: Floats, window: int) -> Floats:
    """The sums of all runs of `window` columns."""
    sums = np.cumsum(values, axis=1)
    sums[:, window:] = sums[:, window:] - sums[:, :-window]
    return sums[:, window - 1 :]


def _of_week(begin: int, end: int) -> Numbers:
    return np.arange(begin, end) % WEEK


def _weekdays(counts: Counts, begin: int, end: int, rules: SignalRules) -> Floats:
    """For each pair the factors of the days of the week, with mean 1: those of its unit, drawn to the city's."""
    by_day = np.stack(
        [counts.counts[:, begin:end][:, _of_week(begin, end) == day].sum(axis=1) for day in range(WEEK)], 1
    )
    city = by_day.sum(axis=0) + 1.0
    city = city / city.sum()
    _names, places = np.unique(counts.units, return_inverse=True)
    units = np.zeros((places.max() + 1, WEEK))
    np.add.at(units, places, by_day)
    share = (units + rules.prior_weekday * city) / (units.sum(axis=1, keepdims=True) + rules.prior_weekday)
    return np.asarray(WEEK * share[places])


def _season(counts: Counts, begin: int, end: int, start: int, rules: SignalRules) -> tuple[Floats, Floats]:
    """For each pair and day from `start` on the factor of the season, and its relative variance.

    In each earlier year that is known: what came around the same date, over what the weeks before it let expect. First
    for the topic in the whole city, then for the pair; without earlier years 1.
    """
    days = counts.days - start
    came, usual = np.zeros((len(counts.counts), days)), np.zeros((len(counts.counts), days))
    half = rules.season_half_days
    reach = 2 * half + 1
    totals = np.concatenate([np.zeros((len(counts.counts), 1)), np.cumsum(counts.counts, axis=1)], axis=1)
    for year in range(1, rules.years + 1):
        shift = YEAR * year
        if begin - shift < 0:
            break
        a_day = (totals[:, end - shift] - totals[:, begin - shift]) / (end - begin)
        middle = np.arange(start, counts.days) - shift
        first = np.maximum(middle - half, 0)
        came += totals[:, np.minimum(middle + half + 1, counts.days)] - totals[:, first]
        usual += a_day[:, None] * reach
    if not usual.any():
        return np.ones((len(counts.counts), days)), np.zeros(len(counts.counts))
    _names, places = np.unique(counts.topics, return_inverse=True)
    topic_came, topic_usual = np.zeros((places.max() + 1, days)), np.zeros((places.max() + 1, days))
    np.add.at(topic_came, places, came)
    np.add.at(topic_usual, places, usual)
    prior = rules.prior_season_topic
    topic = ((topic_came + prior) / (topic_usual + prior))[places]
    prior = rules.prior_season_pair
    season = (came + prior * topic) / (usual + prior)
    return season, np.asarray(1.0 / (came.mean(axis=1) + prior * topic.mean(axis=1)))


def _spread(learned: Floats, by_day: Floats, window: int, rules: SignalRules) -> Floats:
    """How much windows of this length varied beyond chance: by moments, the pair's own drawn to the whole city's.

    Never less than the city's: some months of a calm pair are too few to call it calmer than the others.
    """
    runs = learned.shape[1] // window
    observed = _blocks(learned, window, runs)
    expected = _blocks(by_day, window, runs)
    # What is expected was learned from the same days: one degree of freedom a pair.
    free = (runs - 1) / runs
    squares = np.maximum(free * (expected**2).sum(axis=1), 1e-9)
    own = (((observed - expected) ** 2).sum(axis=1) - free * expected.sum(axis=1)) / squares
    # How sure a pair's own figure is; a large pair's is not surer than so, or it alone would speak for the city.
    doubt = 2.0 / max(runs - 1, 1) * (1.0 / np.maximum(expected.mean(axis=1), 1e-9) + rules.usual_spread) ** 2
    city = max(float((own / doubt).sum() / (1.0 / doubt).sum()), rules.least_spread)
    trust = rules.spread_differs**2 / (rules.spread_differs**2 + doubt)
    return np.asarray(np.maximum(city + trust * (own - city), city))


def _blocks(values: Floats, window: int, runs: int) -> Floats:
    kept = values[:, values.shape[1] - runs * window :]
    return np.asarray(kept.reshape(len(kept), runs, window).sum(axis=2))
