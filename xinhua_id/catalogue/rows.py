"""What the catalogue knows of one thing each: a frozen row a table, with the table's columns as its fields.

Moments are aware, in UTC. Knows nothing of how a row is stored, or of what it was read from.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileRow:
    """A WARC file, under its final name. ``committed`` bytes of it are durable and catalogued."""

    name: str
    site: str
    run: str
    committed: int
    closed: bool
    sha256: str | None


@dataclass(frozen=True, slots=True)
class CaptureRow:
    """A response, revisit or resource record, and where it lies.

    ``profile`` is the last path segment of WARC-Profile; ``refers_to*`` name the original that a revisit stands for.
    """

    record_id: str
    site: str
    run: str
    file: str
    offset: int
    length: int
    type: str
    url: str
    captured_at: dt.datetime
    status: int | None
    mime: str | None
    payload_digest: str | None
    truncated: str | None
    profile: str | None
    refers_to: str | None
    refers_to_uri: str | None
    refers_to_date: dt.datetime | None


@dataclass(frozen=True, slots=True)
class VisitRow:
    """How the visit to a URL ended. ``record_id`` is that of the metadata record which says so."""

    record_id: str
    site: str
    run: str
    url: str
    kind: str
    outcome: str
    reason: str | None
    detail: str | None
    capture_id: str | None
    item_id: str | None
    visited_at: dt.datetime


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """One version of a story: a line of ``file``, the run's items. ``record_id`` is that of its capture."""

    item_id: str
    record_id: str
    site: str
    run: str
    file: str
    offset: int
    length: int
    content_digest: str
    url: str | None
    canonical_url: str | None
    headline: str
    date_published: dt.datetime | None
    captured_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class ValidatorRow:
    """What a conditional request for a URL may carry, and the response that a 304 to it stands for."""

    url: str
    site: str
    etag: str | None
    last_modified: str | None
    record_id: str
    payload_digest: str | None
    captured_at: dt.datetime


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run in the ledger; ``ended_at`` is None while it goes on."""

    name: str
    site: str
    source: str
    begun_at: dt.datetime
    ended_at: dt.datetime | None
    outcome: str


@dataclass(frozen=True, slots=True)
class TombstoneRow:
    """A record that was taken down. ``replaced_by`` is the file that holds its file's other records now."""

    record_id: str
    site: str
    url: str
    file: str
    reason: str
    redacted_at: dt.datetime
    replaced_by: str


@dataclass(frozen=True, slots=True)
class FrontierRow:
    """A URL of a site, and when its turn comes.

    ``key`` is the id of its canonical address (of a requisite, one apart from the pages). ``scope`` is empty for the
    crawl of the whole site, else it names the seeds whose crawl it belongs to. ``state`` is `waiting` to be asked for,
    `later` (asked for again at ``due_at``, in this round), `leased`, `known` (visited; ``due_at`` is its next visit) or
    `aside` (found, and not wanted so far: out of the range of dates, or one more than the limit). Lower ``rank`` comes
    first, then lower ``turn``. ``fruitless`` counts the visits in a row that brought nothing new; ``changed_at`` is the
    visit that saw another text than the one before; ``digest`` is that of the story's text.
    """

    site: str
    key: str
    scope: str
    url: str
    kind: str
    state: str
    rank: int
    turn: int
    found_at: dt.datetime
    depth: int = 0
    tries: int = 1
    redirects: int = 0
    nesting: int = 0
    published: dt.datetime | None = None
    modified: dt.datetime | None = None
    leased_at: dt.datetime | None = None
    due_at: dt.datetime | None = None
    visited_at: dt.datetime | None = None
    changed_at: dt.datetime | None = None
    outcome: str | None = None
    reason: str | None = None
    status: int | None = None
    digest: str | None = None
    fruitless: int = 0


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A round of a site: from its first address until nothing is left to ask for, over as many runs as that takes.

    ``pace`` is how many seconds lay between two requests when it was ``touched_at``; before ``rests_until`` the site
    wants no request.
    """

    site: str
    scope: str
    number: int
    asked: str
    begun_at: dt.datetime
    touched_at: dt.datetime
    ended_at: dt.datetime | None
    pace: float = 0.0
    rests_until: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class TenureRow:
    """Who crawls a site.

    ``beat`` grows while the holder lives; ``beat_at`` is when it last did, in seconds by the database's own clock, so
    that no two clocks are compared.
    """

    site: str
    holder: str
    run: str
    beat: int
    beat_at: float
    taken_at: dt.datetime
