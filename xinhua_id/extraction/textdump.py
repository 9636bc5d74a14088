"""The text of a page saved without markup, like the project's first document, to the same item.

Lines stand for blocks; labels and newswire anchors do what markup does elsewhere. A dump may hold the whole page: menus
above the headline, comments and other stories below. Knows nothing of HTML, nor of how the lines came about
(`dump_lines`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from xinhua_id import urls
from xinhua_id.errors import NotAnArticle
from xinhua_id.extraction import boilerplate, dates, dump_lines, dump_story, newswire, separate
from xinhua_id.extraction.assemble import Findings, assemble
from xinhua_id.extraction.blocks import Block, Kind
from xinhua_id.extraction.credit_lines import Credits
from xinhua_id.extraction.decode import decode
from xinhua_id.extraction.dump_lines import Line
from xinhua_id.extraction.metadata import Metadata
from xinhua_id.items import Article, Page, Removed
from xinhua_id.sources import Source
from xinhua_id.text import words_of

_STATEMENT = re.compile(r"[.…][\"'”’)\]]*$|[.!?][\"”]$")  # headlines may ask or exclaim, but end without a full stop
_TITLE = re.compile(r"^(?P<headline>.{16,}\S)(?:\s[-–—|»:]\s\S.{0,60}|-[A-Z][A-Za-z ]{2,30})$")
_CREDITED = re.compile(r"[.!?”\"]\s*[(\[][^()\[\]]{2,80}[)\]]$")
_CRUMBS = re.compile(r"\S\s*[/›»>]\s*\S|•")
_HOUR = re.compile(r"\d{1,2}[:.]\d{2}\b")
_REFUSED = tuple(
    (reason, re.compile(rf"(?i)^(?:{pattern})"))
    for reason, pattern in (
        (
            "soft-404",
            r"(?:maaf, )?(?:halaman|artikel|konten)\b.{0,40}\btidak (?:dapat )?(?:ditemukan|tersedia|ada)\b|404\b",
        ),
        ("login", r"(?:artikel|konten) ini khusus pelanggan|silakan (?:masuk|login) (?:untuk|terlebih)|masuk ke akun"),
        ("blocked", r"access denied|akses ditolak|just a moment|attention required|verify you are"),
        ("listing", r"(?:berita|arsip|kategori|tag|topik|indeks|terkini|hasil pencarian)\b[^.]{0,30}\s[-–|]\s"),
    )
)
_LEAST_BODY = 60
#: No page has so many lines.
_MOST_LINES = 50_000
#: A text of fewer characters may be a notice as a whole.
_BRIEF = 400
#: Among how many of a dump's first lines its title may be, and the headline that it tells.
_TITLE_WITHIN, _GLUED_WITHIN = 3, 80


def extract_text(text: str, *, url: str | None = None, source: Source | None = None) -> Article:
    """Return the article of a text dump; raise `NotAnArticle` where no line reads like a story.

    ``url``: where the text came from, if known; the id then stands on it, else on the text.
    """
    article = _read(text, Page(url=url), source)
    return article if url is not None else article.model_copy(update={"id": urls.text_id(article.text)})


def extract_conversion(page: Page, source: Source | None = None) -> Article:
    """Return the article of a page of which a WARC holds only the text (`Page.converted`), its capture with it.

    Raises `NotAnArticle` as `extract_text` does, and where the conversion is no text.
    """
    kind = (page.header("content-type") or "text/plain").partition(";")[0].strip().lower()
    if kind != "text/plain":
        raise NotAnArticle("not-text", f"the record is a conversion to {kind}, not to text", where=page.url)
    return _read(decode(page.body, page.header("content-type")), page, source)


def _read(text: str, page: Page, source: Source | None) -> Article:
    if text.count("\n") > _MOST_LINES:
        raise NotAnArticle("too-large", f"the text has more than {_MOST_LINES:,} lines", where=page.url)
    lines = _full_line_parted(_titled_parted(_undated(dump_lines.lines_of(text))))
    if not lines:
        raise NotAnArticle("empty", "the text is empty", where=page.url)
    at = _headline_at(lines)
    if at is None:
        raise NotAnArticle("no-body", "no line of the text reads like a headline above a story", where=page.url)
    if dump_story.is_listing(lines[at + 1 :]):
        raise NotAnArticle("listing", "the text lists headlines", where=page.url)
    headline, above = lines[at].text, lines[:at]
    pieces = [separate.Piece(Block(Kind.TEXT, line.text, -1), line.rule) for line in above if _is_named(line)]
    pieces += dump_story.pieces(lines[at + 1 :], headline)
    story = separate.separate(pieces, headline, dump=True, ragged=True)
    if sum(map(len, story.paragraphs)) < _LEAST_BODY:
        raise NotAnArticle("no-body", "the text has a headline and no story", where=page.url)
    for reason, words in _REFUSED:
        if words.search(headline) or (words.search(story.paragraphs[0]) and sum(map(len, story.paragraphs)) < _BRIEF):
            raise NotAnArticle(reason, f"the text is headed {headline!r}", where=page.url)
    dated = [line.text for line in above[-4:] if separate.is_date_line(line.text) and _HOUR.search(line.text)]
    found = Findings(headline, story, Metadata(), "text-dump", outside=_outside(above), date_lines=dated)
    found.byline = dump_story.byline(lines[at + 1 :])
    return assemble(page, source, found)


def _titled_parted(lines: list[Line]) -> list[Line]:
    """Part the headline from what a tool ran into it, where the dump opens with a title that tells it."""
    for at, line in enumerate(lines[:_TITLE_WITHIN]):
        title = _TITLE.match(line.text) if len(line.text) <= 300 else None
        if title is None or any(after.text == title["headline"] for after in lines[:_GLUED_WITHIN]):
            continue
        for below, after in enumerate(lines[at + 1 : _GLUED_WITHIN], at + 1):
            before, found, behind = after.text.partition(title["headline"])
            if found and after.rule is None:
                parts = [Line(text) for text in (before.strip(), found, behind.strip()) if text]
                return [*lines[:below], *parts, *lines[below + 1 :]]
    return lines


def _undated(lines: list[Line]) -> list[Line]:
    """Part a line at the top from the date and hour that a tool ran into its end."""
    out: list[Line] = []
    for line in lines[:_GLUED_WITHIN]:
        raw = dates.find(line.text) if len(line.text) <= 220 and line.rule is None else None
        at = line.text.find(raw) if raw is not None and _HOUR.search(raw) else -1
        if raw is None or at < 12 or _STATEMENT.search(line.text):
            out.append(line)
        else:
            parts = (line.text[:at].strip(), raw, line.text[at + len(raw) :].strip())
            out += [Line(part) for part in parts if part]
    return out + lines[_GLUED_WITHIN:]


def _full_line_parted(lines: list[Line]) -> list[Line]:
    """Part a headline from the caption or lead below it that was taken for its wrapped rest, above all other prose."""
    for at, line in enumerate(lines[:_GLUED_WITHIN]):
        if _may_be_headline(line):
            return lines
        if line.first is not None and _begins_story(line.text) and line.text.startswith(line.first):
            rest = line.text[len(line.first) :].strip()
            if rest[:1].isupper() and _may_be_headline(Line(line.first)):
                return [*lines[:at], Line(line.first), Line(rest), *lines[at + 1 :]]
    return lines


def _is_named(line: Line) -> bool:
    """Whether a line above the headline is removed under a name of its own."""
    return line.rule is not None or boilerplate.rule_for(line.text) is not None


def _outside(above: Sequence[Line]) -> list[Removed]:
    """Return one line for all that stands above the headline and no rule names; its words are not kept."""
    characters = sum(len(line.text) for line in above if not _is_named(line))
    if not characters:
        return []
    return [Removed(rule="outside", text=None, position=None, characters=characters, digest=None)]


def _headline_at(lines: Sequence[Line]) -> int | None:
    """Return the line that is the headline: before the story's prose, no sentence, no label, no credit.

    A Markdown heading of the first level says so itself, and so does a line that stands above it again with the site's
    name behind it, as titles do. Of several other lines (a site's name, a section, a date) the last one before caption,
    lead or dateline is it.
    """
    marked = next((at for at, line in enumerate(lines) if line.level == 1 and len(line.text) >= 12), None)
    if marked is not None:
        return marked
    candidates: list[int] = []
    for at, line in enumerate(lines):
        if candidates and _begins_story(line.text):
            break
        if _may_be_headline(line):
            candidates.append(at)
    titled = _titled(lines, candidates)
    if titled is not None:
        return titled
    worded = [at for at in candidates if len(lines[at].text.split()) >= 4]
    return next(reversed(worded or candidates), None)


def _begins_story(text: str) -> bool:
    if newswire.dateline(text) or newswire.is_caption(text[-200:]) or _CREDITED.search(text[-90:]):
        return True
    return len(text) >= 40 and _STATEMENT.search(text) is not None


def _may_be_headline(line: Line) -> bool:
    text = line.text
    return (
        line.rule is None
        and 12 <= len(text) <= 220
        and not _STATEMENT.search(text)
        and not _CREDITED.search(text[-90:])
        and boilerplate.rule_for(text) is None
        and not separate.is_date_line(text)
        and not _opens_with_date(text)
        and not dump_story.is_byline(text)
        and not _CRUMBS.search(text)
        and not Credits().read(text)
    )


def _opens_with_date(text: str) -> bool:
    found = dates.find(text[:60])
    return found is not None and len(found) > 10 and text.startswith(found)


def _titled(lines: Sequence[Line], candidates: Sequence[int]) -> int | None:
    """Return the last candidate above which stands a title made of it and a site's name, or None."""
    titles: set[str] = set()
    found = None
    for at in candidates:
        text = lines[at].text
        if words_of(text) in titles:
            found = at
        if title := _TITLE.match(text):
            titles.add(words_of(title["headline"]))
    return found
