"""The scheduler turns leases into requests, takes up the requests others make, and ends a crawl it cannot lead."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from scrapy import Request
from scrapy.crawler import Crawler

from tests.crawl.frontiers import Clock, opened, settle
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.crawl.discovery import Kind, Link
from xinhua_id.crawl.scheduler import FrontierScheduler, frontier_of
from xinhua_id.errors import UsageError
from xinhua_id.spiders.news import NewsSpider
from xinhua_id.spiders.process import settings_of

SEED = "http://127.0.0.1:8000/"


class Idle:
    """An engine that is not ending."""

    running = True

    class _slot:  # noqa: N801 (the engine's name)
        closing = None


@pytest.fixture
def crawler(tmp_path: Path) -> Iterator[Crawler]:
    """Return a crawler whose frontier is open, and which has no engine of its own."""
    crawler = Crawler(NewsSpider, settings_of({}))
    catalogue = Catalogue.open(tmp_path)
    crawler.frontier = opened(catalogue, Clock())  # type: ignore[attr-defined]
    crawler._engine = Idle()  # type: ignore[assignment]
    yield crawler
    catalogue.close()


@pytest.fixture
def scheduler(crawler: Crawler) -> FrontierScheduler:
    made = FrontierScheduler.from_crawler(crawler)
    made.open(NewsSpider.from_crawler(crawler, seed=SEED))
    return made


def test_everybody_meets_at_one_frontier(crawler: Crawler, scheduler: FrontierScheduler) -> None:
    assert frontier_of(crawler) is scheduler.frontier


def test_a_crawl_without_a_run_says_what_is_missing() -> None:
    with pytest.raises(UsageError, match=r"no frontier yet.*ITEM_PIPELINES"):
        frontier_of(Crawler(NewsSpider, settings_of({})))


def test_a_link_that_was_enqueued_comes_back_as_the_spiders_request(scheduler: FrontierScheduler) -> None:
    assert scheduler.enqueue_request(Request(SEED + "a", meta={"link": Link(SEED + "a", Kind.STORY)}))
    assert scheduler.has_pending_requests()
    request = scheduler.next_request()
    assert request is not None
    assert request.meta["lease"].kind is Kind.STORY
    assert scheduler.next_request() is None
    assert not scheduler.has_pending_requests()


def test_somebody_elses_request_is_a_page_and_is_made_once(scheduler: FrontierScheduler) -> None:
    for url in (SEED + "a", SEED + "a?utm_source=x"):
        scheduler.enqueue_request(Request(url))
    request = scheduler.next_request()
    assert request is not None
    assert (request.url, request.meta["lease"].kind) == (SEED + "a", Kind.PAGE)
    settle(scheduler.frontier, request.meta["lease"])
    assert scheduler.next_request() is None
