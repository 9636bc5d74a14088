"""Line breaks inside a block: where they part what is story from what is not."""

from __future__ import annotations

import pytest

from tests.extraction.other_stories import NEXT_HEADLINE, RAIL, paragraphs, rail, read
from xinhua_id.extraction import lines


def test_a_bare_label_and_the_linked_headline_under_it_are_no_part_of_a_story() -> None:
    label = f"<p><strong>Baca juga</strong><br><a href='/perpustakaan'>{NEXT_HEADLINE}</a></p>"
    assert read(rail(paragraphs(RAIL[:2]) + label + paragraphs(RAIL[2:]))).paragraphs == RAIL


@pytest.mark.parametrize("label", ["Baca juga", "BACA JUGA", "Simak juga:"])
def test_a_label_is_parted_from_what_it_announces(label: str) -> None:
    assert lines.pieces(f"{label}{lines.JOINT}{lines.BREAK}{NEXT_HEADLINE}") == [label, NEXT_HEADLINE]


def test_a_wrapped_line_that_only_begins_like_a_label_is_not_parted() -> None:
    raw = f"Baca juga papan di stasiun,{lines.BREAK}kata pengelola jalur kepada penumpang"
    assert lines.pieces(raw) == ["Baca juga papan di stasiun, kata pengelola jalur kepada penumpang"]
