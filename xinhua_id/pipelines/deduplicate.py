"""Deduplicate: an unchanged story is not written twice; a changed one is a new line.

What this site's earlier runs wrote is read once, at the start. Sources never meet here: the same wire story on
two sites is two items.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

from xinhua_id.crawl.known import KnownStories
from xinhua_id.crawl.visit import Visit
from xinhua_id.items import Outcome
from xinhua_id.pipelines.stage import Stage

logger = logging.getLogger(__name__)


class Deduplicate(Stage):
    """End a Visit as ``duplicate`` whose story brings nothing new: ``unchanged``, or a ``variant`` of its page."""

    name = "deduplicate"
    _known: KnownStories | None = None

    def advance(self, visit: Visit) -> None:
        """Compare the article with the latest version of its story."""
        article = visit.article
        assert article is not None
        reason = self.known().repeats(article)
        if reason is not None:
            visit.end(Outcome.DUPLICATE, reason)

    def known(self) -> KnownStories:
        """Return what this site's runs wrote so far, read once."""
        if self._known is None:
            assert self.spider.run is not None
            self._known = KnownStories()
            for path in _oldest_first(self.spider.run.items.parent):
                for version in self._versions(path):
                    self._known.remember(*version)
        return self._known

    def _versions(self, path: Path) -> Iterator[tuple[str, str, str | None, str | None]]:
        """Yield id, content digest, URL and canonical URL of a file's lines; a torn line is counted and passed over."""
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    item = json.loads(line)
                    yield item["id"], item["content_digest"], item["url"], item["canonical_url"]
                except (ValueError, KeyError, TypeError):
                    logger.warning("%s, line %d, is no item; it is left as it is", path, number)
                    self.crawler.stats.inc_value("items/unreadable")


def _oldest_first(folder: Path) -> list[Path]:
    files = [*folder.glob("*.jsonl"), *folder.glob("*.jsonl.open")]
    return sorted(files, key=lambda path: (path.stat().st_mtime_ns, path.name))
