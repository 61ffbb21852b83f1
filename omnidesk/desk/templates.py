"""Texts that are often said, from a folder of files, filled in for one conversation.

A file is `NAME.txt` or `NAME.md`; `NAME.mailto.txt` is for handles of a scheme and
`NAME.shop-bot.txt` for a channel. A first line `# …` is the title. Only files of the desk are
templates: what a customer wrote is never more than a value in one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path

from omnidesk.core.errors import BadTemplate, NotFound
from omnidesk.core.language import _
from omnidesk.core.value import dataclass
from omnidesk.core.wording import person

_SUFFIXES = (".txt", ".md")
_LARGEST = 65_536
_MOST = 500
"""Files of the folder that are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A text to be filled in; `variants` are the schemes and channels with one of their own."""

    name: str
    title: str
    variants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A template filled in; `unfilled` are the variables that still stand in the text."""

    text: str
    unfilled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a template may speak of."""

    contact: str
    agent: str
    desk: str
    number: int
    subject: str

    def values(self) -> Mapping[str, Mapping[str, object]]:
        """The variables by their two parts; what is not known is not there."""
        name = person(self.contact)
        known: dict[str, dict[str, object]] = {
            "contact": {"name": name, "first_name": name.partition(" ")[0]},
            "agent": {"name": self.agent},
            "desk": {"name": self.desk},
            "conversation": {"number": self.number, "subject": self.subject},
        }
        return {part: {k: v for k, v in of.items() if v} for part, of in known.items()}


def listed(folder: Path | None) -> list[Template]:
    """The templates of a folder by name; none where there is no folder."""
    found: dict[str, list[str]] = {}
    for file in _files(folder):
        name, _rest, variant = file.stem.partition(".")
        found.setdefault(name, []).append(variant)
    assert folder is not None or not found
    return [
        Template(
            name=name,
            title=_title(folder, name, variants),
            variants=tuple(sorted(filter(None, variants))),
        )
        for name, variants in sorted(found.items())
        if folder is not None
    ]


def read(folder: Path | None, name: str, variants: Iterable[str] = ()) -> str:
    """The text of a template: of the first of `variants` that there is, else the plain one."""
    files = {file.stem: file for file in _files(folder)}
    for stem in (*(f"{name}.{variant}" for variant in variants if variant), name):
        if stem in files:
            return _parted(_text(files[stem]))[1]
    names = sorted({stem.partition(".")[0] for stem in files})
    if name in names:
        raise NotFound(
            _("the template {name} has nothing for this channel; add {name}.txt").format(name=name)
        )
    near = get_close_matches(name, names, n=1, cutoff=0.5)
    said = _("there is no template {name}; put {name}.txt into {folder}")
    if near:
        said = _("there is no template {name}; did you mean {near}?")
    elif names:
        said = _("there is no template {name}; known are {names}")
    raise NotFound(
        said.format(name=name, near="".join(near), names=", ".join(names), folder=folder)
    )


def _files(folder: Path | None) -> list[Path]:
    if folder is None:
        return []
    try:
        files = sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise BadTemplate(f"{folder}: {error.strerror}") from error
    able = [f for f in files if f.suffix in _SUFFIXES and not f.name.startswith(".")]
    return [file for file in able[:_MOST] if file.is_file()]


def _text(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            raw = opened.read(_LARGEST + 1)
        if len(raw) > _LARGEST:
            raise BadTemplate(
                _("{name}: larger than {largest} KB; shorten it").format(
                    name=file.name, largest=_LARGEST // 1024
                )
            )
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise BadTemplate(f"{file.name}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadTemplate(
            _("{name}: byte {start} is not UTF-8").format(name=file.name, start=error.start)
        ) from error


def _parted(text: str) -> tuple[str, str]:
    """The title and the text."""
    first, _rest, rest = text.partition("\n")
    if first.startswith("# "):
        return first[2:].strip(), rest.strip("\n")
    return "", text.strip("\n")


def _title(folder: Path, name: str, variants: Iterable[str]) -> str:
    for variant in sorted(variants):
        for suffix in _SUFFIXES:
            file = folder / f"{name}{'.' if variant else ''}{variant}{suffix}"
            if file.is_file():
                return _parted(_text(file))[0] or name
    return name
