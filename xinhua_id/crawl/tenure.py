"""A site's tenure: this worker, of all that share a catalogue, crawls it; where it dies, another takes over.

The holder beats, and whoever wants the site takes it once the last beat is old enough by the database's own clock; a
holder whose process is gone from this very machine is not waited for. A holder that was only asleep finds out before it
sends or commits anything. Workers that share no catalogue are kept apart by `archive.lock` alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from sqlalchemy import Connection

from xinhua_id.catalogue import tenures
from xinhua_id.catalogue.rows import TenureRow
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.crawl.stopping import Stopping, end_crawl
from xinhua_id.errors import ArchiveError, InUse, UsageError

#: A holder whose beat stood still for so long is dead, seconds.
PATIENCE = 60.0
# No worker can be sure to beat within less.
_SHORTEST = 3.0
# So often within that time it beats.
_BEATS = 6

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Watch:
    """After how many seconds without a beat a holder is dead. Raises `UsageError` for a time too short to beat in."""

    patience: float = PATIENCE

    def __post_init__(self) -> None:
        if self.patience < _SHORTEST:
            raise UsageError(
                f"XINHUA_ID_TAKE_OVER_SECONDS: {self.patience:g} is too short", now=f"Set it to {_SHORTEST:g} or more."
            )

    def is_dead(self, row: TenureRow, now: float) -> bool:
        """Whether a holder may be taken over from; ``now`` is by the database's clock."""
        return now - row.beat_at >= self.patience or is_gone(row.holder)


class Tenure:
    """The tenure of one site, from `take` to `give_up`. ``took_over`` is whom it was taken from, if anybody."""

    def __init__(
        self, catalogue: Catalogue, site: str, holder: str, took_over: TenureRow | None, patience: float
    ) -> None:
        self.site, self.holder, self.took_over = site, holder, took_over
        self._catalogue = catalogue
        self._patience = patience
        self._beaten = _awake()
        self._timer: asyncio.TimerHandle | None = None

    @classmethod
    def take(cls, archive: Path, url: str, site: str, run: str, now: dt.datetime, watch: Watch) -> Self:
        """Take a site for a run. Raises `InUse`, which names the holder, and `ArchiveError`."""
        catalogue = Catalogue.open(archive, url)
        try:
            holder = name_of_this_process()
            with catalogue.begin() as connection:
                row = tenures.of(connection, site)
                if (row is not None and not watch.is_dead(row, tenures.clock(connection))) or not tenures.take(
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
        self._beaten = _awake()

    def check(self) -> None:
        """Raise `InUse` where the site is somebody else's: asks the catalogue only when the last beat is old."""
        if _awake() - self._beaten > self._patience / 2:
            self._beat()

    def keep(self, failed: Callable[[ArchiveError], None]) -> None:
        """Beat from time to time until `give_up`; ``failed`` is told where that is not possible any more."""

        def beat() -> None:
            try:
                if _awake() - self._beaten >= self._patience / _BEATS:
                    self._beat()
            except ArchiveError as error:
                # A database that is away for a moment is no end, as long as nobody may have taken over.
                if isinstance(error, InUse) or _awake() - self._beaten > self._patience / 2:
                    failed(error)
                    return
                logger.warning("no sign of life could be given for %s, and is tried again: %s", self.site, error)
            self.keep(failed)

        self._timer = asyncio.get_running_loop().call_later(self._patience / _BEATS, beat)

    @contextlib.contextmanager
    def beating(self) -> Iterator[None]:
        """Beat from a thread while something long goes on and no event loop does.

        Raises `InUse` in the end where the site was taken over meanwhile.
        """
        ended, lost = threading.Event(), list[InUse]()

        def beat() -> None:
            while not ended.wait(self._patience / _BEATS):
                try:
                    self._beat()
                except InUse as error:
                    lost.append(error)
                    return
                except ArchiveError as error:
                    logger.warning("no sign of life could be given for %s, and is tried again: %s", self.site, error)

        thread = threading.Thread(target=beat, name=f"tenure of {self.site}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
        if lost:
            raise lost[0]

    def give_up(self) -> None:
        """Leave the site to whoever comes next; doing it twice is fine."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        try:
            with self._catalogue.begin(alone=False) as connection:
                tenures.give_up(connection, self.site, self.holder)
        except ArchiveError as error:
            logger.warning("the tenure of %s could not be given up, and ends by itself: %s", self.site, error)
        finally:
            self._catalogue.close()

    def _beat(self) -> None:
        # It touches one row of its own: no long transaction of others may hold it up.
        with self._catalogue.begin(alone=False) as connection:
            self.fence(connection)


@contextlib.contextmanager
def held(archive: Path, url: str, names: Iterable[str], who: str, now: dt.datetime, watch: Watch) -> Iterator[None]:
    """Hold the tenures of sites for something else than a crawl. Raises `InUse`, which names who crawls one of them."""
    with contextlib.ExitStack() as stack:
        for name in names:
            tenure = Tenure.take(archive, url, name, who, now, watch)
            stack.callback(tenure.give_up)
            stack.enter_context(tenure.beating())
        yield


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


def _awake() -> float:
    """Return seconds of a clock that goes on while the machine is suspended, where there is one."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


def _machine() -> str:
    """Return what tells this start of this machine, or this container, from every other; nothing where nobody says."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot[:8]}-{os.stat('/proc/self/ns/pid').st_ino}"  # noqa: PTH116 (a link that leads nowhere)
    except OSError:
        return "unknown"
