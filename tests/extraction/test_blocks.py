"""The walk over a page reads what the tree holds: every element, every text, however it is written down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from xinhua_id.extraction import blocks, tree
from xinhua_id.text import clean

_NAMES = ("div", "p", "span", "a", "b", "ul", "li", "td", "br", "img", "button", "svg", "noscript", "blockquote", "em")
_SIGNS = (
    "<",
    ">",
    '"',
    "'",
    "&",
    "=",
    "/",
    " ",
    "\n",
    "&amp;lt;",
    "&#1;",
    "&#60;",
    "kata",
    "x<y",
    "]]>",
    "<![CDATA[",
    "<!--",
    "-->",
)
_PIECES = st.sampled_from(
    [f"<{name}>" for name in _NAMES]
    + [f"</{name}>" for name in _NAMES]
    + ['<p class="a\n b">', '<p a<b="c">', '<p "=1>', "<div <p>", '<a href="/x?a=1&b=2>">', "<p/>", "<x:y z:w=1>"]
    + list(_SIGNS)
)  # fmt: skip


def walked(html: str) -> blocks.Walk:
    root = tree.parse(html.encode())
    assert root is not None
    return blocks.walk(root)


def texts(html: str) -> list[str]:
    return [block.text for block in walked(html).blocks]


@given(st.lists(_PIECES, max_size=40).map("".join), st.sampled_from(["", "<!DOCTYPE html>", blocks.__doc__ or ""]))
def test_every_node_is_numbered_as_the_element_it_was_read_from(soup: str, before: str) -> None:
    page = walked(f"{before}<body>{soup}</body>")
    elements = list(page.root.iter("*"))
    assert all(elements[node.number].tag == node.tag for node in page.nodes)
    assert [page.nodes[at].names for at in range(len(page.nodes))] == [
        elements[node.number].get("class") or "" for node in page.nodes
    ]


@given(st.lists(_PIECES, max_size=40).map("".join))
def test_the_text_of_the_blocks_is_the_text_of_the_tree(soup: str) -> None:
    page = walked(f"<body>{soup}</body>")
    etree.strip_elements(page.root, "svg", "noscript", "button", "img", with_tail=False)
    said = "".join(block.text for block in page.blocks if block.kind is not blocks.Kind.IMAGE)
    whole = clean("".join(map(str, page.root.itertext())))
    assert _letters(said) == _letters(whole)


def _letters(text: str) -> list[str]:
    """The signs of a text but white space and those that entities, escaped twice on the page, may still become."""
    return [sign for sign in text if sign.isalnum() and sign not in "ampltgquox#"]


XHTML = '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">'


def test_a_page_that_calls_itself_xhtml_is_written_out_as_any_other() -> None:
    page = walked(f"{XHTML}<html><head></head><body><script>if (a < b) '<p>'</script><p>Satu</p></body></html>")
    assert [block.text for block in page.blocks] == ["Satu"]
    elements = list(page.root.iter("*"))
    assert [elements[node.number].tag for node in page.nodes] == [node.tag for node in page.nodes]


@pytest.mark.parametrize("between", [" ", "\n", "\t", "\r\n  "])
def test_classes_are_told_apart_at_any_white_space(between: str) -> None:
    page = walked(f'<div class="kolom{between}share-bar"><p>Bagikan</p></div>')
    assert page.rule_name(page.blocks[0]) == "share"


def test_what_is_nested_two_thousand_deep_is_read_in_order() -> None:
    html = "<div>a" * 1500 + "<p>dasar</p>" + "b</div>" * 1500
    assert texts(html) == ["a"] * 1500 + ["dasar"] + ["b"] * 1500


def test_escapes_on_the_page_are_read_once_in_text_and_address() -> None:
    page = walked('<p>5 &lt; 6 &amp; "tujuh"</p><img src="/a?b=1&amp;c=2" alt="A &amp; B">')
    assert page.blocks[0].text == '5 < 6 & "tujuh"'
    assert page.blocks[1].url == "/a?b=1&c=2"
    assert page.blocks[1].text == "A & B"
