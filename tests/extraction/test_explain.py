"""An explanation shows every block of the page, in its order, where it ended; of the item nothing is missing."""

from __future__ import annotations

from collections import Counter

from tests.extraction.stories import BODY, CAPTION, HEADLINE, LEAD, article, page, wrapped
from xinhua_id.extraction import blocks, tree
from xinhua_id.extraction.explain import Fate, explain


def fates(html: str) -> tuple[Fate, ...]:
    return explain(page(html)).fates


def places(found: tuple[Fate, ...]) -> dict[str, tuple[str, str | None]]:
    return {fate.text: (fate.place, fate.rule) for fate in found}


def test_every_block_of_a_page_has_a_fate_in_page_order() -> None:
    html = article([*BODY[:2], "Baca juga: Jembatan gantung baru diresmikan", *BODY[2:]])
    root = tree.parse(html.encode())
    assert root is not None
    tree.strip_scripts(root)
    assert [fate.text for fate in fates(html)] == [block.text for block in blocks.walk(root).blocks]


def test_what_stands_outside_is_named_by_its_element() -> None:
    told = places(fates(article()))
    assert told["Beranda Ekonomi"] == ("outside", "navigation")
    assert told["Jembatan gantung baru diresmikan"] == ("outside", "related")
    assert [text for text, (place, _) in told.items() if place == "body"] == BODY
    assert told[HEADLINE] == ("headline", None)


def test_what_was_removed_inside_the_story_has_its_rule_and_its_place() -> None:
    found = fates(article([*BODY[:2], "Baca juga: Jembatan gantung baru diresmikan", *BODY[2:]]))
    at = next(number for number, fate in enumerate(found) if fate.rule == "read-also")
    assert found[at].place == "removed"
    assert (found[at - 1].text, found[at + 1].text) == (BODY[1], BODY[2])


def test_lead_caption_picture_and_credit_are_told_apart() -> None:
    figure = f'<figure><img src="/f.jpg" alt=""><figcaption>{CAPTION} (Xinhua/Tari Lim)</figcaption></figure>'
    story = "".join(f"<p>{text}</p>" for text in BODY)
    html = wrapped(
        f'<article><h1>{HEADLINE}</h1>{figure}<p class="lead">{LEAD}</p><div class="entry-content">{story}'
        "<p>Editor: Sari Wening</p></div></article>"
    )
    counted = Counter((fate.place, fate.kind) for fate in fates(html))
    assert counted["body", "image"] == 1
    assert counted["lead", "text"] == 1
    assert counted["caption", "caption"] == 1
    assert counted["credit", "text"] == 1


def test_a_mark_at_the_end_of_a_block_is_shown_behind_it() -> None:
    found = fates(article([*BODY[:3], f"{BODY[3]} [Xinhua]"]))
    at = next(number for number, fate in enumerate(found) if fate.rule == "end-tag")
    assert (found[at - 1].place, found[at - 1].text) == ("body", f"{BODY[3]} [Xinhua]")


def test_a_refused_page_shows_its_blocks_too() -> None:
    teasers = "".join(
        f"<h2><a href='/{n}'>Judul cerita nomor {n} di kota itu</a></h2><p>Ringkas.</p>" for n in range(9)
    )
    explanation = explain(page(wrapped(teasers)))
    assert explanation.refusal is not None
    assert {fate.place for fate in explanation.fates} == {"outside"}
    assert "Judul cerita nomor 3 di kota itu" in places(explanation.fates)


def test_the_same_text_twice_is_told_apart_by_its_turn() -> None:
    related = '<div class="related"><p>Kereta tiba.</p></div>'
    found = [fate for fate in fates(article([*BODY, "Kereta tiba.", related])) if fate.text == "Kereta tiba."]
    assert [fate.place for fate in found] == ["body", "removed"]
