"""What a picture looks like, in 64 bits: pictures that look alike differ in few of them.

A perceptual hash: the signs of the 64 lowest frequencies of a discrete cosine transform of the picture in grey, 32
pixels square. Another size, another quality, a little brighter or darker changes few signs; another scene about half.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from PIL import Image

#: Bits that may differ between two pictures that are taken for the same one. Chance alone brings two different scenes
#: this close about once in a hundred million pairs.
LIKE_BITS = 10

_EDGE = 32
#: Spread of the grey values (of 255) below which there is nothing to recognise: a covered lens, a white page.
_LEAST_CONTRAST = 4.0
#: The look is found again by its four pieces of 16 bits: where at most 11 bits differ, at most 2 differ in some piece.
_PIECES, _PIECE_BITS, _FLIPS = 4, 16, 2

_angles = np.pi * (2 * np.arange(_EDGE) + 1) * np.arange(_EDGE)[:, None] / (2 * _EDGE)
_COSINES = np.cos(_angles)
#: Frequencies (down, across) from low to high, without the mean.
_FREQUENCIES = sorted(
    ((down, across) for down in range(_EDGE) for across in range(_EDGE) if down or across),
    key=lambda pair: (sum(pair), pair),
)[:64]
_DOWN = np.array([down for down, _across in _FREQUENCIES])
_ACROSS = np.array([across for _down, across in _FREQUENCIES])
#: A mirrored picture has the opposite sign in every odd frequency across.
_ODD_ACROSS = sum(1 << bit for bit, (_down, across) in enumerate(_FREQUENCIES) if across % 2)
_FLIPPED = [0] + [
    sum(1 << bit for bit in bits) for count in range(1, _FLIPS + 1) for bits in combinations(range(_PIECE_BITS), count)
]


def look_of(image: Image.Image) -> int | None:
    """The look of a picture as a signed 64-bit number; None where it shows nothing that could be recognised."""
    small = image.convert("L").resize((_EDGE, _EDGE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    grey = np.asarray(small, dtype=np.float64)
    if grey.std() < _LEAST_CONTRAST:
        return None
    frequencies = (_COSINES @ grey @ _COSINES.T)[_DOWN, _ACROSS]
    return _signed(sum(1 << bit for bit, value in enumerate(frequencies) if value > 0))


def mirrored(look: int) -> int:
    """The look of the same picture seen in a mirror."""
    return _signed(_unsigned(look) ^ _ODD_ACROSS)


def pieces_of(look: int) -> list[int]:
    """The keys by which a look is kept in an index: each of its pieces with its number."""
    bits = _unsigned(look)
    return [number << _PIECE_BITS | (bits >> number * _PIECE_BITS) & 0xFFFF for number in range(_PIECES)]


def keys_near(look: int) -> list[int]:
    """Every key that a look within LIKE_BITS of this one may be kept under: at least one of its own is among them."""
    return [key ^ flipped for key in pieces_of(look) for flipped in _FLIPPED]


def distance(one: int, other: int) -> int:
    """How many bits differ."""
    return (_unsigned(one) ^ _unsigned(other)).bit_count()


def _signed(bits: int) -> int:
    return bits - 2**64 if bits >= 2**63 else bits


def _unsigned(look: int) -> int:
    return look % 2**64
