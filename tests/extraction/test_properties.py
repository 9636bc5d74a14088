"""Whatever the bytes are: an article or a named reason, in time, and the same in every process."""

from __future__ import annotations

import gc
import math
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.extraction.other_stories import COMMENTS, NEXT, RAIL, paragraphs, rail
from tests.extraction.stories import article
from xinhua_id import sources
from xinhua_id.demo.site import Replica
from xinhua_id.errors import NotAnArticle
from xinhua_id.extraction import extract, extract_text
from xinhua_id.items import Article, Page
from xinhua_id.sources import Source

_REASON = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_URL = "https://kabar.example.id/berita/kereta-wisata-lembah"
_TAGS = (
    "a b br p div span ul li h1 h2 table tr td article main header footer aside section form input img figure "
    "figcaption blockquote script style template noscript textarea title meta link time iframe svg math details button "
    "x-y amp-img"
).split()
_VALUES = [
    "", "x", "caption", "comments", "related", "sidebar", "entry-content", "display:none", "text/html; charset=utf-16",
    "datePublished", "2023-01-09T10:00:00+07:00", "9 Januari 2023", "javascript:1", "//[", "http://[::1", "http://\u2100",
    "application/ld+json", "canonical", "author", "og:title", "article:published_time", "NewsArticle", "\ud800", "\0",
]  # fmt: skip
_TEXTS = [
    *RAIL, *NEXT, *COMMENTS, "Iklan", "Baca juga:", "Baca juga", "Banner", "Berita Terkait", "Editor: Dian",
    "Foto: Sari Lin", "(Xinhua)", "Beijing (Xinhua) –", "9 Januari 2023", "Rabu (15/3)", "3 jam yang lalu",
    "Halaman 1 2 3", "[Xinhua]", "■", "&nbsp;", "&amp;amp;", "&#0;", "&#xd800;", "&#x110000;", "&bogus;", "\u2028",
    "\u2029", "\u200b", "<", "<!", "<!--", "-->", "]]>", '{"@type":"NewsArticle","headline":', "\x0c", "\ufffe",
]  # fmt: skip

_tags = st.builds(
    lambda end, name, attributes, close: f"<{end}{name}{''.join(attributes)}{close}",
    st.sampled_from(["", "", "/"]),
    st.sampled_from(_TAGS),
    st.lists(
        st.builds(
            lambda name, sign, value: f" {name}={sign}{value}{sign}",
            st.sampled_from(
                "class id style href src rel type name property itemprop content datetime lang alt".split()
            ),
            st.sampled_from(['"', "'", ""]),
            st.sampled_from(_VALUES),
        ),
        max_size=3,
    ),
    st.sampled_from([">", ">", ">", "/>", "", " "]),
)
_soup = st.lists(_tags | st.sampled_from(_TEXTS) | st.text(max_size=20), max_size=60).map("".join)
_sources = st.sampled_from([None, *(sources.get(name) for name in sources.names())])
_charsets = st.sampled_from(["utf-8", "utf-16", "cp1252", "gb18030"])
#: Time is judged by `outcome`, in processor seconds: a busy machine is no fault of the page.
_patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
_LONGEST = 2.0


def named(refusal: NotAnArticle) -> str:
    """The reason of a refusal, which is short, countable, and can be said in a sentence."""
    assert _REASON.fullmatch(refusal.reason)
    assert refusal.what in str(refusal)
    return refusal.reason


def outcome(body: bytes, source: Source | None = None, content_type: str = "text/html") -> Article | str:
    """The article, which can be written and read again, or the name of the reason; anything else is a fault."""
    page = Page(_URL, headers=(("Content-Type", content_type),), body=body)
    start = time.process_time()
    try:
        found = extract(page, source)
    except NotAnArticle as no:
        return named(no)
    finally:
        assert time.process_time() - start < _LONGEST
    assert Article.model_validate_json(found.model_dump_json()) == found
    assert found.paragraphs
    assert all(text == text.strip() != "" for text in found.paragraphs)
    assert found.text == "\n\n".join(found.paragraphs)
    assert all(0 <= (removed.position or 0) <= len(found.paragraphs) for removed in found.removed)
    return found


@_patient
@given(st.binary(max_size=3_000), _sources, st.text(max_size=30))
def test_any_bytes_are_an_article_or_a_named_reason(body: bytes, source: Source | None, content_type: str) -> None:
    outcome(body, source, content_type)


@_patient
@given(_soup, _soup, _charsets, _sources)
def test_any_soup_of_markup_is_too(before: str, inside: str, charset: str, source: Source | None) -> None:
    html = f"{before}<html><body><h1>Kereta wisata lembah</h1>{paragraphs(RAIL[:2])}{inside}</body></html>"
    outcome(html.encode(charset, "replace"), source)


@_patient
@given(st.data(), _sources)
def test_a_good_page_damaged_anywhere_is_too(data: st.DataObject, source: Source | None) -> None:
    body = bytearray(data.draw(st.sampled_from([article().encode(), rail(paragraphs()).encode()])))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(body)))
        upto = min(len(body), at + data.draw(st.integers(0, 400)))
        body[at:upto] = data.draw(
            st.binary(max_size=40)
            | st.sampled_from(
                [bytes(body[at:upto]) * 3, b"<div>" * 300, b"<!--", b'"', b"\0" * 9, b"<script>", b"</html>"]
            )
            | _soup.map(lambda soup: soup.encode("utf-8", "replace"))
        )
    outcome(bytes(body), source)


@_patient
@given(_soup, _sources)
def test_any_text_without_markup_is_too(text: str, source: Source | None) -> None:
    start = time.process_time()
    try:
        found = extract_text(text, source=source)
    except NotAnArticle as no:
        named(no)
    else:
        assert Article.model_validate_json(found.model_dump_json()) == found
    assert time.process_time() - start < _LONGEST


@_patient
@given(st.permutations([*RAIL, *NEXT]), st.integers(3, 8), st.sampled_from(["p", "div", "blockquote"]))
def test_a_story_of_any_paragraphs_comes_out_as_it_went_in(texts: list[str], many: int, tag: str) -> None:
    texts = texts[:many]
    found = outcome(rail("".join(f"<{tag}>{text}</{tag}>" for text in texts)).encode())
    assert isinstance(found, Article)
    opening = next((n for n, text in enumerate(texts) if text is RAIL[0]), 0)
    # What stands above the paragraph with the dateline may be the lead.
    assert found.paragraphs in (texts, texts[opening:])


@pytest.mark.parametrize(
    "unit",
    [
        "<p>", "<div>", "</div>", "<a href=x>", "<b>x", "<br>", "<table><tr><td>", "<!--", "<script>", "&amp;amp;",
        "A ", '"', "<p>9 Januari 2023</p>", "<p>Baca juga: x</p>", "<img src=a.jpg>", "<time datetime=2023-01-09>",
        '<script type="application/ld+json">{"@type":"NewsArticle",</script>', "<p>Kalimat ini selesai di sini.</p>",
        "Editor: A | ", "<a rel=tag href=/tag/x>x</a>", "<h2><a href=/a>Judul</a></h2>",
        "\u200b", "\0", "<a href=/x>@",
    ],
)  # fmt: skip
def test_a_page_of_one_thing_repeated_is_read_in_time_that_grows_with_its_size(unit: str) -> None:
    def taken(size: int) -> float:
        body = rail(paragraphs(RAIL[:2]) + unit * (size // len(unit))).encode()
        gc.disable()  # it walks what other tests left, more often the larger the page
        try:
            start = time.process_time()
            outcome(body)
            return time.process_time() - start
        finally:
            gc.enable()

    assert taken(80_000) < 0.5
    assert in_proportion(taken)


def in_proportion(taken: Callable[[int], float]) -> bool:
    """Whether four times the size takes four times as long, or up to twice that: 16 times would be quadratic.

    Sizes are such that there is something to time. Of several runs the fastest counts: a busy machine only adds.
    """
    size, few = 20_000, min(taken(20_000) for _ in range(3))
    while few < 0.008 and size < 320_000:
        size *= 4
        few = min(taken(size) for _ in range(2))
    many = math.inf
    for _ in range(6):
        few, many = min(few, taken(size)), min(many, taken(4 * size))
        if many < 8 * few + 0.01:
            return True
    return False


@pytest.mark.parametrize("for_20_000", [0.0001, 0.001, 0.02])
def test_time_that_grows_with_the_square_of_the_size_is_told_from_time_that_grows_with_it(for_20_000: float) -> None:
    assert in_proportion(lambda size: for_20_000 * size / 20_000)
    assert not in_proportion(lambda size: for_20_000 * (size / 20_000) ** 2)


_READ_ALL = """
import sys
from pathlib import Path
from xinhua_id import sources
from xinhua_id.errors import NotAnArticle
from xinhua_id.extraction import extract
from xinhua_id.items import Page
for path in sorted(Path(sys.argv[1]).iterdir()):
    site, number = path.stem.split("-")
    for source in (sources.get(site) if site in sources.names() else None, None):
        try:
            page = Page(f"https://{site}.example.id/{number}", body=path.read_bytes())
            print(extract(page, source).model_dump_json())
        except NotAnArticle as no:
            print(no.reason)
"""


def test_the_same_pages_give_the_same_lines_in_every_process(tmp_path: Path) -> None:
    with Replica(stories=24) as replica:
        pages = [
            (site, answer.body) for site, content in replica.contents.items() for answer in content.answers.values()
        ]
    pages = pages[::3]  # all sites and layouts are still among them
    for number, (site, body) in enumerate(pages):
        (tmp_path / f"{site}-{number:04}.html").write_bytes(body)
    running = [
        subprocess.Popen(
            [sys.executable, "-c", _READ_ALL, str(tmp_path)],
            env=os.environ | {"PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
        )
        for seed in ("0", "1", "4711", "random")
    ]
    said = [process.communicate()[0] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0, 0]
    assert said[0].count(b"\n") == 2 * len(pages)
    assert len(set(said)) == 1
