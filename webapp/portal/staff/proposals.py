"""Forms of moves filled in with what the words of a case propose; whoever opens them changes what he likes."""

from __future__ import annotations

from flask import request
from flask_babel import gettext as _
from wtforms import Field

from webapp.attribution.case_opinion import opinion_for
from webapp.feedback.models import Complaint
from webapp.portal.access import current_account

#: Room that the form leaves for the words of a passage.
_LONGEST_PASSAGE = 900


def is_proposed() -> bool:
    """Whether the page was opened by a proposal and nothing was typed yet."""
    return request.method == "GET" and "usul" in request.args


def propose_split(complaint: Complaint, unit: Field, note: Field) -> None:
    """Fill in the second unit and the passage that is its matter."""
    opinion = opinion_for(current_account(), complaint) if is_proposed() else None
    if opinion is None or len(opinion.parts) < 2:
        return
    second = opinion.parts[1]
    unit.data = second.unit_id
    passage = complaint.text[second.start : second.end].strip()
    if passage:
        note.data = _("Bagian ini: “%(passage)s”", passage=passage[:_LONGEST_PASSAGE])


def propose_agency(complaint: Complaint, agency: Field, text: Field) -> None:
    """Fill in the other agency, and words for the reporter: no wrong door."""
    opinion = opinion_for(current_account(), complaint) if is_proposed() else None
    if opinion is None or opinion.outside is None:
        return
    name = opinion.outside.agency
    agency.data = name
    text.data = _(
        "Terima kasih atas laporan Anda. Hal ini ditangani %(agency)s, jadi laporan Anda sudah kami teruskan ke sana. "
        "Anda tidak perlu mengirim ulang ke mana pun. Kabar berikutnya datang dari %(agency)s.",
        agency=name,
    )
