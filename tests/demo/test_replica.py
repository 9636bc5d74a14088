from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import urljoin

import pytest
from lxml import etree, html

from xinhua_id.demo.content import Content
from xinhua_id.demo.site import Replica
from xinhua_id.items import Origin
from xinhua_id.text import clean

NOISE = {
    "indonesiawindow": (
        'alt="Banner"', "<p>Banner</p>", ">Iklan<", "Laporan: Redaksi", "comment-respond", "Bagikan", "Berita Terkait",
        "Berita Terbaru", "•", "display:block", "&amp;quot;", "\u200b", "&shy;", "gallery",
    ),
    "antaranews": (
        "baca-juga", "BACA JUGA", "Pewarta: Xinhua", "Penerjemah: ", "PR Wire", "SCROLL TO CONTINUE", "<br /><br />",
        "MsoNormal", "COPYRIGHT &copy;", "Sumber: ",
    ),
    "xinhua": ("■", 'id="detailContent"', "Editor: huaxia", 'class="year"'),
    "kabarnusa": (
        "[Xinhua]", "Selesai", "comment-content", "<details>", "next-post", "td-post-content", "- Advertisement -",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    with Replica() as found:
        yield found


def text_of(content: Content, path: str) -> str:
    return content.answers[path].body.decode("utf-8")


def each(tree: Any, path: str) -> list[str]:
    return [str(one) for one in tree.xpath(path)]


def listed(content: Content, first: str) -> set[str]:
    """Follow a listing by rel=next; return every link on it."""
    found: set[str] = set()
    page: str | None = first
    while page is not None:
        tree = html.fromstring(content.answer(page).body)
        found |= {link.partition("?utm")[0] for link in each(tree, "//main//a/@href")}
        following = each(tree, "//a[@rel='next']/@href")
        page = following[0] if following else None
    return found


def mapped(content: Content) -> set[str]:
    """Read robots.txt, its sitemaps and the sitemaps they name; return every address in them."""
    robots = content.answer("/robots.txt").body.decode()
    waiting = re.findall(r"Sitemap: (\S+)", robots)
    found: set[str] = set()
    while waiting:
        body = content.answer(waiting.pop().removeprefix(content.base)).body
        tree = etree.fromstring(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
        addresses = each(tree, "//*[local-name()='loc']/text()")
        if str(tree.tag).endswith("sitemapindex"):
            waiting += addresses
        else:
            found |= {one.removeprefix(content.base) for one in addresses}
    return found


def fed(content: Content) -> set[str]:
    found: set[str] = set()
    for path, answer in content.answers.items():
        if answer.content_type and ("rss" in answer.content_type or "atom" in answer.content_type):
            tree = etree.fromstring(answer.body)
            links = each(tree, "//item/link/text()") + each(
                tree, "//*[local-name()='entry']/*[local-name()='link']/@href"
            )
            found |= {urljoin(content.base + path, one).removeprefix(content.base) for one in links}
    return found


def rested(content: Content) -> set[str]:
    found: set[str] = set()
    if not content.asked:
        return found
    pages = int(dict(content.answer("/wp-json/wp/v2/posts?per_page=7").headers)["X-WP-TotalPages"])
    for number in range(1, pages + 1):
        posts = json.loads(content.answer(f"/wp-json/wp/v2/posts?per_page=7&page={number}").body)
        found |= {one["link"].removeprefix(content.base) for one in posts}
    return found


def test_there_are_stories_enough_for_the_demo(replica: Replica) -> None:
    assert sum(story.fault is None for story in replica.gold) == 360


def test_every_site_layout_and_origin_is_there(replica: Replica) -> None:
    layouts = Counter((story.site, story.layout) for story in replica.gold if story.fault is None)
    assert set(layouts) == {
        ("indonesiawindow", "shape-a"), ("indonesiawindow", "shape-b"), ("antaranews", "2015"), ("antaranews", "2019"),
        ("antaranews", "2023"), ("xinhua", "dated-header"), ("xinhua", "info-line"), ("kabarnusa", "tagdiv"),
        ("kabarnusa", "plain"),
    }  # fmt: skip
    assert min(layouts.values()) >= 20
    assert {story.origin for story in replica.gold} == set(Origin)


def test_every_story_is_reachable_by_a_document_of_its_site(replica: Replica) -> None:
    for content in replica.contents.values():
        links = listed(content, "/") | mapped(content) | fed(content) | rested(content)
        if content.name == "antaranews":
            links |= listed(content, "/terkini")
        direct = {dict(content.answer(link).headers).get("Location", link).removeprefix(content.base) for link in links}
        assert {story.path for story in content.gold} <= direct, content.name


def test_some_stories_of_the_undescribed_site_stand_in_one_kind_of_document_only(replica: Replica) -> None:
    content = replica.contents["kabarnusa"]
    pages, maps, feeds, posts = listed(content, "/"), mapped(content), fed(content), rested(content)
    assert len(maps - pages - feeds - posts) >= 3
    assert len(posts - pages - feeds - maps) >= 3
    assert len(feeds - pages - maps - posts) >= 3


def test_the_words_of_every_gold_paragraph_stand_on_its_page_in_order(replica: Replica) -> None:
    for content in replica.contents.values():
        for story in content.gold:
            if story.fault not in (None, "short", "reset", "slow", "unavailable-once"):
                continue
            shown = _letters(unescape(unescape(re.sub(r"<[^>]+>", "", text_of(content, story.path)))))
            at = 0
            for paragraph in story.paragraphs:
                found = shown.find(_letters(paragraph), at)
                assert found >= 0, f"{story.site}{story.path}: {paragraph}"
                at = found + 1
            fields = [story.headline, story.lead, story.editor, story.translator, *story.authors]
            for value in [
                *fields,
                *(image.caption for image in story.images),
                *(image.credit for image in story.images),
            ]:
                assert value is None or _letters(value) in shown, f"{story.site}{story.path}: {value}"


def _letters(text: str) -> str:
    return clean(text).replace(" ", "")


def test_gold_is_clean_text_and_opens_with_its_dateline(replica: Replica) -> None:
    for story in replica.gold:
        assert all(one == clean(one) != "" for one in story.paragraphs)
        if story.dateline is not None:
            assert story.paragraphs[0].startswith(f"{story.dateline.raw} ")
        assert story.date_published is None or story.date_published.tzinfo is not None


def test_no_gold_paragraph_is_a_credit_or_a_label(replica: Replica) -> None:
    pattern = re.compile(
        r"^(Laporan|Pewarta|Editor|Penulis|Baca juga|Sumber|Copyright)\s*:|^(Banner|Iklan|■|Selesai)$", re.IGNORECASE
    )
    for story in replica.gold:
        assert not [one for one in story.paragraphs if pattern.search(one) or "[Xinhua]" in one or "■" in one]


def test_shared_stories_carry_the_same_words_on_both_sites(replica: Replica) -> None:
    by_headline: dict[str, list[tuple[str, ...]]] = {}
    for story in replica.gold:
        if story.shared_with:
            assert story.dateline is not None
            body = (story.paragraphs[0].removeprefix(story.dateline.raw), *story.paragraphs[1:])
            by_headline.setdefault(story.headline, []).append(body)
    assert len(by_headline) >= 10
    assert all(len(bodies) == 2 and bodies[0] == bodies[1] for bodies in by_headline.values())


def test_addresses_and_bodies_are_unique(replica: Replica) -> None:
    assert len({(story.site, story.path) for story in replica.gold}) == len(replica.gold)
    assert len({(story.site, story.paragraphs) for story in replica.gold}) == len(replica.gold)


def test_the_noise_of_real_pages_is_there(replica: Replica) -> None:
    pages = {
        name: "\n".join(text_of(content, story.path) for story in content.gold if story.fault is None)
        for name, content in replica.contents.items()
    }
    for name, marks in NOISE.items():
        for mark in marks:
            assert mark in pages[name], f"{name}: {mark}"


def test_links_within_a_site_lead_to_something(replica: Replica) -> None:
    for content in replica.contents.values():
        known = {trouble.path for trouble in content.troubles}
        for path, answer in list(content.answers.items()):
            if not (answer.content_type or "").startswith("text/html") or answer.status != 200:
                continue
            for link in re.findall(r'href="([^"#]+)', answer.body.decode("utf-8", "replace")):
                target = urljoin(content.base + path, unescape(link))
                if target.startswith(content.base + "/"):
                    target = target.removeprefix(content.base).partition("?utm")[0]
                    assert target in known or content.answer(target).status != 404, f"{content.name}{path}: {target}"


def test_two_replicas_of_one_seed_hold_the_same_pages(replica: Replica) -> None:
    with Replica() as again:
        assert again.gold == replica.gold
        for name, content in replica.contents.items():
            other = again.contents[name]
            assert other.answers.keys() - _away(other) == content.answers.keys() - _away(content)
            for story in content.gold[:25]:
                here, there = content.answers[story.path].body, other.answers[story.path].body
                assert here.replace(content.base.encode(), b"") == there.replace(other.base.encode(), b"")


def _away(content: Content) -> set[str]:
    return {path for path in content.answers if path.startswith("http")}
