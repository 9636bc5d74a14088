"""What a page and a style sheet name as their requisites, whatever is written in them, and what may be asked for."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import replace
from typing import Any, cast

import pytest
from scrapy import Request

from tests.items import article
from xinhua_id.crawl.discovery import Kind, Link, css
from xinhua_id.crawl.discovery.css import Sort
from xinhua_id.crawl.discovery.requisites import of_page, of_sheet
from xinhua_id.crawl.discovery.srcset import candidates
from xinhua_id.crawl.frontier.lease import Lease
from xinhua_id.crawl.requisites import Bounds, Requisites, RequisitesMiddleware
from xinhua_id.items import Image, Page

BASE = "https://warta.example/berita/1"
ARTICLE = article().model_copy(
    update={
        "paragraphs": ["Warga kampung menjaga mata air."],
        "images": [Image(url="https://warta.example/foto/1.jpg", caption=None, credit=None, photographer=None)],
    }
)


def found(html: str, *, everything: bool = True, skipped: Counter[str] | None = None) -> list[str]:
    page = Page(BASE, body=html.encode())
    named = of_page(page, ARTICLE, everything=everything, skipped=Counter() if skipped is None else skipped)
    return [one.url.removeprefix("https://warta.example") for one in named]


@pytest.mark.parametrize(
    ("html", "named"),
    [
        ("<img src=/a.jpg>", ["/a.jpg"]),
        ("<img src=data:image/gif;base64,R0lG data-src=/a.jpg>", ["/a.jpg"]),
        ("<img data-lazy-src=/a.jpg data-srcset='/b.jpg 2x'>", ["/a.jpg", "/b.jpg"]),
        ("<picture><source srcset='/a.avif 1x, /b.avif 2x'><img src=/c.jpg></picture>",
         ["/c.jpg", "/a.avif", "/b.avif"]),
        ("<video poster=/a.jpg src=/film.mp4></video>", ["/a.jpg"]),
        ("<noscript><img src=/a.jpg></noscript>", ["/a.jpg"]),
        ("<p style=\"background:url('a.jpg')\">", ["/berita/a.jpg"]),
        ("<style>@import url(a.css);h1{background:url(b.png)}</style>", ["/berita/a.css", "/berita/b.png"]),
        ("<link rel='shortcut icon' href=/a.ico><meta property=og:image content=/b.jpg>", ["/a.ico", "/b.jpg"]),
        ("<link rel=stylesheet href=/a.css><link rel='alternate stylesheet' href=/b.css>", ["/a.css"]),
        ("<link rel=preload as=font href=/a.woff2><link rel=preload as=script href=/a.js>", ["/a.woff2"]),
        ("<base href=https://warta.example/lain/><img src=a.jpg>", ["/lain/a.jpg"]),
        ("<svg><image href=/a.jpg></image></svg><table background=/b.jpg>", ["/a.jpg", "/b.jpg"]),
        ("<input type=image src=/a.png><input type=text src=/b.png>", ["/a.png"]),
        ("<img src=/a.jpg><img src=/a.jpg>", ["/a.jpg"]),
        ("<script src=/a.js></script><iframe src=/b></iframe><img src='' srcset=' '><img src='#x'>", []),
        ("<img src='javascript:alert(1)'><img src='ftp://warta.example/a.jpg'><img src='http://['>", []),
        ("", []),
    ],
)  # fmt: skip
def test_a_page_names_its_pictures_styles_and_fonts_after_those_of_the_item(html: str, named: list[str]) -> None:
    assert found(html) == ["/foto/1.jpg", *named]


def test_pictures_alone_are_those_of_the_item_and_of_the_element_with_its_text() -> None:
    page = (
        "<link rel=stylesheet href=/a.css><article><p>Berita lain</p><img src=/lain.jpg></article>"
        "<article><p>Warga kampung <b>menjaga</b> mata air.</p><img src=/dalam.jpg></article><img src=/samping.jpg>"
    )
    assert found(page, everything=False) == ["/foto/1.jpg", "/dalam.jpg"]


def test_where_no_element_holds_the_text_every_picture_of_the_page_is_taken() -> None:
    assert found("<div>Warga kampung menjaga mata air.</div><img src=/a.jpg>", everything=False)[1:] == ["/a.jpg"]


def test_a_page_of_a_million_pictures_costs_no_more_than_its_bound() -> None:
    skipped: Counter[str] = Counter()
    assert len(found("<img src=/a.jpg srcset='" + "/x.jpg 1x," * 100_000 + "'>", skipped=skipped)) == 3
    assert len(found("".join(f"<img src=/{at}.jpg>" for at in range(20_000)), skipped=skipped)) == 5000
    assert skipped == {"too-many": 1}


def test_addresses_that_are_none_or_too_long_are_counted() -> None:
    skipped: Counter[str] = Counter()
    assert found(f"<img src='/{'a' * 9000}'><img src='http://a b c/'>", skipped=skipped) == ["/foto/1.jpg"]
    assert skipped == {"long-url": 1, "bad-url": 1}


@pytest.mark.parametrize(
    ("srcset", "urls"),
    [
        ("a.jpg 1x, b.jpg 2x", ["a.jpg", "b.jpg"]),
        ("a.jpg,b.jpg", ["a.jpg,b.jpg"]),
        ("a.jpg, b.jpg", ["a.jpg", "b.jpg"]),
        (",, a.jpg 300w ,,b.jpg 600w", ["a.jpg", "b.jpg"]),
        ("data:image/png;base64,AA== 1x, /w_1,h_2/b.jpg 2x", ["data:image/png;base64,AA==", "/w_1,h_2/b.jpg"]),
        (" , ", []),
    ],
)
def test_a_srcset_is_read_as_browsers_read_it(srcset: str, urls: list[str]) -> None:
    assert list(candidates(srcset)) == urls


@pytest.mark.parametrize(
    ("sheet", "named"),
    [
        ("@import 'a.css' screen;@import url(\"b.css\");@IMPORT URL( c.css );", ["a.css", "b.css", "c.css"]),
        ("a{background:url( 'x y.png' ),URL(z.png)}", ["x y.png", "z.png"]),
        ("/* url(a.png) */ a:before{content:\"url(b.png) @import 'c'\"} b{background:url(d.png)}", ["d.png"]),
        (r"a{background:url(a\29 .png)} b{background:url('c\'d.png')}", ["a).png", "c'd.png"]),
        ("a{background:url(a.png", ["a.png"]),
        ("/* never closed url(a.png)", []),
        ("a{background:url()} b{src:url('')}", ["", ""]),
        ("@font-face{src:local(A),url(a.eot);src:url(a.eot?#x) format('embedded-opentype'),url(a.woff) format('woff')}",
         ["a.woff"]),
        ("@font-face{src:url(a.ttf)}@font-face{src:url(b.woff2)}c{background:url(d.png)}",
         ["a.ttf", "b.woff2", "d.png"]),
        ("@font-face{src:url(a.svg)", ["a.svg"]),
    ],
)  # fmt: skip
def test_a_sheet_names_what_it_imports_shows_and_draws_with(sheet: str, named: list[str]) -> None:
    assert [url for url, _ in css.named_in(sheet)] == named


@pytest.mark.parametrize(
    "sheet",
    ["url(" * 600_000, "url( " * 500_000, "@import " * 300_000, '"' * 2_000_000, "\\" * 2_000_000, "/*" * 1_000_000,
     "url(" + " " * 2_000_000, "@import url(" * 200_000, "@font-face{" * 200_000, "url('a\\" * 300_000],
    ids=str.__len__,
)  # fmt: skip
def test_no_sheet_costs_more_than_its_length(sheet: str) -> None:
    began = time.process_time()
    assert sum(1 for _ in css.named_in(sheet)) <= 500_000
    assert time.process_time() - began < 3


def test_of_ten_megabytes_of_css_the_beginning_is_read() -> None:
    body = b"a{background:url(a.png)}" + b" " * 10 * 2**20 + b"b{background:url(b.png)}"
    named = of_sheet(Page("https://warta.example/a/b.css", body=body), Counter())
    assert named == [("https://warta.example/a/a.png", Sort.IMAGE)]


def requisites(
    *allowed: str, host: str = "warta.example", bounds: Bounds | None = None
) -> tuple[Requisites, Counter[str]]:
    counted: Counter[str] = Counter()

    def count(why: str, number: int) -> None:
        counted[why] += number

    return Requisites("all", [host], allowed, bounds, count), counted


@pytest.mark.parametrize(
    ("url", "refused"),
    [
        ("https://warta-contoh.co.id/a.png", None),
        ("https://cdn.warta-contoh.co.id/a.png", None),
        ("https://lain.co.id/a.png", "other-host"),
        ("https://i0.wp.com/a.png", None),
        ("https://fonts.contoh.example/a.woff2", None),
        ("https://contoh.example/a.png", "other-host"),
        ("https://jahatwp.com/a.png", "other-host"),
        ("http://127.0.0.1/a.png", "private-address"),
        ("http://[::1]/a.png", "private-address"),
        ("http://[::ffff:10.0.0.1]/a.png", "private-address"),
        ("http://10.1.2.3/a.png", "private-address"),
        ("http://169.254.169.254/latest/meta-data", "private-address"),
        ("http://192.168.1.1/a.png", "private-address"),
        ("http://100.64.0.1/a.png", "private-address"),
        ("http://localhost:6379/a.png", "private-address"),
        ("http://printer/a.png", "private-address"),
        ("http://nas.local/a.png", "private-address"),
        ("http://127.1/a.png", "private-address"),
        ("http://2130706433/a.png", "private-address"),
        ("http://0x7f.1/a.png", "private-address"),
    ],
)
def test_a_live_site_leads_to_its_own_domain_to_the_hosts_it_is_allowed_and_into_no_private_network(
    url: str, refused: str | None
) -> None:
    some, _ = requisites("*.wp.com", "fonts.contoh.example", host="warta-contoh.co.id")
    assert some.refusal(url) == refused


def test_any_host_may_be_allowed_but_private_ones_and_not_more_than_the_bound() -> None:
    some, counted = requisites("*", bounds=Bounds(hosts=2))
    links = [Link(f"https://h{at}.contoh{at}.example/a.png", Kind.REQUISITE) for at in range(5)]
    assert [link.url for link in some.admitted([*links, Link("http://10.0.0.1/a", Kind.REQUISITE)])] == [
        link.url for link in links[:2]
    ]
    assert counted == {"over-hosts": 3, "private-address": 1}


def test_a_site_on_loopback_may_have_its_pictures_on_a_loopback_host() -> None:
    some, _ = requisites("127.0.0.1:9000", host="127.0.0.1:8000")
    assert some.refusal("http://127.0.0.1:9000/a.png") is None
    assert some.refusal("http://127.0.0.1:9001/a.png") == "other-host"


def test_a_page_and_a_run_have_their_bounds_and_what_is_known_counts_once() -> None:
    some, counted = requisites(bounds=Bounds(page=3, run=4))
    html = "".join(f"<img src=/{at}.jpg>" for at in range(9)).encode()
    first = some.of_story(Page(BASE, body=html), ARTICLE)
    assert len(some.admitted(first)) == len(first) == 3
    assert len(some.admitted(first)) == 3
    assert len(some.admitted([Link(f"https://warta.example/x{at}", Kind.REQUISITE) for at in range(3)])) == 1
    assert counted == {"over-page": 7, "over-run": 2}


def test_a_sheet_at_the_bottom_takes_its_pictures_along_and_no_other_sheet() -> None:
    some, _ = requisites()
    page = Page("https://warta.example/a.css", body=b"@import 'b.css';a{background:url(c.png)}")
    lease = Lease(page.url or "", Kind.REQUISITE)
    assert [link.url[-5:] for link in some.of_sheet(page, lease)] == ["b.css", "c.png"]
    assert [link.url[-5:] for link in some.of_sheet(page, replace(lease, nesting=2))] == ["c.png"]
    assert some.of_sheet(page, replace(lease, nesting=3)) == []


def test_pages_are_none_of_its_business() -> None:
    request = Request("http://10.0.0.1/", meta={"lease": Lease("http://10.0.0.1/", Kind.STORY)})
    asyncio.run(RequisitesMiddleware(cast("Any", None)).process_request(request))
