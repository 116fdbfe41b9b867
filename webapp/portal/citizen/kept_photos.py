"""Photos that come with a form: kept at once, so that they need not be chosen again if something is to be mended."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from flask import request
from flask_babel import gettext as _

from webapp.database import transaction
from webapp.feedback.errors import TooManyPhotos
from webapp.feedback.photos import MOST_PHOTOS, list_waiting_photos, remove_waiting_photo, store_picture
from webapp.portal.citizen.own_cases import remember_photos


class FormWithPhotos(Protocol):
    """A TypedForm with the fields `photos` and `uploaded`, which says that photos of it wait already."""

    photos: Any
    uploaded: Any

    @property
    def write_key(self) -> str:
        """The key that photos wait under."""

    def is_ours(self) -> bool:
        """Whether it came from a page of this session."""


def keep_photos(form: FormWithPhotos, now: datetime) -> None:
    """Keep the photos of a form; what is too many is told beside the field."""
    with transaction():
        for picture in form.photos.pictures:
            try:
                store_picture(form.write_key, picture, now)
            except TooManyPhotos:
                form.photos.errors = [
                    *form.photos.errors,
                    _("Paling banyak %(n)d foto. Yang selebihnya tidak kami simpan.", n=MOST_PHOTOS),
                ]
                break
    form.uploaded.data = "1"


def photos_kept(form: FormWithPhotos) -> list[int]:
    """Ids of the photos that wait with a form; this session may see them from now on."""
    photo_ids = list_waiting_photos(form.write_key) if form.uploaded.data else []
    if photo_ids:
        remember_photos(photo_ids)
    return photo_ids


def take_back_photo(form: FormWithPhotos) -> None:
    """Take back the photo whose button was pressed; everything else stays as it is typed."""
    if form.is_ours():
        with transaction():
            remove_waiting_photo(form.write_key, request.form.get("remove_photo", 0, int))
