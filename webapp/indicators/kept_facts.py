"""What this process has read already: a fact is never changed, so a figure needs to read only what is new.

An officer has some hundreds of facts in a quarter, and each rating brings one. Reading all of them again for each, and
putting them in columns, would take longer than everything else; so would reading the figure that stands, which this
process has most often written itself.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import xor
from typing import Any, Final

from webapp.database import db
from webapp.indicators.formula import Fact, Prepared, Preset, prepare_officer
from webapp.indicators.packed_ids import packed
from webapp.indicators.stored_facts import FORMULA_COLUMNS, FactRow, read_facts

#: Facts that are kept; the officers whose figures were computed longest ago are forgotten first.
MOST_KEPT: Final = 60_000

#: Where the mark stands in a row of a fact, behind FORMULA_COLUMNS; its id stands first.
MARK: Final = len(FORMULA_COLUMNS)
_ID: Final = 0

_Whose = tuple[str, int, str]


@dataclass(frozen=True, slots=True, eq=False)
class OwnFacts:
    """What stands for an officer in a quarter. `counted`: what this preset weighs, by the rows' ids in their order;
    `ids`: those ids, packed; `prepared`: the same facts in columns.

    `last`: the highest id of all rows read, `rows` how many they were, `mark` the exclusive or of their marks: an id
    hashed with the transaction that wrote the row (xmin), which tells it from one with the same id in another time or
    place. Other rows than these have another mark.
    """

    preset: Preset
    last: int
    rows: int
    mark: int
    counted: dict[int, Fact]
    ids: bytes
    prepared: Mapping[str, Prepared]

    def is_of(self, preset: Preset, rows: int, mark: int) -> bool:
        """Whether this is what the preset makes of so many rows with this mark."""
        return (self.preset.version, self.rows, self.mark) == (preset.version, rows, mark)

    def with_rows(self, rows: Sequence[FactRow]) -> OwnFacts:
        """With these rows more, whose ids are all higher. Raises ValueError for a fact that comes twice."""
        if not rows:
            return self
        more = _counted(rows, self.preset)
        last_counted: int = next(reversed(self.counted), 0)
        return OwnFacts(
            self.preset,
            rows[-1][_ID],
            self.rows + len(rows),
            self.mark ^ _mark_of(rows),
            {**self.counted, **more},
            self.ids + packed(list(more), last_counted),
            {
                name: part.with_more(fact for fact in more.values() if fact.component == name)
                for name, part in self.prepared.items()
            },
        )


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """The snapshot that stands. `written_by`: the transaction that wrote the row (xmin). `versions`: of formula, preset
    and rules, and the reference's id. `ids`: of its facts, packed. `trend`: as in its content."""

    id: int
    written_by: str
    versions: tuple[str, str, str, int]
    ids: bytes
    trend: list[dict[str, Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What is kept of an officer's quarter."""

    facts: OwnFacts
    standing: Standing | None


_kept: OrderedDict[_Whose, Kept] = OrderedDict()
#: How many rows all that is kept was made of.
_size = 0


def known_of(officer_id: int, period: str) -> Kept | None:
    """What was kept of the officer's quarter."""
    return _kept.get(_whose(officer_id, period))


def own_facts(rows: Sequence[FactRow], preset: Preset) -> OwnFacts:
    """Rows (by id, each with its mark) as this preset reads them. Raises ValueError as `prepare_officer` does."""
    counted = _counted(rows, preset)
    return OwnFacts(
        preset,
        rows[-1][_ID] if rows else 0,
        len(rows),
        _mark_of(rows),
        counted,
        packed(list(counted)),
        prepare_officer(counted.values(), preset),
    )


def keep(officer_id: int, period: str, facts: OwnFacts, standing: Standing | None) -> None:
    """Keep them for the officer's next figure, in the place of what was kept before."""
    global _size
    whose = _whose(officer_id, period)
    before = _kept.pop(whose, None)
    _size += facts.rows - (before.facts.rows if before is not None else 0)
    _kept[whose] = Kept(facts, standing)
    while _size > MOST_KEPT and len(_kept) > 1:
        _size -= _kept.popitem(last=False)[1].facts.rows


def keep_standing(officer_id: int, period: str, standing: Standing) -> None:
    """Keep the snapshot that was just written of what is kept."""
    whose = _whose(officer_id, period)
    if whose in _kept:
        _kept[whose] = replace(_kept[whose], standing=standing)


def forget() -> None:
    """Keep nothing more, as in a process that has just begun."""
    global _size
    _kept.clear()
    _size = 0


def _whose(officer_id: int, period: str) -> _Whose:
    return str(db.engine.url.database), officer_id, period


def _counted(rows: Sequence[FactRow], preset: Preset) -> dict[int, Fact]:
    read = zip(rows, read_facts(rows, preset), strict=True)
    return {row[_ID]: fact for row, fact in read if fact is not None}


def _mark_of(rows: Iterable[FactRow]) -> int:
    return reduce(xor, (row[MARK] for row in rows), 0)
