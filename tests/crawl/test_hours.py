"""When a site may be asked: windows that cross midnight, and clocks that are put forward and back."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinhua_id.crawl.manners.hours import Windows

JAKARTA, BERLIN = "Asia/Jakarta", "Europe/Berlin"


def at(text: str, zone: str = JAKARTA) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("time", "open_then"),
    [("21:59", False), ("22:00", True), ("23:59", True), ("00:00", True), ("04:59", True), ("05:00", False)],
)
def test_a_window_may_go_on_past_midnight_and_its_end_is_outside(time: str, open_then: bool) -> None:
    assert Windows.of("22:00-05:00", JAKARTA).open_at(at(f"2026-11-23T{time}")) is open_then


def test_a_moment_is_read_on_the_sites_own_clock() -> None:
    windows = Windows.of("22:00-05:00", "Asia/Jayapura")
    assert windows.open_at(at("2026-11-23T20:00", JAKARTA))
    assert not windows.open_at(at("2026-11-23T03:30", JAKARTA))


def test_of_several_windows_the_next_one_counts() -> None:
    windows = Windows.of("12:00-13:00, 22:00-24:00", JAKARTA)
    assert windows.opens(at("2026-11-23T09:30")) == at("2026-11-23T12:00")
    assert windows.opens(at("2026-11-23T13:00")) == at("2026-11-23T22:00")
    assert windows.opens(at("2026-11-23T23:59:30")) == at("2026-11-23T23:59:30")
    assert windows.opens(at("2026-11-24T00:00")) == at("2026-11-24T12:00")


def test_a_site_without_hours_is_always_open() -> None:
    assert Windows.of("", JAKARTA).open_at(at("2026-11-23T12:00"))


def test_an_hour_that_is_left_out_when_clocks_go_forward_opens_with_the_next_that_is() -> None:
    # On 29 March 2026 Berlin goes from 02:00 to 03:00.
    windows = Windows.of("02:30-05:00", BERLIN)
    assert windows.opens(at("2026-03-29T01:00", BERLIN)) == dt.datetime(2026, 3, 29, 1, 0, tzinfo=dt.UTC)
    gone = Windows.of("02:15-02:45", BERLIN)
    assert gone.opens(at("2026-03-29T01:00", BERLIN)) == at("2026-03-30T02:15", BERLIN)


def test_an_hour_that_comes_twice_when_clocks_go_back_is_open_twice() -> None:
    # On 25 October 2026 Berlin goes from 03:00 back to 02:00, at 01:00 UTC.
    windows = Windows.of("02:00-03:00", BERLIN)
    first, second = (dt.datetime(2026, 10, 25, hour, 30, tzinfo=dt.UTC) for hour in (0, 1))
    assert windows.open_at(first)
    assert windows.open_at(second)
    assert not windows.open_at(dt.datetime(2026, 10, 25, 2, 0, tzinfo=dt.UTC))


def test_a_moment_is_said_on_the_sites_clock_and_in_wib() -> None:
    moment = dt.datetime(2026, 11, 23, 15, 0, tzinfo=dt.UTC)
    assert Windows.of("", JAKARTA).say(moment) == "2026-11-23 22:00 WIB"
    assert Windows.of("", "Asia/Makassar").say(moment) == "2026-11-23 23:00 WITA (22:00 WIB)"
    assert Windows.of("", "Asia/Jayapura").say(moment) == "2026-11-24 00:00 WIT (2026-11-23 22:00 WIB)"


@given(
    st.tuples(st.integers(0, 1439), st.integers(1, 1439)),
    st.integers(0, 10 * 366 * 24 * 60).map(lambda minute: at("2020-01-01T00:00") + dt.timedelta(minutes=minute)),
    st.sampled_from([JAKARTA, BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
)
def test_the_next_opening_is_open_and_no_minute_before_it_is(
    window: tuple[int, int], moment: dt.datetime, zone: str
) -> None:
    begin, length = window
    windows = Windows(((begin, (begin + length) % 1440 or 1440),), ZoneInfo(zone))
    opens = windows.opens(moment)
    assert opens >= moment
    assert windows.open_at(opens)
    if opens > moment:
        assert not windows.open_at(opens - dt.timedelta(minutes=1))
