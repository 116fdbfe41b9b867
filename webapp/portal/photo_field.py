"""A field for photos, as citizens and officers send them."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from wtforms import MultipleFileField
from wtforms.validators import ValidationError

from webapp.feedback.errors import ImageTooLarge, NotAnImage, UnreadableFormat
from webapp.feedback.photos import MOST_BYTES, MOST_PHOTOS, Picture, reencode


class Photos(MultipleFileField):
    """Photos by their content; `pictures` are those that can be kept, however many others are refused."""

    pictures: tuple[Picture, ...] = ()

    def pre_validate(self, form: Any) -> None:
        pictures, refused = [], []
        sent = [file for file in self.data or [] if getattr(file, "filename", None)]
        for number, file in enumerate(sent, 1):
            name = file.filename[:60]
            if number > MOST_PHOTOS:
                refused.append(_("Paling banyak %(n)d foto.", n=MOST_PHOTOS))
                break
            try:
                pictures.append(reencode(file.stream.read(MOST_BYTES + 1)))
            except ImageTooLarge:
                refused.append(_("%(name)s terlalu besar. Paling besar 8 MB untuk satu foto.", name=name))
            except UnreadableFormat as error:
                refused.append(
                    _(
                        "%(name)s berjenis %(kind)s, yang belum dapat kami baca. Kirim sebagai JPEG atau PNG, misalnya "
                        "dari tangkapan layar.",
                        name=name,
                        kind=error.kind,
                    )
                )
            except NotAnImage:
                refused.append(_("%(name)s bukan foto atau berkasnya rusak.", name=name))
        self.pictures = tuple(pictures)
        if refused:
            raise ValidationError(" ".join(refused))
