"""The lines of a text dump as the page had them: what the tool that saved it added or broke is undone.

Link marks and lists of references, Markdown, line numbers and bullets come off; hard-wrapped lines and sentences that
inline elements broke are joined; paragraphs that were glued are parted. Knows nothing of stories.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from xinhua_id.extraction import boilerplate, dump_marks, newswire
from xinhua_id.extraction.dump_glue import headed, unglued
from xinhua_id.text import clean

_ENDED = re.compile(r"[.!?…][\"'”’)\]]*(?:\s*[(\[][^()\[\]]{2,60}[)\]])?$|[:;]$")
_CONTINUES = re.compile(r"[a-zà-ÿ,.;:)%”’?!]|[–—-]\s")
#: A line that ends so goes on: a comma, an opening bracket, a preposition, a verb that takes an object.
_UNFINISHED = re.compile(
    r"(?:[,(“/&–-]|\b(?:dan|atau|di|ke|dari|pada|untuk|dengan|yang|oleh|dalam|sebagai|bahwa|kata|ujar|ungkap|menurut|"
    r"tutur|para|kepada|terhadap|antara|hingga|seorang|sebuah|the|of|and|to|in|a|for|by|at|on|with))$"
)
_LABEL = re.compile(r"[A-Z][\w ()]{1,23}\s?[:：]\s|©|(?i:copyright)\b")
_LINK_LABEL = re.compile(r"(?i)^\W{0,4}(?:baca|simak|lihat|read|also)\s+(?:juga|pula|also|read)\s*[:：]$")
_ENTITY = re.compile(r"(?i)&(?:[a-z]{2,8}|#\d{2,6}|#x[0-9a-f]{2,5});")
#: A paragraph under way has at least so many characters, what an inline element holds at most.
_PROSE, _INLINE = 60, 80
#: A dump's only line is longer than a paragraph where the whole page stands on it.
_PARAGRAPH = 600
_NAME_END = re.compile(r"\s[A-Z][\w'’-]*$")
#: A word goes on in the next line: at its own hyphen, or behind a drop cap.
_BROKEN_WORD = re.compile(r"\w-$|(?:^|[–—-] )[A-Z]$")
_OPENS = re.compile(r"[\"“‘]?[A-Z0-9]")
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph, label or list item. ``level`` is that of a Markdown heading, 0 for none."""

    text: str
    level: int = 0
    item: bool = False
    #: An empty line stood above it.
    gap: bool = False
    #: A paragraph of nothing but a no-break blank stood above it, as editors set between lead and story.
    spaced: bool = False
    #: Its first line in the file, where it had several: a full headline may have been taken for a wrapped line.
    first: str | None = None
    #: The rule under which it counts as removed already: what the tool wrote and the page never held.
    rule: str | None = None


def lines_of(text: str) -> list[Line]:
    """Return the lines of a dump in order; linear in its size."""
    dump = dump_marks.unmarked(text.replace("\0", "").splitlines())
    written = [line for line in dump.lines if line.rule is None]
    width = _wrap_width(written)
    joined = _joined(dump, width)
    if len(joined) == 1 and joined[0].rule is None and len(joined[0].text) > _PARAGRAPH:
        joined = [Line(text) for text in headed(joined[0].text)]
    parts = unglued(line.text for line in joined)
    return [
        Line(text, line.level, line.item, line.gap and at == 0, line.spaced and at == 0, line.first, line.rule)
        for line, texts in zip(joined, parts, strict=True)
        for at, text in enumerate([line.text] if line.rule else texts)
        if text
    ]


def _unescaped(text: str) -> str:
    """Return text whose entities the page had escaped twice, read once more."""
    return html.unescape(text) if "&" in text and _ENTITY.search(text) else text


def _wrap_width(lines: Sequence[dump_marks.Marked]) -> int | None:
    """Return the column at which lines were wrapped by hand or tool, None where each paragraph is one line.

    Lines that a lower-case word follows were broken in mid-sentence. Wrapping breaks a line where its next word would
    not have fitted, so that nearly all such lines with that word are longer than the longest of them.
    """
    broken, unfinished = [], []
    for line, after in pairwise(lines):
        word = _WORD.search(after.raw, 0, 200)
        if word is None or after.starts or len(line.raw) <= 40 or _ENDED.search(line.raw[-80:].rstrip()):
            continue
        unfinished.append((len(line.raw.rstrip()), len(word[0])))
        if dump_marks.LINK_MARK.sub("", word[0])[:1].islower():
            broken.append((len(line.raw.rstrip()), len(word[0])))
    lengths = sorted(length for length, _ in broken)
    longest = max((len(line.raw.rstrip()) for line in lines if not line.starts and "](" not in line.raw), default=0)
    fits = [length + 1 + word <= longest for length, word in unfinished]
    widths = [lengths[-1], lengths[-1 - len(lengths) // 20]] if len(lengths) >= 3 else []
    if broken and 60 <= longest <= 100 and (len(broken) > 1 or 2 * sum(fits) <= len(fits)):
        widths.append(longest)  # no paragraph stands on one line: few broken lines are evidence enough
    for width in widths:
        full = sum(length <= width < length + 1 + word for length, word in broken)
        if width <= 132 and full >= 0.7 * len(broken):
            return width
    return None


def _closeness(lines: Sequence[dump_marks.Marked], width: int) -> list[bool]:
    """Return for each line whether paragraphs of its run, up to the next blank line, follow each other without one.

    They do where a line inside the run ends a sentence although the next word would have fitted.
    """
    out: list[bool] = []
    run = 0
    close = False
    for at, line in enumerate(lines):
        if not line.raw.strip():
            out += [close] * (at + 1 - run)
            run, close = at + 1, False
        elif at > run and lines[at - 1].rule is None is line.rule and not line.starts:
            last = lines[at - 1].raw.rstrip()
            word = _WORD.search(line.raw, 0, 200)
            fits = word is not None and len(last) + 1 + len(word[0]) <= width
            close = close or (fits and _ENDED.search(last[-80:]) is not None)
    return out + [close] * (len(lines) - run)


def _joined(dump: dump_marks.Unmarked, width: int | None) -> list[Line]:
    """Return paragraphs: lines joined that wrapping or inline elements had broken."""
    out: list[Line] = []
    parts: list[str] = []
    opened: dump_marks.Marked | None = None
    last = ""
    gap = opened_gap = spaced = opened_spaced = False

    def close() -> None:
        if opened is not None and parts:
            first = clean(dump.inline(parts[0])) if len(parts) > 1 else None
            texts = map(clean, dump.inline(_unescaped(_glue(parts))).split("\n"))
            told = (opened.level, opened.item, opened_gap, opened_spaced, first)
            out.extend(Line(text, *told) for text in texts if text)
        parts.clear()

    lines = dump.lines
    close_run = _closeness(lines, width) if width is not None else []
    broken = width is None and _is_broken(lines)
    told = listing = False
    for at, line in enumerate(lines):
        if line.rule is not None:
            out.append(Line(clean(line.raw), rule=line.rule))
            continue
        if not line.raw.strip():
            gap, spaced = True, spaced or "\u00a0" in line.raw
            continue
        told = told or (len(last) >= _PROSE and (_ENDED.search(last[-80:]) or newswire.dateline(last)) is not None)
        listing = last.rstrip().endswith(":") or (listing and not _ENDED.search(last[-80:].rstrip()))
        on = bool(parts) and not gap and not line.starts
        if on and width is not None:
            on = _wrapped_on(last, line.raw, width, close=close_run[at])
        elif on:
            on = _goes_on(last, line.raw, broken=broken and told and not listing, above=parts)
        if not on:
            close()
            opened, opened_gap, opened_spaced = line, gap, spaced
        parts.append(line.raw)
        last, gap, spaced = line.raw, False, False
    close()
    return out


def _wrapped_on(last: str, line: str, width: int, *, close: bool) -> bool:
    """Whether wrapping broke the line after ``last``. ``close``: no blank line parts the paragraphs here."""
    if last.rfind("[") > last.rfind("]"):
        return True  # a Markdown link, broken
    ending, text = last[-80:].rstrip(), dump_marks.LINK_MARK.sub("", line[:200]).strip()
    word = _WORD.search(line, 0, 200)
    if _is_label(last) and (_ENDED.search(line[-80:].rstrip()) or len(line) > 0.8 * width):
        return False  # a headline behind ``Baca juga:`` ends soon and without a full stop
    ended = _ENDED.search(ending) is not None
    if line[:2].isspace() and _indent(line) > _indent(last) + 1 and len(last) > 40:
        return True
    if len(last.rstrip()) + 1 + (len(word[0]) if word else 0) > width:
        return not (ended and close and _OPENS.match(text)) and not _is_label(line)
    return _CONTINUES.match(text) is not None and not ended and not _is_label(last)


def _goes_on(last: str, line: str, *, broken: bool, above: list[str]) -> bool:
    """Whether ``line`` goes on where ``last`` stops. ``above``: the lines of the paragraph so far.

    ``broken``: inline elements break sentences in this dump, the story has begun, and this is no list.
    """
    ending, text = last[-80:].rstrip(), line[:200].strip()
    if _is_label(last) or _is_label(line):
        return _LINK_LABEL.match(last.strip()) is not None
    deeper = line[:2].isspace() and _indent(line) > _indent(above[0]) and len(above[0]) > 40
    if deeper and line.startswith("\t\t"):
        return True  # the page's source wraps its paragraphs
    if _ENDED.search(ending) or not text:
        return False
    if deeper or _CONTINUES.match(text) or _UNFINISHED.search(ending):
        return True
    if not broken or newswire.dateline(text) is not None or newswire.is_caption(text[-200:]):
        return False
    return (
        sum(map(len, above)) >= _PROSE
        or _NAME_END.search(ending) is not None
        or (text[:1] in "(0123456789" and len(above[0].split(None, 3)) == 4)
    )


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _is_broken(lines: Sequence[dump_marks.Marked]) -> bool:
    """Whether inline elements broke sentences: somewhere a line of four words or more goes on in lower case."""
    return any(
        not after.starts
        and _CONTINUES.match(after.raw.strip()[:2]) is not None
        and len(line.raw.split(None, 3)) == 4
        and not _ENDED.search(line.raw[-80:].rstrip())
        for line, after in pairwise(lines)
    )


def _is_label(line: str) -> bool:
    """Whether a line is a label or a credit, which nothing goes on from or into."""
    text = line.strip()
    return len(text) < 120 and (boilerplate.rule_for(clean(text)) is not None or _LABEL.match(text) is not None)


def _glue(parts: list[str]) -> str:
    """Join the lines of a paragraph; a word broken at its own hyphen needs no blank."""
    out: list[str] = []
    for part in parts:
        text = part.strip()
        if out and not (_BROKEN_WORD.search(out[-1][-4:]) or re.match(r"[,.;)%”?!]", text)):
            out.append(" ")
        out.append(text)
    return "".join(out)
