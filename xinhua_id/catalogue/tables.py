"""tmp"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Boolean, Column, Index, Integer, MetaData, String, Table, Text
from sqlalchemy.types import TypeDecorator

metadata = MetaData()


class Moment(TypeDecorator[dt.datetime]):
    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Any) -> str | None:
        return None if value is None else value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def process_result_value(self, value: str | None, dialect: Any) -> dt.datetime | None:
        return None if value is None else dt.datetime.fromisoformat(value)


def T(name: str, null: bool = True) -> Column[Any]:
    return Column(name, Text, nullable=null)


files = Table(
    "files",
    metadata,
    Column("name", Text, primary_key=True),
    T("site"),
    T("run"),
    Column("committed", Integer),
    Column("closed", Boolean),
    T("sha256"),
)
captures = Table(
    "captures",
    metadata,
    Column("record_id", Text, primary_key=True),
    T("site"),
    T("run"),
    T("file"),
    Column("offset", Integer),
    Column("length", Integer),
    T("type"),
    T("url"),
    Column("captured_at", Moment),
    Column("status", Integer),
    T("mime"),
    T("payload_digest"),
    T("truncated"),
    T("profile"),
    T("refers_to"),
    T("refers_to_uri"),
    Column("refers_to_date", Moment),
)
Index("ix_d", captures.c.site, captures.c.payload_digest)
Index("ix_f", captures.c.file, captures.c.offset)
visits = Table(
    "visits",
    metadata,
    Column("record_id", Text, primary_key=True),
    T("site"),
    T("run"),
    T("url"),
    T("kind"),
    T("outcome"),
    T("reason"),
    T("detail"),
    T("capture_id"),
    T("item_id"),
    Column("visited_at", Moment),
)
articles = Table(
    "articles",
    metadata,
    Column("item_id", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    T("site"),
    T("run"),
    T("file"),
    Column("offset", Integer),
    Column("length", Integer),
    T("content_digest"),
    T("url"),
    T("canonical_url"),
    T("headline"),
    Column("date_published", Moment),
    Column("captured_at", Moment),
)
validators = Table(
    "validators",
    metadata,
    Column("url", Text, primary_key=True),
    Column("site", Text, primary_key=True),
    T("etag"),
    T("last_modified"),
    T("record_id"),
    T("payload_digest"),
    Column("captured_at", Moment),
)
runs = Table(
    "runs",
    metadata,
    Column("name", Text, primary_key=True),
    Column("site", Text, primary_key=True),
    T("source"),
    Column("begun_at", Moment),
    Column("ended_at", Moment),
    T("outcome"),
)
