"""Combining what the rules say into shares over officers, units and "not known" that sum to 1. Pure.

Each piece of evidence is right with its strength r, and then points where it points; else it is any of the others. For
a unit that one piece of evidence supports to the part q, its likelihood is r q + (1 - r)(1 - q)/N, N the units that
could be mistaken for each other. Likelihoods multiply over independent statements; of one statement the strongest
counts in full and the others by an exponent (a log-linear pool). Officers are weighed the same way within each unit. So
a single piece of evidence gives its own strength, two that agree give more, two that disagree leave it open.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from webapp.attribution.circumstances import Circumstances, Part
from webapp.attribution.rules import (
    LEAST_OFFICER_SHARE,
    Particulars,
    Share,
    Testimony,
    certain_of,
    nothing_known,
    weighed_of,
)
from webapp.attribution.strengths import Strengths, stated_strengths

#: A unit's share below this is not told apart from what is not known.
LEAST_UNIT_LISTED = 0.05


@dataclass(frozen=True, slots=True)
class Ground:
    """One piece of evidence behind a judgement; `weight`: its part among all, None where it decided alone."""

    rule: str
    version: int
    particulars: Particulars
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whom a feedback concerns.

    `shares` sum to 1 and charge only who is surely meant. `leads`: officers who may be meant (from LEAST_OFFICER_SHARE
    on), the charged among them: a complaint is kept from them. `unit_id`: where it belongs, None where a human has to
    say. `grounds`: the strongest first.
    """

    shares: tuple[Share, ...]
    grounds: tuple[Ground, ...]
    unit_id: int | None
    leads: tuple[Share, ...] = ()

    @property
    def rule(self) -> str:
        """The rule that counted most."""
        return self.grounds[0].rule

    @property
    def charged(self) -> frozenset[int]:
        """The officers who are charged."""
        return frozenset(share.officer_id for share in self.shares if share.officer_id is not None)


@dataclass(frozen=True, slots=True)
class Before:
    """What stands already: who is charged, and where it lies. Small changes leave that alone."""

    charged: frozenset[int] = frozenset()
    unit_id: int | None = None


def judge(known: Circumstances, strengths: Strengths | None = None, before: Before | None = None) -> Judgement:
    """Whom these circumstances point at. `strengths`: None for the stated ones; `before`: None where nothing stands."""
    said = certain_of(known)
    testimonies = weighed_of(known) if said is None else ()
    if said is None and not testimonies:
        said = nothing_known(known)
    if said is not None:
        charged = tuple(share for share in said.shares if share.officer_id is not None)
        strongest = max(said.shares, key=lambda share: share.share)
        return Judgement(said.shares, (Ground(said.rule, said.version, said.particulars),), strongest.unit_id, charged)
    return _weigh(known, testimonies, strengths or stated_strengths(), before or Before())


def _weigh(known: Circumstances, testimonies: tuple[Testimony, ...], strengths: Strengths, before: Before) -> Judgement:
    units, unknown = weigh_units(known, testimonies, strengths)
    shares: list[Share] = []
    leads: list[Share] = []
    for unit_id, chance in sorted(units.items()):
        rest = chance
        for (posted_id, officer_id), part in sorted(weigh_officers(known, testimonies, unit_id, strengths).items()):
            share = chance * part
            if share < LEAST_OFFICER_SHARE:
                continue
            leads.append(Share(share, posted_id, officer_id))
            mark = strengths.least_charged_share - (strengths.charge_slack if officer_id in before.charged else 0.0)
            if share >= max(mark, LEAST_OFFICER_SHARE):
                shares.append(leads[-1])
                rest -= share
        if rest > 1e-9:
            shares.append(Share(rest, unit_id))
    strongest = max(units.items(), key=lambda entry: (entry[1], -entry[0]), default=(None, 0.0))
    mark = strengths.least_unit_share - (strengths.slack if strongest[0] == before.unit_id else 0.0)
    placed = strongest[0] if strongest[1] >= mark else None
    if unknown > 1e-9:
        shares.append(Share(unknown))
    shares.sort(key=lambda share: (-share.share, share.unit_id or 0, share.officer_id or 0))
    grounds = _grounds(known, testimonies, strengths, strongest[0], leads)
    return Judgement(_to_one(shares), grounds, placed, tuple(leads))


def weigh_units(
    known: Circumstances, testimonies: Iterable[Testimony], strengths: Strengths
) -> tuple[dict[int, float], float]:
    """Chances of the units that are pointed at, and of another or none; together 1."""
    testimonies = tuple(testimonies)
    speaking = [one for one in testimonies if one.units]
    standing = _standing_units(known, speaking)
    exponents = _exponents(speaking, strengths.unit, strengths.unit_dependent, by_form=True)
    beside = strengths.units_beside
    logs = dict.fromkeys(sorted(standing), 0.0)
    other = math.log(beside)
    for testimony, exponent in zip(speaking, exponents, strict=True):
        strength = strengths.unit[testimony.kind]
        support = _support(known, testimony, standing)
        left = max(0.0, 1 - sum(one.part for one in testimony.units))
        unsaid = _likelihood(strength, left / beside, beside)
        for unit_id, part in support.items():
            logs[unit_id] += exponent * math.log(_likelihood(strength, part, beside) if part > 0 else unsaid)
        other += exponent * math.log(unsaid)
    for unit_id in logs:
        logs[unit_id] += _agreement(known, testimonies, unit_id, strengths)
    chances = _normalised([*logs.values(), other])
    found = {unit_id: chance for unit_id, chance in zip(logs, chances, strict=False) if chance >= LEAST_UNIT_LISTED}
    return found, 1 - math.fsum(found.values())


def weigh_officers(
    known: Circumstances, testimonies: Iterable[Testimony], unit_id: int, strengths: Strengths
) -> dict[tuple[int, int], float]:
    """Chances of (unit, officer) if it is a matter of this unit; what is left to 1 is another's or the unit's."""
    speaking = _speaking_of_officers(known, testimonies, unit_id)
    if not speaking:
        return {}
    officers, others, columns = _officer_likelihoods(known, speaking, unit_id, strengths)
    exponents = _exponents([one for one, _ in speaking], strengths.officer, strengths.officer_dependent, by_form=False)
    logs = [
        math.fsum(exponent * math.log(column[row]) for column, exponent in zip(columns, exponents, strict=True))
        for row in range(len(officers) + 1)
    ]
    logs[-1] += math.log(others)
    # Where he served then: as the strongest evidence has it.
    posted = {
        part.officer_id: part.unit_id
        for one, parts in sorted(speaking, key=lambda entry: (strengths.officer[entry[0].kind], entry[0].rule))
        for part in sorted(parts, key=lambda part: (part.part, -part.unit_id))
    }
    chances = _normalised(logs)
    return {(posted[officer_id], officer_id): chance for officer_id, chance in zip(officers, chances, strict=False)}


def _agreement(known: Circumstances, testimonies: Iterable[Testimony], unit_id: int, strengths: Strengths) -> float:
    """The logarithm of how much likelier it is here than elsewhere that statements about officers agree as they do.

    Counter, number and name are looked up in the unit that is told. If that were the wrong one, they would point at
    officers of it by chance, and seldom at the same. 0 where only one of them speaks.
    """
    speaking = _speaking_of_officers(known, testimonies, unit_id)
    exponents = _exponents([one for one, _ in speaking], strengths.officer, strengths.officer_dependent, by_form=False)
    speaking = [entry for entry, exponent in zip(speaking, exponents, strict=True) if exponent == 1.0]
    if len(speaking) < 2:
        return 0.0
    officers, others, columns = _officer_likelihoods(known, speaking, unit_id, strengths)
    times = [1] * len(officers) + [others]
    everybody = len(officers) + others
    together = math.fsum(count * math.prod(column[row] for column in columns) for row, count in enumerate(times))
    apart = math.prod(
        math.fsum(count * column[row] for row, count in enumerate(times)) / everybody for column in columns
    )
    return math.log(together / everybody / apart)


def _speaking_of_officers(
    known: Circumstances, testimonies: Iterable[Testimony], unit_id: int
) -> list[tuple[Testimony, list[Part]]]:
    return [
        (one, parts)
        for one in testimonies
        if (parts := [part for part in one.officers if known.kin(part.unit_id, unit_id)])
    ]


def _officer_likelihoods(
    known: Circumstances, speaking: list[tuple[Testimony, list[Part]]], unit_id: int, strengths: Strengths
) -> tuple[list[int], int, list[list[float]]]:
    """The officers who are pointed at, how many others there are, and for each piece of evidence its likelihood of each
    of them and, last, of any other."""
    officers = sorted({part.officer_id for _, parts in speaking for part in parts})
    everybody = max(known.roster_sizes.get(unit_id, strengths.officers_beside), len(officers) + 1)
    others = everybody - len(officers)
    columns = []
    for testimony, parts in speaking:
        strength = strengths.officer[testimony.kind]
        support = dict.fromkeys(officers, 0.0)
        for part in parts:
            support[part.officer_id] += part.part
        left = max(0.0, 1 - math.fsum(support.values()))
        columns.append([_likelihood(strength, part, everybody - 1) for part in (*support.values(), left / others)])
    return officers, others, columns


def _likelihood(strength: float, part: float, beside: int) -> float:
    """Of one possibility among `beside` others, to which a piece of evidence points with a part."""
    return max(strength * part + (1 - strength) * (1 - part) / beside, 1e-12)


def _standing_units(known: Circumstances, testimonies: list[Testimony]) -> frozenset[int]:
    """The units that are told apart: of a unit and one below it, the one that is named by the higher rank.

    With equal ranks it is the one below, which says more; but what the words alone name is left as they tell it apart.
    """
    ranks: dict[int, int] = {}
    for testimony in testimonies:
        for one in testimony.units:
            ranks[one.unit_id] = max(ranks.get(one.unit_id, 0), testimony.rank)

    def gives_way(unit_id: int) -> bool:
        return any(
            (ranks[other] >= max(ranks[unit_id], 1) and known.below(other, unit_id))
            or (ranks[other] > ranks[unit_id] and known.below(unit_id, other))
            for other in ranks
        )

    return frozenset(unit_id for unit_id in ranks if not gives_way(unit_id))


def _support(known: Circumstances, testimony: Testimony, standing: frozenset[int]) -> dict[int, float]:
    """To what part a piece of evidence points at each unit that stands, or at one that gave way to it."""
    return {
        unit_id: min(
            1.0,
            math.fsum(
                one.part
                for one in testimony.units
                if one.unit_id == unit_id or (one.unit_id not in standing and known.kin(one.unit_id, unit_id))
            ),
        )
        for unit_id in standing
    }


def _exponents(
    testimonies: list[Testimony], strengths: Mapping[str, float], dependent: float, *, by_form: bool
) -> list[float]:
    """1 for the strongest of each source, `dependent` for the others; equally strong ones in the order of their names.

    For the unit, everything that a citizen states besides the words comes from one idea of where he was.
    """
    sources = ["form" if by_form and one.source != "words" else one.source for one in testimonies]
    best: dict[str, tuple[float, str]] = {}
    for one, source in zip(testimonies, sources, strict=True):
        best[source] = max(best.get(source, (0.0, "")), (strengths[one.kind], one.rule))
    return [
        1.0 if best[source] == (strengths[one.kind], one.rule) else dependent
        for one, source in zip(testimonies, sources, strict=True)
    ]


def _normalised(logs: list[float]) -> list[float]:
    highest = max(logs)
    weights = [math.exp(one - highest) for one in logs]
    total = math.fsum(weights)
    return [weight / total for weight in weights]


def _to_one(shares: list[Share]) -> tuple[Share, ...]:
    total = math.fsum(share.share for share in shares)
    return tuple(Share(share.share / total, share.unit_id, share.officer_id) for share in shares)


def _grounds(
    known: Circumstances,
    testimonies: tuple[Testimony, ...],
    strengths: Strengths,
    unit_id: int | None,
    leads: list[Share],
) -> tuple[Ground, ...]:
    """The evidence with its weight: how far it pulls, for or against the likeliest unit and officer."""
    if len(testimonies) == 1:
        [only] = testimonies
        return (Ground(only.rule, only.version, only.particulars),)
    lead = max(leads, key=lambda share: (share.share, -(share.officer_id or 0)), default=None)
    pulls = dict.fromkeys((one.rule for one in testimonies), 0.0)
    if unit_id is not None:
        speaking = [one for one in testimonies if one.units]
        exponents = _exponents(speaking, strengths.unit, strengths.unit_dependent, by_form=True)
        for one, exponent in zip(speaking, exponents, strict=True):
            part = min(1.0, math.fsum(unit.part for unit in one.units if known.kin(unit.unit_id, unit_id)))
            pulls[one.rule] += exponent * _pull(strengths.unit[one.kind], part, strengths.units_beside)
    if lead is not None:
        speaking = [one for one in testimonies if one.officers]
        exponents = _exponents(speaking, strengths.officer, strengths.officer_dependent, by_form=False)
        for one, exponent in zip(speaking, exponents, strict=True):
            part = min(1.0, math.fsum(who.part for who in one.officers if who.officer_id == lead.officer_id))
            pulls[one.rule] += exponent * _pull(strengths.officer[one.kind], part, strengths.officers_beside)
    total = math.fsum(pulls.values())
    grounds = [
        Ground(one.rule, one.version, one.particulars, pulls[one.rule] / total if total else 1 / len(testimonies))
        for one in testimonies
    ]
    return tuple(sorted(grounds, key=lambda ground: (-(ground.weight or 0.0), ground.rule)))


def _pull(strength: float, part: float, beside: int) -> float:
    """How far a piece of evidence moves the odds of what it supports with a part, either way."""
    return abs(math.log(_likelihood(strength, part, beside) / _likelihood(strength, (1 - part) / beside, beside)))
