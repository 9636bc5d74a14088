"""A map of fingerprints answers as a dict does."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from xinhua_id.fingerprints import Fingerprints

NUMBERS = st.integers(-(2**63), 2**63 - 1)


@given(st.lists(st.tuples(NUMBERS, NUMBERS)), st.lists(NUMBERS))
def test_it_has_the_latest_number_of_each_fingerprint_and_of_no_other(
    given: list[tuple[int, int]], others: list[int]
) -> None:
    held, expected = Fingerprints(), {}
    for key, value in given:
        held.put(key, value)
        expected[key] = value
    asked = [*expected, *others]
    assert [held.get(key) for key in asked] == [expected.get(key) for key in asked]
    assert len(held) == len(expected)


@given(st.lists(NUMBERS), st.lists(NUMBERS))
def test_it_is_a_set_where_nobody_gives_numbers(given: list[int], others: list[int]) -> None:
    held = Fingerprints(iter(given))
    assert [key in held for key in (*given, *others)] == [key in given for key in (*given, *others)]
    assert len(held) == len(set(given))
