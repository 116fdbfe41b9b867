"""What is assumed of a component before there is data. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prior:
    """What is assumed of a component before there is data.

    `expectation`: usual y, 0 to 1. `phi`: variance of one fact as a part of mu (1 - mu), 1 for yes/no. `tau`: standard
    deviation between officers on the logistic scale. The data may move phi by a factor of 2 and tau by one of 3, no
    further: a few odd months must make nobody's figure jumpy or certain.
    """

    expectation: float
    phi: float
    tau: float

    def __post_init__(self) -> None:
        if not 0.0 < self.expectation < 1.0:
            raise ValueError(f"A prior expectation lies above 0 and below 1, not at {self.expectation!r}.")
        if not 0.0 < self.phi <= 2.0:
            raise ValueError(f"A prior phi lies above 0 and at most at 2, not at {self.phi!r}.")
        if not 0.0 < self.tau <= 3.0:
            raise ValueError(f"A prior tau lies above 0 and at most at 3, not at {self.tau!r}.")
