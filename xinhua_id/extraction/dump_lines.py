"""The lines of a text dump as the page had them: what the tool that saved it added or broke is undone.

Link marks and lists of references, Markdown, line numbers and bullets come off; hard-wrapped lines and sentences that
inline elements broke are joined; paragraphs that were glued are parted. Knows nothing of stories.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from xinhua_id.extraction import boilerplate, dump_marks, newswire
from xinhua_id.extraction.dump_glue import unglued
from xinhua_id.text import clean

_ENDED = re.compile(r"[.!?…][\"'”’)\]]*$|[:;]$")
_CONTINUES = re.compile(r"[a-zà-ÿ,.;:)%”’?!]|[–—-]\s")
#: A line that ends so goes on: a comma, an opening bracket or quotation mark, a preposition, a verb that takes an object.
_UNFINISHED = re.compile(
    r"(?:[,(“/&–-]|\b(?:dan|atau|di|ke|dari|pada|untuk|dengan|yang|oleh|dalam|sebagai|bahwa|kata|ujar|ungkap|menurut|"
    r"tutur|para|kepada|terhadap|antara|hingga|seorang|sebuah|the|of|and|to|in|a|for|by|at|on|with))$"
)
_LABEL = re.compile(r"(?i)[\w ()]{2,24}\s?[:：]\s|©|copyright\b")
_LINK_LABEL = re.compile(r"(?i)^\W{0,4}(?:baca|simak|lihat|read|also)\s+(?:juga|pula|also|read)\s*[:：]$")
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph, label or list item. ``level`` is that of a Markdown heading, 0 for none."""

    text: str
    level: int = 0
    item: bool = False
    #: An empty line stood above it.
    gap: bool = False
    #: The rule under which it counts as removed already: what the tool wrote and the page never held.
    rule: str | None = None


def lines_of(text: str) -> list[Line]:
    """Return the lines of a dump in order; linear in its size."""
    dump = dump_marks.unmarked(text.replace("\0", "").splitlines())
    written = [line.raw for line in dump.lines if line.rule is None]
    width = _wrap_width(written)
    gapless = sum(not line.strip() for line in written) < len(written) / 20
    joined = _joined(dump, width, gapless=gapless)
    return [
        Line(part, line.level, line.item, line.gap and at == 0, line.rule)
        for line in joined
        for at, part in enumerate([line.text] if line.rule else unglued(line.text))
    ]


def _wrap_width(lines: list[str]) -> int | None:
    """Return the column at which lines were wrapped by hand or tool, None where each paragraph is one line.

    Lines that a lower-case word follows were broken in mid-sentence; wrapping breaks them all at nearly one length.
    """
    broken = sorted(
        len(line.rstrip())
        for line, after in pairwise(lines)
        if line.strip() and dump_marks.LINK_MARK.sub("", after[:40]).lstrip()[:1].islower()
    )
    if len(broken) < 3:
        return None
    width, typical = broken[-1], broken[len(broken) // 2]
    return width if 40 <= width <= 132 and typical >= 0.8 * width and broken[len(broken) // 10] > width / 2 else None


def _joined(dump: dump_marks.Unmarked, width: int | None, *, gapless: bool) -> list[Line]:
    """Return paragraphs: lines joined that wrapping or inline elements had broken."""
    out: list[Line] = []
    parts: list[str] = []
    opened: dump_marks.Marked | None = None
    last = ""
    gap = opened_gap = False

    def close() -> None:
        if opened is not None and parts:
            for text in map(clean, dump.inline(_glue(parts)).split("\n")):
                if text:
                    out.append(Line(text, opened.level, opened.item, opened_gap))
        parts.clear()

    lines = dump.lines
    for at, line in enumerate(lines):
        if line.rule is not None:
            out.append(Line(clean(line.raw), rule=line.rule))
            continue
        if not line.raw.strip():
            gap = True
            continue
        follows = lines[at + 1].raw if at + 1 < len(lines) else ""
        on = bool(parts) and not gap and not line.starts
        if on and not _goes_on(last, line.raw, follows, sum(map(len, parts)), width, gapless=gapless):
            on = False
        if not on:
            close()
            opened, opened_gap = line, gap
        parts.append(line.raw)
        last, gap = line.raw, False
    close()
    return out


def _goes_on(last: str, line: str, follows: str, said: int, width: int | None, *, gapless: bool) -> bool:
    """Whether ``line`` goes on where ``last`` stops. ``said``: length of the paragraph so far, in characters."""
    ending, text = last[-80:].rstrip(), dump_marks.LINK_MARK.sub("", line[:200]).strip()
    if _stands_alone(last, line):
        return bool(_LINK_LABEL.match(ending))
    ended = bool(_ENDED.search(ending))
    if width is not None:
        word = _WORD.search(line)
        full = len(last.rstrip()) + 1 + (word.end() - word.start() if word else 0) > width
        if full:
            return not (ended and gapless and text[:1].isupper())
        return bool(_CONTINUES.match(text)) and not ended
    if ended or not text:
        return False
    if _CONTINUES.match(text) or _UNFINISHED.search(ending):
        return True
    if line[:1] in "\t " and line[:2].isspace() and last[:1] not in "\t " and said > 40:
        return True
    return said >= 60 and len(line) < 80 and (
        bool(_ENDED.search(text)) or bool(_CONTINUES.match(follows.strip()))
    ) and newswire.dateline(text) is None  # fmt: skip


def _stands_alone(last: str, line: str) -> bool:
    """Whether one of two lines is a label or a credit, which nothing goes on from or into."""
    return any(
        len(text) < 120 and (boilerplate.rule_for(clean(text)) is not None or _LABEL.match(text.strip()) is not None)
        for text in (last, line)
    )


def _glue(parts: list[str]) -> str:
    """Join the lines of a paragraph; a word broken at its own hyphen needs no blank."""
    out: list[str] = []
    for part in parts:
        text = part.strip()
        if out and not (re.search(r"\w-$", out[-1][-2:]) or re.match(r"[,.;)%”?!]", text)):
            out.append(" ")
        out.append(text)
    return "".join(out)
