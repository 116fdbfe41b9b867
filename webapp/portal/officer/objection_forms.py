"""What an officer fills in to object to a line of his figure."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, MultipleFileField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from webapp.feedback.errors import UnreadableFormat
from webapp.indicators.objections.errors import NotAPaper, PaperTooLarge
from webapp.indicators.objections.files import MOST_BYTES, MOST_FILES, Paper, read_paper
from webapp.portal.staff.forms import DeskForm
from webapp.portal.typed_text import without_nul


class Papers(MultipleFileField):
    """Files by their content; `papers` are those that can be kept, however many others are refused."""

    papers: tuple[Paper, ...] = ()

    def pre_validate(self, form: Any) -> None:
        papers, refused = [], []
        for number, file in enumerate((one for one in self.data or [] if getattr(one, "filename", None)), 1):
            name = file.filename[:60]
            if number > MOST_FILES:
                refused.append(_("Paling banyak %(n)d berkas.", n=MOST_FILES))
                break
            try:
                papers.append(read_paper(file.filename, file.stream.read(MOST_BYTES + 1)))
            except PaperTooLarge:
                refused.append(_("%(name)s terlalu besar. Paling besar 8 MB untuk satu berkas.", name=name))
            except UnreadableFormat as error:
                refused.append(
                    _(
                        "%(name)s berjenis %(kind)s, yang belum dapat kami baca. Kirim sebagai PDF, JPEG, atau PNG.",
                        name=name,
                        kind=error.kind,
                    )
                )
            except NotAPaper:
                refused.append(_("%(name)s bukan PDF atau gambar, atau berkasnya rusak.", name=name))
        self.papers = tuple(papers)
        if refused:
            raise ValidationError(" ".join(refused))


class ObjectionForm(DeskForm):
    """Why the line is wrong, and what proves it."""

    reason = TextAreaField(
        _l("Mengapa baris ini tidak tepat?"),
        description=_l(
            "Tulis apa yang terjadi dan dapat diperiksa: server pusat mati, Anda tidak bertugas, catatannya salah. "
            "Jangan menduga-duga siapa yang menilai."
        ),
        filters=[without_nul],
        validators=[
            InputRequired(_l("Tulis alasannya.")),
            Length(min=10, max=2000, message=_l("Tulis alasannya dalam 10 sampai 2.000 huruf.")),
        ],
    )
    papers = Papers(_l("Bukti"))
    #: Set once files of this form are kept.
    uploaded = HiddenField()
