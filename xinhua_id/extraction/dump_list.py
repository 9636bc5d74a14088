"""One text that holds many dumps one after another, parted into its dumps.

Lines of ``=====``, ``-----`` or the like, form feeds, and ``URL: …`` headers part them, where what they part reads like
stories: a rule inside one dump, or a form feed between its printed pages, parts nothing. Knows nothing of files.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from xinhua_id.extraction import dump_marks

_URL = re.compile(r"(?i)^\s*(?:[-=#*]{2,}\s*)?(?:url|link|alamat|address)\s*[:=]\s*<?(?P<url>https?://[^\s<>]+)>?")
_BARE_URL = re.compile(r"^\s*<?(?P<url>https?://[^\s<>]+)>?\s*$")
_RULES: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern) for pattern in (r"^\s*={4,}\s*$", r"^\s*#{4,}\s*$", r"^\s*\*{4,}\s*$", r"^\s*[-–—_]{4,}\s*$")
)
_ENDED = re.compile(r"[.!?…][\"'”’)\]]*$")
#: So much prose below a line that could be a headline makes a part a story, in characters.
_TOLD = 160
#: Among so many of a part's first written lines its headline must be.
_TOP = 40


@dataclass(frozen=True, slots=True)
class Dump:
    """One dump of a list; ``url`` is the address that stands above it."""

    text: str
    url: str | None = None


def dumps_in(text: str) -> list[Dump]:
    """Return the dumps of a text in order; one, where nothing parts it. Linear in its length."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\f\n").split("\n")
    headed = [at for at, line in enumerate(lines) if _URL.match(line)]
    if len(headed) > 1:
        return [_dump(part) for part in _parts(lines, _URL.match, keep=True)]
    if "\f" in text and (found := _stories(_parts(lines, lambda line: line == "\f"))):
        return found
    for rule in _RULES:
        if any(map(rule.match, lines)) and (found := _stories(_parts(lines, rule.match))):
            return found
    return [_dump(lines)]


def _parts(lines: list[str], parts: Callable[[str], object], *, keep: bool = False) -> list[list[str]]:
    """Return the runs of lines between those that part them; ``keep``: such a line opens the run below it."""
    out: list[list[str]] = [[]]
    for line in lines:
        if parts(line):
            out.append([line] if keep else [])
        else:
            out[-1].append(line)
    return [part for part in out if any(line.strip(" \t\f=#*-–—_") for line in part)]


def _stories(parts: list[list[str]]) -> list[Dump] | None:
    """Return the parts as dumps if at least two, and two of three, read like stories."""
    told = sum(map(_tells, parts))
    return [_dump(part) for part in parts] if told >= 2 and 3 * told >= 2 * len(parts) else None


def _tells(part: list[str]) -> bool:
    """Whether a part has a line like a headline near its top, and prose below it."""
    written = [text for line in part if (text := line.strip())]
    if written and (written[0][:1].islower() or dump_marks.PAGE.match(written[0])):
        return False  # a new page of the same dump
    top = next((at for at, text in enumerate(written[:_TOP]) if _may_head(text)), None)
    if top is None:
        return False
    return sum(len(text) for text in written[top + 1 :] if len(text) > 40) >= _TOLD


def _may_head(text: str) -> bool:
    return 12 <= len(text) <= 220 and len(text.split(None, 3)) == 4 and not _ENDED.search(text)


def _dump(lines: list[str]) -> Dump:
    """Return a part as a dump; the address above it, alone or behind ``URL:``, is no line of it."""
    lines = list(lines)
    for at, line in enumerate(lines):
        if match := _URL.match(line) or _BARE_URL.match(line):
            del lines[at]
            return Dump("\n".join(lines).strip("\n"), match["url"])
        if line.strip(" \t\f=#*-–—_"):
            break
    return Dump("\n".join(lines))
