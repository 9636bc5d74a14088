"""The line of sites that one worker is to crawl: those that another crawls meanwhile are put off, not given up.

A site is done with when its round has ended, whoever ended it, since this worker began or shortly before: a worker that
died and was started again is no reason to begin anew. Knows nothing of Scrapy.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from xinhua_id.catalogue import frontier
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.crawl.discovery import Rules
from xinhua_id.crawl.run import Shared
from xinhua_id.crawl.target import Target

#: So long a worker waits before it asks again for sites that are all taken, seconds.
PAUSE = 2.0
#: A round that ended so long before counts as done.
SHORTLY = dt.timedelta(minutes=10)

logger = logging.getLogger(__name__)


class Line:
    """The targets still to be crawled, in turn.

    ``shared`` is the catalogue where to look what others have done. ``ranged``: the crawl is of some days only.
    """

    def __init__(
        self,
        targets: Sequence[Target],
        archive: Path,
        shared: Shared | None,
        pause: float = PAUSE,
        *,
        ranged: bool = False,
    ) -> None:
        self._waiting = deque(targets)
        self._archive = archive
        self._shared = shared
        self._pause = pause
        self._begun = dt.datetime.now(dt.UTC)
        self._ranged = ranged
        self._put_off: set[str] = set()

    def next(self) -> Target | None:
        """Return the next target, None where nothing is left."""
        while self._waiting:
            target = self._waiting.popleft()
            if self._shared is not None and self._is_done(target, self._shared):
                logger.info("%s was crawled by another worker", target.name)
                continue
            return target
        return None

    async def put_off(self, target: Target) -> None:
        """Ask for a target again after the others; wait a little where all of them are put off."""
        self._put_off.add(target.name)
        self._waiting.append(target)
        if all(one.name in self._put_off for one in self._waiting):
            await asyncio.sleep(self._pause)

    def _is_done(self, target: Target, shared: Shared) -> bool:
        whole = not self._ranged and Rules.of(target.source, target.seeds).whole_site
        # Only the whole site is the same for whoever asks; of the rest counts what another did while we waited.
        since = self._begun - SHORTLY if whole else self._begun
        if not whole and target.name not in self._put_off:
            return False
        catalogue = Catalogue.open(self._archive, shared.url)
        try:
            with catalogue.reading() as connection:
                rounds = frontier.rounds_of(connection, target.name)
        finally:
            catalogue.close()
        return any(one.ended_at is not None and one.ended_at >= since for one in rounds)
