"""Make the sizes of a photo as Telegram does: re-encoded as JPEG, turned upright, without metadata.

Runs as a program of its own (image on stdin; on stdout one line of JSON, then the JPEGs one after another), because
decoding a phone's photo takes tens of megabytes that the server, which runs all day, would never give back.
It imports nothing of the project, so that it can be started by its path alone.
"""

from __future__ import annotations

import io
import json
import sys
import warnings

from PIL import Image, ImageOps

#: Longest side of each size in pixels (s, m, x, y); one that would enlarge the photo is left out.
LONGEST_SIDES = (90, 320, 800, 1280)
#: Telegram refuses a photo whose width and height sum to more, or with one side over 20 times the other.
MOST_PIXELS_OF_BOTH_SIDES = 10_000
MOST_RATIO = 20


def make_sizes(data: bytes) -> list[tuple[int, int, bytes]]:
    """(width, height, JPEG) of each size, smallest first. Raises ValueError if `data` is no photo Telegram takes."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(data))
            width, height = opened.size
            if width + height > MOST_PIXELS_OF_BOTH_SIDES or max(width, height) > MOST_RATIO * min(width, height):
                raise ValueError("PHOTO_INVALID_DIMENSIONS")
            opened.draft("RGB", (LONGEST_SIDES[-1] * 2, LONGEST_SIDES[-1] * 2))
            image = ImageOps.exif_transpose(opened).convert("RGB")
    except ValueError:
        raise
    except (OSError, SyntaxError, Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise ValueError("IMAGE_PROCESS_FAILED") from error
    image.info = {}  # a JPEG's comment would be written out again
    sides = [side for side in LONGEST_SIDES if side < max(image.size)]
    sides.append(min(max(image.size), LONGEST_SIDES[-1]))
    sizes = []
    for side in dict.fromkeys(sides):
        scale = side / max(image.size)
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        resized = image if size == image.size else image.resize(size, Image.Resampling.LANCZOS)
        out = io.BytesIO()
        resized.save(out, "JPEG", quality=85)
        sizes.append((*size, out.getvalue()))
    return sizes


def main() -> int:
    """Read stdin, write the sizes; exit status 2 and Telegram's word for the fault if there are none."""
    try:
        sizes = make_sizes(sys.stdin.buffer.read())
    except ValueError as error:
        sys.stdout.write(str(error))
        return 2
    header = json.dumps([[width, height, len(data)] for width, height, data in sizes])
    sys.stdout.buffer.write(header.encode() + b"\n" + b"".join(data for _, _, data in sizes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
