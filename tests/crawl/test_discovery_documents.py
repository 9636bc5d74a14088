"""Sitemaps, feeds and REST answers: what they lead to, with its dates, and what broken ones still give."""

from __future__ import annotations

import gzip
import json

import pytest

from tests.crawl.discovery_pages import BASE, DESCRIBED, NS, UNDESCRIBED, anchors, page, paths, utc
from xinhua_id.crawl.discovery import Kind, Link, discover, links


class TestSitemaps:
    def test_an_index_leads_to_sitemaps_with_the_day_they_changed(self) -> None:
        entry = f"<sitemap><loc>{BASE}/peta-1.xml.gz</loc><lastmod>2023-01-09</lastmod></sitemap>"
        body = f"<sitemapindex {NS}>{entry}</sitemapindex>"
        (found,) = links(page(body, "/sitemap.xml"), Kind.SITEMAP, DESCRIBED)
        assert found == Link(f"{BASE}/peta-1.xml.gz", Kind.SITEMAP, modified=utc(2023, 1, 9, 16, 59, 59))

    def test_a_zipped_sitemap_of_news_gives_stories_with_their_dates(self) -> None:
        body = (
            f"<?xml version='1.0'?><urlset {NS}><url><loc> {BASE}/berita/1/a </loc>"
            "<lastmod>2023-01-10T00:00:00Z</lastmod>"
            "<news:news><news:publication_date>2023-01-09T19:05:00+07:00</news:publication_date></news:news></url>"
            f"<url><loc>{BASE}/tentang</loc></url><url><loc>https://lain.id/berita/2/b</loc></url></urlset>"
        )
        found = discover(page(gzip.compress(body.encode()), "/peta.xml.gz"), Kind.SITEMAP, DESCRIBED)
        assert found.links == [Link(f"{BASE}/berita/1/a", Kind.STORY, utc(2023, 1, 9, 12, 5), utc(2023, 1, 10))]
        assert found.skipped == {"no-pattern": 1, "other-host": 1}

    def test_a_sitemap_in_plain_text_is_read_too(self) -> None:
        body = f"{BASE}/berita/1/a\n\nbukan alamat\n{BASE}/berita/2/b\n"
        found = discover(page(body, "/sitemap.txt"), Kind.SITEMAP, DESCRIBED)
        assert (paths(found), found.skipped["bad-url"]) == (["/berita/1/a", "/berita/2/b"], 1)

    def test_a_torn_sitemap_gives_what_stood_before_the_tear(self) -> None:
        whole = f"<urlset {NS}>" + "".join(f"<url><loc>{BASE}/berita/{n}/a</loc></url>" for n in range(300, 2300))
        packed = gzip.compress(whole.encode())
        found = discover(page(packed[: len(packed) // 2], "/peta.xml.gz"), Kind.SITEMAP, DESCRIBED)
        assert 100 < len(found.links) < 2000
        assert found.skipped["broken-gzip"] == found.skipped["broken-xml"] == 1

    def test_a_bare_ampersand_does_not_cost_an_address_its_end(self) -> None:
        body = f"<urlset><url><loc>{BASE}/berita/1?a=1&b=2</loc></url></urlset>"
        found = discover(page(body, "/sitemap.xml"), Kind.SITEMAP, DESCRIBED)
        assert (paths(found), found.skipped["broken-xml"]) == (["/berita/1?a=1&b=2"], 1)

    def test_what_is_no_sitemap_is_counted(self) -> None:
        found = discover(page("<html><h1>Tidak ditemukan</h1></html>", "/sitemap.xml"), Kind.SITEMAP, DESCRIBED)
        assert (found.links, dict(found.skipped)) == ([], {"unknown-xml": 1})

    @pytest.mark.parametrize("where", ["<url><loc>&b9;</loc></url>", '<url x="&b9;"/>'], ids=["text", "attribute"])
    def test_an_entity_bomb_does_not_go_off(self, where: str) -> None:
        bombs = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 20}">' for n in range(1, 10))
        body = f'<!DOCTYPE u [<!ENTITY b0 "xxxxxxxxxx">{bombs}]><urlset>{where}</urlset>'
        assert discover(page(body, "/sitemap.xml"), Kind.SITEMAP, DESCRIBED).links == []

    def test_an_external_entity_is_never_looked_up(self) -> None:
        entry = f"<url><loc>{BASE}/berita/1/&f;</loc></url>"
        body = f'<!DOCTYPE u [<!ENTITY f SYSTEM "file:///etc/hostname">]><urlset>{entry}</urlset>'
        found = discover(page(body, "/sitemap.xml"), Kind.SITEMAP, DESCRIBED)
        assert (found.links, found.skipped["bad-url"]) == ([], 1)

    def test_a_sitemap_that_unpacks_to_more_than_a_sitemap_may_be_is_cut(self) -> None:
        body = f"<urlset><url><loc>{BASE}/berita/1/a</loc></url>".encode() + b" " * (60 * 1024 * 1024)
        found = discover(page(gzip.compress(body, 1), "/peta.xml.gz"), Kind.SITEMAP, DESCRIBED)
        assert (paths(found), found.skipped["too-large"]) == (["/berita/1/a"], 1)


class TestFeeds:
    def test_rss_gives_stories_with_their_dates(self) -> None:
        body = (
            f"<rss><channel><link>{BASE}/</link><item><link>{BASE}/berita/1/a</link>"
            "<pubDate>Mon, 09 Jan 2023 19:05:00 +0700</pubDate></item>"
            f'<item><guid isPermaLink="true">{BASE}/berita/2/b</guid><pubDate>kemarin</pubDate></item></channel></rss>'
        )
        found = discover(page(body, "/feed/"), Kind.FEED, DESCRIBED)
        first = Link(f"{BASE}/berita/1/a", Kind.STORY, utc(2023, 1, 9, 12, 5))
        assert found.links == [first, Link(f"{BASE}/berita/2/b", Kind.STORY)]
        assert found.skipped == {"bad-date": 1}

    def test_atom_gives_stories_and_its_next_page(self) -> None:
        body = (
            '<feed xmlns="http://www.w3.org/2005/Atom"><link rel="next" href="/atom.xml?p=2"/><entry>'
            '<link rel="edit" href="/x"/><link href="/berita/1/a"/><published>2023-01-09T12:05:00Z</published>'
            "<updated>2023-01-10T00:00:00Z</updated></entry></feed>"
        )
        story, following = links(page(body, "/atom.xml"), Kind.FEED, DESCRIBED)
        assert story == Link(f"{BASE}/berita/1/a", Kind.STORY, utc(2023, 1, 9, 12, 5), utc(2023, 1, 10))
        assert following == Link(f"{BASE}/atom.xml?p=2", Kind.FEED, follows=True)

    def test_a_feed_behind_a_listings_address_is_read_as_a_feed(self) -> None:
        body = f"<?xml version='1.0'?><rss><channel><item><link>{BASE}/berita/1/a</link></item></channel></rss>"
        assert paths(links(page(body), Kind.LISTING, DESCRIBED)) == ["/berita/1/a"]


class TestWordPress:
    POSTS = json.dumps([{"link": f"{BASE}/panen/", "date_gmt": "2023-01-09T12:05:00", "date": "2023-01-09T19:05:00"}])

    def test_a_page_announces_its_api_and_its_feed(self) -> None:
        head = (
            '<link rel="https://api.w.org/" href="/wp-json/">'
            '<link rel="alternate" type="application/rss+xml" href="/feed/">'
            '<link rel="alternate" type="application/rss+xml" href="/comments/feed/">'
        )
        found = links(page(head + anchors(), "/"), Kind.PAGE, UNDESCRIBED)
        assert [link.kind for link in found] == [Kind.REST, Kind.FEED]
        assert found[0].url.startswith(f"{BASE}/wp-json/wp/v2/posts?")

    def test_the_link_header_announces_an_api_without_pretty_addresses(self) -> None:
        link = f'<{BASE}/?rest_route=/>; rel="https://api.w.org/"'
        (found,) = links(page(anchors(), "/", Link=link), Kind.PAGE, UNDESCRIBED)
        assert found.url.startswith(f"{BASE}/?rest_route=/wp/v2/posts&")
        assert found.kind is Kind.REST

    def test_posts_are_stories_in_utc_and_the_pages_are_counted_on(self) -> None:
        answer = page(self.POSTS, "/wp-json/wp/v2/posts?page=2", X_WP_TotalPages="3", Content_Type="application/json")
        story, following = links(answer, Kind.REST, UNDESCRIBED)
        assert story == Link(f"{BASE}/panen/", Kind.PAGE, utc(2023, 1, 9, 12, 5))
        assert following.url == f"{BASE}/wp-json/wp/v2/posts?page=3"

    def test_the_last_page_has_no_next(self) -> None:
        answer = page(self.POSTS, "/wp-json/wp/v2/posts?page=3", X_WP_TotalPages="3")
        assert len(links(answer, Kind.REST, UNDESCRIBED)) == 1

    @pytest.mark.parametrize("body", ['{"code": "rest_no_route"}', "[" * 100_000, "<h1>Galat", "", "[1, null, {}]"])
    def test_an_answer_that_is_no_collection_gives_nothing(self, body: str) -> None:
        found = discover(page(body, "/wp-json/wp/v2/posts"), Kind.REST, UNDESCRIBED)
        assert found.links == []
        assert found.skipped.total() >= 1
