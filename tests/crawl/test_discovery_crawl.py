"""Whole crawls over loopback: days asked for, traps left and counted, and what the spider learns from its visits."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scrapy.crawler import Crawler

from tests import conftest
from tests.crawl.timed_site import Answer, TimedSite
from xinhua_id.crawl.discovery import Kind, Link
from xinhua_id.crawl.frontier.lease import Lease
from xinhua_id.crawl.visit import Visit
from xinhua_id.items import Outcome, Page
from xinhua_id.spiders.news import NewsSpider
from xinhua_id.spiders.process import settings_of

Run = Callable[..., subprocess.CompletedProcess[str]]
HOST = "http://127.0.0.1:9"


def anchors(*hrefs: str) -> str:
    return "".join(f'<p><a href="{href}">Warta</a></p>' for href in hrefs)


def stats(archive: Path) -> dict[str, Any]:
    (manifest,) = archive.glob("*/runs/*.json")
    found: dict[str, Any] = json.loads(manifest.read_text())["stats"]
    return found


def test_a_wordpress_site_nobody_described_is_asked_for_the_days(
    xinhua_id: Run, story: Callable[[int], conftest.Answer], tmp_path: Path
) -> None:
    status, _, body = story(1)
    assert status == 200
    only_there = Answer(body=body.decode() if isinstance(body, bytes) else body)
    pages = {
        "/": Answer(body='<link rel="https://api.w.org/" href="/wp-json/"><h1>Warta Desa</h1>'),
        "/2023/01/09/": Answer(body=anchors("/warga-desa-rawat-mata-air/", "/2023/01/09/page/2/", "/2023/01/10/")),
        "/2023/01/09/page/2/": Answer(body=anchors("/")),
        "/warga-desa-rawat-mata-air/": only_there,
    }
    with TimedSite(pages) as site:
        done = xinhua_id(
            "crawl", "--seed", f"{site.base}/", "--archive", str(tmp_path / "arsip"), "--since", "2023-01-08",
            "--until", "2023-01-09",
        )  # fmt: skip
        asked = site.paths()
    assert done.returncode == 0, done.stderr
    assert {"/2023/01/08/", "/2023/01/09/", "/2023/01/09/page/2/", "/warga-desa-rawat-mata-air/"} <= set(asked)
    assert "/2023/01/10/" not in asked
    assert any("after=2023-01-07T16:59:59Z" in path and "before=2023-01-09T17:00:00Z" in path for path in asked)


def test_a_calendar_and_filters_are_left_and_counted_and_told_once(xinhua_id: Run, tmp_path: Path) -> None:
    months = [f"/agenda/{year}/{month:02d}/" for year in (1970, 2093) for month in (1, 2)]
    filters = [f"/arsip?warna={one}&amp;ukuran={other}" for one in range(30) for other in range(20)]
    with TimedSite({"/mulai.html": Answer(body=anchors(*months, *filters))}) as site:
        done = xinhua_id("crawl", "--seed", f"{site.base}/mulai.html", "--archive", str(tmp_path / "arsip"))
        asked = site.paths()
    counted = stats(tmp_path / "arsip")
    assert not any(path.startswith("/agenda/") for path in asked)
    assert (counted["links/trap-calendar"], counted["links/trap-parameters"]) == (4, 100)
    assert done.returncode == 0, done.stderr
    (log,) = (tmp_path / "arsip").glob("*/runs/*.log")
    assert log.read_text().count("trap (calendar): addresses like") == 1


@pytest.fixture
def spider() -> NewsSpider:
    crawler = Crawler(NewsSpider, settings_of({"XINHUA_ID_CONTACT": "", "XINHUA_ID_PERMISSIONS": []}))
    return NewsSpider.from_crawler(crawler, seed=f"{HOST}/")


def visit(
    path: str, outcome: Outcome, reason: str | None = None, links: tuple[Link, ...] = (), body: str = ""
) -> Visit:
    url = HOST + path
    done = Visit(Lease(url, Kind.PAGE), Page(url, body=body.encode()), None, links)
    return done.end(outcome, reason)


def is_left(spider: NewsSpider, path: str) -> bool:
    return spider.traps.refusal(Link(HOST + path, Kind.PAGE)) == "barren"


def test_a_copy_of_the_site_below_itself_is_left_by_what_its_pages_declare(spider: NewsSpider) -> None:
    for number in range(402):
        own = f'<link rel="canonical" href="/berita/{number}/warta-desa">'
        spider.ended(visit(f"/berita/{number}/warta-desa", Outcome.DUPLICATE, "unchanged", body=own))
        spider.ended(visit(f"/cermin/berita/{number}/warta-desa", Outcome.DUPLICATE, "unchanged", body=own))
    assert is_left(spider, "/cermin/berita/9999/warta-desa")
    assert not is_left(spider, "/berita/9999/warta-desa")


def test_addresses_that_all_lead_to_the_front_page_are_left(spider: NewsSpider) -> None:
    home, story = (Link(f"{HOST}/", Kind.PAGE),), (Link(f"{HOST}/panen-kopi/", Kind.PAGE),)
    for number in range(410):
        spider.ended(visit(f"/lama/{number}", Outcome.REDIRECT, "http-301", home))
        spider.ended(visit(f"/kirim/{number}", Outcome.REDIRECT, "http-301", story))
    assert is_left(spider, "/lama/9999")
    assert not is_left(spider, "/kirim/9999")


def test_what_a_page_leads_to_keeps_its_kind_of_address_open(spider: NewsSpider) -> None:
    for number in range(1000):
        new = (Link(f"{HOST}/berita/{number}/warta-desa", Kind.PAGE),)
        spider.ended(visit(f"/daftar/{number}", Outcome.LISTING, "listing", new))
    assert not is_left(spider, "/daftar/9999")
