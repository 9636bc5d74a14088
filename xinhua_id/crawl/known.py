"""What is known of each story already, so that none is written twice, and none under another's name.

The same text brings nothing new, nor does a variant of a page whose story is known from its own address. A page that
calls the address of quite another story its own (themes and editors leave a `rel=canonical` behind) is a story at the
address it stands at. One rule for the crawl, for whoever reads its WARC again, and for whoever finishes what a crawl
that died had captured.
"""

from __future__ import annotations

import json
import logging
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from xinhua_id import urls
from xinhua_id.fingerprints import Fingerprints
from xinhua_id.items import Article

logger = logging.getLogger(__name__)

#: Why a story has another canonical address than its page declares.
DISOWNED = "canonical-is-anothers"
# By the headline and so many paragraphs, two pages are seen to tell one story.
_PARAGRAPHS = 3


class Known(NamedTuple):
    """An article as it counts here, and what is to be said of it.

    ``repeats`` is why it brings nothing new, None where it does; ``disowned`` is the address that its page calls its
    own and that is another story's, None where there is nothing to say.
    """

    article: Article
    repeats: str | None = None
    disowned: str | None = None


@dataclass(slots=True)
class KnownStories:
    """The latest version of every story of one site, by id: its content digest, and whether its own address gave it."""

    unreadable: int = 0
    _latest: Fingerprints = field(default_factory=Fingerprints)
    _marks: Fingerprints = field(default_factory=Fingerprints)
    _pages: Fingerprints = field(default_factory=Fingerprints)

    @classmethod
    def of(cls, items: Path) -> KnownStories:
        """Return what a site's runs wrote so far, from its folder of items; lines that are none are counted."""
        known = cls()
        for path in _oldest_first(items):
            for version in known._versions(path):
                known._remember(version)
        return known

    def take(self, article: Article) -> Known:
        """Say whether an article brings something new, and remember it then.

        It repeats as ``unchanged`` where the latest version has the same text; as ``variant`` where the page is
        another form of the story's page (AMP, print, a second address) and the story is known from its own address.
        """
        version, disowned = _version_of(article), None
        if self._is_anothers(version):
            disowned, article = article.canonical_url, at_its_own_address(article)
            version = _version_of(article)
        latest = self._latest.get(_number(version.ident))
        if latest is not None and latest >> 1 == _number(version.digest):
            return Known(article, "unchanged", disowned)
        if latest is not None and latest & 1 and not version.is_at_home:
            return Known(article, "variant", disowned)
        self._remember(version)
        return Known(article, None, disowned)

    def _remember(self, version: _Version) -> None:
        """Take note of a version; one of a variant does not stand before one of the story's own address."""
        key = _number(version.ident)
        if version.is_at_home or not (self._latest.get(key) or 0) & 1:
            self._latest.put(key, _number(version.digest) << 1 | version.is_at_home)
            self._marks.put(key, version.marks)
            self._pages.put(key, version.page)

    def _is_anothers(self, version: _Version) -> bool:
        """Whether the story that a page calls its own is another: it stood at another page, and they share nothing."""
        key = _number(version.ident)
        marks = self._marks.get(key)
        if version.is_at_home or marks is None or self._pages.get(key) == version.page:
            return False
        return not _each(marks) & _each(version.marks)

    def _versions(self, path: Path) -> Iterator[_Version]:
        """Yield the versions in a file's lines; a torn line is counted and passed over."""
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    item = json.loads(line)
                    told = (item["id"], item["content_digest"], item["url"], item["canonical_url"])
                    yield _version(*told, item["headline"], item["paragraphs"])
                except (ValueError, KeyError, TypeError, AttributeError):
                    logger.warning("%s, line %d, is no item; it is left as it is", path, number)
                    self.unreadable += 1


def at_its_own_address(article: Article) -> Article:
    """Return a story under the address that its page stands at, whatever it declares."""
    assert article.url is not None
    own = urls.canonical(article.url)
    return article.model_copy(update={"id": urls.url_id(own), "canonical_url": own})


class _Version(NamedTuple):
    ident: str
    digest: str
    is_at_home: bool
    page: int
    marks: int


def _version_of(article: Article) -> _Version:
    return _version(
        article.id, article.content_digest, article.url, article.canonical_url, article.headline, article.paragraphs
    )


def _version(
    ident: str, digest: str, url: str | None, canonical_url: str | None, headline: str, paragraphs: Sequence[str]
) -> _Version:
    own = urls.canonical(url) if url is not None else None
    is_at_home = own is None or canonical_url is None or own == canonical_url
    return _Version(ident, digest, is_at_home, zlib.crc32((own or "").encode()), _marks_of(headline, paragraphs))


def _marks_of(headline: str, paragraphs: Sequence[str]) -> int:
    """Return sixteen bits, none of them 0, of the headline and of each of the first paragraphs."""
    texts = [headline, *paragraphs[:_PARAGRAPHS]]
    marks = [zlib.crc32(text.casefold().encode("utf-8", "replace")) % 0xFFFF + 1 for text in texts]
    packed = b"".join(mark.to_bytes(2) for mark in marks)
    return int.from_bytes(packed.ljust(2 * (1 + _PARAGRAPHS), b"\0"), signed=True)


def _each(marks: int) -> set[bytes]:
    packed = marks.to_bytes(2 * (1 + _PARAGRAPHS), signed=True)
    return {packed[at : at + 2] for at in range(0, len(packed), 2)} - {b"\0\0"}


def _oldest_first(folder: Path) -> list[Path]:
    files = [*folder.glob("*.jsonl"), *folder.glob("*.jsonl.open")]
    return sorted(files, key=lambda path: (path.stat().st_mtime_ns, path.name))


def _number(digest: str) -> int:
    """Return the first 62 bits of hex digits: no two of a site's stories share them."""
    try:
        return int(digest.rpartition(":")[2][:16], 16) >> 2
    except ValueError:
        return hash(digest) >> 2  # somebody else's line
