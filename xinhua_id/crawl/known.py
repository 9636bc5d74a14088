"""What is known of each story already, so that none is written twice.

The same text brings nothing new, nor does a variant of a page whose story is known from its own address. One rule
for the crawl, for whoever reads its WARC again, and for whoever finishes what a crawl that died had captured.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from xinhua_id import urls
from xinhua_id.fingerprints import Fingerprints
from xinhua_id.items import Article

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class KnownStories:
    """The latest version of every story of one site, by id: its content digest, and whether its own address gave it."""

    unreadable: int = 0
    _latest: Fingerprints = field(default_factory=Fingerprints)

    @classmethod
    def of(cls, items: Path) -> KnownStories:
        """Return what a site's runs wrote so far, from its folder of items; lines that are none are counted."""
        known = cls()
        for path in _oldest_first(items):
            for version in known._versions(path):
                known.remember(*version)
        return known

    def repeats(self, article: Article) -> str | None:
        """Return why an article brings nothing new, or None, and remember it then.

        ``unchanged``: the latest version has the same text. ``variant``: the page is another form of the story's page
        (AMP, print, a second address), and the story is known from its own address.
        """
        latest = self._latest.get(_number(article.id))
        if latest is not None and latest >> 1 == _number(article.content_digest):
            return "unchanged"
        if latest is not None and latest & 1 and not _at_own_address(article.url, article.canonical_url):
            return "variant"
        self.remember(article.id, article.content_digest, article.url, article.canonical_url)
        return None

    def remember(self, ident: str, digest: str, url: str | None, canonical_url: str | None) -> None:
        """Take note of a version; one of a variant does not stand before one of the story's own address."""
        own, key = _at_own_address(url, canonical_url), _number(ident)
        if own or not (self._latest.get(key) or 0) & 1:
            self._latest.put(key, _number(digest) << 1 | own)

    def _versions(self, path: Path) -> Iterator[tuple[str, str, str | None, str | None]]:
        """Yield id, content digest, URL and canonical URL of a file's lines; a torn line is counted and passed over."""
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    item = json.loads(line)
                    yield item["id"], item["content_digest"], item["url"], item["canonical_url"]
                except (ValueError, KeyError, TypeError):
                    logger.warning("%s, line %d, is no item; it is left as it is", path, number)
                    self.unreadable += 1


def _oldest_first(folder: Path) -> list[Path]:
    files = [*folder.glob("*.jsonl"), *folder.glob("*.jsonl.open")]
    return sorted(files, key=lambda path: (path.stat().st_mtime_ns, path.name))


def _number(digest: str) -> int:
    """Return the first 62 bits of hex digits: no two of a site's stories share them."""
    try:
        return int(digest.rpartition(":")[2][:16], 16) >> 2
    except ValueError:
        return hash(digest) >> 2  # somebody else's line


def _at_own_address(url: str | None, canonical_url: str | None) -> bool:
    return url is None or canonical_url is None or urls.canonical(url) == canonical_url
