"""What is wrong with a table of the TOML, one line a problem, and never a secret's value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from omnidesk.settings import Secret

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_HIDDEN = "***"
_PLAIN = {
    "string_type": "must be a text in quotes",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "list_type": "must be a list in [ ]",
    "tuple_type": "must be a list in [ ]",
    "set_type": "must be a list in [ ]",
    "dict_type": "must be a table",
    "mapping_type": "must be a table",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
}
_TOML_NAMES = {
    bool: "true or false",
    str: "a text",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table",
}


def dotted(path: tuple[str | int, ...]) -> str:
    """A place in the TOML as a person writes it: `agents[0].id`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def complaints(
    error: ValidationError, model: type[BaseModel], table: Any, under: tuple[str | int, ...] = ()
) -> list[str]:
    """Every error of `model` over `table` as `place: what is wrong; what to do`."""
    values = sorted({v for _, v in plain_secrets(model, table) if v}, key=len, reverse=True)
    return [_one(detail, model, table, under, values) for detail in error.errors()]


def plain_secrets(
    annotation: Any, value: Any, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """The places in `value` where a Secret stands in plain text, each with that text."""
    if isinstance(value, str):
        if _mentions(annotation, Secret):
            yield path, value
        return
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from plain_secrets(annotation, item, (*path, index))
        return
    if not isinstance(value, Mapping):
        return
    models = _models(annotation)
    for key, item in value.items():
        fields = [f for m in models for name, f in m.model_fields.items() if key in (name, f.alias)]
        inner = [field.annotation for field in fields] or _dict_values(annotation)
        for one in inner:
            yield from plain_secrets(one, item, (*path, str(key)))


def known_keys(annotation: Any) -> set[str]:
    """The keys that a table of this annotation may have."""
    return {f.alias or name for m in _models(annotation) for name, f in m.model_fields.items()}


def nearest(word: str, known: set[str]) -> str:
    """`; did you mean port?`, or what there is, or nothing."""
    near = get_close_matches(word, sorted(known), n=1, cutoff=0.5)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; known are {', '.join(sorted(known))}" if known else ""


def _one(
    detail: ErrorDetails,
    model: type[BaseModel],
    table: Any,
    under: tuple[str | int, ...],
    hidden: list[str],
) -> str:
    path, annotation = _follow(detail["loc"], model, table)
    place = dotted((*under, *path))
    what = detail["type"]
    if what == "extra_forbidden":
        return f"{place}: unknown{nearest(str(path[-1]), known_keys(annotation))}"
    if what == "missing":
        return f"{place}: missing{_meaning(annotation, path[-1])}"
    prefix = f"{place}: " if place else ""
    if what in _PLAIN:
        return f"{prefix}{_PLAIN[what]}, not {_TOML_NAMES.get(type(detail['input']), 'this')}"
    ctx = detail.get("ctx", {})
    if what == "literal_error":
        return f"{prefix}must be {ctx['expected']}"
    said = str(ctx["error"]) if what == "value_error" else _uncapitalised(detail["msg"])
    for value in hidden:
        said = said.replace(value, _HIDDEN)
    return f"{prefix}{said}"


def _meaning(annotation: Any, key: str | int) -> str:
    for model in _models(annotation):
        field = model.model_fields.get(str(key))
        if field is not None and field.description:
            sentence = field.description.split(". ")[0].split("\n")[0].rstrip(".")
            return f" ({_uncapitalised(sentence)})"
    return ""


def _uncapitalised(text: str) -> str:
    return text[:1].lower() + text[1:]


def _follow(
    loc: tuple[int | str, ...], model: type[BaseModel], table: Any
) -> tuple[tuple[int | str, ...], Any]:
    """The part of `loc` that stands in the TOML, and the annotation of the table that holds it.

    pydantic puts names of its own (a union's branch, a validator) between the keys.
    """
    path: list[int | str] = []
    annotation: Any = model
    value = table
    inner: Any = model
    for index, part in enumerate(loc):
        last = index == len(loc) - 1
        if isinstance(value, Mapping) and (part in value or (last and part in known_keys(inner))):
            annotation, inner = inner, _field_annotation(inner, str(part))
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int):
            value = value[part]
        else:
            continue
        path.append(part)
    return tuple(path), annotation


def _field_annotation(annotation: Any, key: str) -> Any:
    if (values := _dict_values(annotation)) and _models(values[0]):
        return values[0]
    models = _models(annotation)
    if not models:
        return annotation
    for model in models:
        for name, field in model.model_fields.items():
            if key in (name, field.alias):
                return field.annotation
    return None


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models(argument)]


def _dict_values(annotation: Any) -> list[Any]:
    arguments = get_args(annotation)
    if get_origin(annotation) in (dict, Mapping):
        return [arguments[1]]
    return [value for argument in arguments for value in _dict_values(argument)]


def _mentions(annotation: Any, wanted: type) -> bool:
    return annotation is wanted or any(_mentions(a, wanted) for a in get_args(annotation))
