"""All components that a figure can be made of. Pure.

A preset names some of them with their weights; facts are written, and what is usual is learned, for all of them, so
that a preset can be changed or looked at beforehand without writing a fact anew.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from webapp.indicators.priors import Prior

SATISFACTION: Final = "satisfaction"
SPEED: Final = "speed"
ACCURACY: Final = "accuracy"
COMPLAINT_HANDLING: Final = "complaint_handling"
CONDUCT: Final = "conduct"
TIME_DISCIPLINE: Final = "time_discipline"
TARGET: Final = "target"

FOUNDED_COMPLAINT: Final = "complaint"
"""First part of the key of a fact that a founded complaint is: "complaint:45"."""


@dataclass(frozen=True, slots=True)
class Component:
    """A part of the figure.

    `rated`: its facts are what citizens said, so that they are shown in groups of at least five only (law 9); else they
    are the agency's own records of the officer's work. `reads`: the first parts of the keys of its facts, for pages.
    `stands_in`: the component in which its founded complaints count where a preset does not name this one, so that no
    choice of a preset makes them disappear.
    """

    name: str
    rated: bool
    prior: Prior
    reads: tuple[str, ...]
    stands_in: str | None = None


_ALL: Final = (
    Component(
        SATISFACTION,
        rated=True,
        # The middle of grade B (76.61 - 88.30, PermenPANRB 14/2017) is 82.5 of 100: (82.5 / 25 - 1) / 3 = .766. Four
        # answers lie closer together than yes/no: believable ones (3, 12, 40, 45 of 100 for 1 to 4) give .37, rounded
        # up. Some 5 points between officers: 75 x .766 x .234 x .4.
        prior=Prior(expectation=0.766, phi=0.4, tau=0.4),
        reads=("rating", FOUNDED_COMPLAINT),
    ),
    Component(
        SPEED,
        rated=False,
        # Half of the visits take less than the usual time and half take more, and that is y = .5. Serving times are
        # skewed, a spread of a factor of 1.6 either way: log2 1.6 = .68, y deviates by .34, .34^2 / .25 = .46. Officers
        # whose pace differs by 15 %: log2 1.15 / 2 = .1 of y, / .25 = .4.
        prior=Prior(expectation=0.5, phi=0.45, tau=0.4),
        reads=("speed", "turnaround", "left"),
    ),
    Component(
        ACCURACY,
        rated=False,
        # 3 of 100 cases come back or were told wrongly: assumed. Yes or no, hence 1.
        prior=Prior(expectation=0.97, phi=1.0, tau=0.5),
        reads=("served", "finished", "returned", FOUNDED_COMPLAINT),
        stands_in=SATISFACTION,
    ),
    Component(
        COMPLAINT_HANDLING,
        rated=False,
        # Assumed: 8 of 10 answers in time, 6 of 10 accepted (silence is not satisfaction), 9 of 10 not reopened:
        # .4 x .8 + .4 x .6 + .2 x .9 = .74. Three yes/no parts of one case would give .35 if independent; who is late
        # is disputed more often, hence .6. Wider than satisfaction: it depends on one person's diligence.
        prior=Prior(expectation=0.74, phi=0.6, tau=0.5),
        reads=("answer", "unanswered"),
    ),
    Component(
        CONDUCT,
        rated=False,
        # One founded complaint of conduct in 100 cases is far more than any agency has; assumed on the careful side,
        # the agency's own level replaces it soon. Yes or no, hence 1. Rare deeds differ more between persons.
        prior=Prior(expectation=0.99, phi=1.0, tau=0.6),
        reads=("served", "finished", FOUNDED_COMPLAINT),
        stands_in=SATISFACTION,
    ),
    Component(
        TIME_DISCIPLINE,
        rated=False,
        # Assumed: 85 of 100 in time. Parts of a day count in part, so less than yes/no: .6.
        prior=Prior(expectation=0.85, phi=0.6, tau=0.5),
        reads=("shift", "deadline"),
    ),
    Component(
        TARGET,
        rated=False,
        # Just attained is .8 (see target.py); plans are mostly met: .78. Attainments lie close together: .3.
        prior=Prior(expectation=0.78, phi=0.3, tau=0.5),
        reads=("target",),
    ),
)

COMPONENTS: Final[Mapping[str, Component]] = MappingProxyType({one.name: one for one in _ALL})
"""Every component by its name, in the order of pages."""

PRIORS: Final[Mapping[str, Prior]] = MappingProxyType({one.name: one.prior for one in _ALL})
"""The priors that the reference of all components is fitted with."""


def counted_in(component: str, key: str, weighed: Container[str]) -> str | None:
    """In which component a fact counts where only the components `weighed` make up the figure; None: in none.

    `key`: of the fact, e.g. "complaint:45". A founded complaint always counts once: in its own component, else in the
    one that stands in for it.
    """
    if component in weighed:
        return component
    stands_in = COMPONENTS[component].stands_in if component in COMPONENTS else None
    if key.partition(":")[0] == FOUNDED_COMPLAINT and stands_in is not None and stands_in in weighed:
        return stands_in
    return None
