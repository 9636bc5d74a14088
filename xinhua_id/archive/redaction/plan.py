"""What a redaction would remove, found in the files themselves: they are the truth, and a catalogue may lack a copy.

Every WARC of the archive is read, until a reading finds nothing more. Nothing is changed here.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from xinhua_id import urls
from xinhua_id.archive.lock import is_held
from xinhua_id.archive.recover import leftovers
from xinhua_id.archive.redaction import copies
from xinhua_id.archive.redaction.ledger import Ledger, Redaction
from xinhua_id.archive.redaction.wanted import CAPTURES, Wanted
from xinhua_id.errors import ArchiveError, BadRecord, UsageError
from xinhua_id.warc import reader
from xinhua_id.warc.file import OPEN, WARCS
from xinhua_id.warc.reader import Record

_NEAR = 5

Told = Callable[[Path], None]


class Hit(NamedTuple):
    """A record that goes, and why."""

    home: Path
    path: Path
    record_id: str
    type: str
    url: str
    date: str
    payload_digest: str | None
    offset: int
    why: str
    addressable: bool


class Elsewhere(NamedTuple):
    """A record that stays and that whoever asked should know of."""

    path: Path
    record_id: str
    url: str


@dataclass(slots=True)
class Plan:
    """What goes. ``copies`` are files that hold some of it and go whole, by home; ``before`` was taken down earlier.

    Of what stays: ``variants`` are other addresses of the page that were captured, ``same_payload`` the records of
    other URLs with the same bytes, ``near`` the URLs most like one of which nothing is known. ``unread`` says of files
    why they could not be read to their end.
    """

    url: str
    hits: list[Hit] = field(default_factory=list)
    items: list[copies.Item] = field(default_factory=list)
    copies: list[copies.Copy] = field(default_factory=list)
    before: list[Redaction] = field(default_factory=list)
    variants: list[str] = field(default_factory=list)
    same_payload: list[Elsewhere] = field(default_factory=list)
    near: list[str] = field(default_factory=list)
    unread: dict[Path, str] = field(default_factory=dict)
    busy: list[Path] = field(default_factory=list)

    @property
    def anything(self) -> bool:
        """Whether there is something to remove."""
        return bool(self.hits or self.items or self.copies)

    @property
    def homes(self) -> list[Path]:
        """The sites concerned."""
        return sorted({one.home for part in (self.hits, self.items, self.copies) for one in part})


def homes_of(archive: Path) -> list[Path]:
    """Return the folders of the archive's sites; raise `UsageError` where there is no archive."""
    if not archive.is_dir():
        raise UsageError("there is no archive", where=str(archive), now="Name its folder with --archive.")
    return sorted(home for home in archive.iterdir() if (home / "warc").is_dir() or (home / "items").is_dir())


def refuse_leftovers(homes: Iterable[Path], own: Iterable[Path] = ()) -> None:
    """Raise `ArchiveError` for a site whose crawl died: what its torn files hold is not sure before they are whole."""
    for home in homes:
        if (left := leftovers(home)) and (home in own or not is_held(home)):
            raise ArchiveError(
                f"a crawl of {home.name} died and left {left[0].name}", where=str(home),
                now=f"Run `xinhua-id archive recover {home.name}` first.",
            )  # fmt: skip


def plan(archive: Path, wanted: Wanted, *, busy: Iterable[Path] = (), told: Told = lambda _: None) -> Plan:
    """Return what goes with a URL; ``wanted`` knows afterwards all that was learnt.

    Raises `BadRecord` where a file concerned cannot be copied, `UsageError` where there is no archive.
    """
    homes = homes_of(archive)
    found = Plan(wanted.url, busy=sorted(busy))
    for home in homes:
        found.before += [one for one in Ledger.of(home).lines if wanted.takes(one.url)]
    files = [(home, path) for home in homes for path in _warcs(home)]
    while True:
        known = wanted.learnt
        look = _Look(wanted)
        for home, path in files:
            told(path)
            look.at(home, path)
        if wanted.learnt == known:
            break
    found.hits, found.unread = look.hits, look.unread
    found.variants = sorted(look.variants)
    found.same_payload = [one for one in look.same_payload if one.record_id not in wanted.captures]
    found.near = look.near()
    ids = {one.record_id for one in found.hits if one.type in CAPTURES} | wanted.gone
    for home in homes:
        found.items += copies.items(home, wanted, ids)
    names = {one.path.name.removesuffix(OPEN) for one in found.hits}
    found.copies = list(copies.holding(archive, homes, wanted, ids, names))
    _refuse_unreadable(found)
    return found


def _refuse_unreadable(found: Plan) -> None:
    """Raise `BadRecord` where a file cannot be copied record by record."""
    for one in found.hits:
        if one.path.name.endswith(OPEN):
            continue  # a crawl writes it at this moment: nothing is removed there
        if (why := found.unread.get(one.path)) is not None:
            raise BadRecord(
                f"a file that must be written anew cannot be read to its end: {why}", where=str(one.path),
                now="Restore it from a backup, or set aside what is torn, and run this again.",
            )  # fmt: skip
        if not one.addressable:
            raise BadRecord(
                "several records share one gzip member: none can be taken out", where=str(one.path),
                now="Import the file: the archive then works on a copy with a member a record.",
            )  # fmt: skip


class _Look:
    """One reading of all files."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._canonical = urls.canonical(wanted.url)
        self._host = urls.host(wanted.url).removeprefix("www.")
        self._alike: dict[str, int] = {}
        self.hits: list[Hit] = []
        self.unread: dict[Path, str] = {}
        self.variants: set[str] = set()
        self.same_payload: list[Elsewhere] = []

    def at(self, home: Path, path: Path) -> None:
        """Look at a file, again and again until a look teaches nothing more of what goes with its own records."""
        while True:
            known = self._wanted.learnt
            hits, beside = self._once(home, path)
            if self._wanted.learnt == known:
                break
        self.hits += hits
        self.same_payload += beside

    def _once(self, home: Path, path: Path) -> tuple[list[Hit], list[Elsewhere]]:
        hits: list[Hit] = []
        beside: list[Elsewhere] = []
        faults: list[BadRecord] = []
        for found in _readable(path, faults):
            if why := self._wanted.why(found):
                hits.append(_hit(home, path, found, why))
            elif found.type in CAPTURES:
                self._stays(found)
                if self._wanted.same_bytes(found):
                    beside.append(_elsewhere(path, found))
        if faults:
            self.unread[path] = str(faults[0])
        return hits, beside

    def _stays(self, found: Record) -> None:
        url = found.target_uri or ""
        if not self._host or self._host not in url:
            return
        if self._wanted.is_variant(url):
            self.variants.add(url)
        self._alike[url] = _common(urls.canonical(url), self._canonical)
        if len(self._alike) > 1000:
            self._alike = dict(heapq.nlargest(_NEAR, self._alike.items(), key=lambda one: one[1]))

    def near(self) -> list[str]:
        """Return the URLs that begin most as the one asked for."""
        return [url for url, _ in heapq.nlargest(_NEAR, self._alike.items(), key=lambda one: one[1])]


def _common(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _readable(path: Path, faults: list[BadRecord]) -> Iterator[Record]:
    try:
        yield from reader.records(path, skipped=faults)
    except BadRecord as error:
        faults.append(error)


def _warcs(home: Path) -> list[Path]:
    return sorted(path for path in (home / "warc").glob("*") if path.name.removesuffix(OPEN).endswith(WARCS))


def _hit(home: Path, path: Path, found: Record, why: str) -> Hit:
    return Hit(
        home, path, found.header("WARC-Record-ID") or "", found.type, found.target_uri or "",
        found.header("WARC-Date") or "", found.header("WARC-Payload-Digest"), found.offset, why, found.addressable,
    )  # fmt: skip


def _elsewhere(path: Path, found: Record) -> Elsewhere:
    return Elsewhere(path, found.header("WARC-Record-ID") or "", found.target_uri or "")
