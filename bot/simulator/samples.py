"""A sample voice message, so that a voice can be sent without a microphone: a valid Ogg Opus file of silence.

Written by the formats' own documents, RFC 3533 (Ogg) and RFC 7845 (Opus in Ogg).
"""

from __future__ import annotations

import struct
from functools import cache

SAMPLE_VOICE_SECONDS = 2
_SAMPLES_A_FRAME = 960  # 20 ms at the 48 kHz in which Opus counts
_SILENT_FRAME = b"\xf8\xff\xfe"  # CELT, full band, 20 ms, mono: nothing to hear
_STREAM = 0x7A66


@cache
def sample_voice(seconds: int = SAMPLE_VOICE_SECONDS) -> bytes:
    """Silence as Ogg Opus, at most five seconds long (one page of Ogg)."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, 48_000, 0, 0)
    vendor = b"Tanggap"
    tags = b"OpusTags" + struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", 0)
    frames = [_SILENT_FRAME] * min(seconds * 50, 250)
    pages = [
        _page([head], number=0, position=0, flags=2),
        _page([tags], number=1, position=0, flags=0),
        _page(frames, number=2, position=len(frames) * _SAMPLES_A_FRAME, flags=4),
    ]
    return b"".join(pages)


def _page(packets: list[bytes], *, number: int, position: int, flags: int) -> bytes:
    """One Ogg page of packets shorter than 255 bytes each."""
    header = struct.pack("<4sBBqIII", b"OggS", 0, flags, position, _STREAM, number, 0)
    segments = bytes([len(packets), *(len(packet) for packet in packets)])
    page = header + segments + b"".join(packets)
    return page[:22] + struct.pack("<I", _checksum(page)) + page[26:]


def _checksum(data: bytes) -> int:
    """CRC-32 of Ogg: polynomial 04c11db7, neither reflected nor inverted."""
    crc = 0
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ 0x04C11DB7 if crc & 0x80000000 else crc << 1) & 0xFFFFFFFF
    return crc
