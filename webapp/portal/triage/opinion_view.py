"""What the words of a case say, as its page shows it: candidates, marks in the text, and what is proposed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from webapp.attribution.marking import Piece, mark_words
from webapp.attribution.opinions import Opinion, UnitCandidate
from webapp.attribution.teaching import FAINT
from webapp.feedback.models import Complaint
from webapp.feedback.movement.options import Option
from webapp.feedback.vocabulary import ComplaintKind
from webapp.portal.staff.words import KINDS

#: A proposal below this is none.
LEAST_PROPOSED = 0.5
#: A candidate below this is not shown: it is no more than "another unit".
LEAST_SHOWN = 0.05


#: Of each candidate so many words are marked, if they say at least this part of what its strongest says.
MOST_MARKED = 4
LEAST_MARKED = 0.4


@dataclass(frozen=True, slots=True)
class CandidateView:
    """A unit that the words speak for. `number` is its mark in the text and the key that chooses it."""

    number: int
    unit_id: int
    name: str
    percent: int
    words: str


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal with its reason; `url` leads to a form that is filled in, or `kind` is what one press makes of it."""

    title: str
    why: str
    label: str
    icon: str
    url: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class OpinionView:
    """The text in pieces, the candidates, what is left to nobody (percent), and where the opinion comes from."""

    pieces: tuple[Piece, ...]
    candidates: tuple[CandidateView, ...]
    unknown: int
    source: str
    proposals: tuple[ProposalView, ...]


def view_opinion(
    opinion: Opinion | None, complaint: Complaint, names: Mapping[int, str], options: frozenset[Option]
) -> OpinionView:
    """The view of an opinion for who may choose the units in `names`, and may take these `options` now."""
    if opinion is None:
        return OpinionView((Piece(complaint.text),), (), 100, _("Kata-katanya belum dibaca sistem."), ())
    shown = [one for one in opinion.candidates if one.unit_id in names and one.probability >= LEAST_SHOWN]
    if max((one.probability for one in shown), default=0.0) < FAINT:
        shown = []  # the words point at nobody, and so says the list
    candidates = tuple(
        CandidateView(
            number,
            one.unit_id,
            names[one.unit_id],
            round(one.probability * 100),
            ", ".join(_marked(one)),
        )
        for number, one in enumerate(shown, start=1)
    )
    spoken = {number: _marked(one) for number, one in enumerate(shown, start=1)}
    return OpinionView(
        mark_words(complaint.text, spoken),
        candidates,
        max(0, 100 - sum(one.percent for one in candidates)),
        _("Dipelajari dari keputusan petugas triase dan unit.")
        if opinion.model_id
        else _("Belum ada cukup keputusan untuk dipelajari: ini dari nama unit, layanan, dan topiknya saja."),
        tuple(_proposals(opinion, complaint, names, options)),
    )


def _marked(candidate: UnitCandidate) -> list[str]:
    """The words that say most for a candidate: where everything is marked, nothing is."""
    strongest = max((weight for _word, weight in candidate.words), default=0.0)
    return [word for word, weight in candidate.words if weight >= LEAST_MARKED * strongest][:MOST_MARKED]


def _proposals(
    opinion: Opinion, complaint: Complaint, names: Mapping[int, str], options: frozenset[Option]
) -> list[ProposalView]:
    found = []
    kind, sure = opinion.kind, opinion.kind_probability or 0.0
    if kind and kind != complaint.complaint_kind and sure >= LEAST_PROPOSED:
        name = str(KINDS[ComplaintKind(kind)])
        found.append(
            ProposalView(
                _("Sepertinya ini %(kind)s", kind=name.lower()),
                _("Kata-katanya %(percent)s persen ke sana.", percent=round(sure * 100)),
                _("Ubah jenisnya menjadi %(kind)s", kind=name),
                "pencil",
                kind=kind,
            )
        )
    if opinion.outside and opinion.outside.probability >= LEAST_PROPOSED and Option.PASS_ON in options:
        agency, words = opinion.outside.agency, ", ".join(opinion.outside.words[:5])
        found.append(
            ProposalView(
                _("Sepertinya urusan %(agency)s, bukan urusan kita", agency=agency),
                _("Kata-kata yang menunjuk ke sana: %(words)s.", words=words)
                if words
                else _("Ini menurut isi laporannya."),
                _("Teruskan ke %(agency)s", agency=agency),
                "external-link",
                url=url_for("triage.pass_case_on", code=complaint.code, usul=1),
            )
        )
    if len(opinion.parts) > 1 and Option.SPLIT in options:
        first, second = opinion.parts[:2]
        if first.unit_id in names and second.unit_id in names:
            found.append(
                ProposalView(
                    _("Sepertinya ada dua urusan di sini"),
                    _(
                        "Bagian pertama untuk %(first)s, bagian kedua untuk %(second)s.",
                        first=names[first.unit_id],
                        second=names[second.unit_id],
                    ),
                    _("Bagi dua: bagian kedua ke %(unit)s", unit=names[second.unit_id]),
                    "waypoints",
                    url=url_for("officer.split_case", code=complaint.code, usul=1),
                )
            )
    return found
