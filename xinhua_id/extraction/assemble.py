"""The parts of a story to the item: which claim is believed where several speak, and what stays null.

Knows nothing of elements; it is handed texts, and asks `surroundings` for more where they leave a question open.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urljoin

import xinhua_id
from xinhua_id import urls
from xinhua_id.extraction import credit_lines, dates, newswire, origin, surroundings
from xinhua_id.extraction.metadata import Metadata, is_site_name
from xinhua_id.extraction.separate import Separated
from xinhua_id.items import Article, EventDate, Extraction, Image, Page, Removed, Rights
from xinhua_id.sources import Source
from xinhua_id.text import clean, content_digest

_HAN = re.compile("[\u4e00-\u9fff]{8}")
_ID_WORDS = frozenset(
    "yang dan di ke dari untuk dengan pada ini itu dalam tidak akan juga oleh sebagai telah adalah karena mereka dia "
    "kata menurut tersebut bisa ada".split()
)
_EN_WORDS = frozenset("the of and to in is was that for with as are by on at from has have it said".split())
#: What heads every page of a site, and no story.
_OF_A_SITE = re.compile(
    r"(?i)(?:situs|website|web|portal|laman) (?:resmi|berita|web)\b|selamat datang|official (?:web ?)?site"
)
#: Neighbours whose sites write Malay, Indonesian or Chinese and name no zone.
_ZONES = {
    "my": "Asia/Kuala_Lumpur",
    "sg": "Asia/Singapore",
    "bn": "Asia/Brunei",
    "tl": "Asia/Dili",
    "cn": "Asia/Shanghai",
}


@dataclass(slots=True)
class Findings:
    """What was found on one page, before it is weighed."""

    headline: str
    story: Separated
    meta: Metadata
    method: Literal["layout", "structure", "text-dump"]
    layout: str | None = None
    outside: list[Removed] = field(default_factory=list)
    date_lines: list[str] = field(default_factory=list)
    section: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    lead: str | None = None
    byline: str | None = None


def assemble(page: Page, source: Source | None, found: Findings) -> Article:
    """Return the item of a page."""
    story, meta = found.story, found.meta
    text = "\n\n".join(story.paragraphs)
    line = newswire.dateline(story.paragraphs[0])
    authors = _authors(story.credits, found, source)
    said_by, provider, evidence = origin.decide(source, line, story.credits, story.end_tag, authors, text)
    timezone = _timezone(source, page.url)
    shown, changed = _dates_of([*found.date_lines, *story.date_lines])
    above = _above(found, page.url)
    language = _language(text, meta.language, source)
    shown += _further_dates(found, shown, above, timezone, language)
    # An English page may well show its readers UTC.
    local = shown if language == "id" else []
    published, published_raw = dates.weigh([*meta.published, *([] if local else shown)], timezone, local)
    modified, modified_raw = dates.weigh([*meta.modified, *changed], timezone)
    canonical = _canonical(page.url, meta.canonical)
    return Article(
        id=urls.url_id(canonical) if canonical else urls.text_id(text),
        url=page.url,
        canonical_url=canonical,
        site=source.name if source else (urls.host(page.url) or None) if page.url else None,
        provider=provider,
        origin=said_by,
        origin_evidence=evidence,
        headline=_headline(found, above),
        lead=found.lead or story.lead,
        dateline=line,
        byline=story.credits.byline or found.byline,
        authors=authors,
        editor=story.credits.editor or next((e for e in meta.editors if e not in authors), None),
        translator=story.credits.translator,
        date_published=published,
        date_published_raw=published_raw,
        date_modified=modified,
        date_modified_raw=modified_raw,
        event_date=_event(story.paragraphs[0], published),
        language=language,
        section=_last(found.section) or _first(meta.sections),
        tags=_tags(found.tags or meta.tags),
        paragraphs=story.paragraphs,
        text=text,
        images=_images(story, page.url),
        part=None,
        removed=[*story.removed, *found.outside],
        content_digest=content_digest(text),
        capture=page.capture,
        extraction=Extraction(
            version=xinhua_id.__version__,
            source=source.label if source else None,
            layout=found.layout,
            method=found.method,
        ),
        rights=_rights(page, source, story, meta),
    )


def _authors(said: credit_lines.Credits, found: Findings, source: Source | None) -> list[str]:
    """Return the persons who wrote it: the credit line's, else those the page's head or its byline names.

    A credit line that names no person (``Pewarta: Xinhua``), or nobody (``Pewarta:``), is believed too: the head
    then often names the editor.
    """
    if said.byline is not None or said.empty_author:
        return said.authors
    if found.byline is not None:
        return credit_lines.persons(found.byline)
    return [name for name in _author_names(found.meta, source) if name != said.editor]


def _author_names(meta: Metadata, source: Source | None) -> list[str]:
    """Return the persons the head names; an agency, the site or a newsroom is no person."""
    own = {meta.site_name.casefold()} if meta.site_name else set()
    if source:
        own |= {name.casefold() for name in (source.title, *source.self_names)}
    names: list[str] = []
    for said in meta.authors[:4]:
        if not said.startswith(("http://", "https://", "@")):
            names += [name for name in credit_lines.persons(said) if name.casefold() not in own]
    return list(dict.fromkeys(names))


def _dates_of(lines: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return what the lines of dates claim of publication and of changes; one without a date stays as it is."""
    shown: list[str] = []
    changed: list[str] = []
    for line in lines:
        published, modified = dates.labelled(line)
        shown += published or ([] if modified else [line])
        changed += modified
    return shown, changed


def _further_dates(found: Findings, shown: list[str], above: list[str], timezone: str, language: str) -> list[str]:
    """Return what a reader sees elsewhere of the date, where what is claimed leaves a question open.

    No moment at all: the nearest date above the story. A moment in UTC on an Indonesian page: what
    shows readers the same time. Most pages leave no question, and are not looked through.
    """
    meta = found.meta
    if meta.root is None:
        return []
    moments = (dates.parse(claim, timezone) for claim in (*meta.published, *shown))
    claimed = next((moment for moment in moments if moment), None)
    if claimed is None:
        lines = above or surroundings.above(meta.root, found.story.paragraphs[0])
        return next((said for line in reversed(lines) if len(line) < 200 and (said := dates.labelled(line)[0])), [])
    if claimed.tzinfo != dt.UTC or claimed.time() == dt.time.min or language != "id":
        return []
    lines = surroundings.with_clock(meta.root, claimed.hour, claimed.minute)
    return [date for line in lines for date in dates.labelled(line)[0]]


def _above(found: Findings, url: str | None) -> list[str]:
    """Return the texts above the story where its headline turned out to be the name of the site."""
    meta = found.meta
    if found.method != "structure" or meta.root is None:
        return []
    if not (_OF_A_SITE.match(found.headline) or is_site_name(found.headline, meta.site_name, url)):
        return []
    return surroundings.above(meta.root, found.story.paragraphs[0])


def _headline(found: Findings, above: list[str]) -> str:
    """Return the headline; the nearest line above the story that can be one where what was found names the site."""
    can_be = (
        line
        for line in reversed(above)
        if 4 <= len(line.split()) <= 25 and line[-1] not in ".:," and dates.find(line) is None
    )
    return next(can_be, found.headline)


def _timezone(source: Source | None, url: str | None) -> str:
    """Return the zone a site writes its times in: its source's, else that of the land its host names."""
    if source:
        return source.timezone
    return _ZONES.get(urls.host(url or "").partition(":")[0].rpartition(".")[2], "Asia/Jakarta")


def _event(first: str, published: dt.datetime | None) -> EventDate | None:
    """Return the day the opening names; its year from the page's own date, where weekday and day agree with it."""
    found = dates.event(first)
    if found is None:
        return None
    raw, day = found
    if day is None and published is not None and (match := re.search(r"^(\w+)['’]?\w*\s*\((\d+)/(\d+)\)$", raw)):
        for year in (published.year, published.year - 1):
            try:
                guess = dt.date(year, int(match[3]), int(match[2]))
            except ValueError:
                continue
            if guess.weekday() == _weekday(match[1]) and guess <= published.date() + dt.timedelta(days=1):
                day = guess
                break
    return EventDate(raw=raw, date=day)


def _weekday(name: str) -> int:
    names = ("senin", "selasa", "rabu", "kamis", "jum", "sabtu", "minggu")
    name = "minggu" if name.casefold() == "ahad" else name.casefold()
    return next((number for number, day in enumerate(names) if name.startswith(day)), -1)


def _canonical(url: str | None, declared: str | None) -> str | None:
    """Return the canonical URL: the declared one if it stands on the same site and is no front page."""
    if url is None:
        return urls.canonical(declared) if declared and urls.where(declared).strip("/") else None
    if declared and urls.same_site(url, declared):
        front = not urls.where(declared).strip("/")
        if not front or not urls.where(url).partition("?")[0].strip("/"):
            return urls.canonical(declared)
    return urls.canonical(url)


def _language(text: str, declared: str | None, source: Source | None) -> str:
    """Return ``id`` where the text's own words are Indonesian, else what page or source declares.

    Indonesian sites often carry ``lang="en"`` from their theme.
    """
    words = text.casefold().split()
    ours = sum(map(_ID_WORDS.__contains__, words))
    english = sum(map(_EN_WORDS.__contains__, words))
    if ours >= 0.04 * len(words) and ours > english:
        return "id"
    if declared and re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*", declared):
        code = declared.replace("_", "-")
        return "id" if code.lower() in ("in", "in-id") else code
    if _HAN.search(text):
        return "zh"
    return source.language if source else "id"


def _images(story: Separated, base: str | None) -> list[Image]:
    out = []
    for picture in story.pictures:
        parts = newswire.credited(clean(picture.caption), is_caption=True) if picture.caption else None
        out.append(
            Image(
                url=_joined(base, picture.url) if picture.url else None,
                caption=parts.caption if parts else None,
                credit=parts.credit if parts else None,
                photographer=parts.photographer if parts else None,
            )
        )
    return out


def _joined(base: str | None, url: str) -> str:
    try:
        return urljoin(base or "", url.strip())
    except ValueError:
        return url


def _tags(tags: list[str]) -> list[str]:
    return list(dict.fromkeys(tag for raw in tags if (tag := clean(raw).lstrip("#").strip()) and len(tag) < 80))[:40]


def _rights(page: Page, source: Source | None, story: Separated, meta: Metadata) -> Rights:
    header = (page.header("tdm-reservation") or "").strip()
    return Rights(
        holder=source.rights.holder if source else None,
        notice=story.credits.notice or (source.rights.notice if source else None),
        terms_url=source.rights.terms_url if source else None,
        tdm_reservation=int(header) if header in ("0", "1") else meta.tdm_reservation,
    )


def _first(values: list[str]) -> str | None:
    return clean(values[0]) or None if values else None


def _last(values: list[str]) -> str | None:
    return clean(values[-1]) or None if values else None
