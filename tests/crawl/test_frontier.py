"""The frontier hands out every URL once, follows redirects as steps, and lets a retry wait for its moment."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from xinhua_id import urls
from xinhua_id.crawl.discovery import Kind, Link
from xinhua_id.crawl.frontier import LONGEST_WAIT, MAX_TRIES, Lease, MemoryFrontier, next_try
from xinhua_id.items import Outcome

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
SITE = "http://contoh.example"


def frontier(now: dt.datetime = NOON) -> MemoryFrontier:
    return MemoryFrontier(clock=lambda: now)


def page(path: str, kind: Kind = Kind.PAGE) -> Link:
    return Link(SITE + path, kind)


def drained(queue: MemoryFrontier) -> list[str]:
    found = []
    while lease := queue.lease():
        found.append(lease.url.removeprefix(SITE))
        queue.acknowledge(lease, Outcome.STORY)
    return found


def leased(queue: MemoryFrontier) -> Lease:
    lease = queue.lease()
    assert lease is not None
    return lease


def test_a_link_is_taken_up_once_under_whatever_address_it_comes_again() -> None:
    queue = frontier()
    assert queue.add([page("/a"), page("/a/"), page("/a?utm_source=x"), page("/b")]) == 2
    assert drained(queue) == ["/a", "/b"]
    assert queue.add([page("/a")]) == 0


def test_stories_come_before_what_leads_to_them_and_that_before_the_rest() -> None:
    queue = frontier()
    queue.add(
        [page("/rest"), page("/daftar", Kind.LISTING), page("/berita/1", Kind.STORY), page("/berita/2", Kind.STORY)]
    )
    assert drained(queue) == ["/berita/1", "/berita/2", "/daftar", "/rest"]


def test_links_reach_the_frontier_with_the_acknowledgement() -> None:
    queue = frontier()
    queue.add([page("/")])
    lease = leased(queue)
    assert not queue.pending()
    assert queue.acknowledge(lease, Outcome.LISTING, links=[page("/a"), page("/")]) == 1
    assert leased(queue).depth == 1


def test_a_redirect_to_another_form_of_the_same_address_is_followed() -> None:
    queue = frontier()
    queue.add([page("/slug", Kind.STORY)])
    assert queue.acknowledge(leased(queue), Outcome.REDIRECT, links=[page("/slug/", Kind.STORY)]) == 1
    step = leased(queue)
    assert (step.url, step.kind, step.redirects) == (SITE + "/slug/", Kind.STORY, 1)


def test_a_redirect_in_a_circle_ends_where_it_began() -> None:
    queue = frontier()
    queue.add([page("/a")])
    queue.acknowledge(leased(queue), Outcome.REDIRECT, links=[page("/a/")])
    assert queue.acknowledge(leased(queue), Outcome.REDIRECT, links=[page("/a")]) == 0
    assert not queue.pending()


def test_a_redirect_to_a_page_that_was_seen_is_no_second_visit() -> None:
    queue = frontier()
    queue.add([page("/lama"), page("/baru")])
    assert queue.acknowledge(leased(queue), Outcome.REDIRECT, links=[page("/baru")]) == 0
    assert drained(queue) == ["/baru"]


def test_a_retry_waits_while_there_is_other_work_and_carries_its_moment() -> None:
    queue = frontier()
    queue.add([page("/a"), page("/b")])
    later = NOON + dt.timedelta(minutes=1)
    queue.acknowledge(leased(queue), Outcome.FAILED, retry_at=later)
    assert leased(queue).url == SITE + "/b"
    again = leased(queue)
    assert (again.url, again.tries, again.not_before) == (SITE + "/a", 2, later)


def test_a_released_lease_is_handed_out_again() -> None:
    queue = frontier()
    queue.add([page("/a")])
    queue.release(leased(queue))
    assert (queue.waiting(), drained(queue)) == (1, ["/a"])


def test_tries_are_bounded_and_the_wait_grows() -> None:
    lease = Lease(SITE, Kind.PAGE)
    assert next_try(lease, NOON, backoff=15) == NOON + dt.timedelta(seconds=15)
    assert next_try(Lease(SITE, Kind.PAGE, tries=2), NOON, backoff=15) == NOON + dt.timedelta(seconds=60)
    assert next_try(Lease(SITE, Kind.PAGE, tries=MAX_TRIES), NOON, backoff=15) is None


def test_what_the_server_asks_for_counts_where_it_is_later_and_within_reason() -> None:
    lease = Lease(SITE, Kind.PAGE)
    wanted = NOON + dt.timedelta(minutes=5)
    assert next_try(lease, NOON, backoff=15, retry_after=wanted) == wanted
    assert next_try(lease, NOON, backoff=15, retry_after=NOON - dt.timedelta(days=1)) == NOON + dt.timedelta(seconds=15)
    assert next_try(lease, NOON, backoff=15, retry_after=NOON + dt.timedelta(days=9)) == NOON + LONGEST_WAIT


@given(st.lists(st.tuples(st.sampled_from(["/a", "/b", "/c?x=1", "/d/"]), st.sampled_from(list(Kind))), max_size=30))
def test_every_address_is_handed_out_exactly_once(links: list[tuple[str, Kind]]) -> None:
    queue = frontier()
    queue.add(page(path, kind) for path, kind in links)
    pages: list[str] = []
    requisites: list[str] = []
    while lease := queue.lease():
        (requisites if lease.kind is Kind.REQUISITE else pages).append(lease.url)
        queue.acknowledge(lease, Outcome.STORY)
    wanted = {urls.canonical(SITE + path) for path, kind in links if kind is not Kind.REQUISITE}
    assert len(pages) == len(set(pages)) == len(wanted)
    assert len(requisites) == len(set(requisites))
    named = {SITE + path for path, kind in links if kind is Kind.REQUISITE}
    assert named - set(pages) <= set(requisites) <= named


def test_the_parts_of_a_story_come_next_and_stand_at_its_depth() -> None:
    queue = frontier()
    queue.add([page("/a", Kind.STORY), page("/b", Kind.STORY)], depth=3)
    queue.acknowledge(leased(queue), Outcome.STORY, links=[page("/a?page=2", Kind.PART)])
    part = leased(queue)
    assert (part.url, part.depth) == (SITE + "/a?page=2", 3)


def test_page_1_is_the_same_under_its_number() -> None:
    queue = frontier()
    queue.add([page("/panen-teh", Kind.STORY)])
    assert queue.acknowledge(leased(queue), Outcome.STORY, links=[page("/panen-teh/1", Kind.PART)]) == 0


def test_where_no_story_is_to_begin_the_parts_of_begun_ones_still_come() -> None:
    queue = frontier()
    queue.add([page("/a", Kind.STORY), page("/b", Kind.STORY), page("/c", Kind.LISTING)])
    first = leased(queue)
    queue.begin_no_story()
    assert (queue.pending(), queue.parts_due()) == (False, 0)
    queue.acknowledge(first, Outcome.STORY, links=[page("/a?page=2", Kind.PART), page("/d", Kind.STORY)])
    assert queue.parts_due() == 1
    part = leased(queue)
    assert (part.kind, queue.parts_due(), queue.pending()) == (Kind.PART, 1, False)
    queue.acknowledge(part, Outcome.FAILED, retry_at=NOON)
    assert leased(queue).tries == 2
