"""Text as the items carry it: NFC, one kind of white space, and digests over it.

Knows nothing of pages, markup or files.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

# Lone surrogates, which no encoding can write, and characters that take part in no word: zero width (U+200B-D,
# U+2060, U+FEFF), soft hyphen, and C0/C1 controls but tab, newline, carriage return, NEL and U+001C-F, which are
# white space.
_INVISIBLE = re.compile(
    "[\ud800-\udfff\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]"
)
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"\w+")
_LETTERS = re.compile(r"[^\W_]+")
#: What is no letter or figure to a space, letters folded; for ASCII four times as fast as the pattern.
_FOLD = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}


def clean(text: str) -> str:
    """Return ``text`` in NFC on one line: invisible characters gone, white space (NBSP too) as single spaces."""
    line = " ".join(text.split())
    # Nearly every text; the rest takes ten times as long.
    if line.isprintable() and unicodedata.is_normalized("NFC", line):
        return line
    return _SPACE.sub(" ", unicodedata.normalize("NFC", _INVISIBLE.sub("", text))).strip()


def words_of(text: str) -> str:
    """Return the words of ``text`` alone, folded: equal for a headline however it is set or pointed."""
    if text.isascii():
        return " ".join(text.translate(_FOLD).split())
    return " ".join(_LETTERS.findall(text)).casefold()


def content_digest(text: str) -> str:
    """Return ``sha256:<hex>`` over the NFC text in UTF-8: equal for equal text, whatever page carried it."""
    return "sha256:" + hashlib.sha256(unicodedata.normalize("NFC", text).encode("utf-8", "replace")).hexdigest()


def shingles(text: str, n: int = 4) -> list[tuple[str, ...]]:
    r"""Return the ``n``-grams of the words (``\w+``) of ``text``; a shorter text is one shingle, an empty one none.

    Shingles of four words are the measure of Scrapinghub's article-extraction-benchmark (2020).
    """
    words = _WORD.findall(text)
    if not words:
        return []
    return list(zip(*(words[at:] for at in range(min(n, len(words)))), strict=False))
