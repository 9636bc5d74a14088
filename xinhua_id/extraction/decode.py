"""Bytes of a page to its text: which charset they are really in, whatever the page claims.

Knows nothing of markup beyond the two declarations of a charset, and nothing of HTTP but one header's value.
"""

from __future__ import annotations

import codecs
import re
import zlib


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
    hardly ever do by chance. Bad bytes in UTF-8 are read as windows-1252 one by one, so that one damaged word does
    not turn a page to mojibake; a page all in windows-1252 is read rightly that way too. NUL bytes are dropped.
    """
    if (encoding := _wide(body)) is not None:
        return body.decode(encoding, "replace").replace("\0", "").removeprefix("\ufeff")
    body = body.removeprefix(codecs.BOM_UTF8).replace(b"\0", b"")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":  # cut in the middle of its last character
            return body[: error.start].decode("utf-8")
    text = body.decode("utf-8", "surrogateescape")
    bad, beyond = len(_BAD.findall(text)), len(_BEYOND_ASCII.findall(text))
    text = text.translate(_CP1252)
    if beyond - bad > 5 * bad:  # so many whole UTF-8 sequences come from no other charset
        return text
    declared = _declared(body, content_type)
    if declared in (None, "utf-8", "cp1252"):
        return body.decode("gb18030", "replace") if _is_chinese(body) else text
    return body.decode(declared, "replace")


def utf8(body: bytes, content_type: str | None = None) -> bytes:
    """Return what `decode` reads, in UTF-8: ``body`` itself, not copied, where it is clean UTF-8 as most pages are."""
    if not body.startswith(_MARKS) and b"\0" not in body:
        try:
            body.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            return body
    return decode(body, content_type).encode("utf-8", "replace")


_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# HTML standard §13.2.3.2 looks at 1,024 bytes; real pages declare later, so the whole head is read.
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*+=\s*+[\"']?\s*+([a-zA-Z0-9_:.-]{2,40})", re.IGNORECASE)
_XML = re.compile(rb"\A\s*+<\?xml[^>]{0,200}?encoding\s*+=\s*+[\"']([a-zA-Z0-9_:.-]{2,40})")
_HEADER = re.compile(r"charset\s*+=\s*+[\"']?\s*+([a-zA-Z0-9_:.-]{2,40})", re.IGNORECASE)
_HEAD_BYTES = 65_536
#: The charsets of the WHATWG encoding standard §4.2, under Python's names: a page cannot ask for any other codec.
_CHARSETS = frozenset(
    "utf-8 cp866 iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-10 iso8859-13 "
    "iso8859-14 iso8859-15 iso8859-16 koi8-r koi8-u mac-roman cp874 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 "
    "cp1257 cp1258 mac-cyrillic gb18030 big5hkscs euc_jp iso2022_jp cp932 cp949".split()
)
#: Those the standard reads as their superset.
_SUPERSET = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "hz": "gb18030", "big5": "big5hkscs", "shift_jis": "cp932",
    "euc_kr": "cp949", "utf-16": "utf-16-le",
}  # fmt: skip
#: Undecodable bytes, as ``surrogateescape`` marks them, to what windows-1252 makes of them; its gaps are controls.
_CP1252 = {
    0xDC00 + byte: bytes([byte]).decode("cp1252", "replace").replace("\ufffd", chr(byte)) for byte in range(128, 256)
}
_BAD = re.compile("[\udc80-\udcff]")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_HIGH = re.compile(rb"[\x80-\xff]")
_HANZI = re.compile(rb"[\xa1-\xf7][\xa1-\xfe]")


def _wide(body: bytes) -> str | None:
    """Return the name of UTF-16 where a BOM says so, or where markup opens with every other byte NUL."""
    if body.startswith((codecs.BOM_UTF16_LE, b"<\0")):
        return "utf-16-le"
    return "utf-16-be" if body.startswith((codecs.BOM_UTF16_BE, b"\0<")) else None


def _declared(body: bytes, content_type: str | None) -> str | None:
    """Return the first charset that header, meta element or XML declaration name and that exists."""
    head = body[:_HEAD_BYTES]
    header = _HEADER.search(content_type or "")
    labels = [header[1]] if header else []
    labels += [match[1].decode("ascii") for match in (_META.search(head), _XML.match(head)) if match]
    for label in labels:
        try:
            name = codecs.lookup(label).name
        except (LookupError, ValueError):
            continue
        name = _SUPERSET.get(name, name)
        if name.startswith("utf-16"):
            return "utf-8"  # the bytes are not, or the page could not have said so (HTML standard §13.2.3.2)
        if name in _CHARSETS:
            return name
    return None


def _is_chinese(body: bytes) -> bool:
    """Whether high bytes are many and come in GB 2312's pairs, as on Chinese pages that do not say so."""
    pairs = len(_HANZI.findall(body))
    return pairs >= 20 and 2 * pairs > 0.9 * len(_HIGH.findall(body))
