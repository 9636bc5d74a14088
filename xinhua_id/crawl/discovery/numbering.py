"""Numbered listings: which page of a series an address is, of what series, and which page comes next.

    ?page=3   ?halaman=3   /page/3/   /halaman/3   /tag/xinhua/3   index_3.html

The pages of one story are `paging`'s. Knows nothing of what stands on a page.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from xinhua_id import urls
from xinhua_id.crawl.discovery import calendar
from xinhua_id.crawl.discovery.link import Kind

PARAMETERS = frozenset("page paged halaman hal laman pg page_num pagenum page_no pageno".split())
_IN_PATH = re.compile(r"/(?:page|halaman|hal|laman)[/-](\d{1,9})/?$", re.IGNORECASE)
_IN_FILE = re.compile(r"(?<=[^/])_(\d{1,5})(?=\.s?html?$)", re.IGNORECASE)
_LAST_NUMBER = re.compile(r"/(\d{1,5})/?$")
_DIRECTORY_FILE = re.compile(r"/index\.s?html?$", re.IGNORECASE)


def page_number(url: str, kind: Kind = Kind.PAGE) -> int | None:
    """Return which page of a numbered series a URL is, or None.

    ``?page=3``, ``/page/3/``; a bare number at the end (``/tag/xinhua/3``, ``index_3.html``) counts on a listing only,
    and where it is no part of a date.
    """
    parts = urlsplit(url)
    for key, value in parse_qsl(parts.query):
        if key.lower() in PARAMETERS and value.isascii() and value.isdecimal() and len(value) < 10:
            return int(value)
    found = _IN_PATH.search(parts.path)
    if found is None and kind is Kind.LISTING:
        found = _IN_FILE.search(parts.path)
        if found is None and not calendar.counts_days(parts.path):
            found = _LAST_NUMBER.search(parts.path)
    return int(found[1]) if found else None


def series(url: str) -> str:
    """Return the canonical address of a numbered series: the URL without its page number."""
    parts = urlsplit(urls.canonical(url))
    every = parse_qsl(parts.query, keep_blank_values=True)
    query = [(key, value) for key, value in every if key.lower() not in PARAMETERS]
    path = _IN_FILE.sub("", _IN_PATH.sub("", parts.path))
    if path == parts.path and len(query) == len(every) and not calendar.counts_days(path):
        path = _LAST_NUMBER.sub("", path)
    path = _DIRECTORY_FILE.sub("/", path)
    return urls.canonical(urlunsplit((parts.scheme, parts.netloc, path, urlencode(query), "")))


def is_same_series(link: str, page: str) -> bool:
    """Whether ``link`` is a numbered page of the series that ``page`` belongs to or opens."""
    if page_number(link, Kind.LISTING) is None:
        return False
    return series(link) in {series(page), _opened_by(page)}


def follows(link: str, page: str) -> bool:
    """Whether ``link`` is the page after ``page`` in a numbered series; a page without a number is the first."""
    if page_number(link, Kind.LISTING) is None or not is_same_series(link, page):
        return False
    own = page_number(page, Kind.LISTING) if series(link) == series(page) else None
    return page_number(link, Kind.LISTING) == (1 if own is None else own) + 1


def _opened_by(page: str) -> str:
    """Return the series that a page without a number of its own opens; its address may end in one (``/tag/2024``)."""
    parts = urlsplit(urls.canonical(page))
    path = _DIRECTORY_FILE.sub("/", parts.path)
    return urls.canonical(urlunsplit((parts.scheme, parts.netloc, path, parts.query, "")))
