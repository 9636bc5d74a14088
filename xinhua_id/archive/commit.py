"""The committer: the one way by which a run's records, items and catalogue rows become durable.

In this order, in groups: WARC bytes, item lines, the catalogue's transaction. So the catalogue never knows what the
files do not hold, and nothing is durable that a record does not back. A group is committed after so many records or so
many seconds, whichever comes first; a failure ends the run, and what was committed before stays. Knows nothing of
Scrapy: whoever crawls asks `Committer.due`.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

from sqlalchemy import Connection

from xinhua_id.archive import entries
from xinhua_id.archive.entries import Place
from xinhua_id.archive.item_lines import ItemLines
from xinhua_id.archive.originals import Deduplication, KnownPayloads, Validators
from xinhua_id.catalogue import articles, captures, files, runs, validators, visits
from xinhua_id.catalogue.rows import ArticleRow, CaptureRow, FileRow, RunRow, ValidatorRow, VisitRow
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.errors import ArchiveError, CannotWrite, XinhuaIdError
from xinhua_id.items import Article, Capture, Outcome
from xinhua_id.warc.exchange import Exchange, target_uri
from xinhua_id.warc.exchange_records import NOT_MODIFIED, Original
from xinhua_id.warc.file import OPEN, WarcFile
from xinhua_id.warc.payload import Head
from xinhua_id.warc.writer import Placed, WarcWriter


@dataclass(frozen=True, slots=True)
class Policy:
    """How groups and files are cut, and which payloads become revisits.

    A group is committed after ``records`` records or ``seconds`` after its first; a WARC is followed by another at
    ``roll_bytes`` or ``roll_after`` (WARC 1.1, annex B, recommends 1 GB).
    """

    records: int = 500
    seconds: float = 1.0
    roll_bytes: int = 1_000_000_000
    roll_after: dt.timedelta | None = None
    deduplication: Deduplication = "any"


class Companion(Protocol):
    """What else becomes durable with a group, in its transaction: how the visits in it change the crawl's work."""

    def unsettled(self) -> bool:
        """Whether there is something to enter."""

    def enter(self, connection: Connection) -> None:
        """Write it, as a part of the transaction."""

    def entered(self) -> None:
        """The transaction is durable."""


class Kept(NamedTuple):
    """What became of an exchange: where its answer lies, its head, and the original that a 304 says still holds."""

    capture: Capture | None
    unmodified: Original | None = None
    head: Head | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """How a visit ended, for the record: ``capture_id`` is that of the response it is about, None where none came."""

    url: str
    kind: str
    outcome: Outcome
    when: dt.datetime
    capture_id: str | None = None
    reason: str | None = None
    detail: str | None = None
    links: Sequence[tuple[str, str]] = ()
    article: Article | None = None

    def fields(self) -> Iterator[tuple[str, str]]:
        """Yield the lines of a metadata record that say it."""
        said = [("outcome", self.outcome.value), ("reason", self.reason), ("detail", self.detail), ("kind", self.kind)]
        if self.article is not None:
            said += [("item", self.article.id), ("content-digest", self.article.content_digest)]
        yield from ((name, value) for name, value in said if value)
        yield from (("outlink", f"{url} {kind}") for url, kind in self.links)


@dataclass(slots=True)
class _Group:
    """What waits to be committed."""

    placed: list[Placed] = field(default_factory=list)
    articles: list[ArticleRow] = field(default_factory=list)
    since: float | None = None


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Committer:
    """Writes one run of one site: ``home`` is the site's folder. ``commits`` counts the groups committed.

    ``warc`` (a file, and the id of its warcinfo) and ``items`` are open files to go on with, after a recovery. Raises
    `CannotWrite` wherever something cannot be made durable; after that every call does, with the first error.
    ``companion`` is entered with every group.
    """

    companion: Companion | None = None

    def __init__(
        self,
        home: Path,
        run: str,
        catalogue: Catalogue,
        *,
        source: str,
        info: Mapping[str, str],
        policy: Policy | None = None,
        clock: Callable[[], dt.datetime] = _now,
        ticks: Callable[[], float] = time.monotonic,
        warc: tuple[WarcFile, str | None] | None = None,
        items: ItemLines | None = None,
    ) -> None:
        self.home, self.run = home, run
        self.policy = policy or Policy()
        self.commits = 0
        self.error: XinhuaIdError | None = None
        self.originals = KnownPayloads(catalogue, home, self.policy.deduplication)
        self.catalogue = catalogue
        self._source = source
        self._clock, self._ticks = clock, ticks
        self._group = _Group()
        self._closed = False
        self._begun_file = ticks()
        self.items = items or ItemLines.create(home / "items" / f"{run}.jsonl")
        self.writer = WarcWriter(
            home / "warc",
            source=source,
            info={**info, "isPartOf": run},
            originals=self.originals,
            placed=self._take,
            clock=clock,
            into=warc,
        )

    def begin(self, about: Mapping[str, object]) -> None:
        """Enter the run in the ledger. ``about`` is what its manifest says of it."""
        now = self._clock()
        row = RunRow(
            name=self.run, site=self.home.name, source=str(about.get("source") or self._source), begun_at=now,
            ended_at=None, outcome="running",
        )  # fmt: skip
        with self._durably(), self.catalogue.begin() as connection:
            runs.put(connection, [row])
            files.put(connection, [self._file_row(closed=False)])

    def exchange(self, exchange: Exchange) -> Kept:
        """Write the records of an exchange; whoever is due must `commit`."""
        with self._durably():
            first = len(self._group.placed)
            capture = self.writer.write(exchange)
            answered = next(iter(self._group.placed[first:]), None)
        url = target_uri(exchange.url)
        unmodified = answered is not None and ("WARC-Profile", NOT_MODIFIED) in answered.headers
        head = answered.head if answered is not None else None
        kept = Kept(capture, self.originals.of_url(url) if unmodified else None, head)
        if capture is not None:  # else the request was lost on a stale connection, and is asked again as it was
            self.originals.answered(url)
        return kept

    def visit(self, ended: Ended) -> None:
        """Write how a visit ended, with its links, and the story's item line."""
        with self._durably():
            self.writer.metadata(ended.url, ended.fields(), when=ended.when, refers_to=ended.capture_id)
            if ended.article is not None:
                line = (ended.article.to_json() + "\n").encode()
                offset, length = self.items.append(line)
                place = Place(self.home.name, self.run, self.items.final.name, offset, length)
                self._group.articles.append(entries.article_row(ended.article, place))

    def resource(self, name: str, content_type: str, block: bytes) -> None:
        """Write something about the run itself: its log, its settings."""
        with self._durably():
            self.writer.resource(f"urn:xinhua-id:{self.run}:{name}", content_type, block)

    def validators_of(self, url: str) -> Validators | None:
        """Return what a conditional request for ``url`` may carry."""
        return self.originals.validators_of(url)

    @property
    def waiting(self) -> int:
        """How many records are written and not committed."""
        return len(self._group.placed)

    def due(self) -> bool:
        """Whether a group waits that is large or old enough."""
        since = self._group.since
        old = since is not None and self._ticks() - since >= self.policy.seconds
        return old or self.waiting >= self.policy.records

    def commit(self) -> None:
        """Make everything durable that was written so far: records, items, rows. A full WARC is followed by another."""
        if self.error is not None:
            raise self.error
        unsettled = self.companion is not None and self.companion.unsettled()
        if not (self._group.placed or self._group.articles or unsettled):
            return
        with self._durably():
            self.writer.flush()
            self.items.sync()
            self._enter()
            if self._is_full():
                self._roll()

    def close(self, outcome: str | None = None) -> None:
        """Commit, and give the files their final names; doing it twice is fine.

        Where that cannot be done any more the files are left to recovery, as they are.
        """
        if self._closed:
            return
        self._closed = True
        if self.error is not None:
            self._let_go()
            return
        with self._durably():
            self.commit()
            self.items.close()
            self.writer.close()
            with self.catalogue.begin() as connection:
                files.put(connection, [self._file_row(closed=True)])
                if outcome is not None:
                    runs.end(connection, self.home.name, self.run, self._clock(), outcome)

    def _let_go(self) -> None:
        """Close what still can be, records before items; what cannot keeps the name ``.open``, for recovery."""
        try:
            self.writer.close()
        except CannotWrite:
            self.items.abandon()
            return
        if self.writer.path.name.endswith(OPEN):
            self.items.abandon()  # a record may be lost, and no item may outlive its record
        else:
            with suppress(CannotWrite):
                self.items.close()

    def _take(self, placed: Placed) -> None:
        self._group.placed.append(placed)
        self.originals.note(placed)
        if self._group.since is None:
            self._group.since = self._ticks()

    def _enter(self) -> None:
        """Commit the rows of the group."""
        placed = self._group.placed
        rows = _rows(placed, lambda one: Place(self.home.name, self.run, one.file, one.offset, one.length))
        with self.catalogue.begin() as connection:
            captures.add(connection, rows.captures)
            visits.add(connection, rows.visits)
            validators.put(connection, rows.validators)
            articles.add(connection, self._group.articles)
            files.put(connection, [self._file_row(closed=False)])
            if self.companion is not None:
                self.companion.enter(connection)
        self._group = _Group()
        self.originals.forget()
        self.commits += 1
        if self.companion is not None:
            self.companion.entered()

    def _is_full(self) -> bool:
        after = self.policy.roll_after
        return self.writer.length >= self.policy.roll_bytes or (
            after is not None and self._ticks() - self._begun_file >= after.total_seconds()
        )

    def _roll(self) -> None:
        full = self._file_row(closed=True)
        self.writer.roll()
        self._begun_file = self._ticks()
        with self.catalogue.begin() as connection:
            files.put(connection, [full, self._file_row(closed=False)])

    def _file_row(self, *, closed: bool) -> FileRow:
        return FileRow(
            name=self.writer.name, site=self.home.name, run=self.run, committed=self.writer.length, closed=closed,
            sha256=None,
        )  # fmt: skip

    def _durably(self) -> _Durably:
        return _Durably(self)


class _Durably:
    """Keep the first error of a committer, and raise it again for whoever goes on."""

    def __init__(self, committer: Committer) -> None:
        self._committer = committer

    def __enter__(self) -> None:
        if self._committer.error is not None:
            raise self._committer.error

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: object) -> None:
        if isinstance(error, ArchiveError) and self._committer.error is None:
            self._committer.error = error


class Rows(NamedTuple):
    """The rows that some records make."""

    captures: list[CaptureRow]
    visits: list[VisitRow]
    validators: list[ValidatorRow]


def _rows(placed: Iterable[Placed], place: Callable[[Placed], Place]) -> Rows:
    rows = Rows([], [], [])
    for one in placed:
        kind = one.headers[0][1]
        if kind in {"response", "revisit", "resource"}:
            rows.captures.append(entries.capture_row(one.headers, one.head, place(one)))
            if found := entries.validator_row(one.headers, one.head, place(one)):
                rows.validators.append(found)
        elif kind == "metadata" and one.block is not None:
            rows.visits.append(entries.visit_row(one.headers, one.block, place(one)))
    return rows
