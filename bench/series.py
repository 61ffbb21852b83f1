"""A series of times: its middle, its tail, and how to say them."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable


def p50(values: Iterable[float]) -> float:
    """The median."""
    return statistics.median(values)


def p99(values: Iterable[float]) -> float:
    """The value that 99 of 100 do not exceed; the largest of a short series."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(len(ordered) * 0.99) - 1)]


def ms(seconds: float) -> str:
    """Milliseconds for people."""
    value = seconds * 1000
    return f"{value:.1f}" if value < 100 else f"{value:.0f}"
