"""Lists of text dumps to articles: a text that holds many, or JSON Lines with a text and an address each.

Every dump of a list ends as an article or under a countable reason. Knows nothing of how either is shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from xinhua_id import sources, urls
from xinhua_id.errors import NotAnArticle
from xinhua_id.extraction import extract, extract_text
from xinhua_id.extraction.dump_list import Dump
from xinhua_id.items import Article, Page
from xinhua_id.sources import Source
from xinhua_id.text import words_of

#: Where collections keep the text, its headline and its address; a dot leads into an object.
TEXT_FIELDS = ("text", "raw_content", "content", "maintext", "body")
TITLE_FIELDS = ("title", "headline")
URL_FIELDS = ("url", "source_url", "uri", "meta.url", "metadata.url", "warc_headers.warc-target-uri")
_MARKUP = ("<!doctype", "<html", "<body", "<p>", "<div")


@dataclass(frozen=True, slots=True)
class ReadDump:
    """One dump of a list: its ``article``, or the ``reason`` why it gave none. ``number`` counts from 1."""

    number: int
    article: Article | None = None
    reason: str | None = None


def read_dumps(dumps: Iterable[Dump], source: Source | None = None) -> Iterator[ReadDump]:
    """Yield every dump read; without ``source``, the one that owns a dump's address is taken."""
    for number, dump in enumerate(dumps, 1):
        yield _read(number, dump, source)


def read_json_lines(lines: Iterable[bytes | str], source: Source | None = None) -> Iterator[ReadDump]:
    """Yield every line of JSON Lines read: `TEXT_FIELDS` hold the text, `URL_FIELDS` where it came from.

    A line that is no JSON object counts as ``not-json``, one without a text as ``no-text``. Empty lines are none.
    """
    for number, line in enumerate((line for line in lines if line.strip()), 1):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, dict):
            yield ReadDump(number, reason="not-json")
        elif (text := _first(record, TEXT_FIELDS)) is None:
            yield ReadDump(number, reason="no-text")
        else:
            yield _read(number, Dump(_titled(text, _first(record, TITLE_FIELDS)), _address(record)), source)


def is_json_lines(start: str) -> bool:
    """Whether a file that begins so is JSON Lines whose objects hold a text: its first written line decides."""
    line = start.lstrip().partition("\n")[0]
    return line.startswith("{") and any(f'"{name}"' in line for name in TEXT_FIELDS)


def _read(number: int, dump: Dump, source: Source | None) -> ReadDump:
    chosen = source or (sources.match(dump.url) if dump.url else None)
    try:
        if dump.text[:4096].lstrip().lower().startswith(_MARKUP):
            page = Page(url=dump.url, body=dump.text.encode("utf-8", "replace"))
            return ReadDump(number, extract(page, chosen))
        return ReadDump(number, extract_text(dump.text, url=dump.url, source=chosen))
    except NotAnArticle as refusal:
        return ReadDump(number, reason=refusal.reason)


def _titled(text: str, title: str | None) -> str:
    """Return the text below its title, where the text does not tell it itself."""
    if not title or words_of(title) in words_of(text[: 4 * len(title) + 400]):
        return text
    return f"{title}\n\n{text}"


def _address(record: Mapping[str, Any]) -> str | None:
    found = _first(record, URL_FIELDS)
    return found if found is not None and urls.absolute(found, found) is not None else None


def _first(record: Mapping[str, Any], fields: Iterable[str]) -> str | None:
    """Return the first of the fields that holds text."""
    for name in fields:
        value: Any = record
        for key in name.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, str) and value.strip():
            return value
    return None
