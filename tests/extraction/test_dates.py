"""Dates as Indonesian pages write them."""

from __future__ import annotations

import datetime as dt
from random import Random

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
        ("Jum’at, 6 Januari 2023 pukul 14.56 WITA", "2023-01-06T14:56:00+08:00"),
        ("Ahad 08 Jan 2023 (07:05 WIB)", "2023-01-08T07:05:00+07:00"),
        ("Senin, 9 Jan '23 | pkl. 08.30", "2023-01-09T08:30:00+07:00"),
        ("Selasa, 23/02/16 15:32 WIB", "2016-02-23T15:32:00+07:00"),
        ("09-01-2023 / 10:00:59 WIT", "2023-01-09T10:00:59+09:00"),
        ("14.56 WITA, Senin, 9 Januari 2023", "2023-01-09T14:56:00+08:00"),
        ("9 Januari 2023 (10:00 GMT+7)", "2023-01-09T10:00:00+07:00"),
        ("Mon Jan 09 2023 10:00:00 GMT+0700 (Waktu Indonesia Barat)", "2023-01-09T10:00:00+07:00"),
        ("2020年02月19日 20:29:58", "2020-02-19T20:29:58+07:00"),
        ("2024 05/09 22:27:02", "2024-05-09T22:27:02+07:00"),
        ("1673258400", "2023-01-09T10:00:00+00:00"),
        ("1673258400000", "2023-01-09T10:00:00+00:00"),
    ],
)
def test_a_written_date_keeps_its_time_and_zone(raw: str, moment: str) -> None:
    found = dates.parse(raw)
    assert found is not None
    assert found.isoformat() == moment


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "kemarin",
        "3 jam yang lalu",
        "31 Februari 2020",
        "Senin (9/1)",
        "9 Januari, 10:00 WIB",
        "12 dari 20",
        "23/02/16",
        "0001-01-01T00:00:00Z",
        "1970-01-01",
        "0000-00-00",
        "9" * 500,
    ],
)
def test_what_is_no_moment_is_none(raw: str) -> None:
    assert dates.parse(raw) is None


def test_numbers_are_read_day_first_unless_that_gives_no_date() -> None:
    assert str(dates.parse("03/04/2023")) == "2023-04-03 00:00:00+07:00"
    assert str(dates.parse("12/13/2022 10:00")) == "2022-12-13 10:00:00+07:00"
    assert dates.parse("13/13/2022") is None


def test_a_number_behind_a_day_is_no_hour_and_a_span_of_time_is_no_offset() -> None:
    assert str(dates.parse("Pada 9 Januari 2023, 12.500 orang datang")) == "2023-01-09 00:00:00+07:00"
    assert str(dates.parse("Pada 9 Januari 2023, 12.50 persen naik")) == "2023-01-09 00:00:00+07:00"
    assert str(dates.parse("9 Januari 2023 09:00-11:00 WIB")) == "2023-01-09 09:00:00+07:00"


def test_of_two_dates_the_one_that_stands_first_is_read() -> None:
    assert str(dates.parse("2023-01-09 10:00, bukan 5 Mei 2021")) == "2023-01-09 10:00:00+07:00"


@pytest.mark.parametrize("raw", ["3 jam yang lalu", "2 hari lalu", "Kemarin, 14:30 WIB", "baru saja", "5 minutes ago"])
def test_a_relative_date_is_found_as_written_and_gives_no_moment(raw: str) -> None:
    assert dates.find(f"Terbit {raw}") == raw
    assert dates.weigh([raw], "Asia/Jakarta") == (None, raw)


def test_labels_tell_a_change_from_the_publication() -> None:
    line = "Terbit: 9 Jan 2023 10:00 WIB | Diperbarui: Senin, 9 Jan 2023 11:30 WIB"
    assert dates.labelled(line) == (["9 Jan 2023 10:00 WIB"], ["Senin, 9 Jan 2023 11:30 WIB"])
    assert dates.labelled("Last Update : Monday, 06 February 2017") == ([], ["Monday, 06 February 2017"])
    assert dates.labelled("Kamis, 5 November 2015 14:56 WIB | 1.229 Views") == (
        ["Kamis, 5 November 2015 14:56 WIB"],
        [],
    )


def test_of_several_claims_the_hour_of_the_same_day_is_better_and_a_local_time_with_a_z_is_local() -> None:
    assert dates.weigh(["", "2023-01-09", "Senin, 9 Januari 2023 14:56 WITA"], "Asia/Jakarta") == (
        dates.parse("2023-01-09T14:56:00+08:00"),
        "Senin, 9 Januari 2023 14:56 WITA",
    )
    moment, raw = dates.weigh(["2023-01-09T14:56:20Z", "9 Januari 2023 14:56 WIB"], "Asia/Jakarta")
    assert moment is not None
    assert (moment.isoformat(), raw) == ("2023-01-09T14:56:20+07:00", "2023-01-09T14:56:20Z")
    moment, _ = dates.weigh(["2023-01-09T07:56:20Z", "9 Januari 2023 14:56 WIB"], "Asia/Jakarta")
    assert moment is not None
    assert moment.isoformat() == "2023-01-09T07:56:20+00:00"


_MONTH_NAMES = {number: [name for name, n in dates.MONTHS.items() if n == number] for number in range(1, 13)}
_ZONES = {"WIB": 7, "WITA": 8, "WIT": 9}
_DAY_NAMES = ["Senin", "Selasa", "Rabu", "Kamis", "Jum'at", "Sabtu", "Minggu"]


@given(
    st.integers(788_918_400, 4_102_444_799).map(lambda seconds: dt.datetime.fromtimestamp(seconds, dt.UTC)),
    st.sampled_from(sorted(_ZONES)),
    st.sampled_from(
        [
            "{day}, {d} {month} {y} {H:02}:{M:02} {zone}", "{day} {d:02} {month} {y} | {H:02}.{M:02} {zone}",
            "{d}-{month}-{y} pukul {H}.{M:02}.{S:02} {zone}", "{month} {d}, {y} {H:02}:{M:02} {zone}",
            "{day}, {d:02}/{m:02}/{y}, {H:02}:{M:02} {zone}", "{d}.{m}.{y} - {H:02}:{M:02}:{S:02}{zone}",
            "{y}-{m:02}-{d:02}{zone}{H:02}:{M:02}:{S:02}+{offset:02}:00", "{y}/{m}/{d} {H}:{M:02} {zone}",
            "{y}-{m:02}-{d:02}T{H:02}:{M:02}:{S:02}+{offset:02}00", "{H:02}:{M:02} {zone}, {day}, {d} {month} {y}",
            "{d:02}/{m:02}/{short:02} {H:02}:{M:02} {zone}", "Terbit {d} {month} {y} ({H:02}:{M:02} GMT+{offset})",
            "{H12}:{M:02} {half} {zone}, {d} {month} {y}", "{month} {d} {y}, {H12}:{M:02} {half} {zone}",
        ]
    ),
    st.randoms(use_true_random=False),
)  # fmt: skip
def test_a_moment_written_in_any_form_is_read_back(moment: dt.datetime, zone: str, form: str, chance: Random) -> None:
    month = chance.choice(_MONTH_NAMES[moment.month])
    month = chance.choice([month, month.title(), month.upper()])
    if "{short" in form:
        moment = moment.replace(year=2000 + moment.year % 100, day=min(moment.day, 28))
    written = form.format(
        day=_DAY_NAMES[moment.weekday()], d=moment.day, m=moment.month, month=month, y=moment.year,
        short=moment.year % 100, H=moment.hour, M=moment.minute, S=moment.second, zone=zone, offset=_ZONES[zone],
        H12=moment.hour % 12 or 12, half="AM" if moment.hour < 12 else "PM",
    )  # fmt: skip
    moment = moment.replace(
        microsecond=0,
        second=moment.second if "{S" in form else 0,
        tzinfo=dt.timezone(dt.timedelta(hours=_ZONES[zone])),
    )
    found = dates.parse(written)
    assert found == moment, written
    assert found.utcoffset() == moment.utcoffset()
    assert dates.parse(dates.find(f"Ditulis oleh redaksi, {written}. Dibaca seribu kali")) == moment


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
    dates.labelled(text)
    dates.event(text)


@pytest.mark.parametrize(
    ("written", "hour", "minute"),
    [
        ("Ahad, 21 Mei 2023 4:30 petang", 16, 30),
        ("21 Mei 2023, 10.15 pagi", 10, 15),
        ("21 Mei 2023 11.00 siang", 11, 0),
        ("21 Mei 2023 12.05 siang", 12, 5),
        ("21 Mei 2023 1.20 siang", 13, 20),
        ("21 Mei 2023 3:45 sore", 15, 45),
        ("21 Mei 2023 9:15 malam", 21, 15),
        ("21 Mei 2023 1.30 malam", 1, 30),
        ("21 Mei 2023 12:10 am", 0, 10),
        ("21 Mei 2023 12:10 pm", 12, 10),
        ("21 Mei 2023 16:30 petang", 16, 30),
    ],
)
def test_the_part_of_the_day_says_which_half_of_it(written: str, hour: int, minute: int) -> None:
    found = dates.parse(written)
    assert found is not None
    assert (found.day, found.hour, found.minute) == (21, hour, minute)


@pytest.mark.parametrize(
    ("shown", "zone"),
    [
        ("Rabu, 15 Maret 2023 09:30 WIB", "+07:00"),
        ("15/03/2023, 09.30", "+07:00"),
        ("15 Maret 2023 09:30 WITA", "+08:00"),
        ("15 Maret 2023 16:30 WIB", "+00:00"),
        ("14 Maret 2023 09:30 WIB", "+00:00"),
        ("15 Maret 2023 09:30 UTC", "+00:00"),
    ],
)
def test_local_time_that_calls_itself_utc_is_found_out_by_what_readers_see(shown: str, zone: str) -> None:
    moment, raw = dates.weigh(["2023-03-15T09:30:20Z"], "Asia/Jakarta", [shown])
    assert moment is not None
    assert (moment.isoformat(), raw) == (f"2023-03-15T09:30:20{zone}", "2023-03-15T09:30:20Z")


@pytest.mark.parametrize("raw", ["5 May 2021 14:05 +08:00", "Wed, 5 May 2021 14:05:00 +08:00"])
def test_an_offset_with_a_colon_is_read(raw: str) -> None:
    assert dates.parse(raw, "Asia/Jakarta") == dt.datetime(2021, 5, 5, 6, 5, tzinfo=dt.UTC)
