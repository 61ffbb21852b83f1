"""The screen: two dozen keys over the desk's verbs. Nothing here is imported by this line."""

from __future__ import annotations

import os

os.environ.setdefault("TEXTUAL_FPS", "240")  # read once, when Textual is first imported
