"""The scheduler turns leases into requests, and takes up the requests others make as links."""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler

from xinhua_id.crawl.discovery import Kind, Link
from xinhua_id.crawl.scheduler import FrontierScheduler, frontier_of
from xinhua_id.spiders.news import NewsSpider
from xinhua_id.spiders.process import settings_of

SEED = "http://127.0.0.1:8000/"


def scheduler() -> FrontierScheduler:
    crawler = Crawler(NewsSpider, settings_of({}))
    made = FrontierScheduler.from_crawler(crawler)
    made.open(NewsSpider.from_crawler(crawler, seed=SEED))
    return made


def test_everybody_meets_at_one_frontier() -> None:
    crawler = Crawler(NewsSpider, settings_of({}))
    assert frontier_of(crawler) is frontier_of(crawler) is FrontierScheduler.from_crawler(crawler).frontier


def test_a_link_that_was_enqueued_comes_back_as_the_spiders_request() -> None:
    made = scheduler()
    assert made.enqueue_request(Request(SEED + "a", meta={"link": Link(SEED + "a", Kind.STORY)}))
    assert made.has_pending_requests()
    request = made.next_request()
    assert request is not None
    assert request.meta["lease"].kind is Kind.STORY
    assert not made.has_pending_requests()
    assert made.next_request() is None


def test_somebody_elses_request_is_a_page_and_is_taken_once() -> None:
    made = scheduler()
    assert made.enqueue_request(Request(SEED + "a"))
    assert not made.enqueue_request(Request(SEED + "a?utm_source=x"))
