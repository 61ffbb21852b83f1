"""omnidesk: a terminal console for small support teams, one inbox over every channel."""

__version__ = "0.1.0"
