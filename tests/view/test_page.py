"""The view shows where every block went, and nothing of the page comes alive in it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from tests.extraction.stories import BODY, HEADLINE, article, page
from xinhua_id.errors import NotAnArticle
from xinhua_id.extraction import extract
from xinhua_id.extraction.explain import Explanation, Fate, LayoutTrial
from xinhua_id.view import outline
from xinhua_id.view.page import Shown, render

ARTICLE = extract(page(article()))
HOSTILE = [
    "</style><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<!-- --><base href=//jahat.example>",
    "{{ 7 * 7 }} {% raw %}",
    "\u202eterbalik\u0000nol\u200b",
    "' onmouseover='alert(1)",
    "&lt;script&gt; &amp;amp;",
    "مرحبا \ud800",
]


def explained(text: str, *, url: str = "https://x.example/a.jpg", rule: str = "ad-label") -> Explanation:
    """Every place that a text of a page may come to stand at, and every kind of block."""
    fates = [Fate("headline", None, "heading", text), Fate("body", None, "image", text, url)]
    fates += [Fate("body", None, kind, text) for kind in ("text", "item", "quote", text)]
    fates += [Fate("removed", rule, "text", text)]
    fates += [Fate("outside", rule, "item", text) for _ in range(5)]
    told = ARTICLE.model_copy(update={"headline": text, "byline": text, "tags": [text], "canonical_url": text})
    return Explanation(told, None, tuple(fates), (LayoutTrial(rule, False, text),))


def skeleton(rendered: str) -> list[tuple[str, object]]:
    """Return every element of a document with its attributes, in order, and without its text."""
    return [(str(one.tag), sorted(map(str, one.attrib.items()))) for one in html.document_fromstring(rendered).iter()]


def said(rendered: str) -> str:
    """Return the text of a document, white space as single spaces."""
    return re.sub(r"\s+", " ", "".join(map(str, html.document_fromstring(rendered).itertext())))


def values(rendered: str, path: str) -> list[str]:
    """Return what an XPath for attributes finds."""
    found = html.document_fromstring(rendered).xpath(path)
    assert isinstance(found, list)
    return list(map(str, found))


PLAIN = skeleton(render([Shown("halaman.html", explained("polos"))]))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_page_becomes_an_element_or_an_attribute(text: str) -> None:
    rendered = render([Shown(text, explained(text, url=text, rule=text))])
    assert skeleton(rendered) == PLAIN
    assert "jahat.example" not in str(skeleton(rendered))
    rendered.encode("utf-8", "strict")


@given(st.text(min_size=1, max_size=60))
def test_any_text_leaves_the_file_as_it_is_but_for_the_text(text: str) -> None:
    rendered = render([Shown(text, explained(text, url=text, rule=text))])
    assert skeleton(rendered) == PLAIN
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]", rendered)


def test_the_file_forbids_whatever_it_does_not_hold_itself() -> None:
    rendered = render([Shown("halaman.html", explained("polos"))])
    document = html.document_fromstring(rendered)
    (policy,) = values(rendered, "//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")
    tags = {str(element.tag) for element in document.iter()}
    assert tags.isdisjoint(
        {"script", "img", "iframe", "object", "embed", "link", "base", "form", "video", "audio", "svg"}
    )
    names = {name for element in document.iter() for name in element.attrib}
    assert names.isdisjoint({"src", "srcset", "style", "background", "action"})
    assert not re.search(r"url\(|@import|expression", str(document.findtext(".//style")))
    assert all(link.startswith("#") for link in values(rendered, "//@href"))


def test_a_character_without_a_shape_is_written_as_its_code() -> None:
    rendered = render([Shown("x", explained("\u202eterbalik\u0000"))])
    assert "‹U+202E›terbalik‹U+0000›" in rendered


def test_every_block_has_its_place_in_words_and_its_rule() -> None:
    text = said(render([Shown("halaman.html", explained("polos"))]))
    for words in ("✓ headline", "✓ body", "✕ removed ad-label", "○ outside ad-label"):
        assert words in text
    assert "picture, not loaded" in text
    assert "https://x.example/a.jpg" in text


def test_the_fields_stand_first_with_their_evidence() -> None:
    story = extract(page(article(head='<meta property="article:published_time" content="2023-01-09T10:00:00+07:00">')))
    rendered = render([Shown("halaman.html", Explanation(story, None, (Fate("body", None, "text", BODY[0]),)))])
    text = said(rendered)
    assert text.index("2023-01-09 10:00:00+07:00 written: 2023-01-09T10:00:00+07:00") < text.index("block by block")
    assert f"wire {'; '.join(story.origin_evidence)}" in text
    assert "structure: no layout was used" in text


def test_a_refused_page_says_why_and_a_layout_that_stopped_matching_too() -> None:
    refusal = NotAnArticle("soft-404", "the page says 'Tidak ditemukan'", now="Cari di arsip.")
    trials = (LayoutTrial("lama", False, "headline selector found nothing"),)
    rendered = render([Shown("halaman.html", Explanation(None, refusal, (), trials))])
    text = said(rendered)
    assert "No article: soft-404" in text
    assert "the page says 'Tidak ditemukan'" in text
    assert "✕ lama does not fit: headline selector found nothing" in text


def test_the_legend_counts_every_block_and_character() -> None:
    explanation = explained("polos")
    lines = outline.legend(explanation)
    assert sum(line.blocks for line in lines) == len(explanation.fates)
    assert sum(line.characters for line in lines) == 5 * len(explanation.fates)
    assert [line.place for line in lines] == ["headline", "body", "removed", "outside"]


def test_long_runs_outside_are_folded_and_what_is_kept_never_is() -> None:
    fates = [Fate("outside", "navigation", "item", f"Menu {n}") for n in range(9)]
    fates += [Fate("body", None, "text", f"Kalimat {n}.") for n in range(30)]
    fates += [Fate("outside", "footer", "text", "Hak cipta")]
    found = outline.folds(Explanation(ARTICLE, None, tuple(fates)))
    assert [(fold.folded, len(fold.rows)) for fold in found] == [(True, 9), (False, 30), (False, 1)]
    assert found[0].summary == "9 blocks outside, 54 characters: navigation 9"


def test_an_endless_page_is_cut_and_says_so() -> None:
    fates = (Fate("headline", None, "heading", HEADLINE), *[Fate("outside", None, "text", "x" * 9_000)] * 20_000)
    rendered = render([Shown("halaman.html", Explanation(ARTICLE, None, fates))])
    assert len(rendered) < 3_000_000
    assert "17\u202f001 further blocks are counted in the legend and not shown" in rendered
    assert "… (8\u202f400 more characters)" in rendered


def test_several_pages_have_an_index_that_leads_to_each() -> None:
    rendered = render([Shown(f"{n}.html", explained(f"Berita {n}")) for n in range(3)], ["4 more are not shown"])
    links = [link.removeprefix("#") for link in values(rendered, "//nav//@href")]
    assert links == values(rendered, "//section/@id") == ["page-1", "page-2", "page-3"]
    assert "4 more are not shown" in said(rendered)


def test_the_same_explanation_gives_the_same_file() -> None:
    assert render([Shown("a", explained("polos"))]) == render([Shown("a", explained("polos"))])
