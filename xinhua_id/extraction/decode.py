"""Bytes of a page to its text: which charset they are really in, whatever the page claims.

Knows nothing of markup beyond the two declarations of a charset, and nothing of HTTP but one header's value.
"""

from __future__ import annotations

import codecs
import re
import zlib

from bs4.dammit import UnicodeDammit

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# HTML standard §13.2.3.2 looks at 1,024 bytes; real pages declare later, so the whole head is read.
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([a-zA-Z0-9_:.-]{2,40})", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([a-zA-Z0-9_:.-]{2,40})")
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([a-zA-Z0-9_:.-]{2,40})", re.IGNORECASE)
_HEAD_BYTES = 65_536
# Encodings browsers read as their Windows superset (WHATWG encoding standard §4.2).
_SUPERSET = {"ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030"}
#: At most this share of bad bytes is damage in a UTF-8 page; more is another charset.
_DAMAGE = 0.002


def unzipped(body: bytes, limit: int = 64 << 20) -> bytes:
    """Return the contents of a page that is itself a gzip file (``page.html.gz``), at most ``limit`` bytes of it.

    Anything else is returned as it is, and so is a gzip file that does not hold together.
    """
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        return zlib.decompressobj(31).decompress(body, limit)
    except zlib.error:
        return body


def decode(body: bytes, content_type: str | None = None) -> str:
    """Return the text of ``body``: a BOM decides, then what the bytes are, then what header and page declare.

    Never raises. UTF-8 is what the bytes are where they decode as such, whatever is declared: other charsets
    hardly ever do by chance. A few bad bytes in UTF-8 are read as windows-1252 one by one, so that one damaged
    word does not turn a page to mojibake. NUL bytes are dropped.
    """
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(encoding, "replace").replace("\0", "")
    declared = _declared(body, content_type)
    if declared in ("utf-16-le", "utf-16-be", "utf-16") and b"\0" in body[:512]:
        return body.decode(declared, "replace").replace("\0", "")
    body = body.replace(b"\0", b"")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    text, bad = _damaged_utf8(body)
    if bad <= max(3, _DAMAGE * len(body)) and (declared in (None, "utf-8") or _has_multibyte(text)):
        return text
    if declared and declared != "utf-8":
        return body.decode(declared, "replace")
    return _guessed(body)


def _declared(body: bytes, content_type: str | None) -> str | None:
    head = body[:_HEAD_BYTES]
    labels = [
        match[1] for match in [_HEADER.search(content_type or "")] if match
    ] + [match[1].decode("ascii") for match in (_META.search(head), _XML.search(head)) if match]  # fmt: skip
    for label in labels:
        try:
            name = codecs.lookup(label).name
            "".encode(name)  # codecs such as hex and zip look up, but are no charsets
        except (LookupError, TypeError, ValueError):
            continue
        return _SUPERSET.get(name, name)
    return None


def _damaged_utf8(body: bytes) -> tuple[str, int]:
    """Decode as UTF-8, each undecodable byte as windows-1252; return the text and how many there were."""
    text = body.decode("utf-8", "surrogateescape")
    bad = 0

    def mend(match: re.Match[str]) -> str:
        nonlocal bad
        bad += 1
        return bytes([ord(match[0]) - 0xDC00]).decode("cp1252", "replace")

    return re.sub("[\udc80-\udcff]", mend, text), bad


def _has_multibyte(text: str) -> bool:
    """Whether the text shows characters that only UTF-8 sequences can have given."""
    return any(ord(char) > 0x17F for char in text)


def _guessed(body: bytes) -> str:
    """Return the text as UnicodeDammit reads undeclared bytes; windows-1252, the web's default, decides last."""
    found = UnicodeDammit(body[:_HEAD_BYTES], ["cp1252"], is_html=True).original_encoding or "cp1252"
    return body.decode(found, "replace")
