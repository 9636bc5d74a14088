"""Traps: what never ends and brings nothing is left, and what brings stories never is."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.crawl.discovery_pages import BASE, DESCRIBED, UNDESCRIBED, anchors, page, utc
from xinhua_id.crawl.discovery import LEADING, Kind, Link, Rules, discover
from xinhua_id.crawl.traps import MOST_COMBINATIONS, Traps, shape_of
from xinhua_id.items import Outcome

NOW = utc(2023, 6, 1)


def traps() -> Traps:
    return Traps(lambda: NOW)


def wander(site: Callable[[str], tuple[Outcome, str]], rules: Rules, *, most: int = 20_000) -> tuple[Counter[str], int]:
    """Visit a site that answers every path, as the spider does; return what was refused and how many were visited."""
    guard, refused, visited = traps(), Counter[str](), 0
    begin = Link(f"{BASE}/", Kind.PAGE)
    waiting, seen = deque([begin]), {begin.url}
    while waiting:
        link = waiting.popleft()
        visited += 1
        assert visited < most, f"no end: {link.url}"
        outcome, body = site(link.url.removeprefix(BASE))
        there = page(body, link.url.removeprefix(BASE))
        taken = []
        for found in discover(there, link.kind, rules).links:
            if (trap := guard.refusal(found, link.url)) is not None:
                refused[trap] += 1
            else:
                taken.append(found)
        end = Outcome.LISTING if link.kind in LEADING else outcome
        guard.ended(link.url, end, None, guard.fresh(link.url, taken), None)
        new = [found for found in taken if found.url not in seen]
        seen.update(found.url for found in new)
        waiting.extend(new)
    return refused, visited


class TestWhatIsLeft:
    def test_a_calendar_without_end_is_left_ahead_and_behind(self) -> None:
        def months(path: str) -> tuple[Outcome, str]:
            if path == "/":
                return Outcome.LISTING, anchors("/agenda/2023/06/")
            year, month = map(int, path.strip("/").split("/")[1:])
            ahead = f"/agenda/{year + month // 12}/{month % 12 + 1:02d}/"
            back = f"/agenda/{year - (month == 1)}/{(month - 2) % 12 + 1:02d}/"
            return Outcome.LISTING, anchors(ahead, back)

        refused, visited = wander(months, UNDESCRIBED)
        assert visited < 600
        assert refused["calendar"] + refused["barren"] >= 2

    def test_filters_that_combine_without_end_are_left(self) -> None:
        def filters(path: str) -> tuple[Outcome, str]:
            chosen = dict(pair.split("=") for pair in path.partition("?")[2].split("&") if pair)
            more = [{**chosen, f"f{key}": str(value)} for key in range(8) for value in range(3)]
            return Outcome.LISTING, anchors(
                *("/arsip?" + "&amp;".join(f"{key}={one[key]}" for key in sorted(one)) for one in more)
            )

        refused, visited = wander(filters, UNDESCRIBED)
        assert MOST_COMBINATIONS < visited < 2 * MOST_COMBINATIONS
        assert refused["parameters"] > 0

    def test_a_listing_that_numbers_on_with_the_same_stories_is_left(self) -> None:
        def same(path: str) -> tuple[Outcome, str]:
            number = int(path.partition("=")[2] or 1)
            stories = [f"/berita/{n}/warta-desa" for n in range(20, 30)]
            return Outcome.STORY if "berita" in path else Outcome.LISTING, anchors(
                *stories, f"/terkini?page={number + 1}"
            ) if "berita" not in path else ""

        rules = Rules.of(None, [f"{BASE}/"])
        refused, visited = wander(same, rules)
        assert visited < 450
        assert refused["barren"] > 0

    def test_a_flood_of_soft_404s_is_left(self) -> None:
        def flood(path: str) -> tuple[Outcome, str]:
            number = int(path.strip("/").split("/")[1]) if path != "/" else 1
            more = (f"/berita/{n}/tidak-ada-lagi" for n in range(number * 3, number * 3 + 3))
            return Outcome.NO_ARTICLE, anchors(*more)

        refused, visited = wander(flood, UNDESCRIBED)
        assert visited < 1700
        assert refused["barren"] > 0

    def test_a_copy_of_a_story_at_another_address_is_no_new_story(self) -> None:
        guard = traps()
        for number in range(900):
            guard.ended(f"{BASE}/berita/{number}/warta", Outcome.STORY, None, 0, f"teks {number}")
        for number in range(900):
            guard.ended(f"{BASE}/cermin/berita/{number}/warta", Outcome.STORY, None, 0, f"teks {number}")
        assert guard.refusal(Link(f"{BASE}/cermin/berita/901/warta", Kind.STORY)) == "barren"
        assert guard.refusal(Link(f"{BASE}/berita/901/warta", Kind.STORY)) is None

    def test_sitemaps_below_sitemaps_end(self) -> None:
        guard = traps()
        taken = 0
        while guard.refusal(Link(f"{BASE}/peta-{taken + 1}.xml", Kind.SITEMAP), f"{BASE}/peta-{taken}.xml") is None:
            taken += 1
        assert taken == 5

    def test_a_closed_shape_is_opened_again_by_what_it_brings_after_all(self) -> None:
        guard = traps()
        for number in range(402):
            guard.ended(f"{BASE}/berita/{number}/warta", Outcome.NO_ARTICLE, "http-404", 0)
        links = [Link(f"{BASE}/berita/{number}/warta", Kind.STORY) for number in range(1000, 2000)]
        let_through = [link for link in links if guard.refusal(link) is None]
        assert len(let_through) == 4
        guard.ended(let_through[0].url, Outcome.STORY, None, 0, "teks")
        assert guard.refusal(links[0]) is None

    def test_the_log_names_a_shape_once_with_an_example(self) -> None:
        guard = traps()
        said = guard.news("barren", f"{BASE}/berita/7/banjir-surut")
        assert said is not None
        assert said.startswith("trap (barren): addresses like contoh.id/berita/#/* are left alone")
        assert said.endswith(f"{BASE}/berita/7/banjir-surut")
        assert guard.news("barren", f"{BASE}/berita/8/banjir-surut") is None


class TestWhatStays:
    def test_a_site_of_many_stories_under_one_shape_is_never_closed(self) -> None:
        guard = traps()
        for number in range(30_000):
            gone = number % 1000 < 300  # three hundred in a row were deleted
            url = f"{BASE}/berita/{number}/warta-desa"
            assert number % 500 or guard.refusal(Link(url, Kind.STORY)) is None
            guard.ended(url, Outcome.NO_ARTICLE if gone else Outcome.STORY, None, 0, None if gone else str(number))

    def test_stories_told_apart_by_one_of_several_parameters_are_all_asked_for(self) -> None:
        guard = traps()
        for number in range(5000):
            assert guard.refusal(Link(f"{BASE}/index.php?option=isi&id={number}&menu=5", Kind.PAGE)) is None

    def test_a_site_that_is_down_closes_nothing(self) -> None:
        guard = traps()
        for number in range(1000):
            guard.ended(f"{BASE}/terkini?page={number}", Outcome.FAILED, "http-503", 0)
            guard.ended(f"{BASE}/terkini?page={number}", Outcome.DENIED, "robots", 0)
        assert guard.refusal(Link(f"{BASE}/terkini?page=7", Kind.LISTING)) is None

    def test_a_second_crawl_that_finds_all_unchanged_closes_nothing(self) -> None:
        guard = traps()
        for number in range(1000):
            guard.ended(f"{BASE}/berita/{number}/warta", Outcome.DUPLICATE, "unchanged", 0)
        assert guard.refusal(Link(f"{BASE}/berita/7/warta", Kind.STORY)) is None

    def test_pages_that_repeat_what_a_sitemap_named_are_not_barren(self) -> None:
        guard = traps()
        sitemap = [Link(f"{BASE}/berita/{n}/warta", Kind.STORY) for n in range(5000)]
        guard.fresh(f"{BASE}/sitemap.xml", sitemap)
        for at in range(400):
            on_page = sitemap[at * 10 : at * 10 + 10]
            url = f"{BASE}/terkini?page={at}"
            guard.ended(url, Outcome.LISTING, "listing", guard.fresh(url, on_page))
        assert guard.refusal(Link(f"{BASE}/terkini?page=401", Kind.LISTING)) is None

    def test_parts_and_requisites_are_never_refused(self) -> None:
        guard = traps()
        for number in range(2000):
            guard.ended(f"{BASE}/berita/{number}/warta", Outcome.NO_ARTICLE, "soft-404", 0)
        assert guard.refusal(Link(f"{BASE}/berita/1/warta", Kind.PART)) is None

    @pytest.mark.parametrize("path", ["/indeks/01-06-2023", "/2005/01/", "/arsip?tahun=1999&bulan=2", "/2031/06/x-y"])
    def test_archives_of_days_that_were_are_followed(self, path: str) -> None:
        assert traps().refusal(Link(BASE + path, Kind.LISTING)) is None

    @pytest.mark.parametrize("path", ["/indeks/01-07-2023", "/1970/01/", "/arsip?tahun=2087&bulan=2", "/x/2031-06-01"])
    def test_archives_of_days_that_have_not_come_are_not(self, path: str) -> None:
        assert traps().refusal(Link(BASE + path, Kind.LISTING)) == "calendar"


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/berita/3341226/panen-kopi?page=2", "/berita/#/*?page"),
        ("/berita/3341226/panen", "/berita/#/*"),
        ("/indeks/09-01-2023/2", "/indeks/#-#-#/#"),
        ("/20240509/0123456789abcdef0123456789abcdef/c.html", "/#/#/*.html"),
        ("/panen-kopi-di-gayo/", "/*"),
        ("/tag/xinhua?b=2&a=1", "/tag/xinhua?a&b"),
        ("/a/b/c/d/e/f/g", "/a/b/…7"),
    ],
)
def test_the_shape_of_an_address_is_what_many_of_its_kind_share(path: str, shape: str) -> None:
    assert shape_of(BASE + path) == f"contoh.id{shape}"


@settings(deadline=None)
@given(st.text(max_size=80), st.sampled_from(Kind), st.sampled_from(Outcome))
def test_whatever_an_address_is_it_is_answered(written: str, kind: Kind, outcome: Outcome) -> None:
    guard = traps()
    url = BASE + "/" + written
    link = Link(url, kind)
    assert guard.refusal(link, url) in {None, "calendar", "sitemap"}
    guard.ended(url, outcome, None, guard.fresh(url, [link]), written)
    assert guard.news("barren", url)


def test_a_described_sites_traps_are_the_same() -> None:
    assert traps().refusal(Link(f"{BASE}/tag/2087-01-01", DESCRIBED.kind(f"{BASE}/tag/2087-01-01"))) == "calendar"
