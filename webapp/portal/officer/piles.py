"""The piles of a desk in the words of its list."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from webapp.feedback.desk import Desk, DeskItem, Pile, Today
from webapp.feedback.life_cycle import END_STATES, State
from webapp.portal.dates import due_in_words, local_day, short_day

#: Letters: what is shorter is a greeting, what is longer fills more than a line of the list.
_GREETING, _LINE = 25, 90


@dataclass(frozen=True, slots=True)
class ListedCase:
    """One entry of the list."""

    code: str
    title: str
    text: str
    when: str
    tag: str
    tone: str
    detail: str


@dataclass(frozen=True, slots=True)
class ListedPile:
    """A pile with its title; `total` is what it holds in words ("17", "200+"), `beyond` whether the list ends before.

    Of a pile that is `pickable` several can be decided at once.
    """

    title: str
    cases: tuple[ListedCase, ...]
    total: str
    beyond: bool
    pickable: bool = False


@dataclass(frozen=True, slots=True)
class DeskView:
    """What the list shows: piles that hold something, how many cases want a hand, and what today asks."""

    piles: tuple[ListedPile, ...]
    returned: str = "0"
    mine: str = "0"
    untaken: str = "0"
    waiting: str = "0"
    today: tuple[str, ...] = ()


def desk_view(desk: Desk, now: datetime, *, hands_out: bool = False) -> DeskView:
    """The open piles, in the order in which they should be worked through."""
    titled = (
        (_("Disanggah warga"), desk.returned),
        (_("Diserahkan kepada Anda"), desk.assigned),
        (_("Di meja Anda"), desk.mine),
        (_("Perlu dibagikan") if hands_out else _("Belum diambil"), desk.untaken),
        (_("Menunggu pelapor"), desk.waiting),
        (_("Di meja rekan"), desk.others),
    )
    return DeskView(
        piles=tuple(_listed(title, pile, now, pickable=pile is desk.untaken) for title, pile in titled if pile.total),
        returned=_counted(desk.returned),
        mine=_counted(desk.mine, desk.assigned),
        untaken=_counted(desk.untaken),
        waiting=_counted(desk.waiting),
        today=_today(desk.today),
    )


def settled_view(pile: Pile) -> DeskView:
    """What is done."""
    return DeskView(piles=(_listed(_("Selesai"), pile, None),) if pile.total else ())


def _today(today: Today) -> tuple[str, ...]:
    """What is asked of the viewer today, each in a sentence; nothing of it compares him with anybody."""
    said = (
        (
            today.overdue,
            ngettext(
                "%(num)s laporan di meja Anda lewat batas.", "%(num)s laporan di meja Anda lewat batas.", today.overdue
            ),
        ),
        (
            today.due_today,
            ngettext("%(num)s laporan jatuh tempo hari ini.", "%(num)s laporan jatuh tempo hari ini.", today.due_today),
        ),
        (
            today.replied,
            ngettext(
                "%(num)s pelapor sudah menjawab pertanyaan Anda.",
                "%(num)s pelapor sudah menjawab pertanyaan Anda.",
                today.replied,
            ),
        ),
    )
    return tuple(str(words) for count, words in said if count)


def _counted(*piles: Pile) -> str:
    total = sum(pile.total for pile in piles)
    return f"{total}+" if any(pile.more for pile in piles) else str(total)


def _listed(title: str, pile: Pile, now: datetime | None, *, pickable: bool = False) -> ListedPile:
    cases = tuple(_case(item, now) for item in pile.items)
    return ListedPile(title, cases, _counted(pile), pile.more or pile.total > len(cases), pickable)


def _case(item: DeskItem, now: datetime | None) -> ListedCase:
    first, rest = first_sentence(item.excerpt)
    tag, tone = _tag(item, now)
    detail = " · ".join(part for part in (item.service, item.unit, _holder(item)) if part)
    return ListedCase(item.code, first, rest, short_day(local_day(item.filed_at, item.timezone)), tag, tone, detail)


def _holder(item: DeskItem) -> str:
    if item.answered_by_viewer and item.state == State.DISPUTED:
        return str(_("jawaban Anda; orang lain yang menjawab kali ini"))
    if item.personal:
        return str(_("menyangkut perbuatan seseorang"))
    return ""


def _tag(item: DeskItem, now: datetime | None) -> tuple[str, str]:
    if now is None or item.state in END_STATES:
        return state_tag(item.state)
    if item.state == State.ANSWERED:
        return _("menunggu pelapor"), "none"
    if item.due_at is None:
        return _("tanpa batas waktu"), "none"
    words, tone = due_in_words(item.due_at, now, item.timezone)
    if item.asked and tone != "bad":
        return _("menunggu pelapor"), "none"
    return words, tone


#: How a complaint stands, in two words, and the tone of its tag.
STATES = {
    State.FILED: (_l("baru"), "none"),
    State.IN_TRIAGE: (_l("di triase"), "none"),
    State.DEFERRED: (_l("menunggu dilengkapi"), "none"),
    State.VERIFIED: (_l("terverifikasi"), "none"),
    State.SENT: (_l("belum diambil"), "warn"),
    State.ASSIGNED: (_l("diserahkan"), "warn"),
    State.IN_WORK: (_l("dikerjakan"), "none"),
    State.ANSWERED: (_l("menunggu pelapor"), "none"),
    State.DISPUTED: (_l("disanggah"), "bad"),
    State.MERGED: (_l("digabung"), "none"),
    State.ACCEPTED: (_l("diterima warga"), ""),
    State.CLOSED: (_l("ditutup"), "none"),
    State.UNSOLVED: (_l("tidak terselesaikan"), "warn"),
    State.PASSED_ON: (_l("diteruskan ke instansi lain"), "none"),
    State.ARCHIVED: (_l("diarsipkan"), "none"),
}


def state_tag(state: str) -> tuple[str, str]:
    """How a complaint stands, in words, and the tone of its tag."""
    words, tone = STATES[State(state)]
    return str(words), tone


def first_sentence(text: str) -> tuple[str, str]:
    """What a text begins with, and what follows: its first sentence, if more than a greeting, no more than a line."""
    text = " ".join(text.split())
    ends = [match.end() for match in re.finditer(r"[.!?](?= )", text[:91])]
    end = next((end for end in ends if end >= _GREETING), len(text))
    if end > _LINE:
        end = text.rfind(" ", _GREETING, _LINE)
        end = _LINE if end < 0 else end
    return text[:end], text[end:].strip()
