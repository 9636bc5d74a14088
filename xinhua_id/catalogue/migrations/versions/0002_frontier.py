"""The frontier: every URL of a site, the rounds of its crawls, and who holds a site."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# By code points, as SQLite compares them, and not by the locale of a server.
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
# As they were then: a revision never looks at the tables of today.
_PARTIAL = {
    "frontier_waiting": ("waiting", ["site", "scope", "rank", "turn"]),
    "frontier_later": ("later", ["site", "scope", "due_at"]),
    "frontier_leased": ("leased", ["site"]),
    "frontier_known": ("known", ["site", "due_at"]),
    "frontier_aside": ("aside", ["site", "published"]),
}


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "frontier",
        sa.Column("site", _TEXT, nullable=False),
        sa.Column("key", _TEXT, nullable=False),
        sa.Column("scope", _TEXT, nullable=False),
        sa.Column("url", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("state", _TEXT, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("redirects", sa.Integer(), nullable=False),
        sa.Column("nesting", sa.Integer(), nullable=False),
        sa.Column("published", _TEXT, nullable=True),
        sa.Column("modified", _TEXT, nullable=True),
        sa.Column("found_at", _TEXT, nullable=False),
        sa.Column("leased_at", _TEXT, nullable=True),
        sa.Column("due_at", _TEXT, nullable=True),
        sa.Column("visited_at", _TEXT, nullable=True),
        sa.Column("changed_at", _TEXT, nullable=True),
        sa.Column("outcome", _TEXT, nullable=True),
        sa.Column("reason", _TEXT, nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("digest", _TEXT, nullable=True),
        sa.Column("fruitless", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site", "key"),
    )
    for name, (state, columns) in _PARTIAL.items():
        where = sa.text(f"state = '{state}'")
        op.create_index(name, "frontier", columns, sqlite_where=where, postgresql_where=where)
    op.create_table(
        "rounds",
        sa.Column("site", _TEXT, nullable=False),
        sa.Column("scope", _TEXT, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("asked", _TEXT, nullable=False),
        sa.Column("begun_at", _TEXT, nullable=False),
        sa.Column("touched_at", _TEXT, nullable=False),
        sa.Column("ended_at", _TEXT, nullable=True),
        sa.Column("pace", sa.Float(), nullable=False),
        sa.Column("rests_until", _TEXT, nullable=True),
        sa.PrimaryKeyConstraint("site", "scope"),
    )
    op.create_table(
        "tenures",
        sa.Column("site", _TEXT, nullable=False),
        sa.Column("holder", _TEXT, nullable=False),
        sa.Column("run", _TEXT, nullable=False),
        sa.Column("beat", sa.BigInteger(), nullable=False),
        sa.Column("beat_at", sa.Float(), nullable=False),
        sa.Column("taken_at", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("site"),
    )
