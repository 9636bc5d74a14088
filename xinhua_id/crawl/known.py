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

from xinhua_id import paging, urls
from xinhua_id.fingerprints import Fingerprints
from xinhua_id.items import Article

logger = logging.getLogger(__name__)

#: Why a story has another canonical address than its page declares.
DISOWNED = "canonical-is-anothers"
# By the headline and the first paragraphs, so many marks of so many bits, two pages are seen to tell one story.
_MARKS, _BITS = 3, 21


class Known(NamedTuple):
    """An article as it counts here, and what is to be said of it.

    ``repeats`` is why it brings nothing new, None where it does. ``disowned`` is the address that its page calls its
    own and that is another story's. ``displaced`` is the page of another story that was believed to stand at this
    one's address, before this one was met there: it is to be read once more.
    """

    article: Article
    repeats: str | None = None
    disowned: str | None = None
    displaced: str | None = None


@dataclass(slots=True)
class KnownStories:
    """The latest version of every story of one site, by id: its content digest, and whether its own address gave it."""

    unreadable: int = 0
    _latest: Fingerprints = field(default_factory=Fingerprints)
    _marks: Fingerprints = field(default_factory=Fingerprints)
    # The pages of stories that are known from another address than their own, and stories with disowned parts.
    _guests: dict[int, str] = field(default_factory=dict)
    _apart: set[int] = field(default_factory=set)

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
        if not version.is_at_home and (self._shares_nothing(version) or self._is_apart(article)):
            disowned, article = article.canonical_url, at_its_own_address(article)
            version = _version_of(article)
            if article.part is not None:
                self._apart.add(_number(article.part.story_id))
        key = _number(version.ident)
        latest = self._latest.get(key)
        if latest is not None and latest >> 1 == _number(version.digest):
            return Known(article, "unchanged", disowned)
        if latest is not None and latest & 1 and not version.is_at_home:
            return Known(article, "variant", disowned)
        displaced = self._guests.get(key) if version.is_at_home and self._shares_nothing(version) else None
        self._remember(version)
        return Known(article, None, disowned, displaced)

    def _remember(self, version: _Version) -> None:
        """Take note of a version; one of a variant does not stand before one of the story's own address."""
        key = _number(version.ident)
        if version.is_at_home:
            self._guests.pop(key, None)
        elif (self._latest.get(key) or 0) & 1:
            return
        else:
            self._guests[key] = version.url
        self._latest.put(key, _number(version.digest) << 1 | version.is_at_home)
        self._marks.put(key, version.marks)

    def _shares_nothing(self, version: _Version) -> bool:
        """Whether what is known as this story stood at another page, and shares nothing with this one."""
        key = _number(version.ident)
        marks = self._marks.get(key)
        if marks is None or self._stands_where(key, version):
            return False
        return not _each(marks) & _each(version.marks)

    def _stands_where(self, key: int, version: _Version) -> bool:
        """Whether the latest version of a known story is from the page that this one is from."""
        guest = self._guests.get(key)
        if guest is None or version.is_at_home:
            return guest is None and version.is_at_home
        return urls.canonical(guest) == urls.canonical(version.url)

    def _is_apart(self, article: Article) -> bool:
        """Whether another part of the story was disowned: its parts stay together."""
        if article.part is None or not self._apart:
            return False
        own = at_its_own_address(article).part
        return own is not None and _number(own.story_id) in self._apart

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
    """Return a story under the address that its page stands at, whatever it declares; a part stays with its story."""
    assert article.url is not None
    own, part = urls.canonical(article.url), article.part
    if part is not None:
        found = paging.numbered(article.url)
        story = found.base if found is not None and found.number == part.number else own
        part = part.model_copy(update={"story_id": urls.url_id(story)})
        own = story if part.number == 1 else own
    return article.model_copy(update={"id": urls.url_id(own), "canonical_url": own, "part": part})


class _Version(NamedTuple):
    ident: str
    digest: str
    is_at_home: bool
    url: str
    marks: int


def _version_of(article: Article) -> _Version:
    return _version(
        article.id, article.content_digest, article.url, article.canonical_url, article.headline, article.paragraphs
    )


def _version(
    ident: str, digest: str, url: str | None, canonical_url: str | None, headline: str, paragraphs: Sequence[str]
) -> _Version:
    return _Version(ident, digest, urls.is_at_home(url, canonical_url), url or "", _marks_of(headline, paragraphs))


def _marks_of(headline: str, paragraphs: Sequence[str]) -> int:
    """Return twenty-one bits, none of them 0, of the headline and of each of the first two paragraphs."""
    packed = 0
    for text in (headline, *paragraphs[: _MARKS - 1]):
        packed = packed << _BITS | zlib.crc32(text.casefold().encode("utf-8", "replace")) % (2**_BITS - 1) + 1
    return packed


def _each(marks: int) -> set[int]:
    return {marks >> at * _BITS & 2**_BITS - 1 for at in range(_MARKS)} - {0}


def _oldest_first(folder: Path) -> list[Path]:
    files = [*folder.glob("*.jsonl"), *folder.glob("*.jsonl.open")]
    return sorted(files, key=lambda path: (path.stat().st_mtime_ns, path.name))


def _number(digest: str) -> int:
    """Return the first 62 bits of hex digits: no two of a site's stories share them."""
    try:
        return int(digest.rpartition(":")[2][:16], 16) >> 2
    except ValueError:
        return hash(digest) >> 2  # somebody else's line
