"""The text of a page saved without markup, like the project's first document, to the same item.

Lines stand for blocks; labels and newswire anchors do what markup does elsewhere. The headline is the first
line that is neither boilerplate nor prose. Knows nothing of HTML.
"""

from __future__ import annotations

import re

from xinhua_id import urls
from xinhua_id.errors import NotAnArticle
from xinhua_id.extraction import boilerplate, newswire, separate
from xinhua_id.extraction.assemble import Findings, assemble
from xinhua_id.extraction.blocks import Block, Kind
from xinhua_id.extraction.metadata import Metadata
from xinhua_id.items import Article, Page
from xinhua_id.sources import Source
from xinhua_id.text import clean

# Two paragraphs glued: a word of three letters or more, the sentence's end, and at once a capitalised word.
_GLUED = re.compile(r"(?<=[a-z]{3}[.!?])(?P<quote>[”\"]?)(?=[“\"]?[A-Z][a-z]+[\s,])")
_STATEMENT = re.compile(r"[.…][\"'”’)\]]*$|[.!?][\"”]$")  # headlines may ask or exclaim, but end without a full stop


def extract_text(text: str, *, url: str | None = None, source: Source | None = None) -> Article:
    """Return the article of a text dump; raise `NotAnArticle` where no line reads like a story.

    ``url``: where the text came from, if known; the id then stands on it, else on the text.
    """
    lines = [line for raw in text.replace("\0", "").splitlines() if (line := clean(raw))]
    if not lines:
        raise NotAnArticle("empty", "the text is empty", where=url)
    at = _headline_at(lines)
    if at is None:
        raise NotAnArticle("no-body", "no line of the text reads like a headline above a story", where=url)
    pieces = [separate.Piece(Block(Kind.TEXT, line, -1)) for line in lines[:at] if boilerplate.rule_for(line)]
    pieces += [separate.Piece(Block(Kind.TEXT, part, -1)) for line in lines[at + 1 :] for part in _unglued(line)]
    story = separate.separate(pieces, lines[at], dump=True)
    if not story.paragraphs or sum(map(len, story.paragraphs)) < 60:
        raise NotAnArticle("no-body", "the text has a headline and no story", where=url)
    found = Findings(lines[at], story, Metadata(), "text-dump")
    article = assemble(Page(url=url), source, found)
    if url is None:
        article = article.model_copy(update={"id": urls.text_id(article.text)})
    return article


def _headline_at(lines: list[str]) -> int | None:
    """Return the line that is the headline: before all prose, no sentence, no label, no credit.

    Of several such lines (a site's name, a section, a date) the last before caption, lead or dateline is it.
    """
    candidates = []
    for at, line in enumerate(lines):
        if newswire.dateline(line) or newswire.is_caption(line) or (len(line) >= 40 and _STATEMENT.search(line)):
            break
        if boilerplate.rule_for(line) is None and not separate.is_date_line(line) and 12 <= len(line) <= 220:
            candidates.append(at)
    if not candidates:
        return None
    worded = [at for at in candidates if len(lines[at].split()) >= 4]
    return (worded or candidates)[-1]


def _unglued(line: str) -> list[str]:
    """Split a line where paragraphs were glued together: ``…setempat.Fanjingshan …``."""
    if len(line) < 200:
        return [line]
    return [part for piece in _GLUED.sub("\\g<quote>\n", line).split("\n") if (part := piece.strip())]
