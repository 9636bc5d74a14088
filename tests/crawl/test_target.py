"""A target is a source or a site nobody described; seeds find their own, and dates are read in the site's zone."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from xinhua_id.crawl.target import Range, day_range, positive, targets
from xinhua_id.errors import SourceError, UsageError

JAKARTA = ZoneInfo("Asia/Jakarta")


def test_each_seed_finds_its_site_and_a_site_is_crawled_once() -> None:
    found = targets(None, ["http://127.0.0.1:8000/a", "http://127.0.0.1:8000/b", "http://127.0.0.1:8001/"])
    assert [(target.name, target.seeds) for target in found] == [
        ("site-127.0.0.1-8000", ("http://127.0.0.1:8000/a", "http://127.0.0.1:8000/b")),
        ("site-127.0.0.1-8001", ("http://127.0.0.1:8001/",)),
    ]


def test_a_seed_on_a_described_host_is_crawled_with_its_source() -> None:
    (found,) = targets(None, ["https://indonesiawindow.com/?p=1"])
    assert found.source is not None
    assert (found.name, found.source.name) == ("indonesiawindow", "indonesiawindow")


def test_a_source_can_be_served_at_another_address() -> None:
    (found,) = targets("indonesiawindow", at="http://127.0.0.1:8000/")
    assert found.source is not None
    assert found.addresses() == ["http://127.0.0.1:8000"]


def test_an_address_without_a_scheme_is_meant_as_https() -> None:
    assert targets(None, ["contoh.example/berita"])[0].seeds == ("https://contoh.example/berita",)


@pytest.mark.parametrize(
    "seed", ["ftp://contoh.example/", "http://", "http://[::1", "mailto:a@b", "http://a b/", "http://a.example:x/"]
)
def test_what_is_no_address_is_refused_with_what_to_give(seed: str) -> None:
    with pytest.raises(UsageError, match="Give an http"):
        targets(None, [seed])


def test_a_seed_with_a_password_is_refused_and_the_password_not_repeated() -> None:
    with pytest.raises(UsageError, match="a user name in it") as caught:
        targets(None, ["https://redaksi:rahasia@contoh.example/"])
    assert "rahasia" not in str(caught.value)


def test_nothing_to_crawl_is_said_so() -> None:
    with pytest.raises(UsageError, match="nothing to crawl"):
        targets(None)
    with pytest.raises(SourceError, match="there is no source 'kabarnusa'"):
        targets("kabarnusa")
    with pytest.raises(UsageError, match="needs a source"):
        targets(None, ["http://127.0.0.1/"], at="http://127.0.0.1:8000")


def test_a_seed_beside_the_sources_hosts_is_refused() -> None:
    with pytest.raises(UsageError, match="does not stand on a host of indonesiawindow"):
        targets("indonesiawindow", ["https://contoh.example/"])


def test_a_day_is_meant_whole_in_the_sites_zone() -> None:
    chosen = day_range("2026-11-01", "2026-11-02", JAKARTA)
    assert chosen.holds(dt.datetime(2026, 10, 31, 17, tzinfo=dt.UTC))
    assert not chosen.holds(dt.datetime(2026, 10, 31, 16, 59, tzinfo=dt.UTC))
    assert chosen.holds(dt.datetime(2026, 11, 2, 16, 59, 59, tzinfo=dt.UTC))
    assert not chosen.holds(dt.datetime(2026, 11, 2, 17, tzinfo=dt.UTC))


def test_an_unknown_date_may_lie_inside() -> None:
    assert day_range("2026-11-01", None, JAKARTA).holds(None)
    assert Range().holds(dt.datetime(1999, 1, 1, tzinfo=dt.UTC))


def test_dates_that_are_none_or_turned_round_are_refused() -> None:
    with pytest.raises(UsageError, match="--since: 'kemarin' is not a date"):
        day_range("kemarin", None, JAKARTA)
    with pytest.raises(UsageError, match="lies after"):
        day_range("2026-11-02", "2026-11-01", JAKARTA)


def test_a_limit_is_a_whole_number_of_stories() -> None:
    assert (positive("12"), positive(3), positive(None), positive("")) == (12, 3, None, None)
    for wrong in ("0", "-1", "viele"):
        with pytest.raises(UsageError, match="not a number of stories"):
            positive(wrong)
