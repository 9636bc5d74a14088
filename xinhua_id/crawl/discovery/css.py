"""What a style sheet names: sheets that it imports, pictures, fonts.

A tokenizer and no more: whatever the text is, it is read once from left to right, and nothing raises. Knows nothing of
where the text came from or of what is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum


class Sort(StrEnum):
    """What a requisite is."""

    IMAGE = "image"
    STYLE = "style"
    FONT = "font"


#: No more of a sheet is read; the largest frameworks have a quarter of it.
LONGEST = 2 * 1024 * 1024

# Whatever begins to match is taken to its end, closed or not: what was looked at once is not looked at again.
_TOKEN = re.compile(
    r"""
    (?P<comment> /\* (?: [^*]++ | \*(?!/) )*+ (?:\*/)?+ )
  | (?P<face> @font-face\b )
  | @import \s*+ (?: url\(\s*+ )?+ ["'] (?P<imported> [^"'\n\\]*+ (?:\\.[^"'\n\\]*+)*+ ) ["']?+
  | @import \s*+ url\( \s*+ (?P<bare> (?:\\[0-9a-f]{1,6}+\s?+|\\.|[^)"'\s\\])*+ )
  | url\( \s*+ (?: "(?P<double> (?:\\.|[^"\\\n])*+ )"?+ | '(?P<single> (?:\\.|[^'\\\n])*+ )'?+
                | (?P<plain> (?:\\[0-9a-f]{1,6}+\s?+|\\.|[^)"'\s\\])*+ ) )
    (?: \s*+ \) \s*+ (?: format\( \s*+ ["']?+ (?P<format> [\w-]*+ ) ["']?+ )?+ )?+
  | (?P<text> "(?:\\.|[^"\\\n])*+"?+ | '(?:\\.|[^'\\\n])*+'?+ )
  | (?P<end> \} )
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:([0-9A-Fa-f]{1,6})\s?|(.))", re.DOTALL)
#: A browser takes the first format that it knows, and every browser since 2016 knows the first of these.
_FORMATS = ("woff2", "woff", "truetype", "opentype", "ttf", "otf")


def named_in(text: str) -> Iterator[tuple[str, Sort]]:
    """Yield what a sheet names, as it is written there, in order; of a font's formats the one that browsers take."""
    face: list[tuple[str, str]] | None = None
    for token in _TOKEN.finditer(text, 0, LONGEST):
        kind = token.lastgroup
        if kind == "face":
            yield from _best(face)
            face = []
        elif kind == "end":
            yield from _best(face)
            face = None
        elif kind in {"imported", "bare"}:
            yield _plain(token[kind]), Sort.STYLE
        elif kind in {"double", "single", "plain", "format"}:
            url = _plain(token["double"] or token["single"] or token["plain"] or "")
            if face is None:
                yield url, Sort.IMAGE
            else:
                face.append((url, (token["format"] or _ending(url)).lower()))
    yield from _best(face)


def _best(face: list[tuple[str, str]] | None) -> Iterator[tuple[str, Sort]]:
    if not face:
        return
    ranks = [_FORMATS.index(form) if form in _FORMATS else len(_FORMATS) for _, form in face]
    best = min(ranks)
    # A face has several files of one format where it is cut by ranges of characters; those are faces of their own.
    yield face[ranks.index(best)][0], Sort.FONT


def _ending(url: str) -> str:
    return re.split(r"[?#]", url, maxsplit=1)[0].rpartition(".")[2]


def _plain(written: str) -> str:
    return _ESCAPE.sub(_unescaped, written) if "\\" in written else written


def _unescaped(found: re.Match[str]) -> str:
    if found[1] is None:
        return "" if found[2] == "\n" else found[2]
    number = int(found[1], 16)
    return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
