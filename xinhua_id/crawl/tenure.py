"""A site's tenure: this worker, of all that share a catalogue, crawls it; where it dies, another takes over.

The holder makes its beat grow. Whoever wants the site watches, and takes it once the beat has stood still for so long
by his own clock; a holder whose process is gone from this very machine is not waited for. A holder that was only asleep
finds out before it sends or commits anything. Workers that share no catalogue are kept apart by `archive.lock` alone.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import os
import socket
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from sqlalchemy import Connection

from xinhua_id.catalogue import tenures
from xinhua_id.catalogue.rows import TenureRow
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.crawl.stopping import Stopping, end_crawl
from xinhua_id.errors import ArchiveError, InUse

#: A holder whose beat stood still for so long is dead, seconds.
PATIENCE = 60.0
# So often within that time it beats.
_BEATS = 6

logger = logging.getLogger(__name__)


class Watch:
    """What one worker saw of the beats of others: since when each stands still, by this machine's clock."""

    def __init__(self, patience: float = PATIENCE, ticks: Callable[[], float] = time.monotonic) -> None:
        self.patience = patience
        self._ticks = ticks
        self._seen: dict[str, tuple[str, int, float]] = {}

    def is_dead(self, row: TenureRow) -> bool:
        """Whether a holder may be taken over from."""
        holder, beat, since = self._seen.get(row.site, ("", -1, 0.0))
        if (holder, beat) != (row.holder, row.beat):
            self._seen[row.site] = row.holder, row.beat, self._ticks()
            since = self._ticks()
        return self._ticks() - since >= self.patience or is_gone(row.holder)


class Tenure:
    """The tenure of one site, from `take` to `give_up`. ``took_over`` is whom it was taken from, if anybody."""

    def __init__(
        self, catalogue: Catalogue, site: str, holder: str, took_over: TenureRow | None, patience: float
    ) -> None:
        self.site, self.holder, self.took_over = site, holder, took_over
        self._catalogue = catalogue
        self._patience = patience
        self._beaten = time.monotonic()
        self._timer: asyncio.TimerHandle | None = None

    @classmethod
    def take(cls, archive: Path, url: str, site: str, run: str, now: dt.datetime, watch: Watch) -> Self:
        """Take a site for a run. Raises `InUse`, which names the holder, and `ArchiveError`."""
        catalogue = Catalogue.open(archive, url)
        try:
            holder = name_of_this_process()
            with catalogue.begin() as connection:
                row = tenures.of(connection, site)
                if (row is not None and not watch.is_dead(row)) or not tenures.take(
                    connection, site, holder, run, now, row
                ):
                    raise held_by(row, site)
            if row is not None:
                logger.warning("%s is taken over from %s (run %s), which is dead", site, row.holder, row.run)
            return cls(catalogue, site, holder, row, watch.patience)
        except BaseException:
            catalogue.close()
            raise

    def fence(self, connection: Connection) -> None:
        """Beat within a transaction; raise `InUse` where the site is somebody else's by now."""
        if not tenures.beat(connection, self.site, self.holder):
            raise held_by(tenures.of(connection, self.site), self.site)
        self._beaten = time.monotonic()

    def check(self) -> None:
        """Raise `InUse` where the site is somebody else's: asks the catalogue only when the last beat is old."""
        if time.monotonic() - self._beaten > self._patience / 2:
            self._beat()

    def keep(self, failed: Callable[[ArchiveError], None]) -> None:
        """Beat from time to time until `give_up`; ``failed`` is told where that is not possible any more."""

        def beat() -> None:
            try:
                if time.monotonic() - self._beaten >= self._patience / _BEATS:
                    self._beat()
            except ArchiveError as error:
                failed(error)
                return
            self.keep(failed)

        self._timer = asyncio.get_running_loop().call_later(self._patience / _BEATS, beat)

    def give_up(self) -> None:
        """Leave the site to whoever comes next; doing it twice is fine."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        try:
            with self._catalogue.begin() as connection:
                tenures.give_up(connection, self.site, self.holder)
        except ArchiveError as error:
            logger.warning("the tenure of %s could not be given up, and ends by itself: %s", self.site, error)
        finally:
            self._catalogue.close()

    def _beat(self) -> None:
        with self._catalogue.begin() as connection:
            self.fence(connection)


class TenureMiddleware:
    """Lets no request leave for a site that somebody else crawls by now: a process may have been asleep."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware of one crawl."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Return where the request may leave; else end the crawl and raise `Stopping`."""
        tenure: Tenure | None = getattr(self.crawler, "tenure", None)
        if tenure is None:
            return
        try:
            tenure.check()
        except ArchiveError as error:
            end_crawl(self.crawler, "taken-over", error)
            raise Stopping(f"{request.url}: {error}") from error


def held_by(row: TenureRow | None, site: str) -> InUse:
    """Return the error for a site that somebody holds."""
    who = (
        f"worker {row.holder}, run {row.run}, since {row.taken_at.isoformat(timespec='seconds')}" if row else "another"
    )
    return InUse(
        f"{site} is being crawled already by {who}",
        now="Wait until that crawl has ended; with --stand-by this one waits, and takes over where that worker dies.",
    )


def name_of_this_process() -> str:
    """Return what tells this worker from every other: machine, process, and a word of its own."""
    return f"{socket.gethostname()}/{_machine()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"


def is_gone(holder: str) -> bool:
    """Whether a holder is a process of this very machine, and is not there any more."""
    parts = holder.rsplit("/", 3)
    if len(parts) != 4 or parts[1] in {"unknown", ""} or parts[1] != _machine() or not parts[2].isdecimal():
        return False
    try:
        os.kill(int(parts[2]), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _machine() -> str:
    """Return what tells this start of this machine, or this container, from every other; nothing where nobody says."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot[:8]}-{os.stat('/proc/self/ns/pid').st_ino}"  # noqa: PTH116 (a link that leads nowhere)
    except OSError:
        return "unknown"
