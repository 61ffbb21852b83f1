"""A customer's picture made into plain pixels, by a process that may do nothing else.

Run as a program, with a file and the largest width and height: a line of JSON, then RGB bytes.
What a hostile picture breaks, it breaks there: memory and time have their ends.
"""

from __future__ import annotations

import json
import resource
import sys
import warnings
from typing import Any

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
MOST_PIXELS = 40_000_000
MOST_BYTES = 50_000_000

_MEMORY_BYTES = 1536 * 1024 * 1024
_CPU_SECONDS = 10


def decode(path: str, width: int, height: int) -> tuple[dict[str, Any], bytes]:
    """The first frame, upright, on white, in a box of so many pixels.

    `error` in the answer says why there is none: format, large or broken.
    """
    from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(path, formats=FORMATS) as image:
            own = image.size
            if image.width * image.height > MOST_PIXELS:
                return {"error": "large"}, b""
            image.draft("RGB", (width, height))
            image.load()
            small: Image.Image = image.copy()
        small.thumbnail((width, height), reducing_gap=2.0)
        small = ImageOps.exif_transpose(small).convert("RGBA")
        small.thumbnail((width, height))
        paper = Image.new("RGBA", small.size, "white")
        paper.alpha_composite(small)
        pixels = paper.convert("RGB")
    except UnidentifiedImageError:
        return {"error": "format"}, b""
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        return {"error": "large"}, b""
    except (OSError, SyntaxError, ValueError, TypeError, LookupError, ArithmeticError):
        return {"error": "broken"}, b""  # Pillow's decoders raise all of these
    return {"width": pixels.width, "height": pixels.height, "own": own}, pixels.tobytes()


def main() -> None:
    """Decode within limits, and write the answer."""
    for limit, most in (
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_CPU, _CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    path, width, height = sys.argv[1:]
    answer, pixels = decode(path, int(width), int(height))
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + pixels)


if __name__ == "__main__":
    main()
