"""The rules of whole elements: which class and id tokens they name, and that they name nothing else."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from tests.extraction.other_stories import RAIL, paragraphs, rail, read
from xinhua_id.extraction import regions


def rule(markup: str) -> str | None:
    """The name of the rule of an element, or None."""
    element = html.fragment_fromstring(markup)
    number = regions.rule_of(element.tag, {str(k): str(v) for k, v in element.attrib.items()})
    return regions.NAMES[number] if number >= 0 else None


@pytest.mark.parametrize(
    ("token", "name"),
    [
        ("share-bar", "share"),
        ("sharebar", "share"),
        ("ShareBar", "share"),
        ("comments-list", "reader-comments"),
        ("td-comments", "reader-comments"),
        ("td-comments-wrap-2", "reader-comments"),
        ("wpd-thread", "reader-comments"),
        ("foto__keterangan", "caption"),
        ("img-caption", "caption"),
        ("page-numbers", "navigation"),
        ("breadcrumb__item", "navigation"),
        ("addtoany", "share"),
        ("addtoany_content", "share"),
        ("yarpp-related", "related"),
        ("recommendations", "related"),
        ("sidebar-kanan", "sidebar"),
        ("adsbygoogle", "ad"),
        ("ads-atas", "ad"),
        ("div-gpt-ad-123-0", "ad"),
        ("iklan-tengah", "ad"),
        ("adblock-notice", "newsletter"),
    ],
)
def test_a_whole_token_names_the_element(token: str, name: str) -> None:
    assert rule(f'<div class="{token}">x</div>') == name
    assert rule(f'<div id="{token}">x</div>') == name
    assert rule(f'<div class="kolom {token} lebar">x</div>') == name


@pytest.mark.parametrize(
    "token",
    [
        "comment-status-open",
        "has-sidebar",
        "sidebar-page-container",
        "wpdm-button",
        "wpd-",
        "iklan-atas-kanan",
        "addthis_",
        "adsorpsi-air",
        "related_posts_off",
        "hidden-xs",
        "komentar*",
    ],
)
def test_a_part_of_a_token_names_nothing(token: str) -> None:
    assert rule(f'<div class="{token}">x</div>') is None


def test_of_two_tokens_the_earlier_rule_names_the_element() -> None:
    assert rule('<div class="tags share" id="komentar">x</div>') == regions.COMMENTS
    assert rule('<div class="tags share">x</div>') == "share"


@given(st.text(alphabet="abs-_*{},0é", max_size=20), st.sampled_from(["share-bar", "ads-atas", "td-comments", "hide"]))
def test_what_no_rule_knows_changes_nothing_about_what_one_knows(other: str, token: str) -> None:
    alone = rule(f'<div class="{token}">x</div>')
    beside = rule(f'<div class="{other} {token}">x</div>')
    assert alone is not None
    assert beside is not None
    assert regions.NUMBER[beside] <= regions.NUMBER[alone]


def test_a_hundred_thousand_names_take_no_longer_than_reading_them() -> None:
    def seconds(count: int) -> float:
        elements = [{"class": f"nama{n} kolom-{n}", "id": f"ads-{n}-x"} for n in range(count)]
        start = time.process_time()
        for element in elements:
            regions.rule_of("p", element)
        return time.process_time() - start

    assert seconds(100_000) < 2


def test_the_numbers_of_further_pages_are_no_part_of_a_story() -> None:
    pages = "<ul class='page-numbers'><li>1</li><li><a href='/2'>2</a></li><li><a href='/3'>3</a></li></ul>"
    assert read(rail(paragraphs() + pages)).paragraphs == RAIL
