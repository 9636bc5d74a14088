"""Dates as Indonesian news pages write them, with time, zone and the raw string.

``Kamis, 5 November 2015 14:56 WIB`` · ``Selasa, 23/02/2016 15:32 WIB`` · ``2019-09-28WIB19:17:34+07:00`` ·
``06 Oct 2023`` · RFC 3339 · RFC 2822. A day alone counts as its midnight in the site's zone. Nothing is
guessed from the present. Knows nothing of pages.
"""

from __future__ import annotations

import datetime as dt
import re
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

#: Indonesian and English month names and their abbreviations, as real pages have them (``Nop``, ``Agu``, ``Pebruari``).
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan", "februari pebruari february feb peb", "maret march mar mrt",
            "april apr", "mei may", "juni june jun", "juli july jul", "agustus august agu aug agt ags agst",
            "september sept sep", "oktober october okt oct", "november nopember nov nop", "desember december des dec",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
DAYS = "senin selasa rabu kamis jumat jum'at sabtu minggu ahad"
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
#: Offsets of the three Indonesian zones (Keppres 41/1987), which know no summer time.
_ZONES = {"WIB": 7, "WITA": 8, "WIT": 9, "GMT": 0, "UTC": 0, "Z": 0}

_TIME = (
    r"(?P<hour>[01]?\d|"
    r"2[0-3])[:.](?P<minute>[0-5]\d)(?:[:.](?P<second>[0-5]\d)(?:\.\d+)?)?(?:\s*(?P<ampm>[AaPp][Mm])\b)?"
    r"\s*(?P<zone>WITA|WIB|WIT|GMT|UTC|Z(?![a-z]))?(?P<offset>\s*[+-]\d{2}:?\d{2})?"
)
_SPELT = rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s-]+(?P<month>{_MONTH})\b\.?,?[\s-]+(?P<year>(?:19|20)\d\d)"
_AMERICAN = rf"(?P<month>{_MONTH})\b\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>(?:19|20)\d\d)"
_NUMERIC = r"(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>(?:19|20)\d\d)"
_PARTED = r"(?P<year>(?:19|20)\d\d)\s+(?P<month>\d{1,2})\s*/\s*(?P<day>\d{1,2})"  # Xinhua's own template
_ISO = r"(?P<year>(?:19|20)\d\d)[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"
_BETWEEN = r"\s*+(?:(?:[,|–—•·-]|pukul|jam|at|T|WIB(?=\d))\s*+)*+"
_FORMS = [
    re.compile(rf"\b{form}(?:{_BETWEEN}\s*{_TIME})?", re.IGNORECASE)
    for form in (_SPELT, _AMERICAN, _ISO, _PARTED, _NUMERIC)
]  # fmt: skip
#: ``Senin (9/1)`` · ``Selasa (27/12/2022)``: the day the story speaks of.
_EVENT = re.compile(
    r"\b(?P<raw>(?:Senin|Selasa|Rabu|Kamis|Jumat|Jum'at|Sabtu|Minggu|Ahad)\s*"
    r"\((?P<day>\d{1,2})/(?P<month>\d{1,2})(?:/(?P<year>\d{4}))?\))"
)


def parse(raw: str | None, timezone: str = "Asia/Jakarta") -> dt.datetime | None:
    """Return the aware moment that ``raw`` names, or None.

    The offset is the one written; a zone name of Indonesia gives its own; neither: ``timezone`` (IANA).
    """
    if not raw or len(raw) > 400:
        return None
    raw = raw.strip()
    if exact := _standard(raw, timezone):
        return exact
    for form in _FORMS:
        for match in form.finditer(raw):
            if moment := _moment(match, timezone):
                return moment
    return None


def find(text: str) -> str | None:
    """Return the first spelt or numeric date in ``text`` as written, weekday and zone included, or None."""
    days = "|".join(DAYS.split())
    for form in _FORMS:
        if match := form.search(text[:2000]):
            start = match.start()
            if before := re.search(rf"(?:{days}|\w+day)\s*,?\s*$", text[:start], re.IGNORECASE):
                start = before.start()
            return text[start : match.end()].strip(" ,|–—•·-")
    return None


def event(text: str) -> tuple[str, dt.date | None] | None:
    """Return the first ``Senin (9/1)`` of ``text`` as (raw, day); the day only where the year is written."""
    match = _EVENT.search(text)
    if not match:
        return None
    day = None
    if match["year"]:
        try:
            day = dt.date(int(match["year"]), int(match["month"]), int(match["day"]))
        except ValueError:
            day = None
    return match["raw"], day


def _standard(raw: str, timezone: str) -> dt.datetime | None:
    moment = None
    try:
        moment = dt.datetime.fromisoformat(raw)
    except ValueError:
        if re.match(r"^(\w{3}, )?\d{1,2} \w{3} \d{4} \d\d:\d\d", raw):
            try:
                moment = parsedate_to_datetime(raw)
            except (ValueError, IndexError, OverflowError):
                return None
    if moment is None or not 1990 <= moment.year <= 2100:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(timezone))


def _moment(match: re.Match[str], timezone: str) -> dt.datetime | None:
    found = match.groupdict()
    month = found["month"].lower()
    hour = int(found["hour"] or 0)
    if found["ampm"] and hour <= 12:
        hour = hour % 12 + (12 if found["ampm"].lower() == "pm" else 0)
    try:
        return dt.datetime(
            int(found["year"]), MONTHS.get(month) or int(month), int(found["day"]),
            hour, int(found["minute"] or 0), int(found["second"] or 0),
            tzinfo=_zone(found, match, timezone),
        )  # fmt: skip
    except ValueError:
        return None


def _zone(found: dict[str, str | None], match: re.Match[str], timezone: str) -> dt.tzinfo:
    if found["offset"]:
        digits = found["offset"].strip().replace(":", "")
        minutes = int(digits[1:3]) * 60 + int(digits[3:5])
        if minutes < 24 * 60:
            return dt.timezone(dt.timedelta(minutes=minutes if digits[0] == "+" else -minutes))
    named = (found["zone"] or "").upper()
    if not named and (inside := re.search(r"WITA|WIB|WIT", match[0])):
        named = inside[0]
    if named:
        return dt.timezone(dt.timedelta(hours=_ZONES[named]))
    return ZoneInfo(timezone)
