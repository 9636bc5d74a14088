"""Where pages lead: listings and stories, described sites and others, and bytes that are nothing at all."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.crawl.discovery_pages import BASE, DESCRIBED, SOURCE, UNDESCRIBED, anchors, page, paths, utc
from xinhua_id.crawl.discovery import Kind, Link, Rules, discover, links


class TestListings:
    def test_the_stories_of_a_listing_are_found_each_once_in_order(self) -> None:
        body = anchors("/berita/2/banjir", "berita/1/panen?utm_source=x", "/berita/2/banjir#kolom", "/berita/1/panen")
        assert paths(links(page(body), Kind.LISTING, DESCRIBED)) == ["/berita/2/banjir", "/berita/1/panen?utm_source=x"]

    def test_what_the_source_does_not_name_is_left_out_and_counted(self) -> None:
        body = anchors(
            "/berita/1/a", "/tentang", "/berita/13/x", "https://lain.id/berita/9/b", "mailto:redaksi@contoh.id",
            "javascript:void(0)", "/unduhan/brosur.pdf", "/berita/2/foto.jpg",
        )  # fmt: skip
        found = discover(page(body), Kind.LISTING, DESCRIBED)
        assert paths(found) == ["/berita/1/a"]
        assert found.skipped == {"no-pattern": 1, "denied": 1, "other-host": 1, "not-a-page": 2, "asset": 2}

    def test_the_next_page_is_found_by_rel_next_and_by_its_number(self) -> None:
        body = anchors("/berita/1/a", "/terkini?page=2", "/terkini?page=3") + '<link rel="next" href="/terkini?page=2">'
        found = links(page(body), Kind.LISTING, DESCRIBED)
        assert {(link.url, link.kind) for link in found if "page" in link.url} == {
            (f"{BASE}/terkini?page=2", Kind.LISTING), (f"{BASE}/terkini?page=3", Kind.LISTING),
        }  # fmt: skip

    def test_a_next_page_needs_no_pattern_when_the_page_says_it_is_one(self) -> None:
        body = anchors("/berita/1/a") + '<a rel="next" href="/arsip/mundur?dari=77">Berita lama</a>'
        assert paths(links(page(body), Kind.LISTING, DESCRIBED)) == ["/berita/1/a", "/arsip/mundur?dari=77"]

    def test_numbered_pages_end_at_the_sources_bound(self) -> None:
        found = discover(page(anchors("/berita/1/a", "/terkini?page=50", "/tag/panen/51")), Kind.LISTING, DESCRIBED)
        assert paths(found) == ["/berita/1/a", "/terkini?page=50"]
        assert found.skipped["past-last-page"] == 1

    def test_a_listing_without_stories_leads_to_no_further_page(self) -> None:
        body = anchors("/terkini?page=9", "/tag/panen") + '<link rel="next" href="/terkini?page=9">'
        found = discover(page(body, "/terkini?page=8"), Kind.LISTING, DESCRIBED)
        assert paths(found) == ["/tag/panen"]
        assert found.skipped["paging-without-stories"] == 1

    def test_a_card_with_one_date_dates_its_story_and_the_next_page_is_not_newer(self) -> None:
        time = '<time datetime="2023-01-0{0}T09:00:00+07:00"></time>'
        card = f'<article><a href="/berita/{{0}}/x">Warta</a><div>{time}</div></article>'
        body = card.format(3) + card.format(2) + '<a rel="next" href="/terkini?page=2">Lagi</a>'
        first, second, following = links(page(body), Kind.LISTING, DESCRIBED)
        assert (first.published, second.published) == (utc(2023, 1, 3, 2), utc(2023, 1, 2, 2))
        assert following.modified == utc(2023, 1, 2, 2)

    def test_a_base_element_and_a_refresh_are_heeded(self) -> None:
        refresh = '<meta http-equiv="refresh" content="0; url=/berita/8/banjir">'
        body = f'<base href="/berita/"><a href="7/panen">x</a>{refresh}'
        assert paths(links(page(body), Kind.LISTING, DESCRIBED)) == ["/berita/7/panen", "/berita/8/banjir"]

    def test_a_plain_directory_listing_leads_to_its_pages(self) -> None:
        body = anchors("../", "antara-1.html", "kota%20kita.html", "sub/", "?C=N;O=D", "gold.jsonl")
        found = links(page(body, "/halaman/"), Kind.PAGE, UNDESCRIBED)
        assert paths(found) == ["/", "/halaman/antara-1.html", "/halaman/kota%20kita.html", "/halaman/sub/"]


class TestStories:
    def test_a_story_leads_only_to_its_own_further_pages(self) -> None:
        body = anchors("/berita/1/a?page=2", "/berita/2/b", "/terkini") + '<a rel="next" href="/berita/3/c">Lagi</a>'
        found = links(page(body, "/berita/1/a"), Kind.STORY, DESCRIBED)
        assert [(link.url, link.kind) for link in found] == [(f"{BASE}/berita/1/a?page=2", Kind.PART)]

    def test_the_page_that_holds_all_is_followed_only_where_the_parts_are_not_linked(self) -> None:
        whole, second = '<a href="/berita/1/a?page=all">Lihat semua</a>', '<a href="/berita/1/a?page=2">2</a>'
        assert paths(links(page(whole, "/berita/1/a"), Kind.STORY, DESCRIBED)) == ["/berita/1/a?page=all"]
        assert paths(links(page(whole + second, "/berita/1/a"), Kind.STORY, DESCRIBED)) == ["/berita/1/a?page=2"]

    def test_a_part_leads_to_the_other_parts(self) -> None:
        body = '<a href="/berita/1/a">1</a> 2 <a href="/berita/1/a?page=3">3</a>'
        found = links(page(body, "/berita/1/a?page=2"), Kind.PART, DESCRIBED)
        assert [(link.url, link.kind) for link in found] == [
            (f"{BASE}/berita/1/a", Kind.PART), (f"{BASE}/berita/1/a?page=3", Kind.PART),
        ]  # fmt: skip

    def test_a_page_of_an_undescribed_site_leads_everywhere_on_its_host(self) -> None:
        body = anchors("/2023/01/panen/", "/kategori/desa/", "https://www.contoh.id/x", "https://lain.id/y")
        found = links(page(body, "/2023/01/banjir/"), Kind.PAGE, UNDESCRIBED)
        assert paths(found) == ["/2023/01/panen/", "/kategori/desa/", "https://www.contoh.id/x"]

    @pytest.mark.parametrize(
        "closed",
        ["/wp-login.php", "/wp-admin/", "/panen/?replytocom=7", "/?s=xinhua", "/panen/feed/", "/comments/feed/",
         "/panen/amp/", "/wp-json/oembed/1.0/embed?url=x", "/login", "/panen/?share=facebook", "/a/b/a/b/a/b/a/b",
         "/xmlrpc.php?rsd", "/panen/print/", "/panen/?cetak=1", "/panen/?outputType=amp", "/amp/panen/"],
    )  # fmt: skip
    def test_doors_that_are_not_for_readers_stay_shut(self, closed: str) -> None:
        assert not UNDESCRIBED.allows(BASE + closed)


class TestRules:
    def test_an_undescribed_site_begins_where_wordpress_keeps_its_lists(self) -> None:
        began = UNDESCRIBED.start()
        assert [(link.url.removeprefix(BASE).partition("?")[0], link.kind.value) for link in began] == [
            ("/", "page"), ("/wp-sitemap.xml", "sitemap"), ("/sitemap.xml", "sitemap"),
            ("/sitemap_index.xml", "sitemap"), ("/feed/", "feed"), ("/wp-json/wp/v2/posts", "rest"),
        ]  # fmt: skip
        assert [link.guessed for link in began] == [False, True, True, True, True, True]

    def test_a_seed_that_is_a_story_begins_nothing_else(self) -> None:
        rules = Rules.of(None, [f"{BASE}/2023/panen.html"])
        assert [link.url for link in rules.start()] == [f"{BASE}/2023/panen.html"]
        assert not rules.whole_site

    def test_a_source_begins_with_what_it_names(self) -> None:
        assert [(link.url, link.kind) for link in DESCRIBED.start()] == [
            (f"{BASE}/wp-json/wp/v2/posts", Kind.REST), (f"{BASE}/rss.xml", Kind.FEED),
            (f"{BASE}/terkini", Kind.LISTING),
        ]  # fmt: skip

    def test_a_source_with_a_seed_begins_there_alone(self) -> None:
        rules = Rules.of(SOURCE, [f"{BASE}/berita/7/panen"])
        assert rules.start() == [Link(f"{BASE}/berita/7/panen", Kind.STORY)]

    def test_robots_txt_names_sitemaps_of_the_own_host_only(self) -> None:
        body = f"Sitemap: {BASE}/a.xml\nSITEMAP:/b.xml # utama\nSitemap: https://lain.id/c.xml\nDisallow: /"
        assert paths(links(page(body, "/robots.txt"), Kind.PAGE, UNDESCRIBED)) == ["/a.xml", "/b.xml"]


SHARDS = [
    b"<a href=", b"'//[", b"<urlset>", b"<url><loc>", b"http://contoh.id:99999999/", b"</loc>", b"&x;", b"\x1f\x8b\x08",
    b"<rss><item><link>", b"\0", b'[{"link":', b"\xff", b"<base href=http://[::1>", b"<time datetime=",
]  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(
    body=st.one_of(
        st.binary(max_size=400),
        st.text(max_size=300).map(str.encode),
        st.lists(st.sampled_from(SHARDS), max_size=12).map(b"".join),
    ),
    kind=st.sampled_from(Kind),
    path=st.sampled_from(["/", "/robots.txt", "/terkini?page=2", "/x.xml.gz", "/wp-json/wp/v2/posts"]),
    content_type=st.sampled_from(["", "text/html; charset=utf-16", "application/json", "text/html; charset=hex"]),
)  # fmt: skip
def test_whatever_the_bytes_are_nothing_is_raised_and_every_link_is_allowed(
    body: bytes, kind: Kind, path: str, content_type: str
) -> None:
    for rules in (DESCRIBED, UNDESCRIBED):
        for link in links(page(body, path, Content_Type=content_type), kind, rules):
            assert rules.refusal(link.url, link.kind) is None
