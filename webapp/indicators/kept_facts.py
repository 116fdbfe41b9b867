"""Facts that this process has read already: a fact is never changed, so a figure needs to read only what is new.

An officer has some hundreds of facts in a quarter, and each rating brings one. Reading all of them again for each, and
putting them in columns, would take longer than everything else.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import Final

from webapp.database import db
from webapp.indicators.formula import Fact, Prepared, Preset, prepare_officer
from webapp.indicators.stored_facts import StoredFact, read_facts

#: Facts that are kept; the officers whose figures were computed longest ago are forgotten first.
MOST_KEPT: Final = 60_000

_Whose = tuple[str, int, str]


@dataclass(frozen=True, slots=True, eq=False)
class OwnFacts:
    """What stands for an officer in a quarter. `counted`: what this preset weighs, by the rows' ids in their order;
    `prepared`: the same in columns.

    `last`: the highest id of all rows read, `rows` how many they were, `mark` the exclusive or of their marks: an id
    hashed with the transaction that wrote the row (xmin), which tells it from one with the same id in another time or
    place. Other rows than these have another mark.
    """

    preset: Preset
    last: int
    rows: int
    mark: int
    counted: Mapping[int, Fact]
    prepared: Mapping[str, Prepared]

    def is_of(self, preset: Preset, rows: int, mark: int) -> bool:
        """Whether this is what the preset makes of so many rows with this mark."""
        return (self.preset.version, self.rows, self.mark) == (preset.version, rows, mark)

    def with_rows(self, rows: Sequence[StoredFact]) -> OwnFacts:
        """With these rows more, whose ids are all higher. Raises ValueError for a fact that comes twice."""
        if not rows:
            return self
        more = _counted(rows, self.preset)
        return OwnFacts(
            self.preset,
            rows[-1].id,
            self.rows + len(rows),
            self.mark ^ _mark_of(rows),
            {**self.counted, **more},
            {
                name: part.with_more(fact for fact in more.values() if fact.component == name)
                for name, part in self.prepared.items()
            },
        )


_kept: OrderedDict[_Whose, OwnFacts] = OrderedDict()


def known_facts(officer_id: int, period: str) -> OwnFacts | None:
    """What was kept of the officer's facts of a quarter."""
    return _kept.get(_whose(officer_id, period))


def own_facts(rows: Sequence[StoredFact], preset: Preset) -> OwnFacts:
    """Rows (by id, each with its `mark`) as this preset reads them. Raises ValueError as `prepare_officer` does."""
    counted = _counted(rows, preset)
    return OwnFacts(
        preset,
        rows[-1].id if rows else 0,
        len(rows),
        _mark_of(rows),
        counted,
        prepare_officer(counted.values(), preset),
    )


def keep(officer_id: int, period: str, facts: OwnFacts) -> None:
    """Keep them for the officer's next figure, in the place of what was kept before."""
    whose = _whose(officer_id, period)
    _kept[whose] = facts
    _kept.move_to_end(whose)
    count = sum(one.rows for one in list(_kept.values()))
    while count > MOST_KEPT and len(_kept) > 1:
        count -= _kept.popitem(last=False)[1].rows


def _whose(officer_id: int, period: str) -> _Whose:
    return str(db.engine.url.database), officer_id, period


def _counted(rows: Sequence[StoredFact], preset: Preset) -> dict[int, Fact]:
    read = zip(rows, read_facts(rows, preset), strict=True)
    return {row.id: fact for row, fact in read if fact is not None}


def _mark_of(rows: Iterable[StoredFact]) -> int:
    return reduce(xor, (row.mark for row in rows), 0)
