"""What one commit tells the frontier, in groups that speak of few links at once: a sitemap may name 50,000.

The rows of a group are written before the next is looked at, so that memory stays flat. Knows nothing of what becomes
of the links.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from xinhua_id.crawl.discovery import Kind, Link
from xinhua_id.crawl.frontier.lease import Settled, key_of

#: So many links are spoken of in one group, at the most.
AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Offer:
    """Links that somebody other than a page offers: a beginning of the round, what robots.txt names."""

    links: tuple[Link, ...]
    starts: bool = False

    def spoken_of(self) -> Iterator[str]:
        """Yield the keys of everything that is spoken of."""
        for link in self.links:
            yield from _keys(link)

    def __len__(self) -> int:
        return len(self.links)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of how a lease ended: ``settled`` has the links of this piece alone, ``whole`` all of them.

    The last piece ends the lease.
    """

    settled: Settled
    whole: Settled
    is_last: bool

    def spoken_of(self) -> Iterator[str]:
        """Yield the keys of everything that is spoken of."""
        for link in (*self.settled.links, *self.settled.aside):
            yield from _keys(link)
        for url in self.settled.aliases:
            yield key_of(url, Kind.PAGE)

    def __len__(self) -> int:
        return len(self.settled.links) + len(self.settled.aside)


def groups(offers: Iterable[Offer], settled: Iterable[Settled]) -> Iterator[list[Offer | Piece]]:
    """Yield everything in order: the offers, then the leases that ended, those with many links in pieces."""
    group: list[Offer | Piece] = []
    size = 0
    for one in _each(offers, settled):
        if group and size + len(one) > AT_ONCE:
            yield group
            group, size = [], 0
        group.append(one)
        size += len(one)
    if group:
        yield group


def _each(offers: Iterable[Offer], settled: Iterable[Settled]) -> Iterator[Offer | Piece]:
    yield from offers
    for one in settled:
        yield from _pieces(one)


def _pieces(whole: Settled) -> Iterator[Piece]:
    """Yield the pieces of one, in the order in which they count: what follows in a series when the news are known."""
    if len(whole.links) + len(whole.aside) <= AT_ONCE:
        yield Piece(whole, whole, True)
        return
    following = [link for link in whole.links if link.follows]
    for links in _cut([link for link in whole.links if not link.follows]):
        yield Piece(replace(whole, links=links, aside=(), aliases=()), whole, False)
    yield Piece(replace(whole, links=following, aside=(), aliases=()), whole, False)
    for aside in _cut(whole.aside):
        yield Piece(replace(whole, links=(), aside=aside, aliases=()), whole, False)
    yield Piece(replace(whole, links=(), aside=()), whole, True)


def _cut(links: Sequence[Link]) -> Iterator[Sequence[Link]]:
    for at in range(0, len(links), AT_ONCE):
        yield links[at : at + AT_ONCE]


def _keys(link: Link) -> Iterator[str]:
    yield key_of(link.url, link.kind)
    if link.kind is Kind.REQUISITE:
        # An address that was asked for as a page is not asked for as a picture as well.
        yield key_of(link.url, Kind.PAGE)
