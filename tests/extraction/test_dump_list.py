"""Many dumps in one text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.extraction.stories import FIRST, FOURTH, HEADLINE, SECOND
from xinhua_id.extraction.dump_list import Dump, dumps_in

ONE = f"{HEADLINE}\n\n{FIRST}\n\n{SECOND}"
TWO = f"Jembatan gantung baru diresmikan di hulu sungai\n\n{SECOND}\n\n{FOURTH}"


@pytest.mark.parametrize(
    "between", ["\n=====\n", "\n\n-----------\n\n", "\n####\n", "\n*****\n", "\f", "\r\n=====\r\n"]
)
def test_separators_part_the_dumps(between: str) -> None:
    assert [dump.text.strip() for dump in dumps_in(f"{ONE}{between}{TWO}")] == [ONE, TWO]


def test_headers_with_addresses_part_them_too_and_are_no_lines_of_theirs() -> None:
    text = f"URL: https://kabar.example.id/1\n{ONE}\n\nURL: https://kabar.example.id/2\n{TWO}\n"
    assert dumps_in(text) == [Dump(ONE, "https://kabar.example.id/1"), Dump(TWO, "https://kabar.example.id/2")]


def test_one_header_is_the_address_of_one_dump() -> None:
    assert dumps_in(f"https://kabar.example.id/1\n\n{ONE}") == [Dump(ONE, "https://kabar.example.id/1")]


@pytest.mark.parametrize(
    "text",
    [
        f"Beranda\n-----\n{ONE}\n-----\nTentang Kami",
        f"{ONE[:150]}\f{ONE[150:]}",
        f"--- halaman 1 ---\n{ONE}\f--- halaman 2 ---\nKabar lain dari tepian muara ini\n\n{FOURTH}",
        ONE,
        "",
    ],
    ids=["rules", "a form feed in a sentence", "printed pages", "one", "none"],
)
def test_what_parts_no_stories_parts_nothing(text: str) -> None:
    assert len(dumps_in(text)) == 1


_LINES = st.sampled_from([ONE, TWO, "=====", "-----", "\f", "URL: https://kabar.example.id/1", "x", "\n"])


@given(st.lists(_LINES, max_size=30))
def test_no_word_of_a_list_is_lost(parts: list[str]) -> None:
    text = "\n".join(parts)
    kept = " ".join(f"{dump.url or ''} {dump.text}" for dump in dumps_in(text))
    assert kept.count(FIRST) == text.count(FIRST)
    assert kept.count(FOURTH) == text.count(FOURTH)


@given(st.text(max_size=600))
def test_any_text_is_a_list_of_dumps(text: str) -> None:
    assert dumps_in(text)
