"""What the router is told and what it answers."""

from __future__ import annotations

from dataclasses import dataclass


class UnreadableModel(Exception):
    """The stored content is no routing model of this version, or was tampered with."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a complaint says: its text with personal numbers masked, and the place in free words."""

    text: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class CatalogueUnit:
    """A unit that a complaint may go to, with the names of what it serves."""

    id: str
    name: str
    kind: str = "unit"
    services: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DecidedCase:
    """A complaint whose unit the agency has decided. Sequences of them run from the oldest to the latest."""

    said: Said
    unit: str
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit with its calibrated probability and the words that spoke for it, strongest first."""

    unit: str
    probability: float
    words: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Routed:
    """At most five candidates, likeliest first. `unknown` is what they leave to 1; not `sure`: a human decides."""

    candidates: tuple[Candidate, ...]
    unknown: float
    sure: bool


@dataclass(frozen=True, slots=True)
class RoutingFigures:
    """How well a router does on decided cases, in shares of 1. `ece` is the calibration error of the top share."""

    n: int
    top1: float
    top3: float
    macro_f1: float
    abstained: float
    top1_when_sure: float
    ece: float
