"""What a photo's file tells besides the picture: when and where it was taken, and what it went through.

Read before the file is stripped, compared at once, and not kept. A damaged note counts as none: it is the picture that
is wanted, and many messengers take the notes out on the way.
"""

from __future__ import annotations

import math
import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from PIL import ExifTags, Image

#: What Pillow may raise over notes that somebody damaged or made up.
_DAMAGE = (OSError, SyntaxError, ValueError, TypeError, ArithmeticError, LookupError, AttributeError, struct.error)
_EDITORS = re.compile(
    r"photoshop|lightroom|gimp|snapseed|picsart|canva|pixlr|affinity|paint\.net|photopea|facetune|meitu|remini|vsco|"
    r"b612|polarr|inshot|capcut|midjourney|stable diffusion|dall",
    re.IGNORECASE,
)
_EARTH_RADIUS = 6_371_000


@dataclass(frozen=True, slots=True)
class Traces:
    """What the file tells. `taken` has no zone where the camera wrote none; `editor`: a program changed the picture."""

    taken: datetime | None = None
    latitude: float | None = None
    longitude: float | None = None
    editor: bool = False

    def taken_at(self, zone: str) -> datetime | None:
        """The moment in UTC; a camera that names no zone is taken to stand where the unit is."""
        if self.taken is None:
            return None
        return (self.taken if self.taken.tzinfo else self.taken.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


NO_TRACES = Traces()


def traces_of(image: Image.Image) -> Traces:
    """The traces in a picture that was opened and not changed yet."""
    try:
        notes = image.getexif()
        camera = notes.get_ifd(ExifTags.IFD.Exif)
        place = notes.get_ifd(ExifTags.IFD.GPSInfo)
    except _DAMAGE:
        return NO_TRACES
    latitude = _degrees(place.get(2), place.get(1), most=90)
    longitude = _degrees(place.get(4), place.get(3), most=180)
    whole = latitude is not None and longitude is not None
    return Traces(
        taken=_moment(camera.get(ExifTags.Base.DateTimeOriginal), camera.get(ExifTags.Base.OffsetTimeOriginal)),
        latitude=latitude if whole else None,
        longitude=longitude if whole else None,
        editor=_EDITORS.search(str(notes.get(ExifTags.Base.Software, ""))) is not None,
    )


def metres_between(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> int:
    """Distance over ground between two positions in degrees."""
    one, other = math.radians(latitude), math.radians(other_latitude)
    half = (
        math.sin((other - one) / 2) ** 2
        + math.cos(one) * math.cos(other) * math.sin(math.radians(other_longitude - longitude) / 2) ** 2
    )
    return round(2 * _EARTH_RADIUS * math.asin(min(1.0, math.sqrt(half))))


def _moment(written: object, offset: object) -> datetime | None:
    try:
        moment = datetime.strptime(str(written).strip("\x00 ")[:19], "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007  the camera's own
    except ValueError:
        return None
    if moment.year < 1990:  # a camera whose clock was never set
        return None
    found = re.fullmatch(r"([+-])(\d\d):(\d\d)", str(offset).strip("\x00 "))
    if found is None or int(found[2]) > 14 or int(found[3]) > 59:
        return moment
    shift = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return moment.replace(tzinfo=timezone(-shift if found[1] == "-" else shift))


def _degrees(parts: object, side: object, *, most: int) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in parts)  # type: ignore[attr-defined]  # any nonsense may stand there
    except _DAMAGE:
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(value) or not 0 <= value <= most:
        return None
    return -value if str(side).strip("\x00 ").upper() in ("S", "W") else value
