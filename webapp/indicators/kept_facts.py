"""Facts that this process has read already: a fact is never changed, so a figure needs to read only what is new.

An officer has some hundreds of facts in a quarter, and each rating brings one. Reading all of them again for each would
take longer than everything else.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from webapp.database import db
from webapp.indicators.facts import Fact
from webapp.indicators.presets import Preset
from webapp.indicators.stored_facts import facts_by_id, read_facts

#: Facts that are kept; the officers whose figures were computed longest ago are forgotten first.
MOST_KEPT: Final = 60_000

_Whose = tuple[str, int, str, str]
_kept: OrderedDict[_Whose, dict[int, tuple[int, Fact | None]]] = OrderedDict()


def counted_facts(
    officer_id: int, period: str, preset: Preset, ids: Sequence[int], written_by: Sequence[int]
) -> dict[int, Fact]:
    """What counts for an officer in a quarter, as this preset reads it, by the rows' ids in their order.

    `ids`: of the facts that stand. `written_by`: the transaction that wrote each (xmin), which tells a row from one
    with the same id in another time or place. What the preset does not weigh is left out.
    """
    whose = (str(db.engine.url.database), officer_id, period, preset.version)
    before = _kept.pop(whose, {})
    now: dict[int, tuple[int, Fact | None]] = {}
    unread: list[int] = []
    for id_, writer in zip(ids, written_by, strict=True):
        known = before.get(id_)
        if known is None or known[0] != writer:
            unread.append(id_)
            known = (writer, None)
        now[id_] = known
    if unread:
        rows = facts_by_id(unread)
        for row, fact in zip(rows, read_facts(rows, preset), strict=True):
            now[row.id] = (now[row.id][0], fact)
    _keep(whose, now)
    return {id_: fact for id_, (_writer, fact) in now.items() if fact is not None}


def _keep(whose: _Whose, facts: dict[int, tuple[int, Fact | None]]) -> None:
    _kept[whose] = facts
    count = sum(map(len, _kept.values()))
    while count > MOST_KEPT and len(_kept) > 1:
        count -= len(_kept.popitem(last=False)[1])
