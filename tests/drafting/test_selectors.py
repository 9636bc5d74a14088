"""Selectors name an element by what it is, and never by what a build or a moment made up."""

from __future__ import annotations

import pytest
from cssselect import GenericTranslator
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html

from xinhua_id.drafting.selectors import candidates, own_names, select


def first(markup: str, path: str) -> tuple[etree._Element, etree._Element]:
    root = html.document_fromstring(f"<html><body>{markup}</body></html>")
    found = root.find(f".//{path}")
    assert found is not None
    return root, found


@pytest.mark.parametrize(
    ("markup", "path", "wanted"),
    [
        ('<div class="css-e9972588 isi mt-4">x</div>', "div", "div.isi"),
        ('<div id="post-36012" class="post-36012 entry-content category-ekonomi">x</div>', "div", "div.entry-content"),
        ('<div id="detail" class="left clearfix">x</div>', "div", "#detail"),
        ('<span class="Judul_x8Kq2" itemprop="headline">x</span>', "span", "span[itemprop=headline]"),
        ('<div class="post-title"><h1 class="mb-3">x</h1></div>', "div/h1", "h1"),
        ('<header class="judul-berita"><p class="text-muted">x</p></header>', "p", "header.judul-berita p"),
    ],
    ids=["made up", "of one page", "how it looks", "microdata", "a heading", "by what holds it"],
)
def test_the_first_choice_is_made_to_last(markup: str, path: str, wanted: str) -> None:
    assert candidates(first(markup, path)[1])[0] == wanted


def test_an_element_without_a_name_of_its_own_has_none() -> None:
    _, element = first('<p class="text-center css-1ab2">x</p>', "p")
    assert own_names(element) == []


@given(names=st.lists(st.text(max_size=12), max_size=4), name=st.text(max_size=12), prop=st.text(max_size=12))
def test_every_candidate_is_css_and_names_the_element(names: list[str], name: str, prop: str) -> None:
    root, element = first("<main class='isi-berita'><div><p>x</p></div></main>", "p")
    for key, value in (("class", " ".join(names)), ("id", name), ("itemprop", prop)):
        try:
            element.set(key, value)
        except ValueError:
            return  # no page that was parsed holds such a character
    for css in candidates(element):
        assert GenericTranslator().css_to_xpath(css)
        assert element in select(root, css), css
