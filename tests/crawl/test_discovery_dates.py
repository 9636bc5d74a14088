"""A crawl of some days: the REST collection asked for them, date archives, and what lies outside left out."""

from __future__ import annotations

import datetime as dt
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.crawl.discovery_pages import BASE, SOURCE, UNDESCRIBED, anchors, page, paths, utc
from xinhua_id import sources
from xinhua_id.crawl.discovery import Kind, Link, Rules, discover, page_number
from xinhua_id.crawl.discovery.calendar import MOST_DAYS, addresses, filled, pattern_of, period
from xinhua_id.crawl.target import Range
from xinhua_id.sources import Discovery

WIB = dt.timezone(dt.timedelta(hours=7))
NOW = utc(2023, 6, 1, 5)
DAYS = Range(dt.datetime(2023, 1, 8, tzinfo=WIB), dt.datetime(2023, 1, 9, 23, 59, 59, 999_999, tzinfo=WIB))
ASKED = "per_page=100&_fields=link,date,date_gmt,modified_gmt"
WITHIN = "after=2023-01-07T16:59:59Z&before=2023-01-09T17:00:00Z"


def dated(*archives: str, rest: tuple[str, ...] = ()) -> Rules:
    told = SOURCE.discovery.model_copy(update={"archives": archives, "rest": rest, "feeds": ()})
    return Rules.of(SOURCE.model_copy(update={"discovery": told}))


class TestTheBeginning:
    def test_a_crawl_without_dates_begins_as_ever(self) -> None:
        rules = dated("/indeks/{day:02d}-{month:02d}-{year}")
        assert paths(rules.start(Range(), now=NOW)) == paths(rules.start()) == ["/terkini"]

    def test_each_day_of_a_range_has_its_archive_newest_first(self) -> None:
        rules = dated("/indeks/{day:02d}-{month:02d}-{year}", "/{year}/{month:02d}/")
        found = rules.start(DAYS, now=NOW)
        assert paths(found) == ["/terkini", "/indeks/09-01-2023", "/2023/01/", "/indeks/08-01-2023"]
        assert {link.kind for link in found} == {Kind.LISTING}

    def test_a_range_without_an_end_ends_today_in_the_sites_zone(self) -> None:
        late = utc(2023, 1, 9, 18)  # the tenth has begun in Jakarta
        found = dated("/indeks/{day:02d}-{month:02d}-{year}").start(Range(DAYS.since), now=late)
        assert paths(found)[1:] == ["/indeks/10-01-2023", "/indeks/09-01-2023", "/indeks/08-01-2023"]

    def test_a_range_without_a_beginning_has_no_archives(self) -> None:
        assert paths(dated("/{year}/{month:02d}/").start(Range(None, DAYS.until), now=NOW)) == ["/terkini"]

    def test_a_collection_is_asked_for_the_range_in_utc(self) -> None:
        found = dated(rest=("/wp-json/wp/v2/posts",)).start(DAYS, now=NOW)
        assert paths(found) == ["/wp-json/wp/v2/posts", "/terkini", f"/wp-json/wp/v2/posts?{ASKED}&{WITHIN}"]

    def test_a_range_of_decades_is_cut_and_the_log_says_so(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.WARNING):
            found = dated("/{year}/{month:02d}/{day:02d}/").start(Range(utc(1990, 1, 1)), now=NOW)
        assert len(found) == 1 + MOST_DAYS
        assert found[1].url == f"{BASE}/2023/06/01/"
        assert "only the newest are asked for" in caplog.text

    def test_a_seed_that_is_a_story_brings_no_archives(self) -> None:
        told = SOURCE.discovery.model_copy(update={"archives": ("/{year}/",)})
        rules = Rules.of(SOURCE.model_copy(update={"discovery": told}), [f"{BASE}/berita/7/panen"])
        assert paths(rules.start(DAYS, now=NOW)) == ["/berita/7/panen"]

    def test_antara_keeps_its_days_under_indeks(self) -> None:
        rules = Rules.of(sources.get("antaranews"))
        found = [link.url for link in rules.start(DAYS, now=NOW) if "indeks" in link.url]
        assert found == [f"https://www.antaranews.com/indeks/0{day}-01-2023" for day in (9, 8)]
        assert rules.refusal(f"{found[0]}/2") is None


class TestOnTheWay:
    def test_the_numbered_pages_of_an_archive_are_followed(self) -> None:
        rules = dated("/indeks/{day:02d}-{month:02d}-{year}")
        body = anchors("/berita/1/a", "/indeks/09-01-2023/2", "/indeks/09-01-2023/3")
        found = discover(page(body, "/indeks/09-01-2023"), Kind.LISTING, rules, DAYS).links
        assert [(link.kind, link.follows) for link in found] == [
            (Kind.STORY, False), (Kind.LISTING, True), (Kind.LISTING, False),
        ]  # fmt: skip

    def test_archives_of_other_days_are_left_out_and_counted(self) -> None:
        rules = dated("/indeks/{day:02d}-{month:02d}-{year}")
        body = anchors("/indeks/07-01-2023", "/indeks/08-01-2023", "/indeks/10-01-2023/4", "/berita/1/a")
        found = discover(page(body), Kind.LISTING, rules, DAYS)
        assert paths(found) == ["/indeks/08-01-2023", "/berita/1/a"]
        assert found.skipped == {"out-of-range": 2}

    def test_what_follows_a_collection_is_asked_for_within_the_range(self) -> None:
        body = f'[{{"link": "{BASE}/berita/1/a"}}]'
        plain = page(body, "/wp-json/wp/v2/posts", X_WP_TotalPages="900")
        within = page(body, f"/wp-json/wp/v2/posts?{ASKED}&{WITHIN}", X_WP_TotalPages="2")
        assert paths(discover(plain, Kind.REST, UNDESCRIBED, DAYS))[1] == f"/wp-json/wp/v2/posts?{ASKED}&{WITHIN}"
        second = discover(within, Kind.REST, UNDESCRIBED, DAYS).links[1]
        assert (second.url.removeprefix(BASE), second.follows) == (
            f"/wp-json/wp/v2/posts?{ASKED}&{WITHIN}&page=2", True,
        )  # fmt: skip

    def test_an_undescribed_site_that_shows_wordpress_is_asked_for_its_days(self) -> None:
        shown = discover(page('<link rel="https://api.w.org/" href="/wp-json/">', "/"), Kind.PAGE, UNDESCRIBED).links
        found = UNDESCRIBED.guessed_archives(f"{BASE}/", shown, DAYS, now=NOW)
        assert paths(found) == ["/2023/01/09/", "/2023/01/08/"]
        assert all(link.guessed for link in found)

    def test_a_site_that_does_not_show_it_is_not(self) -> None:
        plain = [Link(f"{BASE}/panen/", Kind.PAGE), Link(f"{BASE}/sitemap.xml", Kind.SITEMAP)]
        assert UNDESCRIBED.guessed_archives(f"{BASE}/", plain, DAYS, now=NOW) == []
        assert UNDESCRIBED.guessed_archives(f"{BASE}/wp-sitemap.xml", [], DAYS, now=NOW) == []
        assert dated().guessed_archives(f"{BASE}/wp-sitemap-posts-1.xml", plain, DAYS, now=NOW) == []


@pytest.mark.parametrize(
    ("path", "first", "last"),
    [
        ("/2023/01/09/", dt.date(2023, 1, 9), dt.date(2023, 1, 9)),
        ("/2023/02/", dt.date(2023, 2, 1), dt.date(2023, 2, 28)),
        ("/arsip/2023", dt.date(2023, 1, 1), dt.date(2023, 12, 31)),
        ("/indeks/09-01-2023/2", dt.date(2023, 1, 9), dt.date(2023, 1, 9)),
        ("/kategori/x/2023-01-09/page/3/", dt.date(2023, 1, 9), dt.date(2023, 1, 9)),
        ("/?m=202301", dt.date(2023, 1, 1), dt.date(2023, 1, 31)),
        ("/indeks?tanggal=09-01-2023", dt.date(2023, 1, 9), dt.date(2023, 1, 9)),
        ("/arsip?tahun=2023&bulan=1&hari=9", dt.date(2023, 1, 9), dt.date(2023, 1, 9)),
        ("/indeks?date=01/09/2023", dt.date(2023, 1, 1), dt.date(2023, 12, 31)),
    ],
)
def test_an_archives_address_says_its_days(path: str, first: dt.date, last: dt.date) -> None:
    assert period(BASE + path) == (first, last)


@pytest.mark.parametrize("path", ["/2023/01/09/panen", "/berita/2023", "/tag/xinhua/3", "/2023/13/", "/2023/02/31/"])
def test_other_addresses_say_none(path: str) -> None:
    assert period(BASE + path) is None


def test_a_day_is_no_page_number() -> None:
    assert page_number(f"{BASE}/2023/01/09/", Kind.LISTING) is None
    assert page_number(f"{BASE}/indeks/09-01-2023/2", Kind.LISTING) == 2
    assert Rules.of(sources.get("indonesiawindow")).allows("https://indonesiawindow.com/2023/")


@given(st.dates(dt.date(1995, 1, 1), dt.date(2099, 12, 31)), st.integers(0, 40))
def test_every_day_of_a_range_is_asked_for_once_and_read_back(last: dt.date, days: int) -> None:
    template = "/indeks/{day:02d}-{month:02d}-{year}"
    found = list(addresses([template], last - dt.timedelta(days=days), last))
    assert [period(BASE + path) for path in found] == [
        (last - dt.timedelta(days=back),) * 2 for back in range(days + 1)
    ]
    rules = dated(template)
    assert {rules.kind(BASE + path + "/2") for path in found} == {Kind.LISTING}


@pytest.mark.parametrize("template", ["/{year}/{day}/", "/{tanggal}", "/{month}/", "/{year.real}/", "/{year", "{year}"])
def test_a_template_that_no_day_fills_is_refused(template: str) -> None:
    with pytest.raises(ValidationError):
        Discovery(archives=(template,))


def test_a_templates_pattern_holds_its_pages_and_nothing_else() -> None:
    rules = dated("/{year}/{month:02d}/{day:02d}/")
    assert pattern_of("/{year}/").startswith("^/")
    assert filled("/{year}/{month:02d}/", dt.date(2023, 1, 9)) == "/2023/01/"
    assert rules.kind(f"{BASE}/2023/01/09/page/2/") is Kind.LISTING
    assert rules.kind(f"{BASE}/2023/01/09/panen-kopi/") is Kind.PAGE
