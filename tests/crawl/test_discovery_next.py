"""What comes after a page: the next of its series and no other, however the site marks it; and one story once."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.crawl.discovery_pages import BASE, DESCRIBED, NS, SOURCE, UNDESCRIBED, anchors, page, paths
from xinhua_id.crawl.discovery import Found, Kind, Link, Rules, declared, discover, links
from xinhua_id.crawl.discovery import header as link_header
from xinhua_id.crawl.discovery.link import each_once
from xinhua_id.items import Page


def next_of(found: Found | list[Link]) -> list[str]:
    every = found.links if isinstance(found, Found) else found
    return [link.url.removeprefix(BASE) for link in every if link.follows]


class TestTheNextPage:
    def test_of_the_numbers_under_a_listing_only_the_next_follows(self) -> None:
        body = anchors("/berita/1/a", *(f"/terkini?page={number}" for number in (1, 2, 3, 4, 40)))
        assert next_of(links(page(body), Kind.LISTING, DESCRIBED)) == ["/terkini?page=2"]
        assert next_of(links(page(body, "/terkini?page=3"), Kind.LISTING, DESCRIBED)) == ["/terkini?page=4"]

    def test_a_listing_whose_name_is_a_number_opens_a_series_of_its_own(self) -> None:
        body = anchors("/berita/1/a", "/tag/24/2", "/tag/24/3")
        assert next_of(links(page(body, "/tag/24"), Kind.LISTING, UNDESCRIBED)) == ["/tag/24/2"]

    def test_files_that_are_numbered_are_a_series(self) -> None:
        body = anchors("/politik/index_2.html", "/politik/index_3.html")
        assert next_of(links(page(body, "/politik/"), Kind.LISTING, UNDESCRIBED)) == ["/politik/index_2.html"]
        assert next_of(links(page(body, "/politik/index_2.html"), Kind.LISTING, UNDESCRIBED)) == [
            "/politik/index_3.html"
        ]

    def test_the_day_after_a_day_is_not_its_next_page(self) -> None:
        body = anchors("/2023/01/10/", "/2023/01/09/page/2/")
        assert next_of(links(page(body, "/2023/01/09/"), Kind.LISTING, UNDESCRIBED)) == ["/2023/01/09/page/2/"]

    def test_rel_next_follows_on_a_listing(self) -> None:
        body = anchors("/berita/1/a") + '<link rel="next" href="/arsip/mundur?dari=77">'
        assert next_of(links(page(body), Kind.LISTING, DESCRIBED)) == ["/arsip/mundur?dari=77"]

    def test_rel_next_of_a_story_leads_to_another_story_and_follows_nothing(self) -> None:
        body = '<a rel="next" href="/2023/01/panen-teh/">Panen teh</a>'
        found = links(page(body, "/2023/01/panen-kopi/"), Kind.PAGE, UNDESCRIBED)
        assert (paths(found), next_of(found)) == (["/2023/01/panen-teh/"], [])

    def test_the_link_header_may_name_it_with_other_parameters_first(self) -> None:
        told = f'<{BASE}/terkini?sejak=9>; title="Berita, lama"; rel="next"'
        assert next_of(links(page(anchors("/berita/1/a"), Link=told), Kind.LISTING, DESCRIBED)) == ["/terkini?sejak=9"]

    @pytest.mark.parametrize(
        "words", ["Berikutnya", "Selanjutnya »", "Halaman berikutnya", "Next", "Older posts", "lebih lama"]
    )
    def test_a_list_without_numbers_goes_on_where_its_link_says_so(self, words: str) -> None:
        body = anchors("/berita/1/a") + f'<a href="/terkini?mulai=20"><span>{words}</span></a>'
        assert next_of(links(page(body), Kind.LISTING, DESCRIBED)) == ["/terkini?mulai=20"]

    def test_a_link_that_only_speaks_of_what_is_next_is_none(self) -> None:
        body = anchors("/berita/1/a") + '<a href="/terkini?mulai=20">Langkah berikutnya bagi petani kopi</a>'
        assert next_of(links(page(body), Kind.LISTING, DESCRIBED)) == []

    def test_a_collection_without_its_headers_goes_on_while_its_pages_are_full(self) -> None:
        def posts(number: int) -> list[str]:
            body = json.dumps([{"link": f"{BASE}/panen-{at}/"} for at in range(number)])
            return next_of(links(page(body, "/wp-json/wp/v2/posts?per_page=20"), Kind.REST, UNDESCRIBED))

        assert posts(20) == ["/wp-json/wp/v2/posts?per_page=20&page=2"]
        assert posts(19) == []

    def test_a_feed_of_wordpress_goes_on_without_saying_so(self) -> None:
        made_by = "<generator>https://wordpress.org/?v=6.4.1</generator>"
        body = f"<rss><channel>{made_by}<item><link>{BASE}/berita/1/a</link></item></channel></rss>"
        assert next_of(links(page(body, "/feed/"), Kind.FEED, DESCRIBED)) == ["/feed/?paged=2"]
        assert next_of(links(page(body, "/feed/?paged=2"), Kind.FEED, DESCRIBED)) == ["/feed/?paged=3"]
        empty = body.replace("item>", "kosong>")
        assert next_of(links(page(empty, "/feed/?paged=9"), Kind.FEED, DESCRIBED)) == []

    def test_an_archived_feed_leads_to_its_older_document(self) -> None:
        body = (
            f'<feed xmlns="http://www.w3.org/2005/Atom"><link rel="prev-archive" href="{BASE}/feed-2022.atom"/></feed>'
        )
        assert next_of(links(page(body, "/atom.xml"), Kind.FEED, DESCRIBED)) == ["/feed-2022.atom"]

    def test_a_repetition_that_follows_is_kept(self) -> None:
        twice = [Link(f"{BASE}/x?page=2", Kind.LISTING), Link(f"{BASE}/x/?page=2", Kind.LISTING, follows=True)]
        assert each_once(twice, None) == [Link(f"{BASE}/x?page=2", Kind.LISTING, follows=True)]


class TestWhereStoriesHide:
    def test_an_archive_menu_and_a_list_for_machines_are_read(self) -> None:
        listed = {"@type": "ItemList", "itemListElement": [
            {"@type": "ListItem", "url": "/berita/2/b"}, {"item": {"@id": f"{BASE}/berita/3/c"}}, "/berita/4/d", 7,
        ]}  # fmt: skip
        body = (
            f'<select><option value="">Pilih</option><option value="{BASE}/tag/arsip">Arsip</option></select>'
            f'<script type="application/ld+json">{json.dumps([listed])}</script>'
        )
        found = paths(links(page(body), Kind.LISTING, DESCRIBED))
        assert found == ["/tag/arsip", "/berita/2/b", "/berita/3/c", "/berita/4/d"]

    def test_a_json_feed_is_read_with_its_dates_and_its_next_page(self) -> None:
        feed = {"version": "https://jsonfeed.org/version/1.1", "next_url": f"{BASE}/feed.json?page=2", "items": [
            {"url": f"{BASE}/berita/1/a", "date_published": "2023-01-09T19:05:00+07:00"}, {"id": "tanpa alamat"}, None,
        ]}  # fmt: skip
        found = discover(
            page(json.dumps(feed), "/feed.json", Content_Type="application/feed+json"), Kind.FEED, DESCRIBED
        )
        assert paths(found) == ["/berita/1/a", "/feed.json?page=2"]
        assert next_of(found) == ["/feed.json?page=2"]
        assert found.skipped == {"bad-url": 2}

    def test_a_counted_link_gives_way_to_the_original(self) -> None:
        told = f"<link>https://hitung.lain.id/~r/1</link><origLink>{BASE}/berita/1/a</origLink>"
        assert paths(links(page(f"<rss><item>{told}</item></rss>", "/rss.xml"), Kind.FEED, DESCRIBED)) == [
            "/berita/1/a"
        ]

    def test_robots_txt_may_end_its_lines_as_old_machines_did(self) -> None:
        body = f"User-agent: *\rSitemap: {BASE}/a.xml\rSitemap: {BASE}/b.xml\r"
        assert paths(links(page(body, "/robots.txt"), Kind.PAGE, UNDESCRIBED)) == ["/a.xml", "/b.xml"]

    def test_an_index_of_indexes_of_news_is_gone_down(self) -> None:
        index = f"<sitemapindex {NS}><sitemap><loc>{BASE}/peta/indeks-2.xml</loc></sitemap></sitemapindex>"
        (found,) = links(page(index, "/sitemap.xml"), Kind.SITEMAP, DESCRIBED)
        assert found.kind is Kind.SITEMAP


class TestOneStoryOnce:
    @pytest.mark.parametrize(
        "written",
        ["/berita/1/a/amp", "/berita/1/a?amp=1", "/berita/1/a/amp/?utm_source=x", "/berita/1/a?outputType=amp",
         "/berita/1/a/print/", "https://m.contoh.id/berita/1/a", "https://amp.contoh.id/berita/1/a",
         "/berita/1/a;jsessionid=8F2?PHPSESSID=07"],
    )  # fmt: skip
    def test_another_form_of_a_story_is_asked_for_at_the_storys_address(self, written: str) -> None:
        mobile = SOURCE.model_copy(update={"hosts": ("contoh.id", "m.contoh.id", "amp.contoh.id")})
        found = links(page(anchors(written)), Kind.LISTING, Rules.of(mobile))
        assert [link.url.rstrip("/").partition("?utm")[0].rstrip("/") for link in found] == [f"{BASE}/berita/1/a"]

    def test_a_form_that_fits_no_pattern_is_asked_for_as_the_story_it_is(self) -> None:
        exact = SOURCE.discovery.model_copy(update={"story": (r"^/berita/[a-z-]+/$",)})
        rules = Rules.of(SOURCE.model_copy(update={"discovery": exact}))
        (found,) = links(page(anchors("/berita/panen-kopi/amp/")), Kind.LISTING, rules)
        assert found == Link(f"{BASE}/berita/panen-kopi/", Kind.STORY)

    def test_a_mobile_host_that_is_not_the_sources_is_left_alone(self) -> None:
        found = discover(page(anchors("https://m.contoh.id/berita/1/a")), Kind.LISTING, DESCRIBED)
        assert (found.links, found.skipped["other-host"]) == ([], 1)

    def test_an_amp_page_of_an_undescribed_site_is_its_story(self) -> None:
        assert paths(links(page(anchors("/panen-kopi/amp/", "/amp/"), "/"), Kind.PAGE, UNDESCRIBED)) == [
            "/panen-kopi/", "/amp/",
        ]  # fmt: skip


class TestWhatAPageDeclares:
    STORY = "/?p=12"

    @pytest.mark.parametrize(
        "head",
        ['<link rel="canonical" href="/panen-kopi/">', f"<LINK HREF={BASE}/panen-kopi/ REL=Canonical>",
         '<base href="/"><link rel="shortlink canonical" href=" panen-kopi/ ">',
         '<!-- <link rel="canonical" href="/x/"> --><link href="&#47;panen-kopi/" rel=\'canonical\'>',
         '<script>"<link rel=canonical href=/x/>"</script><link rel="canonical" href="/panen-kopi/" />',
         '<link rel="canonical" href=""><link rel="canonical" href="/panen-kopi/">'],
    )  # fmt: skip
    def test_the_first_canonical_link_of_the_head_counts(self, head: str) -> None:
        assert declared(page(f"<html><head>{head}</head><body>", self.STORY)) == f"{BASE}/panen-kopi/"

    def test_the_link_header_counts_where_the_head_says_nothing(self) -> None:
        told = f'<{BASE}/x/>; rel=shortlink, <{BASE}/panen-kopi/>; rel="canonical"'
        assert declared(page("<p>Warta", self.STORY, Link=told)) == f"{BASE}/panen-kopi/"

    @pytest.mark.parametrize(
        "said",
        ['<link rel="canonical" href="https://lain.id/panen-kopi/">', f'<link rel="canonical" href="{BASE}/">',
         '<body><link rel="canonical" href="/x/">', '<link rel="canonical" href="http://[::1">', "<p>Warta", "",
         '<link rel="canonical" data-href="/x/">', '<title><link rel="canonical" href="/x/"></title>'],
    )  # fmt: skip
    def test_what_cannot_be_the_storys_address_is_none(self, said: str) -> None:
        assert declared(page(said, self.STORY)) is None

    def test_a_numbered_page_that_declares_the_first_is_still_another_page(self) -> None:
        body = '<link rel="canonical" href="/terkini">'
        assert declared(page(body, "/terkini?page=2")) is None
        assert declared(page(body, "/terkini?utm_source=x")) == f"{BASE}/terkini"

    def test_only_html_is_asked(self) -> None:
        body = '<link rel="canonical" href="/x/">'
        assert declared(page(body, self.STORY, Content_Type="application/rss+xml")) is None
        assert declared(Page(None, body=body.encode())) is None

    def test_utf_16_is_read(self) -> None:
        assert declared(page('<link rel="canonical" href="/panen/">'.encode("utf-16"), self.STORY)) == f"{BASE}/panen/"


SHARDS = [
    "<link ", "rel=canonical ", "href=", '"', "'", ">", "<!--", "-->", "<script>", "</script>", "/a", "<base ", "<",
    "&#47;", "https://contoh.id/b", "http://[", "<title>", "\0", "rel=next", ";", ",", "<https://contoh.id/c>",
]  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(st.lists(st.one_of(st.sampled_from(SHARDS), st.text(max_size=4)), max_size=30).map("".join))
def test_whatever_a_head_or_a_header_holds_what_is_declared_is_on_the_site(text: str) -> None:
    there = page(text.encode("utf-8", "replace"), "/berita/1/a", Link=text)
    found = declared(there)
    assert found is None or found.startswith(("https://contoh.id/", "http://contoh.id/", "https://www.contoh.id/"))
    assert all(isinstance(one, str) for one in link_header.named(there, "next"))


@pytest.mark.parametrize("piece", ["<!--", "<link ", "<script>", "<link rel='", '<base href="', "<script", "<title"])
def test_a_head_of_nothing_but_beginnings_costs_no_more_than_its_length(piece: str) -> None:
    assert declared(page((piece * 100_000).encode(), "/berita/1/a")) is None
