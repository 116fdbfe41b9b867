"""Pictures that look alike are found again, however they were saved; others are not."""

from __future__ import annotations

import io
import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageEnhance, ImageOps

from webapp.feedback.looks import LIKE_BITS, distance, keys_near, look_of, mirrored, pieces_of

LOOKS = st.integers(-(2**63), 2**63 - 1)


def scene(seed: int) -> Image.Image:
    """A picture of many shapes."""
    chance = random.Random(seed)
    image = Image.new("RGB", (640, 480), tuple(chance.randrange(256) for _ in range(3)))
    pen = ImageDraw.Draw(image)
    for number in range(25):
        x, y = chance.randrange(640), chance.randrange(480)
        box = (x, y, x + chance.randrange(20, 280), y + chance.randrange(20, 240))
        draw = pen.rectangle if number % 2 else pen.ellipse
        draw(box, fill=tuple(chance.randrange(256) for _ in range(3)))
    return image


def look(image: Image.Image) -> int:
    found = look_of(image)
    assert found is not None
    return found


def saved_again(image: Image.Image, quality: int) -> Image.Image:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return Image.open(io.BytesIO(out.getvalue()))


@pytest.mark.parametrize("seed", range(8))
def test_the_same_picture_is_recognised_however_it_was_saved(seed: int) -> None:
    image = scene(seed)
    for changed in (
        image.resize((320, 240)),
        saved_again(image, 35),
        ImageEnhance.Brightness(image).enhance(1.15),
        ImageEnhance.Contrast(image).enhance(0.75),
        image.crop((6, 5, 634, 475)),
    ):
        assert distance(look(image), look(changed)) <= LIKE_BITS


def test_other_pictures_are_not() -> None:
    looks = [look(scene(seed)) for seed in range(100, 140)]
    assert min(distance(one, other) for one, other in itertools.combinations(looks, 2)) > LIKE_BITS


def test_a_mirror_hides_nothing() -> None:
    image = scene(3)
    assert distance(mirrored(look(image)), look(ImageOps.mirror(image))) <= 2
    assert distance(look(image), look(ImageOps.mirror(image))) > LIKE_BITS


def test_what_shows_nothing_is_like_nothing() -> None:
    assert look_of(Image.new("RGB", (64, 48), (7, 9, 11))) is None
    assert look_of(Image.new("L", (1, 1))) is None


@given(LOOKS, st.sets(st.integers(0, 63), max_size=LIKE_BITS))
def test_whatever_is_near_is_found_by_its_keys(one: int, flipped: set[int]) -> None:
    bits = one % 2**64 ^ sum(1 << bit for bit in flipped)
    other = bits - 2**64 if bits >= 2**63 else bits
    assert distance(one, other) == len(flipped)
    assert set(pieces_of(other)) & set(keys_near(one))


@given(LOOKS)
def test_looks_fit_into_their_column(one: int) -> None:
    assert -(2**63) <= mirrored(one) < 2**63
    assert mirrored(mirrored(one)) == one
    assert len(set(pieces_of(one))) == 4 and all(0 <= key < 2**18 for key in pieces_of(one))
