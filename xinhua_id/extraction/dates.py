"""Dates as Indonesian news pages write them, with time, zone and the raw string.

``Kamis, 5 November 2015 14:56 WIB`` · ``Selasa, 23/02/2016 15:32 WIB`` · ``2019-09-28WIB19:17:34+07:00`` ·
``06 Oct 2023`` · ``14.56 WITA, Jum'at, 9 Jan '23`` · RFC 3339 · RFC 2822. A day alone counts as its midnight in the
site's zone. Nothing is guessed from the present: ``3 jam yang lalu`` and ``Senin (9/1)`` are no moment. Knows nothing
of pages.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterable
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
#: No news page is older than the web.
_YEARS = range(1990, 2101)


def parse(raw: str | None, timezone: str = "Asia/Jakarta") -> dt.datetime | None:
    """Return the aware moment that ``raw`` names first, or None.

    The offset is the one written; a zone name of Indonesia gives its own; neither: ``timezone`` (IANA). Numbers alone
    are read day first, as Indonesia writes them, unless that gives no date.
    """
    if not raw or len(raw) > 400:
        return None
    raw = raw.strip()
    if exact := _standard(raw, timezone):
        return exact
    return next((moment for match in _matches(raw) if (moment := _moment(match, raw, timezone))), None)


def find(text: str) -> str | None:
    """Return the first date in ``text`` as written, weekday and zone included, or None.

    Where no date stands, a relative one does (``3 jam yang lalu``), which `parse` gives no moment for.
    """
    text = text[:2000]
    for match in _matches(text):
        start, end = _extent(match, text)
        return text[start:end].strip(" ,|/(–—•·-")
    folded = text.lower()
    relative = _RELATIVE.search(text) if any(map(folded.__contains__, _RELATIVE_SIGNS)) else None
    return relative[0].strip() if relative else None


def labelled(line: str) -> tuple[list[str], list[str]]:
    """Return the dates of a line as written, those of publication and those of changes.

    ``Terbit: 9 Jan 2023 10:00 WIB | Diperbarui: 9 Jan 2023 11:30 WIB`` gives one of each; no label means publication.
    """
    published: list[str] = []
    modified: list[str] = []
    line, before = line[:2000], 0
    for match in _matches(line):
        start, end = _extent(match, line)
        into = modified if _MODIFIED.search(line[before:start]) else published
        into.append(line[start:end].strip(" ,|/(–—•·-"))
        before = end
    return published, modified


def weigh(claims: Iterable[str], timezone: str, shown: Iterable[str] = ()) -> tuple[dt.datetime | None, str | None]:
    """Return the first claim that gives a moment, and how it was written; a raw string alone where none does.

    ``shown`` are those that a reader sees; they come after the others. Where the first gives a day alone, a later one
    that gives the hour of the same day is better. Where it is in UTC and one that is shown, or names a zone of
    Indonesia, gives the same day and minute in local time, the page wrote local time and called it UTC.
    """
    said = [(claim, seen) for some, seen in ((claims, False), (shown, True)) for claim in some if claim]
    moments = [(moment, claim, seen) for claim, seen in said if (moment := parse(claim, timezone))]
    if not moments:
        return None, said[0][0][:120] if said else None
    first, claim, _ = moments[0]
    if first.time() == dt.time.min:
        first, claim = next(
            ((m, c) for m, c, _ in moments if m.date() == first.date() and m.time() != dt.time.min), (first, claim)
        )
    elif first.tzinfo == dt.UTC:
        local = (
            m
            for m, c, seen in moments
            if (seen or _ZONE_WRITTEN.search(c)) and m.utcoffset() and _minute_of(m) == _minute_of(first)
        )
        first = next((first.replace(tzinfo=m.tzinfo) for m in local), first)
    return first, (find(claim) or claim)[:120] if len(claim) > 60 else claim


def event(text: str) -> tuple[str, dt.date | None] | None:
    """Return the first ``Senin (9/1)`` of ``text`` as (raw, day); the day only where the year is written."""
    match = _EVENT.search(text)
    if not match:
        return None
    day = None
    if match["year"]:
        year = int(match["year"])
        try:
            day = dt.date(year if year > 99 else 2000 + year, int(match["month"]), int(match["day"]))
        except ValueError:
            day = None
    return match["raw"], day


#: Offsets of the three Indonesian zones (Keppres 41/1987), which know no summer time.
_ZONES = {"WIB": 7, "WITA": 8, "WIT": 9, "GMT": 0, "UTC": 0, "Z": 0}
_ZONE_WRITTEN = re.compile(r"(?i)\bWI(?:B|TA|T)\b")
_DAY = r"(?:senin|selasa|rabu|kamis|jum[’'`]?at|sabtu|minggu|ahad|(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
_DAY_BEFORE = re.compile(rf"(?i)\b(?:{_DAY}|mon|tue|wed|thu|fri|sat|sun|sen|sel|rab|kam|jum|sab|min)\.?\s*[,|]?\s*$")
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_CLOCK = (
    r"(?P<hour>[01]?\d|2[0-3])[:.](?P<minute>[0-5]\d)(?:[:.](?P<second>[0-5]\d)(?:[.,]\d{1,6})?)?(?!\d)"
    r"(?!\s*(?:%|persen|juta|ribu|miliar|triliun)\b)(?:\s*(?P<ampm>[AaPp]\.?[Mm]|pagi|siang|sore|petang|malam)\b\.?)?"
    r"\s*(?P<zone>WITA|WIB|WIT|GMT|UTC|Z(?![a-z]))?(?P<offset>\s?[+-]\d{1,2}(?::?\d{2})?(?![\d:]))?"
)
_YEAR = r"(?:(?:19|20)\d\d(?!\d)|[’'‘]\d\d(?!\d))"
_SPELT = rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s/-]+(?P<month>{_MONTH})\b\.?,?[\s/-]+(?P<year>{_YEAR})"
_AMERICAN = rf"(?P<month>{_MONTH})\b\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>{_YEAR})"
_NUMERIC = r"(?P<day>\d{1,2})(?P<sign>[/.-])(?P<month>\d{1,2})(?P=sign)(?P<year>(?:19|20)\d\d(?!\d))"
_PARTED = r"(?P<year>(?:19|20)\d\d)\s+(?P<month>\d{1,2})\s*/\s*(?P<day>\d{1,2})(?!\d)"  # Xinhua's own template
_ISO = r"(?P<year>(?:19|20)\d\d)[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})(?!\d)日?"
# Two digits are a year only where a time follows: ``23/02/16 15:32 WIB``.
_SHORT = r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d\d)(?!\d)"
_BETWEEN = r"\s*+(?:(?:[,|–—•·/(:@-]|pukul|pkl\.?|jam|at|T|WI(?:B|TA|T))\s*+)*+"
_FORMS = [
    re.compile(rf"\b{form}(?:{_BETWEEN}{_CLOCK})?", re.IGNORECASE)
    for form in (_SPELT, _AMERICAN, _ISO, _PARTED, _NUMERIC)
]
_FORMS.append(re.compile(rf"\b{_SHORT}{_BETWEEN}{_CLOCK}", re.IGNORECASE))
_CLOCK_BEFORE = re.compile(rf"(?i)(?<![\d.:]){_CLOCK}\s*[,|–—•·/)-]*\s*(?:{_DAY}\s*,?\s*)?(?:tanggal\s*)?$")
#: What every form has: a year of four digits, or two after an apostrophe or a slash. Most lines end here.
_DIGIT = re.compile("[0-9]")
_DATE_SIGN = re.compile(r"(?:19|20)\d\d|[’'‘]\d\d|\d/\d\d?/\d\d")
_ZONE_INSIDE = re.compile(r"(?i)\b\d*(WITA|WIB|WIT)(?=\d|\b)")
_RELATIVE_SIGNS = ("lalu", "ago", "kemarin", "baru saja", "just now", "yesterday")
_RELATIVE = re.compile(
    r"(?i)\b(?:(?:\d{1,3}|se|satu|sekitar \d{1,3}|an?)\s*(?:detik|menit|jam|hari|minggu|pekan|bulan|tahun|"
    r"(?:second|minute|min|hour|day|week|month|year)s?)\s*(?:yang\s+lalu|lalu|ago)|kemarin(?:,?\s+\d\d?[:.]\d\d)?|"
    r"baru saja|just now|yesterday)\b(?:\s*WI(?:B|TA|T)\b)?"
)
_MODIFIED = re.compile(
    r"(?i)(?:di)?(?:perbarui|perbaharui|mutakhirkan)|pembaruan|update|(?:terakhir|last) (?:diubah|modified|edited|di)|"
    r"disunting|direvisi|modified"
)
_EVENT = re.compile(
    r"\b(?P<raw>(?:Senin|Selasa|Rabu|Kamis|Jum[’'`]?at|Sabtu|Minggu|Ahad)\s*"
    r"\((?P<day>\d{1,2})/(?P<month>\d{1,2})(?:/(?P<year>\d{4}|\d\d))?\))"
)
_RFC_2822 = re.compile(r"(?:\w{3}, )?\d{1,2} \w{3} \d{4} \d\d:\d\d")
_SECONDS = re.compile(r"\d{10}(?:\d{3})?")


def _matches(text: str) -> list[re.Match[str]]:
    """Return the dates of a text in order, the longer one where two forms read the same place."""
    if not _DIGIT.search(text) or not _DATE_SIGN.search(text):
        return []
    found = [match for form in _FORMS for match in form.finditer(text)]
    found.sort(key=lambda match: (match.start(), -match.end()))
    out: list[re.Match[str]] = []
    for match in found:
        if not out or match.start() >= out[-1].end():
            out.append(match)
    return out


def _extent(match: re.Match[str], text: str) -> tuple[int, int]:
    """Return where a date begins and ends, with the weekday or the time that stands before it."""
    start = match.start()
    before = text[max(0, start - 48) : start]
    for what in (_CLOCK_BEFORE if match["hour"] is None else None, _DAY_BEFORE):
        if what is not None and (found := what.search(before)):
            return start - len(before) + found.start(), match.end()
    return start, match.end()


#: RFC 2822 writes ``+0800``; with a colon its reader drops the offset without a word.
_COLON_IN_OFFSET = re.compile(r"([+-]\d\d):(\d\d)\s*$")


def _standard(raw: str, timezone: str) -> dt.datetime | None:
    """Read RFC 3339, RFC 2822, and seconds or milliseconds since 1970."""
    moment = None
    if raw[:4].isdigit():
        try:
            if _SECONDS.fullmatch(raw):
                moment = dt.datetime.fromtimestamp(int(raw[:10]), dt.UTC)
            else:
                moment = dt.datetime.fromisoformat(raw)
        except ValueError:
            return None
    elif _RFC_2822.match(raw):
        try:
            moment = parsedate_to_datetime(_COLON_IN_OFFSET.sub(r"\1\2", raw))
        except (ValueError, IndexError, OverflowError):
            return None
    if moment is None or moment.year not in _YEARS:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=_site_zone(timezone))


def _moment(match: re.Match[str], text: str, timezone: str) -> dt.datetime | None:
    found = match.groupdict()
    if found["hour"] is None:
        start = match.start()
        if before := _CLOCK_BEFORE.search(text[max(0, start - 48) : start]):
            found |= before.groupdict()
    month = MONTHS.get(found["month"].lower()) or int(found["month"])
    day = int(found["day"])
    if month > 12 and day <= 12:
        month, day = day, month
    year = int(found["year"].lstrip("’'‘"))
    hour = int(found["hour"] or 0)
    if found["ampm"] and hour <= 12:
        hour = _of_the_day(hour, found["ampm"].lower())
    try:
        moment = dt.datetime(
            year if year > 99 else 2000 + year, month, day, hour, int(found["minute"] or 0), int(found["second"] or 0),
            tzinfo=_zone(found, match[0], timezone),
        )  # fmt: skip
    except ValueError:
        return None
    return moment if moment.year in _YEARS else None


def _of_the_day(hour: int, part: str) -> int:
    """Return the hour of 24: ``4:30 petang``, ``11.00 siang``, ``9:15 malam``, ``1.30 malam``, ``10:00 pm``."""
    after_noon = {"siang": hour < 6 or hour == 12, "malam": 5 < hour < 12, "pagi": False}
    return hour % 12 + 12 * after_noon.get(part, part[0] in "ps")


def _zone(found: dict[str, str | None], raw: str, timezone: str) -> dt.tzinfo:
    """Return the zone written, else the site's.

    ``10:00-12:00`` is a span of time: a minus is an offset only behind seconds, UTC or GMT.
    """
    named = (found["zone"] or "").upper()
    offset = (found["offset"] or "").strip().replace(":", "")
    universal = named in ("GMT", "UTC")
    if offset and (universal or (len(offset) == 5 and (offset[0] == "+" or found["second"]))):
        hours, minutes = (int(offset[1:-2]), int(offset[-2:])) if len(offset) > 3 else (int(offset[1:]), 0)
        if hours * 60 + minutes < 24 * 60:
            ahead = dt.timedelta(hours=hours, minutes=minutes)
            return dt.timezone(ahead if offset[0] == "+" else -ahead)
    if not named and (inside := _ZONE_INSIDE.search(raw)):
        named = inside[1].upper()
    if universal or named == "Z":
        return dt.UTC
    return dt.timezone(dt.timedelta(hours=_ZONES[named])) if named else _site_zone(timezone)


@functools.lru_cache(maxsize=64)
def _site_zone(timezone: str) -> ZoneInfo:
    return ZoneInfo(timezone)


def _minute_of(moment: dt.datetime) -> tuple[dt.date, int, int]:
    return moment.date(), moment.hour, moment.minute
