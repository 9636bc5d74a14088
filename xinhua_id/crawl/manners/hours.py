"""The hours in which a site may be asked: windows of the day on its own clock.

A source says them where its operator wishes that nobody crawls while readers come. `Windows` is the calendar,
`HoursKept` holds a crawl to it. Knows nothing of requests or of what is crawled.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self
from zoneinfo import ZoneInfo

from scrapy.crawler import Crawler

from xinhua_id.crawl.manners.gate import Pause
from xinhua_id.crawl.stopping import Stopping, closing, end_crawl
from xinhua_id.sources import written

#: The zone in which an operator of this program reads times: WIB.
OURS = ZoneInfo("Asia/Jakarta")
# A window that a change of the clocks leaves out altogether is open again the day after.
_FAR = dt.timedelta(days=3)
_MINUTE = dt.timedelta(minutes=1)
# The clock of the machine may be set while somebody waits: how often to look, seconds.
_LOOK_UP = 60.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows of the day, in minutes since midnight as the clocks of ``zone`` show it; without any it is always open.

    Where clocks are put forward, an hour that does not exist is no part of a window; where they are put back, the hour
    that comes twice counts twice.
    """

    spans: tuple[tuple[int, int], ...]
    zone: ZoneInfo

    @classmethod
    def of(cls, said: str, zone: str) -> Self:
        """Return the windows that are written ``22:00-05:00, 12:00-13:00``; raise `ValueError` for what is none."""
        return cls(written.windows(said), ZoneInfo(zone))

    def open_at(self, moment: dt.datetime) -> bool:
        """Whether the site may be asked at an aware moment."""
        local = moment.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return not self.spans or any(_holds(begin, end, minute) for begin, end in self.spans)

    def opens(self, moment: dt.datetime) -> dt.datetime:
        """Return the first moment from an aware one on at which the site may be asked, in UTC.

        Zones and windows are kept to the minute, so minutes are tried one by one: it is right on every day of the year.
        """
        if self.open_at(moment):
            return moment.astimezone(dt.UTC)
        trial = moment.astimezone(dt.UTC).replace(second=0, microsecond=0) + _MINUTE
        last = trial + _FAR
        while trial < last and not self.open_at(trial):
            trial += _MINUTE
        return trial

    def say(self, moment: dt.datetime) -> str:
        """Return a moment as people read it, on the site's clock and in WIB: ``2026-11-23 23:00 CST (22:00 WIB)``."""
        there, here = moment.astimezone(self.zone), moment.astimezone(OURS)
        words = f"{there:%Y-%m-%d %H:%M %Z}"
        if there.utcoffset() == here.utcoffset():
            return words
        return f"{words} ({here:%H:%M %Z})" if there.date() == here.date() else f"{words} ({here:%Y-%m-%d %H:%M %Z})"


def _holds(begin: int, end: int, minute: int) -> bool:
    return begin <= minute < end if begin < end else minute >= begin or minute < end


class HoursKept:
    """Holds a crawl back outside its source's hours; ends it, ``outside-hours``, where they begin too late.

    ``longest`` is how many seconds are waited for a window, ``pause`` waits, ``now`` gives the aware time. The end is
    told in the log and as the stat ``politeness/opens-at``.
    """

    def __init__(
        self, crawler: Crawler, windows: Windows, longest: float, pause: Pause, now: Callable[[], dt.datetime]
    ) -> None:
        self._crawler = crawler
        self._windows = windows
        self._longest = longest
        self._pause = pause
        self._now = now
        self._told: dt.datetime | None = None

    def open(self) -> bool:
        """Whether the site may be asked now."""
        return self._windows.open_at(self._now())

    async def wait(self) -> None:
        """Return within the hours; raise `Stopping` where the crawl ends instead."""
        while not self.open():
            now = self._now()
            opens = self._windows.opens(now)
            left = (opens - now).total_seconds()
            if left > self._longest:
                self._end(opens, left)
                raise Stopping("outside the site's hours")
            if opens != self._told:
                self._told = opens
                logger.info("the site may be asked from %s on: the crawl waits", self._windows.say(opens))
                self._crawler.stats.inc_value("politeness/waits-for-hours")
            await self._pause(min(left, _LOOK_UP))

    def _end(self, opens: dt.datetime, left: float) -> None:
        said = self._windows.say(opens)
        if not closing(self._crawler):
            self._crawler.stats.set_value("politeness/opens-at", said)
            logger.warning(
                "the site may be asked from %s on, in %.0f min: the crawl ends and keeps what is left for then. "
                "XINHUA_ID_HOURS_WAIT sets how many seconds a crawl waits.", said, left / 60,
            )  # fmt: skip
        end_crawl(self._crawler, "outside-hours")
