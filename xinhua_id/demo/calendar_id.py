"""Days and months as Indonesian pages print them. Knows nothing of what happened on them."""

from __future__ import annotations

import datetime as dt

DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
MONTHS = ("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober",
          "November", "Desember")  # fmt: skip
_ENGLISH = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

WIB = dt.timezone(dt.timedelta(hours=7))
WITA = dt.timezone(dt.timedelta(hours=8))


def weekday(moment: dt.datetime) -> str:
    """Return ``Senin``."""
    return DAYS[moment.weekday()]


def month(moment: dt.datetime) -> str:
    """Return ``Januari``."""
    return MONTHS[moment.month - 1]


def long_date(moment: dt.datetime) -> str:
    """Return ``9 Januari 2023``."""
    return f"{moment.day} {month(moment)} {moment.year}"


def full(moment: dt.datetime, zone: str = "WIB") -> str:
    """Return ``Senin, 9 Januari 2023 14:56 WIB``."""
    return f"{weekday(moment)}, {long_date(moment)} {moment:%H:%M} {zone}"


def wire_day(moment: dt.datetime) -> str:
    """Return ``Senin (9/1)``."""
    return f"{weekday(moment)} ({moment.day}/{moment.month})"


def english_short(moment: dt.datetime) -> str:
    """Return ``06 Oct 2023``, as themes print it that nobody translated."""
    return f"{moment.day:02d} {_ENGLISH[moment.month - 1]} {moment.year}"


def rfc822(moment: dt.datetime) -> str:
    """Return ``Thu, 05 Nov 2015 14:31:49 +0700``."""
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[moment.weekday()]
    return f"{day}, {moment.day:02d} {_ENGLISH[moment.month - 1]} {moment.year} {moment:%H:%M:%S %z}"
