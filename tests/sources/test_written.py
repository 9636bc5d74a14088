"""Hours and sizes as people write them."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinhua_id import sources
from xinhua_id.errors import SourceError
from xinhua_id.sources import written


@pytest.mark.parametrize(
    ("said", "spans"),
    [
        ("", ()),
        ("22:00-05:00", ((1320, 300),)),
        (" 0:00 – 6:30 , 12:00-13:00", ((0, 390), (720, 780))),
        ("18:00-24:00", ((1080, 1440),)),
    ],
)
def test_hours_are_read_as_minutes_of_the_day(said: str, spans: tuple[tuple[int, int], ...]) -> None:
    assert written.windows(said) == spans


@pytest.mark.parametrize(
    "said", ["22-05", "22:00", "24:00-05:00", "22:60-05:00", "25:00-26:00", "05:00-05:00", "malam", ","]
)
def test_hours_that_are_none_are_refused_with_how_to_write_them(said: str) -> None:
    with pytest.raises(ValueError, match=r"22:00-05:00|any time is right"):
        written.windows(said)


@pytest.mark.parametrize(
    ("said", "number"),
    [("", 0), ("0", 0), ("1234", 1234), ("500MB", 500_000_000), ("1.5 GiB", 1_610_612_736), ("2kb", 2000)],
)
def test_sizes_are_read_with_their_units(said: str, number: int) -> None:
    assert written.size(said) == number


@pytest.mark.parametrize("said", ["banyak", "-1", "5 MBit", "1,5GB", "MB", "1e9", "9" * 400])
def test_a_size_that_is_none_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="not a number of bytes"):
        written.size(said)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_with_a_sentence(said: str) -> None:
    for read in (written.windows, written.size):
        with contextlib.suppress(ValueError):
            read(said)


def test_a_source_with_wrong_hours_is_answered_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "contoh.toml"
    head = 'name = "contoh"\ntitle = "Contoh"\nbase = "https://contoh.id"\nhosts = ["contoh.id"]\n'
    path.write_text(head + 'permission = "open"\nverified = true\n[discovery]\nhours = "malam"\n', encoding="utf-8")
    with pytest.raises(SourceError, match="not hours of a day") as caught:
        sources.load(path)
    assert caught.value.where == "contoh.toml, line 8"
