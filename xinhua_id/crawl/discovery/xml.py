"""XML as strangers send it: read as far as it goes, without entities, DTDs or the network.

Knows nothing of sitemaps or feeds.
"""

from __future__ import annotations

import io
import re
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from lxml import etree

T = TypeVar("T")

#: sitemaps.org: no sitemap is larger than this, uncompressed.
LARGEST = 50 * 1024 * 1024
_GZIP = b"\x1f\x8b"
_CAREFULLY: dict[str, Any] = {
    "resolve_entities": False, "no_network": True, "load_dtd": False, "remove_pis": True, "remove_comments": True,
}  # fmt: skip
_BARE_AMPERSAND = re.compile(rb"&(?!#?\w{1,31};)")


def root_of(body: bytes, skipped: Counter[str]) -> etree._Element | None:
    """Return the root of what can be read of ``body``; None where it is not XML. What is amiss is counted.

    libxml2's own limits stay on (no ``huge_tree``): they are what stops an entity bomb, and a sitemap of 50 MB
    passes them.
    """
    if not body.strip():
        skipped["empty"] += 1
        return None
    root = _mended(body, _parsed, skipped)
    if root is None:
        skipped["not-xml"] += 1
    return root


def read_each(
    body: bytes, tags: Sequence[str], read: Callable[[etree._Element, Counter[str]], T | None], skipped: Counter[str]
) -> tuple[list[T], str]:
    """Return what ``read`` makes of each element of some tags, and the name of the root, empty where there is none.

    As `root_of` reads it, but without a tree of the whole: what was read of the root's children is forgotten.
    """

    def parsed(of: bytes) -> tuple[tuple[list[T], str, Counter[str]], bool]:
        counted = Counter[str]()
        found, name, whole = _each(of, tags, lambda element: read(element, counted))
        return (found, name, counted), whole

    found, name, counted = _mended(body, parsed, skipped)
    skipped.update(counted)
    return found, name


def _mended(body: bytes, parsed: Callable[[bytes], tuple[T, bool]], skipped: Counter[str]) -> T:
    """Return what a document is parsed as, after its usual fault was mended where it is not whole."""
    made, whole = parsed(body)
    if not whole:
        # `?a=1&b=2` unescaped; it would cost the address its end.
        made, _ = parsed(_BARE_AMPERSAND.sub(b"&amp;", body))
        skipped["broken-xml"] += 1
    return made


def _each(body: bytes, tags: Sequence[str], read: Callable[[etree._Element], T | None]) -> tuple[list[T], str, bool]:
    """Return what was read, the name of the root, and whether the document was whole."""
    walk = etree.iterparse(io.BytesIO(body), events=("end",), tag=tags, recover=True, **_CAREFULLY)
    found: list[T] = []
    try:
        for _, element in walk:
            made = read(element)
            if made is not None:
                found.append(made)
            parent = element.getparent()
            if parent is not None and parent.getparent() is None:
                element.clear()
                while element.getprevious() is not None:
                    del parent[0]
    except (etree.XMLSyntaxError, ValueError):
        return [], "", False
    root: etree._Element | None = walk.root
    whole = not any(entry.level_name in {"ERROR", "FATAL"} for entry in walk.error_log)
    return found, name_of(root) if root is not None else "", whole


def unzipped(body: bytes, skipped: Counter[str], limit: int = LARGEST) -> bytes:
    """Return ``body``, decompressed if it is gzip (a ``.xml.gz`` is no Content-Encoding), at most ``limit`` bytes.

    What decoded before a break is kept.
    """
    if body.startswith(_GZIP):
        reader = zlib.decompressobj(wbits=31)
        try:
            plain = reader.decompress(body, limit + 1)
        except zlib.error:
            plain = _until_it_breaks(body, limit)
            skipped["broken-gzip"] += 1
        else:
            if not reader.eof and len(plain) <= limit:
                skipped["broken-gzip"] += 1
        body = plain
    if len(body) > limit:
        skipped["too-large"] += 1
    return body[:limit]


def name_of(element: etree._Element) -> str:
    """Return the local name in lower case; empty for a comment or an entity."""
    tag: object = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def text_of(element: etree._Element, *names: str) -> str | None:
    """Return the text of the first child of one of these local names, names tried in order.

    Text with an entity in it is none: what the entity would stand for is never looked up.
    """
    for name in names:
        for child in element:
            if name_of(child) == name and all(name_of(inner) for inner in child.iter()):
                text = "".join(map(str, child.itertext())).strip()
                if text:
                    return text
    return None


def _parsed(body: bytes) -> tuple[etree._Element | None, bool]:
    """Return the root, if there is one, and whether the document was whole."""
    parser = etree.XMLParser(recover=True, **_CAREFULLY)
    try:
        root: etree._Element | None = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None, False
    return root, not any(entry.level_name in {"ERROR", "FATAL"} for entry in parser.error_log)


def _until_it_breaks(body: bytes, limit: int) -> bytes:
    reader = zlib.decompressobj(wbits=31)
    plain = bytearray()
    for at in range(0, len(body), 1024):
        try:
            plain += reader.decompress(body[at : at + 1024], limit + 1 - len(plain))
        except zlib.error:
            break
        if len(plain) > limit:
            break
    return bytes(plain)
