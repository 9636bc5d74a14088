"""The catalogue's tables, as the migrations leave them. Knows nothing of what is asked of them.

Moments are UTC as ISO text with microseconds. All text sorts and compares by its code points (PostgreSQL's collation
"C"), so that every database gives the same answer in the same order.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Dialect,
    Float,
    FromClause,
    Index,
    Integer,
    MetaData,
    Table,
    and_,
    literal_column,
)
from sqlalchemy import (
    Text as PlainText,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

metadata = MetaData()

# PostgreSQL keeps no NUL, and no encoding a lone surrogate; a hostile header or JSON may bring both.
_NOT_KEPT = re.compile("[\x00\ud800-\udfff]")


class Text(TypeDecorator[str]):
    """Text that is compared by code points; a character that no database keeps is U+FFFD, whether written or asked."""

    impl = PlainText
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type of a database."""
        return PlainText(collation="C" if dialect.name == "postgresql" else None)

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 (the base's)
        """Return a text as it is kept."""
        if value is None or (value.isascii() and "\0" not in value):
            return value
        return _NOT_KEPT.sub("\ufffd", value)


class Moment(TypeDecorator[dt.datetime]):
    """An aware moment as ``2026-01-09T05:30:15.123456Z``."""

    impl = PlainText
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type of a database."""
        return PlainText(collation="C" if dialect.name == "postgresql" else None)

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002 (the base's)
        """Return the text of a moment; raise `ValueError` for one without a zone."""
        return None if value is None else text_of(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        """Return the moment of a text."""
        return None if value is None else dt.datetime.fromisoformat(value)


def text_of(moment: dt.datetime) -> str:
    """Return how the catalogue writes a moment; raise `ValueError` for one without a zone."""
    if moment.tzinfo is None:
        raise ValueError(f"the moment has no zone: {moment}")
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")[:26] + "Z"


class UrlKey(FunctionElement[str]):
    """What an index holds of a URL: the URL, and in PostgreSQL its MD5: no entry there takes more than 2,704 bytes."""

    inherit_cache = True
    name = "url_key"
    type = Text()


@compiles(UrlKey)
def _url_itself(element: UrlKey, compiler: SQLCompiler, **how: Any) -> str:
    return compiler.process(element.clauses, **how)


@compiles(UrlKey, "postgresql")
def _url_digest(element: UrlKey, compiler: SQLCompiler, **how: Any) -> str:
    return f"md5({compiler.process(element.clauses, **how)})"


def is_url(table: FromClause, url: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a row is of a URL, asked so that the index is used; an MD5 alone may be another's."""
    return and_(UrlKey(table.c.url) == UrlKey(url), table.c.url == url)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _maybe(name: str) -> Column[str | None]:
    return Column(name, Text, nullable=True)


files = Table(
    "files",
    metadata,
    Column("name", Text, primary_key=True),
    _text("site"),
    _text("run"),
    Column("committed", BigInteger, nullable=False),
    Column("closed", Boolean, nullable=False),
    _maybe("sha256"),
    Index("files_by_site", "site", "run"),
)

captures = Table(
    "captures",
    metadata,
    Column("record_id", Text, primary_key=True),
    _text("site"),
    _text("run"),
    _text("file"),
    Column("offset", BigInteger, nullable=False),
    Column("length", BigInteger, nullable=False),
    _text("type"),
    _text("url"),
    Column("captured_at", Moment, nullable=False),
    Column("status", Integer),
    _maybe("mime"),
    _maybe("payload_digest"),
    _maybe("truncated"),
    _maybe("profile"),
    _maybe("refers_to"),
    _maybe("refers_to_uri"),
    Column("refers_to_date", Moment),
    Index("captures_by_file", "file", "offset"),
    Index("captures_by_original", "refers_to"),
    Index("captures_by_run", "site", "run"),
)
Index("captures_by_url", UrlKey(captures.c.url), captures.c.captured_at)


def is_original(table: FromClause) -> ColumnElement[bool]:
    """Whether a capture may be what a revisit refers to; in literals, or no database would use a partial index."""
    return and_(
        table.c.type == literal_column("'response'"),
        table.c.status == literal_column("200"),
        table.c.truncated.is_(None),
    )


# Partial: the template of an error page may come a hundred thousand times, and is never asked for.
for _name, _columns in {
    "captures_by_payload": (captures.c.site, captures.c.payload_digest, captures.c.captured_at),
    "captures_by_payload_and_url": (
        captures.c.site,
        captures.c.payload_digest,
        UrlKey(captures.c.url),
        captures.c.captured_at,
    ),
}.items():
    Index(_name, *_columns, sqlite_where=is_original(captures), postgresql_where=is_original(captures))

visits = Table(
    "visits",
    metadata,
    Column("record_id", Text, primary_key=True),
    _text("site"),
    _text("run"),
    _text("url"),
    _text("kind"),
    _text("outcome"),
    _maybe("reason"),
    _maybe("detail"),
    _maybe("capture_id"),
    _maybe("item_id"),
    Column("visited_at", Moment, nullable=False),
    Index("visits_by_run", "site", "run"),
)
Index("visits_by_url", UrlKey(visits.c.url), visits.c.visited_at)

articles = Table(
    "articles",
    metadata,
    Column("item_id", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    _text("site"),
    _text("run"),
    _text("file"),
    Column("offset", BigInteger, nullable=False),
    Column("length", BigInteger, nullable=False),
    _text("content_digest"),
    _maybe("url"),
    _maybe("canonical_url"),
    _text("headline"),
    Column("date_published", Moment),
    Column("captured_at", Moment),
    Index("articles_by_record", "record_id"),
    Index("articles_by_run", "site", "run", "offset"),
)

validators = Table(
    "validators",
    metadata,
    Column("site", Text, primary_key=True),
    Column("url", Text, primary_key=True),
    _maybe("etag"),
    _maybe("last_modified"),
    _text("record_id"),
    _maybe("payload_digest"),
    Column("captured_at", Moment, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("site", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    _text("source"),
    Column("begun_at", Moment, nullable=False),
    Column("ended_at", Moment),
    _text("outcome"),
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("record_id", Text, primary_key=True),
    _text("site"),
    _text("url"),
    _text("file"),
    _text("reason"),
    Column("redacted_at", Moment, nullable=False),
    _text("replaced_by"),
)

# One row a URL of a site, whatever became of it. ``key`` is the id of its canonical address, so that a story's row and
# its items meet; ``turn`` and ``rank`` say when its turn comes.
frontier = Table(
    "frontier",
    metadata,
    Column("site", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    _text("scope"),
    _text("url"),
    _text("kind"),
    _text("state"),
    Column("rank", Integer, nullable=False),
    Column("turn", BigInteger, nullable=False),
    Column("depth", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("redirects", Integer, nullable=False),
    Column("nesting", Integer, nullable=False),
    Column("published", Moment),
    Column("modified", Moment),
    Column("found_at", Moment, nullable=False),
    Column("leased_at", Moment),
    Column("due_at", Moment),
    Column("visited_at", Moment),
    Column("changed_at", Moment),
    _maybe("outcome"),
    _maybe("reason"),
    Column("status", Integer),
    _maybe("digest"),
    Column("fruitless", Integer, nullable=False),
)


def is_in(table: FromClause, state: str) -> ColumnElement[bool]:
    """Whether a URL is in a state; in literals, or no database would use a partial index."""
    return table.c.state == literal_column(f"'{state}'")


# Partial: most rows of a large frontier wait, or are known and never asked for again.
for _name, _state, _columns in (
    ("frontier_waiting", "waiting", (frontier.c.site, frontier.c.scope, frontier.c.rank, frontier.c.turn)),
    ("frontier_later", "later", (frontier.c.site, frontier.c.scope, frontier.c.due_at)),
    ("frontier_leased", "leased", (frontier.c.site,)),
    ("frontier_known", "known", (frontier.c.site, frontier.c.due_at)),
    ("frontier_aside", "aside", (frontier.c.site, frontier.c.published)),
):
    Index(_name, *_columns, sqlite_where=is_in(frontier, _state), postgresql_where=is_in(frontier, _state))

rounds = Table(
    "rounds",
    metadata,
    Column("site", Text, primary_key=True),
    Column("scope", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    _text("asked"),
    Column("begun_at", Moment, nullable=False),
    Column("touched_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("pace", Float, nullable=False),
    Column("rests_until", Moment),
)

tenures = Table(
    "tenures",
    metadata,
    Column("site", Text, primary_key=True),
    _text("holder"),
    _text("run"),
    Column("beat", BigInteger, nullable=False),
    Column("beat_at", Float, nullable=False),
    Column("taken_at", Moment, nullable=False),
)

#: What the files alone give back; every other table is operational.
REBUILDABLE = (files, captures, visits, articles, validators, tombstones)
