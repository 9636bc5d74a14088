"""A crawl outside its source's hours: it waits where they begin soon, and ends where they do not."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest
from scrapy.crawler import Crawler
from scrapy.statscollectors import MemoryStatsCollector

from xinhua_id.crawl.manners import hours
from xinhua_id.crawl.manners.hours import HoursKept, Windows
from xinhua_id.crawl.stopping import Stopping
from xinhua_id.spiders.news import NewsSpider
from xinhua_id.spiders.process import settings_of


class Night:
    """A crawl of a site that may be asked from 22:00 WIB on, a clock that passes while somebody waits, and its ends."""

    def __init__(self, wib: str, longest: float, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = dt.datetime.fromisoformat(f"2026-11-23T{wib}+07:00")
        self.ends: list[str] = []
        self.crawler = Crawler(NewsSpider, settings_of({}))
        self.crawler.stats = MemoryStatsCollector(self.crawler)
        monkeypatch.setattr(hours, "end_crawl", lambda _, reason: self.ends.append(reason))
        windows = Windows.of("22:00-05:00", "Asia/Jakarta")
        self.kept = HoursKept(self.crawler, windows, longest, self.pause, lambda: self.now)

    async def pause(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)


def test_it_waits_for_hours_that_begin_soon_and_not_a_second_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    night = Night("21:45:30", 3600, monkeypatch)
    asyncio.run(night.kept.wait())
    assert night.now == dt.datetime(2026, 11, 23, 15, 0, tzinfo=dt.UTC)
    assert night.ends == []
    assert night.crawler.stats.get_value("politeness/waits-for-hours") == 1


def test_it_ends_where_they_begin_later_than_it_waits_and_says_when(monkeypatch: pytest.MonkeyPatch) -> None:
    night = Night("20:59", 3600, monkeypatch)
    with pytest.raises(Stopping):
        asyncio.run(night.kept.wait())
    assert night.ends == ["outside-hours"]
    assert night.crawler.stats.get_value("politeness/opens-at") == "2026-11-23 22:00 WIB"


def test_within_them_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    night = Night("23:00", 0, monkeypatch)
    before = night.now
    asyncio.run(night.kept.wait())
    assert (night.now, night.ends) == (before, [])
