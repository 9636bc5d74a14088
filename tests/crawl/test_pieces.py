"""A page of many links is told to the frontier in groups, and nothing comes out otherwise than at once."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.crawl.frontiers import SITE, Clock, leased, offered, opened, page, settle
from xinhua_id.catalogue import frontier as rows
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.crawl.discovery import Kind, Link
from xinhua_id.crawl.frontier import pieces
from xinhua_id.crawl.frontier.lease import key_of
from xinhua_id.items import Outcome

_SITES = itertools.count()
_PATHS = [f"/berita/{n}" for n in range(12)]
_KINDS = st.sampled_from([Kind.STORY, Kind.PAGE, Kind.LISTING, Kind.REQUISITE])
_LINKS = st.lists(
    st.builds(
        lambda path, kind, follows: page(path, kind, follows=follows and kind is Kind.LISTING),
        st.sampled_from(_PATHS), _KINDS, st.booleans(),
    ),
    max_size=15,
)  # fmt: skip
_TOLD = st.lists(st.tuples(_LINKS, _LINKS, st.lists(st.sampled_from(_PATHS), max_size=2)), min_size=1, max_size=3)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    opened_once = Catalogue.open_file(tmp_path_factory.mktemp("a") / "catalogue.sqlite", scratch=True)
    yield opened_once
    opened_once.close()


def told(catalogue: Catalogue, pages: list[tuple[list[Link], list[Link], list[str]]]) -> tuple[Any, ...]:
    """Tell one commit of these pages; return what is known then, how many links were new, and what waits."""
    site, fresh = f"situs-{next(_SITES)}", []
    queue = opened(catalogue, Clock(), site=site, told=lambda settled, number: fresh.append(number))
    offered(queue, *(page(f"/daftar/{n}", Kind.LISTING) for n in range(len(pages))))
    leases = [leased(queue) for _ in pages]
    for lease, (links, aside, aliases) in zip(leases, pages, strict=True):
        settle(queue, lease, Outcome.LISTING, links=links, aside=aside, aliases=[SITE + path for path in aliases])
    queue._commit()
    keys = {key_of(SITE + path, kind) for path in _PATHS for kind in (Kind.PAGE, Kind.REQUISITE)}
    keys |= {key_of(lease.url, lease.kind) for lease in leases}
    with catalogue.reading() as connection:
        found = rows.by_keys(connection, site, keys)
    known = {key: dataclasses.replace(row, site="", turn=0) for key, row in found.items()}
    return known, fresh, queue.waiting()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(pages=_TOLD)
def test_what_is_told_in_groups_comes_out_as_at_once(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, pages: list[tuple[list[Link], list[Link], list[str]]]
) -> None:
    monkeypatch.setattr(pieces, "AT_ONCE", 10_000)
    at_once = told(catalogue, pages)
    monkeypatch.setattr(pieces, "AT_ONCE", 3)
    assert told(catalogue, pages) == at_once


def test_no_group_speaks_of_more_links_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "AT_ONCE", 3)
    offers = [pieces.Offer((page("/a"), page("/b")), starts=True), pieces.Offer((page("/c"), page("/d")))]
    assert [len(group) for group in pieces.groups(offers, [])] == [1, 1]
