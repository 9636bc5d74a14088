"""Deduplicate: an unchanged story is not written twice; a changed one is a new line.

What this site's earlier runs wrote is read once, at the start. Sources never meet here: the same wire story on
two sites is two items.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

from xinhua_id.crawl.visit import Visit
from xinhua_id.items import Outcome
from xinhua_id.pipelines.stage import Stage

logger = logging.getLogger(__name__)


class Deduplicate(Stage):
    """End a Visit as ``duplicate/unchanged`` whose story is the latest one known under its id."""

    name = "deduplicate"
    _latest: dict[str, str] | None = None

    def advance(self, visit: Visit) -> None:
        """Compare the article with the latest version of its story."""
        article = visit.article
        assert article is not None
        latest = self.latest()
        if latest.get(article.id) == article.content_digest:
            visit.end(Outcome.DUPLICATE, "unchanged")
            return
        latest[article.id] = article.content_digest

    def latest(self) -> dict[str, str]:
        """Return the content digest of the latest version of every story of this site, by id."""
        if self._latest is None:
            assert self.spider.run is not None
            self._latest = {}
            for path in _oldest_first(self.spider.run.items.parent):
                self._latest.update(self._versions(path))
        return self._latest

    def _versions(self, path: Path) -> Iterator[tuple[str, str]]:
        """Yield (id, content digest) of a file's lines; a line torn by a crash is counted and passed over."""
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    item = json.loads(line)
                    yield item["id"], item["content_digest"]
                except (ValueError, KeyError, TypeError):
                    logger.warning("%s, line %d, is no item; it is left as it is", path, number)
                    self.crawler.stats.inc_value("items/unreadable")


def _oldest_first(folder: Path) -> list[Path]:
    files = [*folder.glob("*.jsonl"), *folder.glob("*.jsonl.open")]
    return sorted(files, key=lambda path: (path.stat().st_mtime_ns, path.name))
