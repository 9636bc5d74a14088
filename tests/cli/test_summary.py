"""What a person reads at the end, and the exit code that goes with it."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from rich.console import Console
from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.statscollectors import MemoryStatsCollector

from xinhua_id.cli import consoles, summary
from xinhua_id.cli.progress import Progress
from xinhua_id.crawl.discovery import Kind
from xinhua_id.crawl.frontier.lease import Lease
from xinhua_id.crawl.run import Run
from xinhua_id.crawl.target import Target
from xinhua_id.crawl.visit import Visit
from xinhua_id.errors import CannotWrite
from xinhua_id.items import Outcome
from xinhua_id.spiders.news import NewsSpider
from xinhua_id.spiders.process import Crawled, settings_of

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
STATS = {
    "elapsed_time_seconds": 2.25,
    "outcome/story": 12,
    "outcome/failed": 1,
    "outcome/failed/http-500": 1,
    "origin/wire": 12,
    "pages/answered": 13,
    "removed/ad-label": 3,
    "removed-characters/ad-label": 4321,
    "warc/bytes": 12_345,
    "warc/paths": ["a/contoh/warc/x.warc.gz"],
    "warc/records": 27,
}


def crawled(
    reason: str = "finished", error: Exception | None = None, stats: Mapping[str, Any] = MappingProxyType({})
) -> Crawled:
    run = Run(Path("a/contoh"), "contoh-1", NOON, {})
    return Crawled(Target("contoh", None), run, reason, {**STATS, **stats}, error=error)


def said(one: Crawled) -> str:
    out = io.StringIO()
    summary.show(Console(file=out, width=120, highlight=False), one)
    return out.getvalue()


def test_it_counts_pages_stories_records_and_bytes() -> None:
    words = " ".join(said(crawled()).split())
    for part in ("pages 13", "stories 12 wire 12", "records 27 in 1 WARC file", "bytes 12.3 kB"):
        assert part in words


def test_it_says_what_was_removed_by_which_rule() -> None:
    assert "ad-label 3 4 321 characters" in " ".join(said(crawled()).split())


def test_it_names_the_files_and_what_to_do_next() -> None:
    words = said(crawled())
    for line in (
        "a/contoh/items/contoh-1.jsonl",
        "a/contoh/runs/contoh-1.json",
        "xinhua-id extract a/contoh/warc/x.warc.gz",
    ):
        assert line in words


def test_a_trouble_is_explained_in_words() -> None:
    one = crawled()
    visit = Visit(Lease("http://contoh.example/[x]", Kind.PAGE), None, None)
    one.troubles["robots-unreachable"] = visit.end(Outcome.DENIED, "robots-unreachable", "dns")
    words = said(one)
    assert "http://contoh.example/[x]" in words
    assert "the host name is unknown" in words


def test_a_crawl_that_found_only_known_stories_says_that_nothing_is_new() -> None:
    words = said(crawled(stats={"outcome/story": 0, "outcome/duplicate": 7}))
    assert "nothing new: 7 stories are here already" in words


def test_an_error_that_ended_the_crawl_says_what_to_do() -> None:
    words = said(crawled("archive-cannot-write", CannotWrite("the disk is full", where="/data", now="Make room.")))
    assert "failed after 2.2 s" in words
    assert "the disk is full" in words
    assert "→ Make room." in words


def test_a_fault_of_the_program_points_to_the_log() -> None:
    assert "a/contoh/runs/contoh-1.log says where" in said(crawled("failed", ZeroDivisionError("x")))


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (crawled(), 0),
        (crawled("limit"), 0),
        (crawled(stats={"pages/answered": 0}), 1),
        (crawled("archive-cannot-write", CannotWrite("x")), 1),
        (crawled("budget"), 0),
        (crawled("budget", stats={"pages/answered": 0}), 0),
        (crawled("outside-hours", stats={"pages/answered": 0}), 0),
        (crawled("site-rests"), 1),
        (crawled("budget", CannotWrite("x")), 1),
        (crawled("shutdown"), 130),
        (crawled("not-started"), 130),
    ],
)
def test_the_exit_code_follows_what_came_of_it(one: Crawled, code: int) -> None:
    assert summary.exit_code([one]) == code


@pytest.mark.parametrize(
    ("reason", "stats", "words"),
    [
        ("budget", {}, "the budget is spent; the rest stays for the next run"),
        ("outside-hours", {"politeness/opens-at": "2026-11-23 22:00 WIB"}, "asked again from 2026-11-23 22:00 WIB on"),
        ("site-rests", {"politeness/gave-up-on": "contoh.id"}, "contoh.id failed again and again"),
        ("site-rests", {"politeness/blocked-by": "contoh.id"}, "write to the site's operator"),
        ("finished", {"politeness/breaker-opened": 2, "politeness/slowest-delay": 16.0}, "up to 16 s between requests"),
    ],
)
def test_why_a_crawl_held_back_is_said_in_words(reason: str, stats: dict[str, Any], words: str) -> None:
    assert words in said(crawled(reason, stats=stats))


@pytest.mark.parametrize(("number", "words"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (5_200_000_000, "5.2 GB")])
def test_sizes_are_read_easily(number: int, words: str) -> None:
    assert consoles.size(number) == words


def test_in_a_log_progress_is_a_plain_line_now_and_then() -> None:
    out, now = io.StringIO(), [0.0]
    crawler = Crawler(NewsSpider, settings_of({}))
    crawler.stats = MemoryStatsCollector(crawler)
    crawler.stats.set_value("outcome/story", 7)
    spider: Spider = NewsSpider.from_crawler(crawler, seed="http://127.0.0.1:8000/")
    with Progress(Console(file=out, width=200), clock=lambda: now[0]) as progress:
        progress.watch(crawler, crawled())
        crawler.signals.send_catch_log(signals.spider_opened, spider=spider)
        crawler.signals.send_catch_log(signals.request_reached_downloader, request=Request("http://127.0.0.1:8000/a"))
        for moment in (1.0, 11.0, 12.0):
            now[0] = moment
            crawler.signals.send_catch_log(signals.item_scraped)
    lines = out.getvalue().splitlines()
    assert lines[0] == "contoh: crawling; log in a/contoh/runs/contoh-1.log"
    assert len(lines) == 2
    assert "11 s · 0 pages · 7 stories" in lines[1]
    assert lines[1].endswith("http://127.0.0.1:8000/a")
