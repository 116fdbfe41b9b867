"""Photos are read by content, made small, and freed of everything but the picture."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.factories.feedback import make_picture
from webapp.feedback.errors import ImageTooLarge, NotAnImage, UnreadableFormat
from webapp.feedback.photos import LONGEST_EDGE, MOST_BYTES, reencode

ORIENTATION = 0x0112


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_pictures_become_small_jpegs(kind: str) -> None:
    picture = reencode(make_picture(2400, 1200, kind))
    with Image.open(io.BytesIO(picture.content)) as image:
        assert (image.format, image.size) == ("JPEG", (LONGEST_EDGE, LONGEST_EDGE // 2))
    assert (picture.width, picture.height) == (LONGEST_EDGE, LONGEST_EDGE // 2)


def test_small_pictures_are_not_blown_up() -> None:
    assert (reencode(make_picture(30, 20)).width, reencode(make_picture(30, 20)).height) == (30, 20)


def test_metadata_is_gone_and_the_picture_upright() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # to be turned by a quarter
    exif[0x010F] = "kamera rahasia"
    exif.get_ifd(0x8825)[2] = (7.0, 15.0, 27.0)  # where it was taken
    content = make_picture(400, 200, exif=exif, comment=b"catatan rahasia")
    picture = reencode(content)
    assert (picture.width, picture.height) == (200, 400)
    assert b"rahasia" in content and b"rahasia" not in picture.content
    with Image.open(io.BytesIO(picture.content)) as image:
        assert not image.getexif() and "comment" not in image.info and "icc_profile" not in image.info


def test_transparent_parts_become_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(io.BytesIO(reencode(out.getvalue()).content)) as image:
        pixel = image.getpixel((10, 10))
    assert isinstance(pixel, tuple) and min(pixel) > 250


@pytest.mark.parametrize("mode", ["L", "P", "1", "LA", "CMYK"])
def test_every_kind_of_colours_is_read(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (40, 30)).save(out, "JPEG" if mode == "CMYK" else "PNG")
    assert reencode(out.getvalue()).width == 40


def test_the_same_photo_has_the_same_digest() -> None:
    assert reencode(make_picture()).digest == reencode(make_picture()).digest
    assert reencode(make_picture()).digest != reencode(make_picture(colour=(0, 0, 0))).digest


def _png_of(width: int, height: int) -> bytes:
    """A PNG that says it is this large; its pixels compress to next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(6_000, 6_000), (20_000, 5_000), (50_000, 50_000)])
def test_bombs_are_refused_before_they_are_decoded(size: tuple[int, int]) -> None:
    with pytest.raises(ImageTooLarge):
        reencode(_png_of(*size))


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(ImageTooLarge):
        reencode(make_picture() + bytes(MOST_BYTES))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1", "HEIC"),
        (make_picture(kind="GIF"), "GIF"),
        (make_picture(kind="BMP"), "BMP"),
    ],
)
def test_other_pictures_are_named(content: bytes, kind: str) -> None:
    with pytest.raises(UnreadableFormat) as refused:
        reencode(content)
    assert kind in refused.value.kind


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF",
        b"<svg xmlns='http://www.w3.org/2000/svg'></svg>",
        b"%PDF-1.7\n",
        make_picture()[:600],
        b"MZ" + bytes(99),
    ],
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(NotAnImage):
        reencode(content)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damage_is_refused_or_read_but_never_anything_else(data: st.DataObject) -> None:
    content = bytearray(make_picture(64, 48, data.draw(st.sampled_from(["JPEG", "PNG", "WEBP"]))))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        picture = reencode(bytes(content))
    except (NotAnImage, ImageTooLarge):
        return
    assert picture.content[:2] == b"\xff\xd8"
