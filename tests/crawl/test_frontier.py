"""The frontier hands out every URL once, follows redirects as steps, lets a retry wait, and survives its process."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.crawl.frontiers import NOON, SITE, Clock, drained, leased, offered, opened, page, settle
from xinhua_id import urls
from xinhua_id.catalogue import frontier as rows
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.crawl.discovery import Kind
from xinhua_id.crawl.frontier import Frontier, rounds
from xinhua_id.crawl.frontier.lease import LONGEST_WAIT, MAX_TRIES, Lease, next_try
from xinhua_id.crawl.target import Range
from xinhua_id.items import Outcome

_SITES = itertools.count()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def catalogue(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    """Return one catalogue for the module, and its sites have names of their own: to make one takes long."""
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    opened = Catalogue.open(tmp_path_factory.mktemp("a"), server and server.database())
    yield opened
    opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site() -> str:
    return f"situs-{next(_SITES)}"


@pytest.fixture
def queue(catalogue: Catalogue, clock: Clock, site: str) -> Frontier:
    return opened(catalogue, clock, site=site)


def test_a_link_is_taken_up_once_under_whatever_address_it_comes_again(queue: Frontier) -> None:
    offered(queue, page("/a"), page("/a/"), page("/a?utm_source=x"), page("/b"))
    assert drained(queue) == ["/a", "/b"]
    assert drained(offered(queue, page("/a"))) == []


def test_stories_come_before_what_leads_to_them_and_that_before_the_rest(queue: Frontier) -> None:
    offered(
        queue, page("/rest"), page("/daftar", Kind.LISTING), page("/berita/1", Kind.STORY),
        page("/berita/2", Kind.STORY),
    )  # fmt: skip
    assert drained(queue) == ["/berita/1", "/berita/2", "/daftar", "/rest"]


def test_a_story_found_on_the_way_comes_before_the_listings_that_were_leased_already(queue: Frontier) -> None:
    offered(queue, *(page(f"/daftar/{n}", Kind.LISTING) for n in range(60)))
    settle(queue, leased(queue), Outcome.LISTING, links=[page("/berita/1", Kind.STORY)])
    queue._commit()
    assert leased(queue).url == SITE + "/berita/1"


def test_links_reach_the_frontier_with_the_acknowledgement(queue: Frontier) -> None:
    lease = leased(offered(queue, page("/")))
    assert queue.lease() is None
    assert not queue.pending()
    settle(queue, lease, Outcome.LISTING, links=[page("/a"), page("/")])
    assert queue.pending()
    assert leased(queue).depth == 1
    assert queue.lease() is None


def test_what_was_not_acknowledged_is_handed_out_again_by_the_next_process(
    catalogue: Catalogue, clock: Clock, site: str
) -> None:
    first = opened(catalogue, clock, site=site)
    offered(first, *(page(f"/berita/{n}", Kind.STORY) for n in range(5)))
    settle(first, leased(first))
    settle(first, leased(first))
    first._commit()
    leased(first)
    again = opened(catalogue, clock, site=site)
    assert (again.round.number, drained(again)) == (first.round.number, ["/berita/2", "/berita/3", "/berita/4"])


def test_an_acknowledgement_that_was_not_committed_never_happened(
    catalogue: Catalogue, clock: Clock, site: str
) -> None:
    first = opened(catalogue, clock, site=site)
    lease = leased(offered(first, page("/a", Kind.STORY)))
    settle(first, lease, links=[page("/b", Kind.STORY)])
    again = opened(catalogue, clock, site=site)
    assert drained(again) == ["/a"]


def test_a_redirect_to_another_form_of_the_same_address_is_followed(queue: Frontier) -> None:
    lease = leased(offered(queue, page("/slug", Kind.STORY)))
    settle(queue, lease, Outcome.REDIRECT, links=[page("/slug/", Kind.STORY)])
    step = leased(queue)
    assert (step.url, step.kind, step.redirects) == (SITE + "/slug/", Kind.STORY, 1)


def test_a_redirect_to_itself_ends_there(queue: Frontier) -> None:
    settle(queue, leased(offered(queue, page("/a"))), Outcome.REDIRECT, links=[page("/a")])
    assert queue.lease() is None
    assert not queue.pending()


def test_a_redirect_to_a_page_that_was_seen_is_no_second_visit(queue: Frontier) -> None:
    settle(queue, leased(offered(queue, page("/lama"), page("/baru"))), Outcome.REDIRECT, links=[page("/baru")])
    assert drained(queue) == ["/baru"]


def test_a_retry_waits_while_there_is_other_work_and_carries_its_moment(queue: Frontier, clock: Clock) -> None:
    offered(queue, page("/a"), page("/b"))
    later = NOON + dt.timedelta(minutes=1)
    settle(queue, leased(queue), Outcome.FAILED, retry_at=later)
    assert leased(queue).url == SITE + "/b"
    again = leased(queue)
    assert (again.url, again.tries, again.not_before) == (SITE + "/a", 2, later)


def test_a_retry_whose_moment_has_come_takes_its_turn(queue: Frontier, clock: Clock) -> None:
    offered(queue, page("/berita/1", Kind.STORY), page("/daftar", Kind.LISTING))
    settle(queue, leased(queue), Outcome.FAILED, retry_at=NOON + dt.timedelta(minutes=1))
    clock.passes(minutes=2)
    listing = leased(queue)
    settle(queue, listing, Outcome.LISTING, links=[page("/rest")])
    assert leased(queue).url == SITE + "/berita/1"


def test_a_released_lease_is_handed_out_again(queue: Frontier) -> None:
    queue.release(leased(offered(queue, page("/a"))))
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


_LINKS = st.lists(
    st.tuples(st.sampled_from(["/a", "/b", "/c?x=1", "/d/"]), st.sampled_from(list(Kind))), max_size=30
)  # fmt: skip


@given(_LINKS, st.integers(1, 5))
def test_every_address_is_handed_out_exactly_once(
    catalogue: Catalogue, links: list[tuple[str, Kind]], batch: int
) -> None:
    queue = opened(catalogue, Clock(), site=f"situs-{next(_SITES)}", batch=batch)
    queue.add(page(path, kind) for path, kind in links)
    pages: list[str] = []
    requisites: list[str] = []
    while lease := queue.lease():
        (requisites if lease.kind is Kind.REQUISITE else pages).append(lease.url)
        settle(queue, lease)
    wanted = {urls.canonical(SITE + path) for path, kind in links if kind is not Kind.REQUISITE}
    assert len(pages) == len(set(pages)) == len(wanted)
    assert len(requisites) == len(set(requisites))
    named = {SITE + path for path, kind in links if kind is Kind.REQUISITE}
    assert named - set(pages) <= set(requisites) <= named


@settings(max_examples=8)
@given(st.integers(0, 2**32), st.integers(1, 7))
def test_whenever_it_dies_the_next_process_visits_all_there_is(catalogue: Catalogue, seed: int, batch: int) -> None:
    chance, site, clock = random.Random(seed), f"situs-{next(_SITES)}", Clock()
    leads = {f"/{n}": [f"/{m}" for m in range(30) if chance.random() < 0.15] for n in range(30)}
    visited: list[str] = []
    durable: set[str] = set()
    queue = opened(catalogue, clock, site=site, batch=batch)
    queue.start([page("/0")])
    queue._commit()
    for _ in range(10_000):
        lease = queue.lease()
        if lease is None:
            break
        path = lease.url.removeprefix(SITE)
        assert path not in durable, "what was committed is visited again"
        settle(queue, lease, links=[page(link) for link in leads[path]])
        visited.append(path)
        if chance.random() < 0.2:  # it dies: what was not committed is visited again, and nothing else
            clock.passes(seconds=1)
            queue = opened(catalogue, clock, site=site, batch=batch)
            visited.clear()
        elif chance.random() < 0.5:
            queue._commit()
            durable |= set(visited)
    reached, todo = set[str](), ["/0"]
    while todo:
        path = todo.pop()
        if path not in reached:
            reached.add(path)
            todo += leads[path]
    with catalogue.reading() as connection:
        visited = [row.url.removeprefix(SITE) for row in rows.each(connection, site) if row.state == "known"]
    assert sorted(visited) == sorted(reached)


def test_the_parts_of_a_story_come_next_and_stand_at_its_depth(queue: Frontier) -> None:
    settle(queue, leased(offered(queue, page("/"))), Outcome.LISTING, links=[page("/a", Kind.STORY)])
    settle(queue, leased(queue), links=[page("/a?page=2", Kind.PART), page("/b", Kind.STORY)])
    part = leased(queue)
    assert (part.url, part.depth) == (SITE + "/a?page=2", 1)


def test_page_1_is_the_same_under_its_number(queue: Frontier) -> None:
    story = leased(offered(queue, page("/panen-teh", Kind.STORY)))
    settle(queue, story, links=[page("/panen-teh/1", Kind.PART)])
    assert queue.lease() is None


def test_where_no_story_is_to_begin_the_parts_of_begun_ones_still_come(
    catalogue: Catalogue, queue: Frontier, clock: Clock, site: str
) -> None:
    first = leased(offered(queue, page("/a", Kind.STORY), page("/b", Kind.STORY), page("/c", Kind.LISTING)))
    queue.begin_no_story()
    assert (queue.lease(), queue.parts_due()) == (None, 0)
    settle(queue, first, links=[page("/a?page=2", Kind.PART), page("/d", Kind.STORY)])
    assert queue.parts_due() == 1
    part = leased(queue)
    assert (part.kind, queue.parts_due()) == (Kind.PART, 1)
    settle(queue, part, Outcome.FAILED, retry_at=NOON)
    again = leased(queue)
    assert again.tries == 2
    settle(queue, again)
    assert queue.lease() is None
    queue._commit()
    queue.end(finished=True)
    assert sorted(drained(opened(catalogue, clock, site=site))) == ["/b", "/c", "/d"]


def test_an_interrupted_run_gives_its_leases_back(catalogue: Catalogue, queue: Frontier, site: str) -> None:
    leased(offered(queue, page("/a"), page("/b")))
    queue.end(finished=False)
    with catalogue.reading() as connection:
        assert rows.states(connection, site) == {(site, "waiting"): 2}


def test_a_replica_of_a_site_shares_its_folder_and_none_of_its_work(
    catalogue: Catalogue, clock: Clock, site: str
) -> None:
    live = opened(catalogue, clock, site=site)
    offered(live, page("/berita/1", Kind.STORY), page("/daftar", Kind.LISTING))
    settle(live, leased(live), published=NOON)
    live._commit()
    live.end(finished=True)
    clock.passes(days=30)
    replica = opened(catalogue, clock, site=site, scope=rounds.scope_of([], whole_site=True, at="127.0.0.1:8000"))
    assert drained(replica) == []
    replica.end(finished=True)
    again = opened(catalogue, clock, site=site)
    assert sorted(drained(again)) == ["/berita/1", "/daftar"]  # what waits, and the story that is due


def test_what_seeds_leave_is_taken_up_by_the_crawl_of_the_whole_site(
    catalogue: Catalogue, clock: Clock, site: str
) -> None:
    whole = opened(catalogue, clock, site=site)
    offered(whole, page("/berita/1", Kind.STORY), page("/berita/2", Kind.STORY))
    whole._commit()
    whole.end(finished=True)
    seeds = opened(catalogue, clock, site=site, scope="benih")
    seeds.start([page("/tag/air", Kind.LISTING)])
    settle(seeds, leased(seeds), Outcome.LISTING, links=[page("/berita/2", Kind.STORY), page("/berita/3", Kind.STORY)])
    seeds._commit()
    seeds.end(finished=True)
    assert sorted(drained(opened(catalogue, clock, site=site))) == ["/berita/1", "/berita/2", "/berita/3"]


def test_a_box_of_the_latest_stories_turns_no_page_of_a_listing(catalogue: Catalogue, clock: Clock, site: str) -> None:
    first = opened(catalogue, clock, site=site)
    first.start([page(f"/page/{number}/", Kind.LISTING) for number in (1, 2, 3)])
    drained(first, Outcome.LISTING)
    first._commit()
    first.end(finished=True)
    clock.passes(hours=1)
    second = opened(catalogue, clock, site=site)
    second.start([page("/page/1/", Kind.LISTING)])
    new = page("/berita/baru", Kind.STORY)
    following = {number: page(f"/page/{number}/", Kind.LISTING, follows=True) for number in (2, 3)}
    settle(second, leased(second), Outcome.LISTING, links=[new, following[2]])
    both = [leased(second) for _ in range(2)]
    assert {lease.url.removeprefix(SITE) for lease in both} == {"/berita/baru", "/page/2/"}
    listing = next(lease for lease in both if lease.kind is Kind.LISTING)
    settle(second, listing, Outcome.LISTING, links=[new, following[3]])  # the box names it here, too
    assert second.lease() is None


def test_a_retry_that_an_interrupted_run_had_in_hand_waits_for_its_moment(
    catalogue: Catalogue, clock: Clock, site: str
) -> None:
    first = opened(catalogue, clock, site=site)
    settle(first, leased(offered(first, page("/a"))), Outcome.FAILED, retry_at=NOON + dt.timedelta(minutes=30))
    leased(first)
    first.end(finished=False)
    again = opened(catalogue, clock, site=site)
    offered(again, page("/b"))
    assert [leased(again).url for _ in range(2)] == [SITE + "/b", SITE + "/a"]


def test_a_range_asks_for_nothing_that_is_known_to_lie_outside(catalogue: Catalogue, clock: Clock, site: str) -> None:
    first = opened(catalogue, clock, site=site)
    old = page("/berita/lama", Kind.STORY, published=NOON - dt.timedelta(days=900))
    offered(first, old, page("/berita/baru", Kind.STORY, published=NOON))
    first._commit()
    first.end(finished=False)
    since = Range(since=NOON - dt.timedelta(days=1))
    ranged = opened(catalogue, clock, site=site, asked="range", chosen=since)
    assert drained(ranged) == ["/berita/baru"]
    ranged.end(finished=True)
    assert drained(opened(catalogue, clock, site=site, asked="all")) == ["/berita/lama"]
