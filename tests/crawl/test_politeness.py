"""Manners, watched from the other side: what a site sees of a crawl, and what is never sent at all."""

from __future__ import annotations

import datetime as dt
import email.utils
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scrapy.settings import Settings

from tests import launching
from tests.conftest import environment
from tests.crawl.timed_site import Answer, TimedSite
from xinhua_id.crawl.manners.politeness import check_contact, check_permission
from xinhua_id.crawl.wire.addresses import is_loopback
from xinhua_id.errors import ContactNeeded, PermissionNeeded
from xinhua_id.sources import Source

#: A server may see a request a little earlier than its neighbour's delay allows: sockets and threads take their time.
ROOT = Path(__file__).parents[2]
SLACK = 0.08

Crawl = Callable[..., dict[str, Any]]


@pytest.fixture
def crawl(tmp_path: Path) -> Crawl:
    """Crawl a seed in a process of its own; return the stats, and what was logged under ``log``."""

    def run(seed: str, *, live_delay: float | None = None, **settings: object) -> dict[str, Any]:
        told = {"XINHUA_ID_ARCHIVE": str(tmp_path / "archives"), **settings}
        job = tmp_path / "job.json"
        job.write_text(json.dumps({"seeds": [seed], "settings": told, "live_delay": live_delay}))
        done = launching.run("tests.crawl.polite_crawl", str(job), environment=environment(), cwd=ROOT)
        assert done.returncode == 0, done.stderr
        return {**json.loads(done.stdout), "log": done.stderr}

    return run


def links(*paths: str) -> str:
    return "".join(f'<p><a href="{path}">Warta {path}</a></p>' for path in paths)


def robots(*lines: str) -> Answer:
    return Answer(body="\n".join(["User-agent: *", *lines]), headers={"Content-Type": "text/plain"})


def test_what_robots_txt_forbids_is_never_asked_for_and_counted(crawl: Crawl) -> None:
    pages = {"/mulai.html": Answer(body=links("/boleh.html", "/arsip/rahasia.html")), "/boleh.html": Answer()}
    with TimedSite({"/robots.txt": robots("Disallow: /arsip/"), **pages}) as site:
        stats = crawl(f"{site.base}/mulai.html")
    assert site.paths() == ["/robots.txt", "/mulai.html", "/boleh.html"]
    assert stats["outcome/denied/robots"] == 1
    assert stats["outcome/listing/robots"] == 1


def test_our_own_group_of_robots_txt_counts_before_everybodys(crawl: Crawl) -> None:
    text = "User-agent: *\nDisallow: /\n\nUser-agent: Xinhua-ID\nDisallow: /arsip/\n"
    with TimedSite({"/robots.txt": Answer(body=text), "/mulai.html": Answer(body=links("/arsip/a.html"))}) as site:
        crawl(f"{site.base}/mulai.html")
    assert site.paths() == ["/robots.txt", "/mulai.html"]


@pytest.mark.parametrize("status", [403, 404])
def test_a_site_without_robots_txt_allows_everything(crawl: Crawl, status: int) -> None:
    with TimedSite({"/robots.txt": Answer(status), "/mulai.html": Answer()}) as site:
        crawl(f"{site.base}/mulai.html")
    assert site.paths() == ["/robots.txt", "/mulai.html"]


@pytest.mark.parametrize("answer", [Answer(503), Answer(0)], ids=["an error", "no word"])
def test_a_robots_txt_that_cannot_be_had_closes_the_host_after_some_tries(crawl: Crawl, answer: Answer) -> None:
    with TimedSite({"/robots.txt": answer, "/mulai.html": Answer()}) as site:
        stats = crawl(f"{site.base}/mulai.html", XINHUA_ID_LOOPBACK_BACKOFF=0.01, XINHUA_ID_ROBOTS_TRIES=3)
    assert set(site.paths()) == {"/robots.txt"}
    assert stats["outcome/denied/robots-unreachable"] == 1
    assert stats["outcome/failed/robots"] == 3
    assert "robots.txt gave no answer in 3 tries" in stats["log"]


def test_a_robots_txt_that_recovers_is_obeyed(crawl: Crawl) -> None:
    answers = [Answer(500), robots("Disallow: /tutup.html")]
    with TimedSite({"/robots.txt": answers, "/mulai.html": Answer(body=links("/tutup.html"))}) as site:
        crawl(f"{site.base}/mulai.html", XINHUA_ID_LOOPBACK_BACKOFF=0.01)
    assert site.paths() == ["/robots.txt", "/robots.txt", "/mulai.html"]


def test_robots_txt_is_followed_to_where_it_moved(crawl: Crawl) -> None:
    moved = Answer(301, headers={"Location": "/aturan/robots.txt"})
    pages = {"/mulai.html": Answer(body=links("/tutup.html"))}
    with TimedSite({"/robots.txt": moved, "/aturan/robots.txt": robots("Disallow: /tutup.html"), **pages}) as site:
        crawl(f"{site.base}/mulai.html")
    assert site.paths() == ["/robots.txt", "/aturan/robots.txt", "/mulai.html"]


def test_the_sitemaps_of_robots_txt_are_read_when_the_whole_site_is_crawled(crawl: Crawl) -> None:
    sitemap = "<urlset><url><loc>{}/berita/satu.html</loc></url></urlset>"
    pages = {"/robots.txt": robots("Sitemap: /peta/berita-sitemap.xml"), "/": Answer(body="<p>Beranda")}
    with TimedSite(pages) as site:
        site.answer("/peta/berita-sitemap.xml", Answer(body=sitemap.format(site.base)))
        crawl(f"{site.base}/")
    assert "/berita/satu.html" in site.paths()


def test_crawl_delay_lies_between_the_starts_of_two_requests(crawl: Crawl) -> None:
    pages = {"/mulai.html": Answer(body=links("/a.html", "/b.html")), "/a.html": Answer(), "/b.html": Answer()}
    with TimedSite({"/robots.txt": robots("Crawl-delay: 0.4"), **pages}) as site:
        crawl(f"{site.base}/mulai.html")
    assert len(site.asked) == 4
    assert all(gap >= 0.4 - SLACK for gap in site.gaps()), site.gaps()


def test_a_crawl_delay_beyond_the_bound_is_cut_and_said_so(crawl: Crawl) -> None:
    with TimedSite({"/robots.txt": robots("Crawl-delay: 600"), "/mulai.html": Answer()}) as site:
        stats = crawl(f"{site.base}/mulai.html", XINHUA_ID_LONGEST_CRAWL_DELAY=0.3)
    assert site.gaps()[0] >= 0.3 - SLACK
    assert "asks for 600 s between requests" in stats["log"]


def test_a_live_site_sees_one_request_at_a_time_and_a_pause_whatever_the_settings_say(crawl: Crawl) -> None:
    leaves = {f"/{name}.html": Answer(takes=0.5) for name in "abc"}
    with TimedSite({"/mulai.html": Answer(body=links(*leaves)), **leaves}) as site:
        crawl(
            f"{site.base}/mulai.html", live_delay=0.3, XINHUA_ID_CONTACT="arsip@contoh.id",
            CONCURRENT_REQUESTS_PER_DOMAIN=16, DOWNLOAD_DELAY=0,
        )  # fmt: skip
    assert site.paths()[:2] == ["/robots.txt", "/.well-known/tdmrep.json"]
    assert len(site.asked) == 6
    assert site.most_at_once == 1
    assert all(gap >= 0.3 - SLACK for gap in site.gaps()), site.gaps()
    assert {one.user_agent.rpartition(" ")[2] for one in site.asked} == {"(+arsip@contoh.id)"}


def test_a_loopback_site_is_crawled_side_by_side_and_without_pause(crawl: Crawl) -> None:
    leaves = {f"/{name}.html": Answer(takes=0.5) for name in "abcd"}
    with TimedSite({"/mulai.html": Answer(body=links(*leaves)), **leaves}) as site:
        crawl(f"{site.base}/mulai.html")
    assert site.most_at_once == 4


@pytest.mark.parametrize("written", ["seconds", "date"])
def test_retry_after_lets_the_whole_site_rest(crawl: Crawl, written: str) -> None:
    leaves = {f"/{name}.html": Answer() for name in "bc"}
    with TimedSite({"/mulai.html": Answer(body=links("/a.html", *leaves)), **leaves}) as site:
        until = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=5)
        value = "1" if written == "seconds" else email.utils.format_datetime(until, usegmt=True)
        site.answer("/a.html", Answer(503, headers={"Retry-After": value}), Answer())
        crawl(f"{site.base}/mulai.html", CONCURRENT_REQUESTS_PER_DOMAIN=1)
    refused = next(at for at, one in enumerate(site.asked) if one.path == "/a.html")
    assert site.gaps()[refused] >= 1 - SLACK if written == "seconds" else site.gaps()[refused] > 0.2
    assert site.paths().count("/a.html") == 2


def test_a_site_that_asks_for_more_rest_than_a_run_has_is_left_for_another(crawl: Crawl) -> None:
    refusal = Answer(429, headers={"Retry-After": "86400"})
    with TimedSite({"/mulai.html": Answer(body=links("/a.html", "/b.html")), "/a.html": refusal}) as site:
        stats = crawl(f"{site.base}/mulai.html", CONCURRENT_REQUESTS_PER_DOMAIN=1, XINHUA_ID_LONGEST_REST=5)
    assert "/b.html" not in site.paths()
    assert (stats["finish_reason"], stats["exit_code"], stats["frontier/left"]) == ("rests-too-long", 0, 2)


def test_no_live_host_is_crawled_without_a_contact() -> None:
    with pytest.raises(ContactNeeded, match="XINHUA_ID_CONTACT"):
        check_contact(Settings({"XINHUA_ID_CONTACT": " "}), ["http://127.0.0.1:8000/", "https://contoh.id/"])
    check_contact(Settings({"XINHUA_ID_CONTACT": "arsip@contoh.id"}), ["https://contoh.id/"])
    check_contact(Settings(), ["http://localhost:8000/", "http://[::1]/"])


def test_a_site_that_forbids_crawling_is_crawled_only_on_the_operators_word() -> None:
    source = Source(
        name="contoh", title="Contoh", base="https://contoh.id", hosts=("contoh.id",), permission="ask", verified=True
    )
    with pytest.raises(PermissionNeeded, match="XINHUA_ID_PERMISSIONS=contoh"):
        check_permission(source, Settings(), ["https://contoh.id"])
    check_permission(source, Settings({"XINHUA_ID_PERMISSIONS": "lain,contoh"}), ["https://contoh.id"])
    check_permission(source.at("http://127.0.0.1:8000"), Settings(), ["http://127.0.0.1:8000"])


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://127.9.9.9:80/", "http://[::1]:8000/", "http://a.localhost/"]
)
def test_a_loopback_address_is_known_by_its_name(url: str) -> None:
    assert is_loopback(url)


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "http://localhost.contoh.id/", "http://127.1/", "http://0.0.0.0/"])
def test_any_other_address_counts_as_live(url: str) -> None:
    assert not is_loopback(url)
