"""Keep what every screen shows now, or write it as pictures.

python -m tools.snapshots [--language en] [--svg DIR]
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from omnidesk.core.language import LANGUAGES
from tests.ui.keeping import FOLDER, draw, keep


def main() -> None:
    """The program."""
    words = argparse.ArgumentParser(prog="python -m tools.snapshots", description=__doc__)
    words.add_argument("--language", choices=LANGUAGES, action="append")
    words.add_argument("--svg", type=Path, metavar="DIR", help="write pictures, keep nothing")
    given = words.parse_args()
    languages = tuple(given.language or LANGUAGES)
    if given.svg is not None:
        asyncio.run(draw(languages, given.svg, _say))
        return
    changed = asyncio.run(keep(languages))
    _say(f"{changed} of the files in {FOLDER} changed; look at them with git diff")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
