"""Date archives: which days an address stands for, and the addresses that stand for some days.

    /2023/01/09/   /2023/01/   /indeks/09-01-2023/2   /arsip/2023-01-09   ?tanggal=09-01-2023   ?m=20230109
    ?year=2023&month=1&day=9

A day with a name behind it (``/2023/01/09/panen-kopi``) is a story, not an archive. Knows nothing of pages.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
import string
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, urlsplit

#: An archive is asked for by day over at most so many days: ten years.
MOST_DAYS = 366 * 10

_YEAR = r"(?P<y>(?:19|20)\d\d)"
_MONTH = r"(?P<m>0?[1-9]|1[0-2])"
_DAY = r"(?P<d>0[1-9]|[12]\d|3[01]|[1-9])"
_PAGE = r"(?P<page>/(?:(?:page|halaman|hal)/)?\d{1,5})?/?$"
_IN_PATH = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:^|/){_YEAR}/{_MONTH}(?:/{_DAY})?{_PAGE}",
        rf"(?:^|/){_YEAR}-{_MONTH}(?:-{_DAY})?{_PAGE}",
        rf"(?:^|/){_DAY}-{_MONTH}-{_YEAR}{_PAGE}",
        rf"(?:^|/(?:arsip|indeks|tahun)/|^/){_YEAR}(?P<page>/(?:page|halaman|hal)/\d{{1,5}})?/?$",
    )
)
_WHOLE_DATE = frozenset({"date", "tanggal", "tgl", "m", "ym", "periode"})
_PARTS = {"year": "y", "tahun": "y", "thn": "y", "yy": "y", "month": "m", "bulan": "m", "bln": "m", "mm": "m",
          "monthnum": "m", "day": "d", "hari": "d", "tanggal": "d", "tgl": "d", "dd": "d"}  # fmt: skip
_WRITTEN = tuple(
    re.compile(pattern)
    for pattern in (rf"{_YEAR}[-/]?{_MONTH}(?:[-/]?{_DAY})?", rf"{_DAY}-{_MONTH}-{_YEAR}", r"\d\d?/\d\d?/(?P<y>\d{4})")
)


def period(url: str) -> tuple[dt.date, dt.date] | None:
    """Return the first and the last day that a date archive stands for; None for any other address.

    Where day and month cannot be told apart (``?date=01/09/2023``) the whole year is taken.
    """
    found = _in_path(urlsplit(url).path)
    return found[0] if found else _in_query(urlsplit(url).query)


def counts_days(path: str) -> bool:
    """Whether a number at the end of a path is part of a date: a day, a month, a year; not that of a page."""
    found = _in_path(path)
    return found is not None and not found[1]


def filled(template: str, day: dt.date) -> str:
    """Return the address of a day: ``/indeks/{day:02d}-{month:02d}-{year}`` → ``/indeks/09-01-2023``."""
    return template.format(year=day.year, month=day.month, day=day.day)


def pattern_of(template: str) -> str:
    """Return the regular expression of a template's addresses, their numbered pages included."""
    pieces = [
        re.escape(text) + ("" if name is None else r"\d{4}" if name == "year" else r"\d{1,2}")
        for text, name, _, _ in string.Formatter().parse(template.rstrip("/"))
    ]
    return "^" + "".join(pieces) + r"(/((page|halaman|hal)/)?\d{1,5})?/?([?](page|halaman)=\d+)?$"


def addresses(templates: Iterable[str], first: dt.date, last: dt.date) -> Iterator[str]:
    """Yield what the templates give for every day from ``last`` back to ``first``, each address once, newest first."""
    before: dict[str, str] = {}
    every = tuple(templates)
    for back in range(max(0, (last - first).days + 1)):
        day = last - dt.timedelta(days=back)
        for template in every:
            address = filled(template, day)
            if before.get(template) != address:  # a template without the day gives a month's address 30 times over
                before[template] = address
                yield address


def _in_path(path: str) -> tuple[tuple[dt.date, dt.date], bool] | None:
    """Return the days that a path stands for, and whether a page number is behind them."""
    for pattern in _IN_PATH:
        found = pattern.search(path)
        if found and (days := _days(found.groupdict())):
            return days, bool(found["page"])
    return None


def _in_query(query: str) -> tuple[dt.date, dt.date] | None:
    if not query:
        return None
    parts: dict[str, str | None] = {}
    for key, value in parse_qsl(query):
        name = key.lower()
        if name in _WHOLE_DATE:
            whole = next((found for pattern in _WRITTEN if (found := pattern.fullmatch(value))), None)
            if whole and (days := _days(whole.groupdict())):
                return days
        if name in _PARTS and value.isascii() and value.isdecimal() and len(value) <= 4:
            parts[_PARTS[name]] = value
    return _days(parts) if len(parts.get("y") or "") == 4 else None


def _days(parts: dict[str, str | None]) -> tuple[dt.date, dt.date] | None:
    year, month, day = parts.get("y"), parts.get("m"), parts.get("d")
    try:
        if not year:
            return None
        if not month:
            return dt.date(int(year), 1, 1), dt.date(int(year), 12, 31)
        if not day:
            last = calendar.monthrange(int(year), int(month))[1]
            return dt.date(int(year), int(month), 1), dt.date(int(year), int(month), last)
        one = dt.date(int(year), int(month), int(day))
    except ValueError:  # IllegalMonthError is one
        return None
    return one, one
