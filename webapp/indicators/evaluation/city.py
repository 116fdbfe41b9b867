"""A city whose truth is known: officers, services, citizens and their ratings, drawn from a seed. Pure: numpy.

What is drawn, and from where: the mean satisfaction .766 and the spread between officers (some 4 points of 100, about a
sixth of the variance between the rated) as in presets/default.toml and the InstEval ratings; services, channels,
quarters and units differ too; officers' volumes are skewed (log-normal); each serves one to four services of his unit.
Ratings are whole numbers 1 to 4, overdispersed binomial: their mean is logistic(eta + theta) of who really served.
Where it is doubtful who served, two or three colleagues of the same unit and service are candidates, with shares that
are honest: the one who served is drawn with them.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from webapp.indicators.facts import Floats, logistic

NO_RATER: Final = -(2**63)

USUAL: Final = 1.19  # logistic scale: .766
OFFICER_DEVIATION: Final = 0.3
SERVICE_DEVIATION: Final = 0.45
CHANNEL_DEVIATION: Final = 0.2
QUARTER_DEVIATION: Final = 0.12
UNIT_DEVIATION: Final = 0.25
DISPERSION: Final = 0.1  # correlation of the three steps of a rating: phi = (1 + 2 x .1) / 3 = .4
VOLUME_DEVIATION: Final = 1.0  # of the logarithm of an officer's volume
VERIFIED: Final = 0.8
WORKING_DAYS: Final = 248
UNIT_SERVICES: Final = 5
MAIN_SHARE: Final = (0.5, 0.99)  # of the likeliest candidate, where it is doubtful who served
THREE_CANDIDATES: Final = 0.3
SORTING: Final = 0.8  # correlation of an officer's weakness with the hardness of his services, where sorted

Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """Ratings as columns, one row a fact and candidate, in the layout of `evaluate score`."""

    fact: NDArray[np.int64]
    officer: Ints
    share: NDArray[np.float32]
    y: NDArray[np.float32]
    service: Ints
    channel: Ints
    quarter: Ints
    unit: Ints
    day: Ints
    rater: NDArray[np.int64]
    verified: NDArray[np.bool_]

    def rows(self, which: NDArray[np.intp] | NDArray[np.bool_]) -> "Facts":
        """Only these rows."""
        return Facts(*(getattr(self, name)[which] for name in Facts.__slots__))

    def with_rows(self, others: "Facts") -> "Facts":
        """These rows and others."""
        return Facts(*(np.concatenate([getattr(self, name), getattr(others, name)]) for name in Facts.__slots__))


@dataclass(frozen=True, slots=True, eq=False)
class City:
    """`facts`: what is known. `certain`: the same ratings, each by the one who served. `theta` (officers), `points`:
    truth on the logistic scale and on that of 25 to 100, `usual`: points of an officer of effect 0, some .3 above the
    mean of the officers; `home`: each officer's unit, `work`: his services.
    """

    facts: Facts
    certain: Facts
    theta: Floats
    points: Floats
    usual: float
    home: Ints
    work: tuple[Ints, ...]
    officers: int


def day_of(working_day: Ints) -> Ints:
    """Calendar days from a Monday (day 1) of five working days a week."""
    return (working_day // 5 * 7 + working_day % 5 + 1).astype(np.int32)


def quarter_of(working_day: Ints) -> Ints:
    """The quarter 0 to 3 of a working day."""
    return np.minimum(working_day // (WORKING_DAYS // 4), 3).astype(np.int32)


def ratings(mean: Floats, rng: np.random.Generator) -> NDArray[np.float32]:
    """(rating - 1) / 3 of ratings 1 to 4 with these means: beta-binomial of three steps."""
    size = (1.0 - DISPERSION) / DISPERSION
    inclined = rng.beta(mean * size, (1.0 - mean) * size)
    return (rng.binomial(3, inclined) / 3.0).astype(np.float32)


def make_city(
    seed: int, facts: int = 100_000, officers: int = 500, doubtful: float = 0.3, sorted_: bool = False
) -> City:
    """A city of that many ratings and officers. `sorted_`: weak officers are sent to the hard services."""
    rng = np.random.default_rng(seed)
    units = max(officers // 20, 2)
    services, channels = max(units // 2, 6), 3
    service_effect = rng.normal(0.0, SERVICE_DEVIATION, services)
    cell_effect = service_effect[:, None] + rng.normal(0.0, CHANNEL_DEVIATION, (services, channels))
    quarter_effect = rng.normal(0.0, QUARTER_DEVIATION, (services, 4))
    unit_effect = rng.normal(0.0, UNIT_DEVIATION, units)

    home = rng.permutation(np.arange(officers) % units).astype(np.int32)
    offered = [rng.choice(services, min(UNIT_SERVICES, services), replace=False) for _ in range(units)]
    theta = rng.normal(0.0, OFFICER_DEVIATION, officers)
    work = _work(rng, theta, home, offered, service_effect, sorted_)
    volume = rng.lognormal(0.0, VOLUME_DEVIATION, officers)

    served = rng.choice(officers, facts, p=volume / volume.sum()).astype(np.int32)
    service = np.empty(facts, dtype=np.int32)
    order = np.argsort(served, kind="stable")
    for own in np.split(order, np.searchsorted(served[order], np.arange(1, officers))):
        if len(own):
            inclined = rng.dirichlet(np.full(len(work[served[own[0]]]), 2.0))
            service[own] = rng.choice(work[served[own[0]]], len(own), p=inclined)
    doubt = _Doubt.of(rng, np.flatnonzero(rng.random(facts) < doubtful), served, service, home, work, volume)
    served[doubt.fact] = doubt.served
    channel = rng.choice(channels, facts, p=[0.6, 0.25, 0.15]).astype(np.int32)
    working_day = rng.integers(0, WORKING_DAYS, facts, dtype=np.int32)
    quarter = quarter_of(working_day)
    unit = home[served]
    eta = USUAL + cell_effect[service, channel] + quarter_effect[service, quarter] + unit_effect[unit]
    certain = Facts(
        fact=np.arange(facts, dtype=np.int64),
        officer=served,
        share=np.ones(facts, dtype=np.float32),
        y=ratings(logistic(eta + theta[served]), rng),
        service=service,
        channel=channel,
        quarter=quarter,
        unit=unit,
        day=day_of(working_day),
        rater=rng.integers(0, max(facts // 2, 1), facts, dtype=np.int64),
        verified=rng.random(facts) < VERIFIED,
    )
    # where nobody can be told from repeats: half of the unverified ones leave no key
    keyless = ~certain.verified & (rng.random(facts) < 0.5)
    certain = replace(certain, rater=np.where(keyless, NO_RATER, certain.rater))
    return City(
        facts=_as_attributed(certain, doubt),
        certain=certain,
        theta=theta,
        points=true_points(eta, theta),
        usual=float(true_points(eta, np.zeros(1))[0]),
        home=home,
        work=tuple(work),
        officers=officers,
    )


def true_points(eta: Floats, theta: Floats) -> Floats:
    """25 (1 + 3 x the mean over the city's cases of logistic(eta + theta_j)), eta summed up in 400 quantiles."""
    levels = np.quantile(eta, (np.arange(400) + 0.5) / 400)
    points: Floats = 25.0 * (1.0 + 3.0 * np.mean(logistic(levels[None, :] + theta[:, None]), axis=1))
    return points


def _work(
    rng: np.random.Generator,
    theta: Floats,
    home: Ints,
    offered: list[NDArray[np.int64]],
    service_effect: Floats,
    sorted_: bool,
) -> list[Ints]:
    """Each officer's services: one to four of those his unit offers; where sorted, the weak get the hard ones."""
    work: list[Ints] = []
    for officer, unit in enumerate(home):
        own = offered[unit]
        count = min(int(rng.integers(1, 5)), len(own))
        if sorted_:
            # the officer's place among the services, from the hardest: what his strength says, with some chance
            strength = SORTING * theta[officer] / OFFICER_DEVIATION + np.sqrt(1 - SORTING**2) * rng.normal()
            at = (len(own) - 1) / (1.0 + np.exp(-1.7 * strength))
            nearest = np.argsort(np.abs(np.arange(len(own)) - at + rng.normal(0.0, 0.3, len(own))))[:count]
            work.append(own[np.argsort(service_effect[own])][nearest].astype(np.int32))
        else:
            work.append(rng.choice(own, count, replace=False).astype(np.int32))
    return work


@dataclass(frozen=True, slots=True, eq=False)
class _Doubt:
    """`fact` (n) whose officer is in doubt; `who`, `share` (n, 3): candidates, share 0 for none; `served` (n): who was
    drawn from them with the shares, which makes these honest whatever else is known.
    """

    fact: NDArray[np.intp]
    who: Ints
    share: Floats
    served: Ints

    @classmethod
    def of(
        cls,
        rng: np.random.Generator,
        fact: NDArray[np.intp],
        first: Ints,
        service: Ints,
        home: Ints,
        work: list[Ints],
        volume: Floats,
    ) -> "_Doubt":
        """Two or three candidates each: `first` and colleagues of the same unit and service, by their volume."""
        serves = np.zeros((len(home), max(int(own.max()) for own in work) + 1), dtype=bool)
        for officer, own in enumerate(work):
            serves[officer, own] = True
        who = np.empty((len(fact), 3), dtype=np.int32)
        key = home[first[fact]].astype(np.int64) * serves.shape[1] + service[fact]
        for one in np.unique(key):
            at = np.flatnonzero(key == one)
            unit = home[first[fact[at[0]]]]
            members = np.flatnonzero((home == unit) & serves[:, service[fact[at[0]]]])
            if len(members) < 3:
                members = np.flatnonzero(home == unit)
            # the greatest of log volume + Gumbel noise are drawn by volume, without drawing one twice
            chance = np.log(volume[members]) + rng.gumbel(size=(len(at), len(members)))
            chance[members[None, :] == first[fact[at]][:, None]] = np.inf
            who[at] = members[np.argsort(-chance, axis=1)[:, :3]]
        main = rng.uniform(*MAIN_SHARE, len(fact))
        split = np.where(rng.random(len(fact)) < THREE_CANDIDATES, rng.uniform(0.3, 0.7, len(fact)), 1.0)
        share = np.stack([main, (1.0 - main) * split, (1.0 - main) * (1.0 - split)], axis=1)
        share[:, :2] = np.where((rng.random(len(fact)) < 0.5)[:, None], share[:, :2], share[:, 1::-1])
        true = (rng.random(len(fact))[:, None] > np.cumsum(share, axis=1)).sum(axis=1).clip(0, 2)
        true = np.where(share[np.arange(len(fact)), true] > 0.0, true, 0)
        return cls(fact, who, share, who[np.arange(len(fact)), true])


def _as_attributed(certain: Facts, doubt: _Doubt) -> Facts:
    """The ratings as attribution sees them: a row for each candidate."""
    together = certain.rows(np.setdiff1d(np.arange(len(certain.fact)), doubt.fact))
    for place in range(3):
        named = doubt.share[:, place] > 0.0
        rows = certain.rows(doubt.fact[named])
        share = doubt.share[named, place].astype(np.float32)
        together = together.with_rows(replace(rows, officer=doubt.who[named, place], share=share))
    return together.rows(np.argsort(together.fact, kind="stable"))
