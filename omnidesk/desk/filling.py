"""A template filled in by Jinja2, of which only variables, filters, if and for are taken.

What is left cannot run for long or grow large: one loop, no arithmetic, no calls but range().
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2.sandbox import SandboxedEnvironment

from omnidesk.core.errors import BadTemplate
from omnidesk.core.language import _
from omnidesk.desk.holding import unfilled
from omnidesk.desk.templates import Rendered

_LONGEST = 100_000
_LONGEST_LOOP = 1000
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Const,
    nodes.Filter,
    nodes.Keyword,
    nodes.If,
    nodes.For,
    nodes.CondExpr,
    nodes.Test,
    nodes.Not,
    nodes.And,
    nodes.Or,
    nodes.Compare,
    nodes.Operand,
    nodes.Call,
)
_FILTERS = ("default", "d", "upper", "lower", "title", "capitalize", "trim")


class _Part(dict[str, object]):
    """The variables that begin with one word; the word itself is none of them."""

    def __init__(self, word: str, values: Mapping[str, object]) -> None:
        super().__init__(values)
        self.word = word

    def __str__(self) -> str:
        return f"{{{{ {self.word} }}}}"


class _Unfilled(StrictUndefined):
    """What has no value stays visible, as it was written."""

    def _written(self) -> str:
        whole = self._undefined_obj
        name = str(self._undefined_name)
        return f"{whole.word}.{name}" if isinstance(whole, _Part) else name

    def __str__(self) -> str:  # type: ignore[override]
        return f"{{{{ {self._written()} }}}}"

    def __bool__(self) -> bool:  # type: ignore[override]
        return False

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return _Unfilled(name=f"{self._written()}.{name}")


def fill(name: str, source: str, values: Mapping[str, Mapping[str, object]]) -> Rendered:
    """The template with its values; BadTemplate says why it cannot be filled in."""
    environment = SandboxedEnvironment(undefined=_Unfilled, autoescape=False)
    environment.filters = {known: environment.filters[known] for known in _FILTERS}
    environment.globals = {"range": _short_range}
    parts = {word: _Part(word, of) for word, of in values.items()}
    try:
        _require_plain(name, environment.parse(source))
        text = _bounded(name, environment.from_string(source).generate(**parts))
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        place = f"{name}, line {line}" if line else name
        raise BadTemplate(f"{place}: {error.message}") from error
    except (TypeError, ValueError, ArithmeticError, LookupError, RecursionError) as error:
        raise BadTemplate(f"{name}: {error}") from error
    return Rendered(text=text, unfilled=unfilled(text))


def _require_plain(name: str, tree: nodes.Template) -> None:
    for node in tree.find_all(nodes.Node):
        calls = isinstance(node, nodes.Call)
        its = node.node if isinstance(node, nodes.Call) else None
        if not isinstance(node, _ALLOWED) or (
            calls and not (isinstance(its, nodes.Name) and its.name == "range")
        ):
            word = type(node).__name__.lower()
            raise BadTemplate(
                _(
                    "{name}, line {lineno}: {word} is not for templates; "
                    "they have variables, filters, if and for"
                ).format(name=name, lineno=node.lineno, word=word)
            )
    for loop in tree.find_all(nodes.For):
        if next(loop.find_all(nodes.For), None) is not None or loop.recursive:
            raise BadTemplate(
                _("{name}, line {lineno}: a loop within a loop is too much").format(
                    name=name, lineno=loop.lineno
                )
            )


def _bounded(name: str, pieces: Any) -> str:
    text = ""
    for piece in pieces:
        text += piece
        if len(text) > _LONGEST:
            raise BadTemplate(
                _("{name}: becomes longer than {longest} letters; shorten it").format(
                    name=name, longest=_LONGEST
                )
            )
    return text.strip("\n")


def _short_range(*bounds: int) -> range:
    found = range(*bounds)
    if len(found) > _LONGEST_LOOP:
        raise ValueError(
            _("a loop over {n} is too much; {most} are the most").format(
                n=len(found), most=_LONGEST_LOOP
            )
        )
    return found
