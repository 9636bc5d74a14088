"""The first catalogue: files, captures, visits, articles, validators, runs, tombstones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# By code points, as SQLite compares them, and not by the locale of a server.
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
# As it was then: a revision never looks at the tables of today.
_ORIGINAL = sa.text("type = 'response' AND status = 200 AND truncated IS NULL")


def upgrade() -> None:
    """Make the tables."""
    # PostgreSQL takes 2,704 bytes in an entry of an index; a URL may be longer.
    url = sa.text("md5(url)") if op.get_bind().dialect.name == "postgresql" else "url"
    op.create_table(
        "articles",
        sa.Column("item_id", _TEXT, nullable=False),
        sa.Column("record_id", _TEXT, nullable=False),
        sa.Column("site", _TEXT, nullable=False),
        sa.Column("run", _TEXT, nullable=False),
        sa.Column("file", _TEXT, nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("content_digest", _TEXT, nullable=False),
        sa.Column("url", _TEXT, nullable=True),
        sa.Column("canonical_url", _TEXT, nullable=True),
        sa.Column("headline", _TEXT, nullable=False),
        sa.Column("date_published", _TEXT, nullable=True),
        sa.Column("captured_at", _TEXT, nullable=True),
        sa.PrimaryKeyConstraint("item_id", "record_id"),
    )
    op.create_index("articles_by_record", "articles", ["record_id"], unique=False)
    op.create_index("articles_by_run", "articles", ["site", "run", "offset"], unique=False)
    op.create_table(
        "captures",
        sa.Column("record_id", _TEXT, nullable=False),
        sa.Column("site", _TEXT, nullable=False),
        sa.Column("run", _TEXT, nullable=False),
        sa.Column("file", _TEXT, nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("type", _TEXT, nullable=False),
        sa.Column("url", _TEXT, nullable=False),
        sa.Column("captured_at", _TEXT, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("mime", _TEXT, nullable=True),
        sa.Column("payload_digest", _TEXT, nullable=True),
        sa.Column("truncated", _TEXT, nullable=True),
        sa.Column("profile", _TEXT, nullable=True),
        sa.Column("refers_to", _TEXT, nullable=True),
        sa.Column("refers_to_uri", _TEXT, nullable=True),
        sa.Column("refers_to_date", _TEXT, nullable=True),
        sa.PrimaryKeyConstraint("record_id"),
    )
    op.create_index("captures_by_file", "captures", ["file", "offset"], unique=False)
    op.create_index("captures_by_original", "captures", ["refers_to"], unique=False)
    op.create_index(
        "captures_by_payload",
        "captures",
        ["site", "payload_digest", "captured_at"],
        unique=False,
        sqlite_where=_ORIGINAL,
        postgresql_where=_ORIGINAL,
    )
    op.create_index(
        "captures_by_payload_and_url",
        "captures",
        ["site", "payload_digest", url, "captured_at"],
        unique=False,
        sqlite_where=_ORIGINAL,
        postgresql_where=_ORIGINAL,
    )
    op.create_index("captures_by_run", "captures", ["site", "run"], unique=False)
    op.create_index("captures_by_url", "captures", [url, "captured_at"], unique=False)
    op.create_table(
        "files",
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("site", _TEXT, nullable=False),
        sa.Column("run", _TEXT, nullable=False),
        sa.Column("committed", sa.BigInteger(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("sha256", _TEXT, nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_index("files_by_site", "files", ["site", "run"], unique=False)
    op.create_table(
        "runs",
        sa.Column("site", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("begun_at", _TEXT, nullable=False),
        sa.Column("ended_at", _TEXT, nullable=True),
        sa.Column("outcome", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("site", "name"),
    )
    op.create_table(
        "tombstones",
        sa.Column("record_id", _TEXT, nullable=False),
        sa.Column("site", _TEXT, nullable=False),
        sa.Column("url", _TEXT, nullable=False),
        sa.Column("file", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("redacted_at", _TEXT, nullable=False),
        sa.Column("replaced_by", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("record_id"),
    )
    op.create_table(
        "validators",
        sa.Column("site", _TEXT, nullable=False),
        sa.Column("url", _TEXT, nullable=False),
        sa.Column("etag", _TEXT, nullable=True),
        sa.Column("last_modified", _TEXT, nullable=True),
        sa.Column("record_id", _TEXT, nullable=False),
        sa.Column("payload_digest", _TEXT, nullable=True),
        sa.Column("captured_at", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("site", "url"),
    )
    op.create_table(
        "visits",
        sa.Column("record_id", _TEXT, nullable=False),
        sa.Column("site", _TEXT, nullable=False),
        sa.Column("run", _TEXT, nullable=False),
        sa.Column("url", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("outcome", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=True),
        sa.Column("detail", _TEXT, nullable=True),
        sa.Column("capture_id", _TEXT, nullable=True),
        sa.Column("item_id", _TEXT, nullable=True),
        sa.Column("visited_at", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("record_id"),
    )
    op.create_index("visits_by_run", "visits", ["site", "run"], unique=False)
    op.create_index("visits_by_url", "visits", [url, "visited_at"], unique=False)
