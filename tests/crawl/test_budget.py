"""What a run has spent, request by request."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.settings import Settings

from xinhua_id.crawl.manners.budget import Budget
from xinhua_id.errors import UsageError


def test_requests_under_way_count_from_the_moment_they_are_let_go() -> None:
    budget = Budget(pages=2)
    assert budget.begin("a")
    assert budget.begin("b")
    assert not budget.begin("c")
    budget.end("a", 100)
    assert not budget.begin("c")


def test_a_request_that_was_tried_on_two_connections_was_two() -> None:
    budget = Budget(pages=2)
    budget.begin("a")
    budget.end("a", 100, exchanges=2)
    assert budget.spent


def test_bytes_under_way_count_and_the_exact_number_takes_their_place() -> None:
    budget = Budget(size=1000)
    budget.begin("a")
    assert budget.receives("a", 600)
    assert not budget.fits(401)
    assert not budget.receives("a", 500)
    budget.end("a", 1300)
    assert budget.bytes == 1300
    assert budget.spent


def test_without_bounds_nothing_is_ever_spent() -> None:
    budget = Budget()
    budget.begin("a")
    assert budget.receives("a", 10**12)
    assert not budget.spent


def test_what_is_no_size_is_refused_with_how_to_write_it() -> None:
    assert Budget.of(Settings({"XINHUA_ID_BYTES_A_RUN": "2GB", "XINHUA_ID_PAGES_A_RUN": "7"}), None) == Budget(
        7, 2 * 10**9
    )
    with pytest.raises(UsageError, match="XINHUA_ID_BYTES_A_RUN"):
        Budget.of(Settings({"XINHUA_ID_BYTES_A_RUN": "banyak"}), None)


@given(st.integers(1, 20), st.lists(st.tuples(st.sampled_from(["begin", "end"]), st.integers(0, 9)), max_size=80))
def test_no_order_of_beginnings_and_ends_lets_one_too_many_go(pages: int, steps: list[tuple[str, int]]) -> None:
    budget, sent = Budget(pages=pages), 0
    under_way: list[int] = []
    for number, (step, which) in enumerate(steps):
        if step == "begin":
            if budget.begin(number):
                sent += 1
                under_way.append(number)
        elif under_way:
            budget.end(under_way.pop(which % len(under_way)), 10)
    assert sent <= pages
