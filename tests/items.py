"""Invented items for the tests of what is done with items: one typical article, and any article there can be."""

from __future__ import annotations

import datetime as dt
import types
import typing
from enum import Enum
from typing import Any, get_args, get_origin

from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel

from xinhua_id.items import SCHEMA_VERSION, Article, Capture, Extraction, Origin, Rights
from xinhua_id.text import content_digest

_DAY = dt.datetime(2023, 1, 9, 12, 0, tzinfo=dt.UTC)
_ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes)))
_MOMENTS = st.datetimes(dt.datetime(1, 1, 3), dt.datetime(9999, 12, 28), timezones=_ZONES)  # noqa: DTZ001 (st's bounds)
_TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)


def article(
    ident: str = "a" * 32, *, day: int | None = 0, text: str = "Petani Yunnan memanen teh.", **changes: Any
) -> Article:
    """Return an article captured ``day`` days after the first; None for one that was not captured."""
    values: dict[str, Any] = dict.fromkeys(Article.model_fields)
    lists = ("origin_evidence", "authors", "tags", "images", "removed")
    values |= {
        **{name: [] for name in lists},
        "schema_version": "0.1",
        "id": ident,
        "origin": Origin.WIRE,
        "headline": "Panen teh pertama tahun ini",
        "language": "id",
        "paragraphs": [text],
        "text": text,
        "content_digest": content_digest(text),
        "capture": None if day is None else _capture(day),
        "extraction": Extraction(version="0.1.0", source=None, layout=None, method="structure"),
        "rights": Rights(holder=None, notice=None, terms_url=None, tdm_reservation=None),
    }
    return Article(**{**values, **changes})


def _capture(day: int) -> Capture:
    return Capture(
        file="xinhua-id-contoh-20230109120000-00000-host.warc.gz",
        offset=512,
        length=2048,
        record_id=f"<urn:uuid:00000000-0000-4000-8000-{day:012d}>",
        payload_digest="sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ",
        captured_at=_DAY + dt.timedelta(days=day),
        status=200,
    )


def any_article() -> st.SearchStrategy[Article]:
    """Every article that the model allows, drawn from the model itself."""
    return _any(Article)


def _any(kind: Any, low: int | None = None) -> st.SearchStrategy[Any]:
    if get_origin(kind) is typing.Annotated:
        return _any(get_args(kind)[0])
    if get_origin(kind) in (types.UnionType, typing.Union):
        return st.one_of(*(_any(option, low) for option in get_args(kind)))
    if get_origin(kind) is list:
        return st.lists(_any(get_args(kind)[0]), max_size=2)
    if get_origin(kind) is typing.Literal:
        return st.sampled_from(get_args(kind))
    if kind is type(None):
        return st.none()
    if kind is AwareDatetime:
        return _MOMENTS
    if kind is int:
        return st.integers(0 if low is None else low, 2**40)
    if issubclass(kind, Enum):
        return st.sampled_from(kind)
    if issubclass(kind, BaseModel):
        fields = {name: _field(field) for name, field in kind.model_fields.items()}
        return st.builds(kind, **({**fields, "schema_version": st.just(SCHEMA_VERSION)} if kind is Article else fields))
    return {str: _TEXTS, dt.date: st.dates()}[kind]


def _field(field: Any) -> st.SearchStrategy[Any]:
    bounds = [
        getattr(rule, "ge", None) or (getattr(rule, "gt", -1) + 1)
        for rule in field.metadata
        if hasattr(rule, "ge") or hasattr(rule, "gt")
    ]
    return _any(field.annotation, bounds[0] if bounds else None)
