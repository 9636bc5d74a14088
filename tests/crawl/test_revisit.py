"""When a URL is visited again: stories by their age, listings by what they brought, the rest rarely or never."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.crawl.frontiers import NOON, SITE
from xinhua_id.catalogue.rows import FrontierRow
from xinhua_id.crawl.discovery import Kind
from xinhua_id.crawl.frontier.lease import Lease, Settled
from xinhua_id.crawl.frontier.revisit import Intervals, after, is_due_again
from xinhua_id.items import Outcome

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
USUAL = Intervals()


def row(kind: Kind = Kind.STORY, **more: object) -> FrontierRow:
    return replace(
        FrontierRow("contoh", "kunci", "", f"{SITE}/berita/1", kind.value, "leased", 3, 1, NOON),
        **more,  # type: ignore[arg-type]
    )


def visited(
    known: FrontierRow,
    outcome: Outcome,
    reason: str | None = None,
    when: dt.datetime = NOON,
    news: int = 0,
    **more: object,
) -> FrontierRow:
    settled = Settled(Lease.of(known), outcome, when, reason, **more)  # type: ignore[arg-type]
    return after(known, settled, USUAL, news)


def test_a_fresh_story_is_looked_at_again_after_half_a_day() -> None:
    seen = visited(row(), Outcome.STORY, published=NOON - HOUR, digest="a")
    assert seen.due_at == NOON + USUAL.shortest


def test_an_old_story_is_looked_at_again_at_twice_its_age_and_after_half_a_year_at_the_latest() -> None:
    assert visited(row(), Outcome.STORY, published=NOON - 8 * DAY, digest="a").due_at == NOON + 8 * DAY
    assert visited(row(), Outcome.STORY, published=NOON - 3000 * DAY, digest="a").due_at == NOON + USUAL.longest


def test_a_story_that_changed_is_as_fresh_as_its_change() -> None:
    first = visited(row(), Outcome.STORY, published=NOON - 90 * DAY, digest="a")
    later = NOON + 90 * DAY
    changed = visited(first, Outcome.STORY, when=later, digest="b")
    assert (changed.changed_at, changed.due_at) == (later, later + USUAL.shortest)


def test_a_listing_that_brings_nothing_is_looked_at_ever_more_rarely_and_soon_again_once_it_does() -> None:
    seen, waits = visited(row(Kind.LISTING), Outcome.LISTING, "listing", news=3), []
    for _ in range(9):
        assert seen.due_at is not None
        seen = visited(seen, Outcome.LISTING, "listing", when=seen.due_at)
        assert seen.due_at is not None
        assert seen.visited_at is not None
        waits.append(seen.due_at - seen.visited_at)
    assert waits[:3] == [12 * HOUR, DAY, 2 * DAY]
    assert waits == sorted(waits)
    assert waits[-1] == USUAL.listing
    again = visited(seen, Outcome.LISTING, "listing", when=NOON + 99 * DAY, news=1)
    assert again.due_at == NOON + 99 * DAY + 12 * HOUR


def test_the_further_pages_of_a_listing_have_no_day_of_their_own() -> None:
    further = replace(row(Kind.LISTING), url=f"{SITE}/page/7/")
    assert visited(further, Outcome.LISTING, "listing", news=20).due_at is None


def test_a_story_that_is_gone_is_looked_for_again_and_stays_one_that_was() -> None:
    here = visited(row(), Outcome.STORY, published=NOON - DAY, digest="a")
    gone = visited(here, Outcome.NO_ARTICLE, "http-404", when=NOON + DAY)
    assert (gone.outcome, gone.reason, gone.due_at) == ("story", "http-404", NOON + 2 * DAY)
    assert visited(gone, Outcome.NO_ARTICLE, "http-404", when=NOON + 2 * DAY).due_at == NOON + 4 * DAY


@pytest.mark.parametrize("reason", ["out-of-range", "over-limit"])
def test_what_this_round_is_not_about_is_laid_aside(reason: str) -> None:
    seen = visited(row(), Outcome.NO_ARTICLE, reason, published=NOON - DAY)
    assert (seen.state, seen.published) == ("aside", NOON - DAY)


@pytest.mark.parametrize("reason", ["robots-unreachable", "rests-too-long", "no-contact", "site-rests"])
@pytest.mark.parametrize("kind", [Kind.STORY, Kind.REQUISITE])
def test_what_was_not_asked_for_is_asked_for_in_the_next_round(reason: str, kind: Kind) -> None:
    said = f"requisite-{reason}" if kind is Kind.REQUISITE else reason
    assert visited(row(kind), Outcome.DENIED, said).due_at == NOON


def test_a_failing_address_is_asked_for_ever_more_rarely_and_then_given_up() -> None:
    seen, due = row(), []
    for _ in range(40):
        seen = visited(seen, Outcome.FAILED, "timeout", when=seen.due_at or NOON)
        if seen.due_at is None:
            break
        due.append(seen.due_at)
    assert 5 < len(due) < 20
    assert due[0] == NOON + HOUR


@given(
    st.sampled_from(list(Kind)), st.sampled_from(list(Outcome)),
    st.sampled_from([None, "unchanged", "variant", "http-404", "http-301", "robots", "timeout", "listing", "soft-404"]),
    st.integers(-4000, 10), st.integers(0, 70), st.booleans(),
)  # fmt: skip
def test_no_next_visit_lies_in_the_past_or_beyond_the_longest_wait(
    kind: Kind, outcome: Outcome, reason: str | None, age: int, fruitless: int, changed: bool
) -> None:
    known = row(kind, fruitless=fruitless, digest="a", visited_at=NOON - 400 * DAY)
    seen = visited(known, outcome, reason, published=NOON + age * DAY, digest="b" if changed else None)
    assert seen.due_at is None or NOON <= seen.due_at <= NOON + USUAL.longest


def test_a_sitemap_that_calls_everything_changed_every_time_is_believed_later_and_later() -> None:
    seen, asked, now = row(visited_at=NOON, state="known"), 0, NOON
    for _ in range(30):
        now += DAY
        if is_due_again(seen, now - HOUR, now):
            asked += 1
            seen = replace(seen, visited_at=now, modified=now - HOUR, fruitless=seen.fruitless + 1)
    assert 1 <= asked <= 10


def test_a_change_that_was_seen_already_is_no_reason() -> None:
    known = row(visited_at=NOON, modified=NOON - DAY)
    assert not is_due_again(known, NOON - DAY, NOON + DAY)
    assert not is_due_again(known, NOON - HOUR, NOON + DAY)  # the visit came after it
    assert is_due_again(known, NOON + HOUR, NOON + DAY)
