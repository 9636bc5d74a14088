"""The dates of sitemaps, feeds and REST answers, as aware moments in UTC.

Visible dates in Indonesian are extraction's; here stand only the machine forms. Knows nothing of pages.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import re
from zoneinfo import ZoneInfo

NOON = dt.time(12)
END_OF_DAY = dt.time(23, 59, 59)
_SPACED_OFFSET = re.compile(r" (?=[+-]\d\d:?\d\d$)")
_DAY = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")


def moment(written: str | None, zone: dt.tzinfo | str = dt.UTC, *, day_means: dt.time = NOON) -> dt.datetime | None:
    """Return the moment of a W3C datetime or an RFC 5322 date, in UTC; None for anything else.

    ``zone`` is that of a date that names none. A day without a time is taken at ``day_means``: noon lies inside the
    day in every zone near, the end of the day is the safe reading of "last changed on".
    """
    text = " ".join((written or "").split())
    if not text or len(text) > 64:
        return None
    there = ZoneInfo(zone) if isinstance(zone, str) else zone
    found = _day(text, day_means) or _iso(text) or _rfc5322(text)
    if found is None:
        return None
    try:
        return (found if found.tzinfo else found.replace(tzinfo=there)).astimezone(dt.UTC)
    except (OverflowError, ValueError):
        return None


def _day(text: str, at: dt.time) -> dt.datetime | None:
    if not (parts := _DAY.fullmatch(text)):
        return None
    if parts[3] is None:  # a month or a year is not precise enough to leave a story out by
        return None
    try:
        return dt.datetime.combine(dt.date(int(parts[1]), int(parts[2]), int(parts[3])), at)
    except ValueError:
        return None


def _iso(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(_SPACED_OFFSET.sub("", text)) if "-" in text[:5] else None
    except ValueError:
        return None


def _rfc5322(text: str) -> dt.datetime | None:
    try:
        found = email.utils.parsedate_to_datetime(text)
        return found.replace(tzinfo=dt.UTC) if text.endswith("-0000") else found
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
