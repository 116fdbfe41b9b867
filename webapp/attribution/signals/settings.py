"""When a rise becomes a signal: signals.toml, read and checked once. Pure."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "signals.toml"


@dataclass(frozen=True, slots=True)
class SignalRules:
    """The figures of signals.toml, which says what each means."""

    alarms_a_year: float
    per_pairs: float
    windows: tuple[int, ...]
    look_back: int
    trailing_weeks: int
    least_days: int
    years: int
    season_half_days: int
    prior_level: float
    prior_weekday: float
    prior_season_topic: float
    prior_season_pair: float
    least_spread: float
    usual_spread: float
    spread_differs: float
    least_count: int

    def __post_init__(self) -> None:
        positive = (self.alarms_a_year, self.per_pairs, self.prior_level, self.prior_weekday, self.spread_differs)
        if min(*positive, self.prior_season_topic, self.prior_season_pair, self.least_spread) <= 0:
            raise ValueError("signals.toml: alarms, priors and spreads must be above 0")
        if not self.windows or min(self.windows) < 1 or self.look_back < 1 or self.least_count < 1:
            raise ValueError("signals.toml: windows, look_back and least_count must be at least 1")
        if self.least_days < 2 * max(self.windows):
            raise ValueError("signals.toml: least_days must hold the longest window twice")


@cache
def load_rules() -> SignalRules:
    """The rules in force; raises ValueError or KeyError that names what is wrong with the file."""
    told = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    prior, windows, baseline = told["prior"], told["windows"], told["baseline"]
    return SignalRules(
        alarms_a_year=told["alarms"]["a_year"],
        per_pairs=told["alarms"]["per_pairs"],
        windows=tuple(sorted(windows["days"])),
        look_back=windows["look_back"],
        trailing_weeks=baseline["trailing_weeks"],
        least_days=baseline["least_days"],
        years=baseline["years"],
        season_half_days=baseline["season_half_days"],
        prior_level=prior["level"],
        prior_weekday=prior["weekday"],
        prior_season_topic=prior["season_topic"],
        prior_season_pair=prior["season_pair"],
        least_spread=prior["least_spread"],
        usual_spread=prior["usual_spread"],
        spread_differs=prior["spread_differs"],
        least_count=told["shown"]["least_count"],
    )
