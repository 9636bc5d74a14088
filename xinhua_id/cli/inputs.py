"""What an input of the command line holds, a WARC, a page, a text dump or a list of dumps, and how it is read.

Knows nothing of how what was read is printed.
"""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from xinhua_id import sources
from xinhua_id.cli import saved
from xinhua_id.corpus import dump_lists
from xinhua_id.corpus.dump_lists import ReadDump
from xinhua_id.errors import UsageError
from xinhua_id.extraction import extract, extract_text, verdict
from xinhua_id.extraction.decode import decode
from xinhua_id.extraction.dump_list import dumps_in
from xinhua_id.extraction.explain import Explanation, explain, explain_text
from xinhua_id.items import Article, Page
from xinhua_id.sources import Source

#: How much of a file says what it is, bytes.
_START = 262_144
_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\v\x1b"))


@dataclass(frozen=True, slots=True)
class Input:
    """A page or a text dump, whole; ``source`` is the one asked for, else the one that owns ``url``."""

    body: bytes
    url: str | None
    source: Source | None

    def article(self) -> Article:
        """Return its article; raise `NotAnArticle` with the reason."""
        if self._is_page:
            return extract(Page(url=self.url, body=self.body), self.source)
        return extract_text(decode(self.body), url=self.url, source=self.source)

    def explanation(self) -> Explanation:
        """Return how it is read."""
        if self._is_page:
            return explain(Page(url=self.url, body=self.body), self.source)
        return explain_text(decode(self.body), url=self.url, source=self.source)

    def listed(self) -> Iterator[ReadDump] | None:
        """Return what its dumps give, where it holds a list of them; None where it is one page or dump."""
        if self._is_page and not _is_listed(self.body):
            return None
        text = decode(self.body)
        if dump_lists.is_json_lines(text[:_START]):
            return dump_lists.read_json_lines(text.split("\n"), self.source)
        dumps = dumps_in(text)
        return dump_lists.read_dumps(dumps, self.source) if len(dumps) > 1 else None

    @property
    def _is_page(self) -> bool:
        return _is_markup(self.body) or _is_binary(self.body)  # of binary data the page's reader says what it is


def read(name: str, url: str | None = None, source: Source | None = None) -> Input:
    """Return a file, or standard input for ``-``; raise `UsageError` where it cannot be read or is a WARC."""
    body = saved.read(name)
    if body.startswith(b"WARC/"):
        raise UsageError("a WARC cannot be read from here", where=name, now="Give the WARC as a file, by its path.")
    return Input(body, url, source or (sources.match(url) if url else None))


def is_warc(name: str) -> bool:
    """Whether an input is a WARC, by its name or its first bytes."""
    if name == "-":
        return False
    if name.removesuffix(".open").endswith((".warc", ".warc.gz")):
        return True
    head = saved.head(name, 4096)
    if head.startswith(b"\x1f\x8b"):
        try:
            head = zlib.decompressobj(31).decompress(head, 16)
        except zlib.error:
            return False
    return head.startswith(b"WARC/")


def _is_listed(body: bytes) -> bool:
    """Whether data in which markup stands is a list all the same: JSON Lines, some of whose texts are pages."""
    return body[:64].lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{")


def _is_markup(body: bytes) -> bool:
    start = body[:_START].replace(b"\0", b"")  # without them UTF-16 shows its markup
    return verdict.is_markup(start)


def _is_binary(body: bytes) -> bool:
    start = body[:_START]
    if start.startswith(_BOMS):
        return False
    return start.startswith(b"%PDF-") or len(start) - len(start.translate(None, _CONTROLS)) > len(start) // 100
