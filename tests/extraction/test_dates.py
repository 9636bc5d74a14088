"""Dates as Indonesian pages write them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinhua_id.extraction import dates


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("Kamis, 5 November 2015 14:56 WIB", "2015-11-05T14:56:00+07:00"),
        ("Selasa, 23/02/2016 15:32 WIB", "2016-02-23T15:32:00+07:00"),
        ("Minggu, 1 Nop 2020 | 07.05 WITA", "2020-11-01T07:05:00+08:00"),
        ("Jumat, 7 Agu 2020 pukul 23:59 WIT", "2020-08-07T23:59:00+09:00"),
        ("25 Pebruari 2017", "2017-02-25T00:00:00+07:00"),
        ("2019-09-28WIB19:17:34+07:00", "2019-09-28T19:17:34+07:00"),
        ("06 Oct 2023", "2023-10-06T00:00:00+07:00"),
        ("2025-01-28 07:45:38", "2025-01-28T07:45:38+07:00"),
        ("Mon, 09 Jan 2023 10:00:00 +0000", "2023-01-09T10:00:00+00:00"),
        ("May 3, 2022 3:04 PM", "2022-05-03T15:04:00+07:00"),
        ("2023-01-09T12:05:00Z", "2023-01-09T12:05:00+00:00"),
    ],
)
def test_a_written_date_keeps_its_time_and_zone(raw: str, moment: str) -> None:
    found = dates.parse(raw)
    assert found is not None
    assert found.isoformat() == moment


@pytest.mark.parametrize(
    "raw", ["", "kemarin", "31 Februari 2020", "Senin (9/1)", "12 dari 20", "0000-00-00", "9" * 500]
)
def test_what_is_no_date_is_none(raw: str) -> None:
    assert dates.parse(raw) is None


def test_a_zone_nobody_wrote_is_the_sites() -> None:
    found = dates.parse("9 Januari 2023 08:00", "Asia/Makassar")
    assert found is not None
    assert found.utcoffset() == dt.timedelta(hours=8)


def test_the_raw_string_takes_its_weekday_along() -> None:
    assert dates.find("Diterbitkan Kamis, 5 November 2015 14:56 WIB oleh redaksi") == "Kamis, 5 November 2015 14:56 WIB"


def test_the_day_a_story_speaks_of_has_a_year_only_where_it_is_written() -> None:
    assert dates.event("pada Senin (9/1) menggelar") == ("Senin (9/1)", None)
    assert dates.event("pada Selasa (27/12/2022) itu") == ("Selasa (27/12/2022)", dt.date(2022, 12, 27))
    assert dates.event("pada Selasa (99/12/2022) itu") == ("Selasa (99/12/2022)", None)
    assert dates.event("pada hari Senin") is None


@given(st.text(max_size=200))
def test_any_text_is_a_date_or_none(text: str) -> None:
    found = dates.parse(text)
    assert found is None or found.tzinfo is not None
    dates.find(text)
    dates.event(text)
