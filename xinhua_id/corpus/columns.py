"""The columns of a table of articles, generated from the model: names, types, and one row an article.

A part of an item becomes columns with a dot (``dateline.place``, ``capture.offset``); a list stays a list. The types
come from `xinhua_id.items`, never from the data, so that a column without one value still has its type. Knows nothing
of the library that holds the table.
"""

from __future__ import annotations

import datetime as dt
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any, get_args, get_origin

from pydantic import AwareDatetime, BaseModel

from xinhua_id.items import Article


class Cell(StrEnum):
    """What a column holds; each but a list may be null."""

    TEXT = "text"
    INTEGER = "integer"
    MOMENT = "moment"
    DAY = "day"
    LIST = "list"


_CELLS: dict[Any, Cell] = {
    str: Cell.TEXT,
    int: Cell.INTEGER,
    AwareDatetime: Cell.MOMENT,
    dt.date: Cell.DAY,
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: where in the item it stands, and what it holds."""

    path: tuple[str, ...]
    cell: Cell

    @property
    def name(self) -> str:
        """The column's name: ``capture.offset``."""
        return ".".join(self.path)

    def value_in(self, article: Article) -> Any:
        """Return the article's value, None where the part it belongs to is null; enums and parts as plain values."""
        value: Any = article
        for step in self.path:
            value = getattr(value, step)
            if value is None:
                return None
        return _plain(value)


def columns(model: type[BaseModel] = Article) -> list[Column]:
    """Return the columns of a model in the order of its fields."""
    return list(_columns(model, ()))


def _columns(model: type[BaseModel], above: tuple[str, ...]) -> Iterator[Column]:
    for name, field in model.model_fields.items():
        kind = _not_null(field.annotation)
        path = (*above, name)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _columns(kind, path)
        else:
            yield Column(path, _cell(kind))


def _not_null(annotation: Any) -> Any:
    """Return the type behind ``X | None`` and ``Annotated[X, …]``."""
    while True:
        if get_origin(annotation) is typing.Annotated:
            annotation = get_args(annotation)[0]
        elif get_origin(annotation) in (types.UnionType, typing.Union):
            (annotation,) = (option for option in get_args(annotation) if option is not type(None))
        else:
            return annotation


def _cell(kind: Any) -> Cell:
    if get_origin(kind) is list:
        return Cell.LIST
    if get_origin(kind) is typing.Literal:
        kind = type(get_args(kind)[0])
    if isinstance(kind, type) and issubclass(kind, Enum):
        kind = str
    return _CELLS[kind]


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, BaseModel):
        return value.model_dump()
    return value.value if isinstance(value, Enum) else value
