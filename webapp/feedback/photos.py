"""Photos: read by their content, made small, freed of everything but the picture, and kept until their form is sent."""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass
from datetime import datetime

import puremagic
from PIL import Image, ImageOps
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.database import db
from webapp.feedback.errors import ImageTooLarge, NotAnImage, TooManyPhotos, UnreadableFormat
from webapp.feedback.looks import look_of, pieces_of
from webapp.feedback.models import Photo
from webapp.feedback.traces import NO_TRACES, Traces, traces_of

MOST_PHOTOS = 5
MOST_BYTES = 8 * 1024 * 1024
#: Longest edge of what is kept, in pixels: enough to read a form that was photographed.
LONGEST_EDGE = 1600
#: Most pixels that are decoded. A JPEG is scaled down while it is decoded; the others need 4 bytes of memory a pixel.
MOST_PIXELS = {"JPEG": 120_000_000, "MPO": 120_000_000, "PNG": 30_000_000, "WEBP": 30_000_000}
_QUALITY = 82

# As Pillow's documentation advises: a picture that is suspiciously large is an error, not a line in the log. Our own,
# tighter limit above is checked before anything is decoded.
warnings.simplefilter("error", Image.DecompressionBombWarning)


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG without metadata, at most LONGEST_EDGE pixels long; `traces`: what stood in the file, kept nowhere."""

    content: bytes
    width: int
    height: int
    #: See `looks`; None where the picture shows nothing.
    look: int | None = None
    traces: Traces = NO_TRACES

    @property
    def digest(self) -> bytes:
        """SHA-256 of the picture."""
        return hashlib.sha256(self.content).digest()


def reencode(content: bytes) -> Picture:
    """The picture in `content`, upright, as JPEG without EXIF, comments or colour profile.

    Raises ImageTooLarge for too many bytes or pixels, UnreadableFormat for a picture in a format that is not read here
    (HEIC), NotAnImage for everything else, whatever its name says.
    """
    if len(content) > MOST_BYTES:
        raise ImageTooLarge
    try:
        # The first pass looks for damage, the second decodes: Pillow can't do both with one object.
        with _open(content) as image:
            image.verify()
        with _open(content) as image:
            traces = traces_of(image)
            image.draft("RGB", (LONGEST_EDGE, LONGEST_EDGE))
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
            # A new image carries none of the old one's metadata; transparent parts become white.
            clean = Image.new("RGB", upright.size, "white")
            if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
                rgba = upright.convert("RGBA")
                clean.paste(rgba, mask=rgba)
            else:
                clean.paste(upright.convert("RGB"))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ImageTooLarge from None
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError):
        raise _refusal(content) from None
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=_QUALITY)
    return Picture(out.getvalue(), clean.width, clean.height, look_of(clean), traces)


def _open(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP"))
    if image.width * image.height > MOST_PIXELS[image.format or "PNG"]:
        raise ImageTooLarge
    return image


def _refusal(content: bytes) -> NotAnImage:
    """Why `content` is refused: as a picture of another kind, by name, or as no picture at all."""
    if content[4:8] == b"ftyp" and content[8:12] in (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"):
        return UnreadableFormat("HEIC")
    try:
        kind = puremagic.from_string(content[:4096], mime=True)
    except (puremagic.PureError, ValueError):
        return NotAnImage()
    readable = kind in ("image/jpeg", "image/png", "image/webp")  # of a kind that we read, but damaged
    return (
        UnreadableFormat(kind.removeprefix("image/").upper())
        if kind.startswith("image/") and not readable
        else NotAnImage()
    )


def store_photo(upload_key: str, content: bytes, at: datetime) -> int:
    """Keep a photo under the key of the form it came with; its id. The same photo twice is kept once.

    Raises what `reencode` raises, and TooManyPhotos beyond MOST_PHOTOS.
    """
    return store_picture(upload_key, reencode(content), at)


def store_picture(
    upload_key: str, picture: Picture, at: datetime, *, kind: str = "report", account_id: int | None = None
) -> int:
    """Like `store_photo`, for a picture that was re-encoded before; of the kind "remedy" it names who took it up."""
    kept = dict(db.session.execute(select(Photo.digest, Photo.id).where(Photo.upload_key == upload_key)).all())
    if picture.digest in kept:
        return kept[picture.digest]
    if len(kept) >= MOST_PHOTOS:
        raise TooManyPhotos
    row = (
        upsert(Photo)
        .values(
            upload_key=upload_key,
            digest=picture.digest,
            content=picture.content,
            width=picture.width,
            height=picture.height,
            created_at=at,
            kind=kind,
            account_id=account_id,
            look=picture.look,
            look_pieces=pieces_of(picture.look) if picture.look is not None else None,
        )
        .on_conflict_do_nothing(index_elements=["upload_key", "digest"])
        .returning(Photo.id)
    )
    stored = db.session.scalar(row)
    if stored is None:  # the same photo came in at the same moment
        stored = db.session.scalars(
            select(Photo.id).where(Photo.upload_key == upload_key, Photo.digest == picture.digest)
        ).one()
    return stored


def list_waiting_photos(upload_key: str) -> list[int]:
    """Ids of the photos that wait for their form to be sent, in the order in which they came."""
    return list(
        db.session.scalars(
            select(Photo.id).where(Photo.upload_key == upload_key, Photo.complaint_id.is_(None)).order_by(Photo.id)
        )
    )


def move_waiting_photos(upload_key: str, new_key: str) -> None:
    """Let the photos that wait under one key wait under another: the form got a new one."""
    db.session.execute(
        update(Photo).where(Photo.upload_key == upload_key, Photo.complaint_id.is_(None)).values(upload_key=new_key)
    )


def remove_waiting_photo(upload_key: str, photo_id: int) -> None:
    """Take a photo back before its form is sent; nothing happens if it was sent."""
    db.session.execute(
        delete(Photo).where(Photo.id == photo_id, Photo.upload_key == upload_key, Photo.complaint_id.is_(None))
    )


def content_of_waiting_photo(photo_id: int) -> bytes | None:
    """The picture itself, None where it was sent or taken back; the caller knows whose it is."""
    return db.session.scalar(select(Photo.content).where(Photo.id == photo_id, Photo.complaint_id.is_(None)))


def digests_of_photos(upload_key: str) -> list[bytes]:
    """What was uploaded under a key, sent or not, recognisable under another key as well."""
    return list(db.session.scalars(select(Photo.digest).where(Photo.upload_key == upload_key).order_by(Photo.digest)))
