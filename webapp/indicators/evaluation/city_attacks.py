"""Attacks on a whole city's ratings: what brigades, raters of themselves and rings add to it. Pure: numpy.

Each attack adds ratings that are no experience of service; the truth stays what it was. Attribution does not see
through them: they stand as certain.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from webapp.indicators.evaluation.city import NO_RATER, WORKING_DAYS, City, Facts, Ints, day_of, quarter_of

BRIGADED: Final = 0.03  # of the officers
SELF_RATING: Final = 0.05
BRIGADE: Final = 100  # ratings of a brigade
STRANGER: Final = 10**9  # keys of raters from here on are the attackers'

_Key = NDArray[np.int64]


def _ratings(
    city: City,
    rng: np.random.Generator,
    officer: NDArray[np.integer],
    y: float,
    working_day: NDArray[np.integer],
    rater: _Key,
    verified: NDArray[np.bool_] | bool,
) -> Facts:
    """Ratings of these officers in a service of theirs."""
    count = len(officer)
    who, when = officer.astype(np.int32), working_day.astype(np.int32)
    service: Ints = np.array([rng.choice(city.work[one]) for one in who], dtype=np.int32)
    return Facts(
        fact=np.arange(count, dtype=np.int64),
        officer=who,
        share=np.ones(count, dtype=np.float32),
        y=np.full(count, y, dtype=np.float32),
        service=service,
        channel=rng.integers(0, 3, count, dtype=np.int32),
        quarter=quarter_of(when),
        unit=city.home[who],
        day=day_of(when),
        rater=rater,
        verified=np.broadcast_to(verified, count).copy(),
    )


def _some(city: City, rng: np.random.Generator, part: float) -> NDArray[np.int64]:
    return rng.choice(city.officers, max(round(part * city.officers), 1), replace=False)


def _strangers(rng: np.random.Generator, count: int) -> _Key:
    return STRANGER + rng.integers(0, 2**50, count, dtype=np.int64)


def _brigade(city: City, rng: np.random.Generator, verified: bool, spread: int = 1) -> Facts:
    """100 strangers' ones against 3 % of the officers, all within `spread` days."""
    officer = np.repeat(_some(city, rng, BRIGADED), BRIGADE)
    start = np.repeat(rng.integers(0, WORKING_DAYS - spread, len(officer) // BRIGADE), BRIGADE)
    when = start + rng.integers(0, spread, len(officer))
    return _ratings(city, rng, officer, 0.0, when, _strangers(rng, len(officer)), verified)


def _self_rating(city: City, rng: np.random.Generator) -> Facts:
    """5 % of the officers give themselves 40 to 80 fours over the year from up to three devices, some with tickets."""
    own = _some(city, rng, SELF_RATING)
    officer = np.repeat(own, rng.integers(40, 81, len(own)))
    device = STRANGER + officer * 8 + rng.integers(0, 3, len(officer))
    verified = rng.random(len(officer)) < 0.3
    return _ratings(city, rng, officer, 1.0, rng.integers(0, WORKING_DAYS, len(officer)), device, verified)


def _one_device(city: City, rng: np.random.Generator) -> Facts:
    """5 % of the officers get 50 fours from one device on a few days."""
    own = _some(city, rng, SELF_RATING)
    officer = np.repeat(own, 50)
    first = np.repeat(rng.integers(0, WORKING_DAYS - 5, len(own)), 50)
    when = first + rng.integers(0, 5, len(officer))
    return _ratings(city, rng, officer, 1.0, when, STRANGER + officer, False)


def _ring(city: City, rng: np.random.Generator) -> Facts:
    """Ten rings of five colleagues, each giving each other a four every second week, with tickets drawn for it."""
    rows: list[Facts] = []
    for ring in range(max(city.officers // 50, 1)):
        unit = rng.integers(0, int(city.home.max()) + 1)
        members = rng.permutation(np.flatnonzero(city.home == unit))[:5]
        rated, rating = (grid.ravel() for grid in np.meshgrid(members, members))
        rated, rating = rated[rated != rating], rating[rated != rating]
        officer, rater = np.tile(rated, 25), np.tile(rating, 25)
        when = rng.integers(0, WORKING_DAYS, len(officer))
        rows.append(_ratings(city, rng, officer, 1.0, when, STRANGER + 1000 * ring + rater, True))
    together = rows[0]
    for more in rows[1:]:
        together = together.with_rows(more)
    return together


def _slow_drip(city: City, rng: np.random.Generator) -> Facts:
    """One unverified one a working day against 3 % of the officers for half a year, never the same key."""
    own = _some(city, rng, BRIGADED)
    officer = np.repeat(own, WORKING_DAYS // 2)
    when = np.tile(np.arange(WORKING_DAYS // 2), len(own)) + 40
    return _ratings(city, rng, officer, 0.0, when, _strangers(rng, len(officer)), False)


def _unit_brigade(city: City, rng: np.random.Generator) -> Facts:
    """60 unverified ones on one day against each officer of two units."""
    units = rng.choice(int(city.home.max()) + 1, 2, replace=False)
    officer = np.repeat(np.flatnonzero(np.isin(city.home, units)), 60)
    when = np.full(len(officer), rng.integers(0, WORKING_DAYS))
    return _ratings(city, rng, officer, 0.0, when, _strangers(rng, len(officer)), False)


def _anonymous(city: City, rng: np.random.Generator) -> Facts:
    """A brigade that leaves no key."""
    facts = _brigade(city, rng, False)
    facts.rater[:] = NO_RATER
    return facts


def _mixed(city: City, rng: np.random.Generator) -> Facts:
    """Indicator.md's attacked city: 3 % of officers brigaded (a third of it with tickets), 5 % rating themselves."""
    brigade = _brigade(city, rng, False)
    with_tickets = np.isin(brigade.officer, np.unique(brigade.officer)[::3])
    brigade.verified[with_tickets] = True
    return brigade.with_rows(_self_rating(city, rng))


ATTACKS: Final[dict[str, Callable[[City, np.random.Generator], Facts] | None]] = {
    "clean": None,
    "sorted": None,  # no attack: weak officers at the hard services
    "brigade": lambda city, rng: _brigade(city, rng, False),
    "brigade_tickets": lambda city, rng: _brigade(city, rng, True),
    "brigade_week": lambda city, rng: _brigade(city, rng, False, spread=5),
    "brigade_anonymous": _anonymous,
    "one_device": _one_device,
    "self_rating": _self_rating,
    "ring": _ring,
    "slow_drip": _slow_drip,
    "unit_brigade": _unit_brigade,
    "mixed": _mixed,
}


def attacked(city: City, name: str, seed: int) -> Facts:
    """The city's facts with what the attack adds; raises KeyError for a name that is none."""
    attack = ATTACKS[name]
    if attack is None:
        return city.facts
    added = attack(city, np.random.default_rng([seed, 7]))
    added.fact[:] = np.arange(len(added.fact)) + int(city.facts.fact.max()) + 1
    return city.facts.with_rows(added)
