"""What a robots.txt says, whatever it looks like (RFC 9309)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinhua_id.crawl.manners.robots import Robots, robots_of
from xinhua_id.items import Page

URL = "https://contoh.id/robots.txt"


def read(text: str) -> Robots:
    robots = robots_of(Page(URL, body=text.encode()))
    assert robots is not None
    return robots


def test_the_longest_rule_wins_and_allow_wins_a_tie() -> None:
    robots = read("User-agent: *\nDisallow: /arsip\nAllow: /arsip/2023\n")
    assert robots.refusal("https://contoh.id/arsip/2022/") == "robots"
    assert robots.refusal("https://contoh.id/arsip/2023/a") is None


def test_a_group_that_names_us_is_the_only_one_that_counts() -> None:
    robots = read("User-agent: *\nDisallow: /\n\nUser-agent: xinhua-id\nDisallow: /admin\n")
    assert robots.refusal("https://contoh.id/berita/1") is None
    assert robots.refusal("https://contoh.id/admin/") == "robots"


@pytest.mark.parametrize(
    ("line", "seconds"),
    [("Crawl-delay: 7", 7), ("Crawl-delay: 0.5", 0.5), ("Request-rate: 1/5", 5), ("Crawl-delay: lama", 0), ("", 0)],
)
def test_the_wish_for_a_pause_is_read(line: str, seconds: float) -> None:
    assert read(f"User-agent: *\n{line}\nDisallow: /x").delay == seconds


@pytest.mark.parametrize("status", [400, 401, 403, 404, 451])
def test_a_refusal_means_that_there_is_no_robots_txt(status: int) -> None:
    robots = robots_of(Page(URL, status, body=b"User-agent: *\nDisallow: /"))
    assert robots is not None
    assert robots.refusal("https://contoh.id/berita/1") is None


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_an_error_of_the_server_is_no_answer(status: int) -> None:
    assert robots_of(Page(URL, status)) is None


def test_a_host_whose_rules_could_not_be_learnt_is_closed() -> None:
    assert Robots(unreachable="timeout").refusal("https://contoh.id/") == "robots-unreachable"


@given(st.binary(max_size=3000))
def test_any_bytes_can_be_read(body: bytes) -> None:
    robots = robots_of(Page(URL, body=b"User-agent: *\n" + body))
    assert robots is not None
    robots.refusal("https://contoh.id/berita/1?halaman=2")
