"""A lease: one URL handed out to be visited, and what is told when it ends. Knows nothing of queues or databases."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from xinhua_id import paging, urls
from xinhua_id.catalogue.rows import CaptureRow, FrontierRow
from xinhua_id.crawl.discovery import Kind, Link
from xinhua_id.items import Outcome

#: A URL is asked for this often before it counts as failed for this round.
MAX_TRIES = 3
#: A chain of redirects longer than this leads nowhere (RFC 9110 §15.4 asks clients to detect loops).
MAX_REDIRECTS = 10
#: No wait, whoever asks for it, is longer than this within one run.
LONGEST_WAIT = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Recorded:
    """The visit that a crawl had recorded, and not yet told the frontier, when it died."""

    capture: CaptureRow
    outcome: Outcome
    reason: str | None


@dataclass(frozen=True, slots=True)
class Lease:
    """One URL handed out to be visited; it stays the frontier's until it is acknowledged.

    ``row`` is what the frontier knows of it. ``recorded``: it was visited already, and is read from its record instead
    of fetched.
    """

    url: str
    kind: Kind
    published: dt.datetime | None = None
    depth: int = 0
    tries: int = 1
    redirects: int = 0
    nesting: int = 0
    not_before: dt.datetime | None = None
    row: FrontierRow | None = field(default=None, compare=False, repr=False)
    recorded: Recorded | None = field(default=None, compare=False)

    @classmethod
    def of(cls, row: FrontierRow, *, recorded: Recorded | None = None, not_before: dt.datetime | None = None) -> Lease:
        """Return the lease of a row."""
        return cls(
            row.url, Kind(row.kind), row.published, row.depth, row.tries, row.redirects, row.nesting, not_before, row,
            recorded,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settled:
    """How a lease ended.

    ``links`` are taken up; ``aside`` were found too, and lie outside what this crawl is about; ``aliases`` are other
    addresses of the page. ``digest`` is that of the story's text, ``published`` its date where the page says one.
    """

    lease: Lease
    outcome: Outcome
    when: dt.datetime
    reason: str | None = None
    links: Sequence[Link] = ()
    aside: Sequence[Link] = ()
    aliases: Sequence[str] = ()
    retry_at: dt.datetime | None = None
    published: dt.datetime | None = None
    digest: str | None = None
    status: int | None = None


@functools.lru_cache(maxsize=4096)
def key_of(url: str, kind: Kind) -> str:
    """Return the key under which a URL is known: 32 hex digits. One commit asks for that of a link again and again.

    That of a page is the id of its story: two addresses are one when their canonical forms are equal. A part under
    number 1 is the story's first page. A requisite is known by its address as written, scheme aside, and apart from the
    pages: a page that names a story as a picture does not take it away.
    """
    if kind is Kind.REQUISITE:
        written = "requisite:" + url.partition("://")[2]
        return hashlib.sha256(written.encode("utf-8", "replace")).hexdigest()[:32]
    return urls.url_id(paging.first_of(url) if kind is Kind.PART else urls.canonical(url))


def next_try(
    lease: Lease, now: dt.datetime, *, backoff: float, retry_after: dt.datetime | None = None, tries: int = MAX_TRIES
) -> dt.datetime | None:
    """Return when a failed URL may be asked for again, or None: its tries are used up.

    ``backoff`` is in seconds and grows fourfold with each try; what the server asks for (``Retry-After``,
    RFC 9110 §10.2.3) counts where it is later. Neither is longer than `LONGEST_WAIT`.
    """
    if lease.tries >= tries:
        return None
    own = now + dt.timedelta(seconds=backoff * 4 ** (lease.tries - 1))
    wanted = max(own, retry_after) if retry_after else own
    return min(wanted, now + LONGEST_WAIT)


def given_back(row: FrontierRow, now: dt.datetime) -> FrontierRow:
    """Return the row of a lease that nobody used: a retry waits for its moment, the rest for its turn."""
    state = "later" if row.due_at is not None and row.due_at > now else "waiting"
    return replace(row, state=state, leased_at=None)
