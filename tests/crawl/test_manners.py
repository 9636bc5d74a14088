"""Manners towards a site that is slow, unwell or unwilling, and towards a run's own bounds: what the site sees of them.

Loopback sites get the manners of live ones here (``XINHUA_ID_LOOPBACK_MANNERS``), with bounds short enough to watch.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests import launching
from tests.conftest import environment
from tests.crawl.timed_site import Answer, TimedSite

ROOT = Path(__file__).parents[2]
SLACK = 0.08
LEAVES = [f"/{name}.html" for name in "abcdefghijkl"]
DOWN = Answer(503)

Crawl = Callable[..., dict[str, Any]]


@pytest.fixture
def crawl(tmp_path: Path) -> Crawl:
    """Crawl with the manners towards live sites; return stats, ``exit_code``, ``summary``, ``log`` and ``account``."""

    def run(*seeds: str, about: dict[str, Any] | None = None, **settings: object) -> dict[str, Any]:
        told = {
            "XINHUA_ID_ARCHIVE": str(tmp_path / "archives"), "XINHUA_ID_LOOPBACK_MANNERS": True,
            "XINHUA_ID_LONGEST_DELAY": 0.05, "XINHUA_ID_LOOPBACK_BACKOFF": 0.01, "XINHUA_ID_BREAKER_REST": 0.2,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 1, "XINHUA_ID_TDMREP": False, **settings,
        }  # fmt: skip
        job = tmp_path / "job.json"
        job.write_text(json.dumps({"seeds": seeds, "settings": told, **(about or {})}))
        done = launching.run("tests.crawl.polite_crawl", str(job), environment=environment(), cwd=ROOT)
        assert done.returncode == 0, done.stderr
        (manifest,) = (tmp_path / "archives").glob("*/runs/*.json")
        return {**json.loads(done.stdout), "log": done.stderr, "account": json.loads(manifest.read_text())}

    return run


def front(*paths: str) -> Answer:
    return Answer(body="".join(f'<p><a href="{path}">Warta {path}</a></p>' for path in paths))


def source(folder: Path, **discovery: object) -> str:
    """Write a source whose front page is its only listing; return its path."""
    keys = "\n".join(f"{key} = {json.dumps(value)}" for key, value in discovery.items())
    path = folder / "contoh.toml"
    path.write_text(
        'name = "contoh"\ntitle = "Contoh"\nbase = "https://contoh.id"\nhosts = ["contoh.id"]\npermission = "open"\n'
        f"verified = true\n[discovery]\nlistings = [\"/\"]\nstory = ['^/[a-l]\\.html']\n{keys}\n",
        encoding="utf-8",
    )
    return str(path)


class TestASiteThatFails:
    def test_it_rests_longer_and_longer_and_is_then_left_with_what_is_not_done(self, crawl: Crawl) -> None:
        with TimedSite({"/mulai.html": front(*LEAVES), **dict.fromkeys(LEAVES, DOWN)}) as site:
            said = crawl(f"{site.base}/mulai.html", XINHUA_ID_BREAKER_FAILURES=3, XINHUA_ID_BREAKER_OPENINGS=3)
        asked = [one for one in site.asked if one.path in LEAVES]
        assert len(asked) == 3 + 2  # what opened it, and one probe after each rest
        gaps = [later.at - earlier.at for earlier, later in itertools.pairwise(asked[2:])]
        assert gaps[0] >= 0.2 - SLACK
        assert gaps[1] >= 0.8 - SLACK
        assert (said["finish_reason"], said["account"]["outcome"]) == ("site-rests", "site-rests")
        assert said["politeness/breaker-opened"] == 3
        assert said["exit_code"] == 1
        assert "the site is unwell" in said["summary"]
        assert "3 because it failed again and again" in said["summary"]

    def test_one_page_that_comes_after_the_rest_lets_the_crawl_go_on_to_its_end(self, crawl: Crawl) -> None:
        pages = {path: [DOWN, Answer()] if path < "/d" else Answer() for path in LEAVES}
        with TimedSite({"/mulai.html": front(*LEAVES), **pages}) as site:
            said = crawl(f"{site.base}/mulai.html", XINHUA_ID_BREAKER_FAILURES=3)
        assert said["finish_reason"] == "finished"
        assert said["politeness/breaker-opened"] == 1
        assert set(LEAVES) <= set(site.paths())
        assert said["exit_code"] == 0

    def test_connections_that_break_off_open_it_too(self, crawl: Crawl) -> None:
        with TimedSite({"/mulai.html": front(*LEAVES), **dict.fromkeys(LEAVES, Answer(0))}) as site:
            said = crawl(f"{site.base}/mulai.html", XINHUA_ID_BREAKER_FAILURES=3, XINHUA_ID_BREAKER_OPENINGS=1)
        assert said["finish_reason"] == "site-rests"

    def test_what_pages_say_of_themselves_does_not(self, crawl: Crawl) -> None:
        gone = dict(zip(LEAVES, [Answer(404), Answer(410), Answer(401), Answer(400)] * 3, strict=True))
        with TimedSite({"/mulai.html": front(*LEAVES), **gone}) as site:
            said = crawl(f"{site.base}/mulai.html", XINHUA_ID_BREAKER_FAILURES=2)
        assert said["finish_reason"] == "finished"
        assert "politeness/breaker-opened" not in said

    def test_a_site_that_refuses_everything_is_left_and_its_operator_is_to_be_asked(self, crawl: Crawl) -> None:
        with TimedSite({"/mulai.html": front(*LEAVES), **dict.fromkeys(LEAVES, Answer(403))}) as site:
            said = crawl(f"{site.base}/mulai.html", XINHUA_ID_BREAKER_FAILURES=3)
        assert len([path for path in site.paths() if path in LEAVES]) == 6 + 1
        assert said["finish_reason"] == "site-rests"
        assert "write to the site's operator" in said["summary"]
        assert said["exit_code"] == 1

    def test_a_loopback_site_is_spared_it_unless_a_setting_says_so(self, crawl: Crawl) -> None:
        with TimedSite({"/mulai.html": front(*LEAVES), **dict.fromkeys(LEAVES, DOWN)}) as site:
            said = crawl(f"{site.base}/mulai.html", XINHUA_ID_LOOPBACK_MANNERS=False, XINHUA_ID_BREAKER_FAILURES=2)
        assert said["finish_reason"] == "finished"


class TestAPace:
    def test_a_slow_site_is_asked_no_more_often_than_it_answers(self, crawl: Crawl) -> None:
        pages = {"/a.html": Answer(takes=0.6), "/b.html": Answer(), "/c.html": Answer()}
        with TimedSite({"/mulai.html": front(*pages), **pages}) as site:
            said = crawl(f"{site.base}/mulai.html", XINHUA_ID_LONGEST_DELAY=5)
        assert site.gaps()[-1] >= 0.5 - SLACK  # between two quick pages
        assert said["politeness/slowest-delay"] >= 0.6
        assert "s between requests" in said["summary"]

    def test_an_error_doubles_the_delay(self, crawl: Crawl) -> None:
        pages = {"/a.html": DOWN, "/b.html": Answer()}
        with TimedSite({"/mulai.html": front(*pages), **pages}) as site:
            crawl(
                f"{site.base}/mulai.html", XINHUA_ID_LONGEST_DELAY=5, XINHUA_ID_LOOPBACK_DELAY=0.6,
                XINHUA_ID_PAGES_A_RUN=4,
            )  # fmt: skip
        assert site.paths()[2:] == ["/a.html", "/b.html"]
        assert site.gaps()[2] >= 1.2 - SLACK


class TestHours:
    @staticmethod
    def window(first: int, last: int) -> str:
        now = dt.datetime.now(ZoneInfo("Asia/Jakarta"))
        return "-".join(f"{now + dt.timedelta(hours=hours):%H:%M}" for hours in (first, last))

    def test_outside_them_nothing_is_asked_and_the_end_says_when_they_begin(self, crawl: Crawl, tmp_path: Path) -> None:
        hours = self.window(3, 5)
        with TimedSite({"/": front(*LEAVES)}) as site:
            said = crawl(about={"source": source(tmp_path, hours=hours), "at": site.base})
        assert site.asked == []
        assert (said["finish_reason"], said["account"]["outcome"]) == ("outside-hours", "outside-hours")
        assert f"{hours.partition('-')[0]} WIB" in said["summary"]
        assert said["exit_code"] == 0

    def test_within_them_the_site_is_crawled(self, crawl: Crawl, tmp_path: Path) -> None:
        with TimedSite({"/": front("/a.html"), "/a.html": Answer()}) as site:
            said = crawl(about={"source": source(tmp_path, hours=self.window(-1, 2)), "at": site.base})
        assert said["finish_reason"] == "finished"
        assert "/a.html" in site.paths()


class TestABudget:
    def test_no_request_too_many_is_sent_though_many_are_under_way_at_once(self, crawl: Crawl) -> None:
        pages = dict.fromkeys(LEAVES, Answer(takes=0.2))
        with TimedSite({"/mulai.html": front(*LEAVES), **pages}) as site:
            said = crawl(f"{site.base}/mulai.html", XINHUA_ID_PAGES_A_RUN=7, CONCURRENT_REQUESTS_PER_DOMAIN=8)
        assert site.most_at_once > 1
        assert len(site.asked) == said["wire/requests"] == 7
        assert (said["finish_reason"], said["account"]["outcome"]) == ("budget", "budget-reached")
        assert said["exit_code"] == 0
        assert "the rest stays for the next run" in said["summary"]

    @pytest.mark.parametrize("places", [1, 8])
    def test_bytes_are_not_exceeded_by_more_than_a_read(self, crawl: Crawl, places: int) -> None:
        pages = dict.fromkeys(LEAVES, Answer(body="<p>" + "warta " * 20_000))
        with TimedSite({"/mulai.html": front(*LEAVES), **pages}) as site:
            said = crawl(
                f"{site.base}/mulai.html", XINHUA_ID_BYTES_A_RUN="300kB", CONCURRENT_REQUESTS_PER_DOMAIN=places
            )
        assert said["finish_reason"] == "budget"
        assert said["wire/bytes"] <= 300_000 + places * 66_000
        assert said["account"]["stats"]["outcome/failed/over-budget"] >= 1
        counted = sum(number for key, number in said.items() if key.count("/") == 1 and key.startswith("outcome/"))
        assert counted == said["warc/exchanges"]

    def test_a_source_may_set_it_and_the_operator_wins(self, crawl: Crawl, tmp_path: Path) -> None:
        about = {"source": source(tmp_path, pages_a_run=3)}
        with TimedSite({"/": front(*LEAVES), **dict.fromkeys(LEAVES, Answer())}) as site:
            said = crawl(about={**about, "at": site.base}, XINHUA_ID_PAGES_A_RUN=5)
        assert len(site.asked) == 5
        assert said["finish_reason"] == "budget"

    def test_a_crawl_that_is_done_within_it_is_finished(self, crawl: Crawl, tmp_path: Path) -> None:
        about = {"source": source(tmp_path, pages_a_run=3, bytes_a_run="1MB")}
        with TimedSite({"/": front("/a.html"), "/a.html": Answer()}) as site:
            said = crawl(about={**about, "at": site.base})
        assert (len(site.asked), said["finish_reason"]) == (3, "finished")


def test_a_site_that_was_just_visited_is_left_in_peace_for_one_delay(crawl: Crawl) -> None:
    with TimedSite({"/mulai.html": Answer()}) as site:
        said = crawl(f"{site.base}/mulai.html", about={"visited": 0.0}, XINHUA_ID_LOOPBACK_DELAY=3.0)
    assert said["elapsed_time_seconds"] > 4.5  # one delay before robots.txt, one after it
    assert len(site.asked) == 2


def test_robots_txt_is_asked_for_again_when_its_copy_is_old(crawl: Crawl) -> None:
    leaves = LEAVES[:3]
    robots = [Answer(), Answer(body="User-agent: *\nDisallow: /")]
    with TimedSite({"/robots.txt": robots, "/mulai.html": front(*leaves), **dict.fromkeys(leaves, Answer())}) as site:
        said = crawl(
            f"{site.base}/mulai.html", XINHUA_ID_ROBOTS_HOURS=0.3 / 3600, XINHUA_ID_LOOPBACK_DELAY=0.4,
            CONCURRENT_REQUESTS=1,
        )  # fmt: skip
    assert site.paths()[:3] == ["/robots.txt", "/mulai.html", "/robots.txt"]
    assert said["outcome/denied/robots"] >= 1


def test_a_robots_txt_that_could_not_be_had_is_asked_for_again_after_a_while(crawl: Crawl) -> None:
    pages = {"/mulai.html": front(*LEAVES), **dict.fromkeys(LEAVES, Answer())}
    with TimedSite({"/robots.txt": [Answer(), DOWN, Answer()], **pages}) as site:
        said = crawl(
            f"{site.base}/mulai.html", XINHUA_ID_ROBOTS_HOURS=0.0, XINHUA_ID_ROBOTS_AGAIN=0.0,
            XINHUA_ID_ROBOTS_TRIES=1, CONCURRENT_REQUESTS=1,
        )  # fmt: skip
    assert said["finish_reason"] == "finished"
    assert set(LEAVES) <= set(site.paths())  # while it was down the rules from before stood


class TestReservations:
    def test_they_are_asked_for_once_and_stand_in_the_manifest(self, crawl: Crawl) -> None:
        rules = [{"location": "/*", "tdm-reservation": 1, "tdm-policy": "https://contoh.id/izin.json"}, "sampah"]
        pages = {"/mulai.html": front("/a.html"), "/a.html": Answer(), tdmrep: Answer(body=json.dumps(rules))}
        with TimedSite(pages) as site:
            said = crawl(f"{site.base}/mulai.html", XINHUA_ID_TDMREP=True)
        assert site.paths().count(tdmrep) == 1
        assert site.paths()[:2] == ["/robots.txt", tdmrep]
        assert said["outcome/listing/tdmrep"] == said["tdm/rules-reserved"] == 1
        assert said["account"]["rights"]["tdmrep"][site.base] == {
            "answer": "http-200", "rules": [rules[0]], "left-out": 1,
        }  # fmt: skip
        assert said["summary"].count("/a.html") == 0

    @pytest.mark.parametrize(
        ("answer", "outcome", "noted"),
        [
            (Answer(404), "no-article/http-404", "http-404"),
            (Answer(body="<h1>Beranda</h1>"), "no-article/tdmrep-unreadable", "http-200"),
            (Answer(500), "failed/http-500", "http-500"),
            (Answer(0), "failed/connection-lost", "connection-lost"),
        ],
        ids=["there is none", "a page instead", "an error", "no word"],
    )
    def test_whatever_is_wrong_with_them_the_crawl_goes_on(
        self, crawl: Crawl, answer: Answer, outcome: str, noted: str
    ) -> None:
        with TimedSite({tdmrep: answer, "/mulai.html": Answer()}) as site:
            said = crawl(f"{site.base}/mulai.html", XINHUA_ID_TDMREP=True)
        assert site.paths()[-1] == "/mulai.html"
        assert said[f"outcome/{outcome}"] == 1
        assert said["account"]["rights"]["tdmrep"][site.base]["answer"] == noted

    def test_where_robots_txt_forbids_them_they_are_not_asked_for(self, crawl: Crawl) -> None:
        robots = Answer(body="User-agent: *\nDisallow: /.well-known/")
        with TimedSite({"/robots.txt": robots, "/mulai.html": Answer()}) as site:
            said = crawl(f"{site.base}/mulai.html", XINHUA_ID_TDMREP=True)
        assert site.paths() == ["/robots.txt", "/mulai.html"]
        assert said["outcome/denied/robots"] == 1

    def test_a_story_whose_page_reserves_its_rights_is_counted(self, crawl: Crawl, story: Any) -> None:
        page = story(1)[2].replace("<head>", '<head><meta name="tdm-reservation" content="1">')
        with TimedSite({"/a.html": Answer(body=page)}) as site:
            said = crawl(f"{site.base}/a.html")
        assert said["tdm/stories-reserved"] == said["outcome/story"] == 1


tdmrep = "/.well-known/tdmrep.json"
