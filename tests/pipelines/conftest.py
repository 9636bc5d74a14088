"""A crawler as the stages see it: Scrapy's own, not started, with a spider over a site nobody described."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from scrapy.crawler import Crawler
from scrapy.statscollectors import MemoryStatsCollector

from xinhua_id.crawl.discovery import Kind
from xinhua_id.crawl.frontier.lease import Lease
from xinhua_id.crawl.run import Run
from xinhua_id.crawl.visit import Visit
from xinhua_id.items import Page
from xinhua_id.spiders.news import NewsSpider
from xinhua_id.spiders.process import settings_of

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


@pytest.fixture
def crawler(tmp_path: Path) -> Crawler:
    """Return a crawler that has a spider, stats and a run, and no engine."""
    crawler = Crawler(NewsSpider, settings_of({"XINHUA_ID_ARCHIVE": str(tmp_path)}))
    crawler.stats = MemoryStatsCollector(crawler)
    spider = NewsSpider.from_crawler(crawler, seed="http://127.0.0.1:8000/", since="2026-01-01")
    spider.run = Run.begin(tmp_path, "contoh", about={}, now=NOON)
    crawler.spider = spider
    return crawler


@pytest.fixture
def visit(story: Callable[[int], tuple[int, dict[str, str], str]]) -> Callable[..., Visit]:
    """Return a visit to the nth story, or to a page with the body given."""

    def make(number: int = 1, body: bytes | None = None, kind: Kind = Kind.PAGE, status: int = 200) -> Visit:
        url = f"http://127.0.0.1:8000/berita/{number}"
        raw = story(number)[2].encode() if body is None else body
        page = Page(url, status, (("Content-Type", "text/html; charset=utf-8"),), raw, NOON)
        return Visit(Lease(url, kind), page, None)

    return make
