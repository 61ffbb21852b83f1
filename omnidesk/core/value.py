"""The dataclass of this house: the standard one, at a quarter of what it costs to import.

The standard `@dataclass(frozen=True, slots=True)` compiles six methods for each class, 1.2 ms a
class, and a screen's first frame imports forty of them. This one compiles `__init__` alone and
shares the rest. That nobody assigns to a field is held by the type checker, which sees the
standard decorator here; `fields`, `replace` and `asdict` work as they always do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    import dataclasses
    from operator import attrgetter

    def dataclass(*, frozen=False, slots=False, kw_only=False):
        """`dataclasses.dataclass` for immutable values, with the options that we use."""

        def decorate(cls):
            made = dataclasses.dataclass(eq=False, repr=False, slots=slots, kw_only=kw_only)(cls)
            made._compared = attrgetter(*(f.name for f in dataclasses.fields(made) if f.compare))
            made.__eq__ = _equal
            made.__hash__ = _hash if frozen else None
            if "__repr__" not in cls.__dict__:
                made.__repr__ = _repr
            return made

        return decorate

    def _equal(self, other):
        if other.__class__ is not self.__class__:
            return NotImplemented
        return self._compared(self) == other._compared(other)

    def _hash(self):
        return hash(self._compared(self))

    def _repr(self):
        shown = ", ".join(
            f"{f.name}={getattr(self, f.name)!r}" for f in dataclasses.fields(self) if f.repr
        )
        return f"{self.__class__.__qualname__}({shown})"


__all__ = ["dataclass"]
