"""The list that replay opens on: one small SQLite file of stories, newest first, every word of it ready to be shown.

It is read out of the items, which are the truth, or out of a WARC's own pages where there are none. Knows nothing of
pywb or of how the list looks.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

from xinhua_id import sources
from xinhua_id.archive.pages import page_in
from xinhua_id.errors import BadRecord, SourceError
from xinhua_id.extraction.decode import decode
from xinhua_id.warc import reader
from xinhua_id.warc.exchange import target_uri

_WIB = dt.timezone(dt.timedelta(hours=7), "WIB")
_LEAD = 300
_OG_TITLE = re.compile(
    r"<meta\b(?=[^>]*\bproperty\s*=\s*[\"']?og:title\b)[^>]*\bcontent\s*=\s*(\"[^\"]*\"|'[^']*')", re.I
)
_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_HEAD = 200_000

#: Told how many stories were read so far.
Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Story:
    """One line of the list. Of equal ``key`` only the capture that is latest is listed.

    ``page`` is its number where a story lies in several pages; further pages of ``story`` are not listed beside the
    first.
    """

    key: str
    headline: str
    url: str
    captured_at: dt.datetime
    published: dt.datetime | None = None
    site: str = ""
    source: str = ""
    lead: str = ""
    story: str | None = None
    page: int = 1


@dataclass(slots=True)
class Listed:
    """What came of it: how many stories are listed, and how many lines were no items."""

    stories: int = 0
    unreadable: int = 0


def write(path: Path, stories: Iterable[Story], told: Told = lambda _: None) -> int:
    """Write the list; return how many stories it holds."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA synchronous=OFF")  # a file for this run only
        database.execute(
            "CREATE TABLE found(key TEXT PRIMARY KEY, captured TEXT, sorted TEXT, story TEXT, page INTEGER, headline, "
            "date, source, lead, url, timestamp, site, searched) WITHOUT ROWID"
        )
        for number, story in enumerate(stories, 1):
            database.execute(
                "INSERT INTO found VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(key) DO UPDATE SET "
                + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS)
                + " WHERE excluded.captured >= captured",
                _row(story),
            )
            if number % 500 == 0:
                told(number)
        database.execute(
            "DELETE FROM found WHERE page > 1 AND story IN (SELECT story FROM found WHERE page = 1 AND story NOT NULL)"
        )
        database.execute(
            "CREATE TABLE stories(n INTEGER PRIMARY KEY, headline, date, source, lead, url, timestamp, site, searched)"
        )
        database.execute(
            "INSERT INTO stories(headline, date, source, lead, url, timestamp, site, searched) SELECT headline, date, "
            "source, lead, url, timestamp, site, searched FROM found ORDER BY sorted DESC, key"
        )
        database.execute("DROP TABLE found")
        return int(database.execute("SELECT count(*) FROM stories").fetchone()[0])


_COLUMNS = tuple("captured sorted story page headline date source lead url timestamp site searched".split())


def of_items(files: Iterable[Path], warc: str | None, listed: Listed) -> Iterator[Story]:
    """Yield the stories of items files, those captured in one WARC only where ``warc`` names it.

    Lines that are no items are counted as ``unreadable``; what is still being written is not.
    """
    for path in files:
        site = path.parent.parent.name
        for line in _lines(path):
            try:
                story = _of_item(json.loads(line), site, warc)
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                listed.unreadable += 1
                continue
            if story is not None:
                yield story


def of_warc(path: Path) -> Iterator[Story]:
    """Yield the pages of a WARC: those its crawl says are stories, else every HTML page that came with 200.

    Ends where the file tears.
    """
    pages: dict[str, Story] = {}
    told: set[str] = set()
    try:
        for found in reader.records(path):
            if found.type == "metadata" and b"outcome: " in found.content:
                told.add(found.header("WARC-Refers-To") or "")
                if b"outcome: story" not in found.content.split(b"\r\n"):
                    pages.pop(found.header("WARC-Refers-To") or "", None)
            elif found.type == "response" and (story := _of_page(found, path)):
                pages[story.key] = story
    except BadRecord:
        if not pages:
            raise
    said = [story for key, story in pages.items() if key in told]
    yield from said or pages.values()


def of_pages_list(lines: Iterable[str]) -> Iterator[Story]:
    """Yield the pages that a WACZ lists (``pages/pages.jsonl``)."""
    for line in lines:
        try:
            said = json.loads(line)
            url, moment = said["url"], dt.datetime.fromisoformat(said["ts"])
        except (ValueError, KeyError, TypeError):
            continue
        aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
        yield Story(f"{url} {said['ts']}", str(said.get("title") or url), str(url), aware)


def _of_item(item: dict[str, Any], site: str, warc: str | None) -> Story | None:
    capture, url = item["capture"], item["url"]
    if capture is None or not url or (warc is not None and capture["file"] != warc):
        return None
    part = item.get("part") or {}
    number = int(part.get("number") or 1)
    published = item.get("date_published")
    paragraphs = item.get("paragraphs") or [""]
    return Story(
        key=f"{site} {item['id']}",
        headline=item["headline"] + (f" · page {number}" if number > 1 else ""),
        url=url,
        captured_at=dt.datetime.fromisoformat(capture["captured_at"]),
        published=dt.datetime.fromisoformat(published) if published else None,
        site=site,
        source=_title(site),
        lead=(item.get("lead") or paragraphs[0])[:_LEAD],
        story=part.get("story_id") and f"{site} {part['story_id']}",
        page=number,
    )


def _of_page(found: reader.Record, path: Path) -> Story | None:
    try:
        page = page_in(found, path)
    except BadRecord:
        return None
    kind = (page.header("Content-Type") or "").lower()
    if page.status != 200 or "html" not in kind or page.captured_at is None or page.url is None:
        return None
    text = decode(page.body[:_HEAD], kind)
    og, title = _OG_TITLE.search(text), _TITLE.search(text)
    said = og[1][1:-1] if og else title[1] if title else ""
    record_id = found.header("WARC-Record-ID") or ""
    return Story(record_id, " ".join(unescape(said).split()) or page.url, page.url, page.captured_at)


def _row(story: Story) -> tuple[object, ...]:
    sorted_by = story.published or story.captured_at
    searched = f"{story.headline}\n{story.lead}\n{story.source}\n{story.url}".casefold()
    values = (
        story.key, _utc(story.captured_at), _utc(sorted_by), story.story, story.page, story.headline, _date(story),
        story.source, story.lead, target_uri(story.url), f"{story.captured_at.astimezone(dt.UTC):%Y%m%d%H%M%S}",
        story.site, searched,
    )  # fmt: skip
    # A lone surrogate is no text that SQLite takes; JSON can carry one.
    return tuple(v.encode("utf-8", "replace").decode() if isinstance(v, str) else v for v in values)


def _date(story: Story) -> str:
    """Return the day in western Indonesia, with the hour where the page gave one."""
    if story.published is None:
        at = story.captured_at.astimezone(_WIB)
        return f"captured {at.day} {at:%B %Y, %H:%M} WIB"
    if story.published.time() == dt.time(0):
        return f"{story.published.day} {story.published:%B %Y}"
    at = story.published.astimezone(_WIB)
    return f"{at.day} {at:%B %Y, %H:%M} WIB"


def _utc(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")


def _lines(path: Path) -> Iterator[bytes]:
    """Yield the whole lines of a file, which may have got its final name since it was listed."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        file = path.with_suffix("").open("rb")
    with file:
        for line in file:
            if line.endswith(b"\n") and line.strip():
                yield line


@functools.cache
def _title(site: str) -> str:
    try:
        return sources.get(site).title
    except SourceError:
        return site.removeprefix("site-")
