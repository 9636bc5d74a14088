"""XML as strangers send it: read as far as it goes, without entities, DTDs or the network.

Knows nothing of sitemaps or feeds.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter

from lxml import etree

#: sitemaps.org: no sitemap is larger than this, uncompressed.
LARGEST = 50 * 1024 * 1024
_GZIP = b"\x1f\x8b"
_BARE_AMPERSAND = re.compile(rb"&(?!#?\w{1,31};)")


def root_of(body: bytes, skipped: Counter[str]) -> etree._Element | None:
    """Return the root of what can be read of ``body``; None where it is not XML. What is amiss is counted.

    libxml2's own limits stay on (no ``huge_tree``): they are what stops an entity bomb, and a sitemap of 50 MB
    passes them.
    """
    if not body.strip():
        skipped["empty"] += 1
        return None
    root, whole = _parsed(body)
    if not whole:
        # `?a=1&b=2` unescaped is the usual fault; it would cost the address its end.
        root, whole = _parsed(_BARE_AMPERSAND.sub(b"&amp;", body))
        skipped["broken-xml"] += 1
    if root is None:
        skipped["not-xml"] += 1
    return root


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
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, remove_pis=True, remove_comments=True
    )
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
