"""The shapes of dumps say what the story says, each in its own way."""

from __future__ import annotations

import pytest

from tests.extraction.stories import BODY, CAPTION, HEADLINE, LEAD
from xinhua_id.demo import dumps
from xinhua_id.demo.gold import GoldImage, GoldStory
from xinhua_id.items import Origin


@pytest.fixture
def story() -> GoldStory:
    return GoldStory(
        site="kabar", layout="a", path="/a", headline=HEADLINE, paragraphs=tuple(BODY), lead=LEAD, dateline=None,
        byline=None, authors=(), editor=None, translator=None,
        images=(GoldImage(CAPTION, "Xinhua/Sari Lin", "Sari Lin"),), date_published=None, section=None, tags=("pasar",),
        origin=Origin.WIRE,
    )  # fmt: skip


def test_every_shape_holds_every_word(story: GoldStory) -> None:
    others = [story]
    shapes = (
        dumps.shape_a(story), dumps.shape_b(story, others), dumps.shape_b_glued(story, others),
        dumps.in_page(story, others), dumps.on_one_line(story), dumps.on_one_line_spaced(story), dumps.wrapped(story),
        dumps.wrapped_close(story, others), dumps.numbered(story), dumps.printed(story), dumps.bulleted(story, others),
    )  # fmt: skip
    letters = "".join("".join(BODY).split())
    for shape in shapes:
        assert all(
            "".join(part.split())[:40] in "".join(shape.split()) for part in (HEADLINE, LEAD, CAPTION, *BODY[:1])
        )
    assert letters in "".join(dumps.shape_b_glued(story, others).split())


def test_the_shapes_differ_as_their_names_say(story: GoldStory) -> None:
    assert "\n" not in dumps.on_one_line(story)
    assert "Banner" + HEADLINE in dumps.on_one_line(story)
    assert max(map(len, dumps.wrapped(story).split("\n"))) <= 72
    assert "\n\n" not in dumps.wrapped_close(story, [story])
    assert dumps.numbered(story).startswith("   1: Banner\n   2: ")
    assert "--- halaman 2 ---" in dumps.printed(story)
    assert all(line.startswith("• ") for line in dumps.bulleted(story, [story]).split("\n"))
