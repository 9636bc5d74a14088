"""One verification from front to back: what is asked in an order in which a crawl that goes on makes no fault.

Catalogue, items and index are read before the WARC files, so that what they name must be there. Then everything is held
against everything. Knows nothing of terminals.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from pathlib import Path

from xinhua_id.archive.verify.fixity import Fixity, redactions
from xinhua_id.archive.verify.scope import Scope, Site, made_by_us
from xinhua_id.errors import ArchiveError
from xinhua_id.warc.check.file import check_file, processes, split
from xinhua_id.warc.check.findings import Fault
from xinhua_id.warc.check.ledger import Ledger
from xinhua_id.warc.check.part import Asked
from xinhua_id.warc.file import OPEN

#: Below so many bytes one process is done before others have begun.
_WORTH_A_POOL = 24 << 20


class Verification:
    """Verify a scope; the counts are complete once `faults` has ended.

    ``workers`` is how many processes read large WARC files; all cores without it. ``told`` hears how many bytes were
    read. ``catalogue_url`` is the catalogue's database, where it is no file of the archive.
    """

    def __init__(
        self,
        scope: Scope,
        *,
        workers: int | None = None,
        told: Callable[[int], None] = lambda _: None,
        catalogue_url: str | None = None,
    ) -> None:
        self.files = 0
        self.bytes = 0
        self.records = 0
        self.types: dict[str, int] = {}
        self.kinds: Counter[str] = Counter()
        self.notes: Counter[str] = Counter()
        self.seconds = 0.0
        self._scope = scope
        self._told = told
        self._catalogue_url = catalogue_url
        self._workers = workers or len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
        self.total = sum(path.stat().st_size for path in scope.paths())

    def faults(self) -> Iterator[Fault]:
        """Yield every fault and every note as it is found. Raises `ArchiveError` where no more can be found."""
        began = time.monotonic()
        with contextlib.ExitStack() as stack:
            pool = None
            if self._workers > 1 and self.total >= _WORTH_A_POOL:
                pool = stack.enter_context(processes(self._workers))
            ledger = stack.enter_context(Ledger())
            try:
                for fault in self._all(ledger, pool):
                    (self.notes if fault.note else self.kinds)[fault.kind] += 1
                    yield fault
            finally:
                if pool is not None:
                    pool.shutdown(wait=False, cancel_futures=True)
                self.records, self.types = ledger.records, dict(sorted(ledger.types.items()))
                self.seconds = time.monotonic() - began

    def _all(self, ledger: Ledger, pool: Executor | None) -> Iterator[Fault]:
        # Here, so that a single file is checked before SQLAlchemy and pydantic would have begun.
        from xinhua_id.archive.verify import wacz

        named = self._scope.name
        accounts = [Fixity(site, named) for site in self._scope.sites]
        yield from self._catalogue(ledger)
        for site, account in zip(self._scope.sites, accounts, strict=True):
            from xinhua_id.archive.verify import index, lines

            yield from lines.read(ledger.connection, site, named)
            yield from index.read(ledger.connection, site, named)
            for gone in redactions(site, named):
                if isinstance(gone, Fault):
                    yield gone
                else:
                    ledger.taken_down([gone])
            account.begin(pool)
            for path in site.warcs():
                broken = path.name in account.died or any(path.name in torn.name for torn in site.torn())
                yield from self._warc(ledger, pool, path, site, broken=broken)
            self.files += len(site.items()) + site.index.is_file()
            self._told(sum(path.stat().st_size for path in site.items()))
        for path in self._scope.warcs:
            yield from self._warc(ledger, pool, path, None)
        for path in (*(one for site in self._scope.sites for one in site.packages()), *self._scope.packages):
            self.files += 1
            self.bytes += path.stat().st_size
            yield from wacz.check(path, named(path), self._told)
        yield from self._together(ledger)
        for account in accounts:
            yield from account.faults()

    def _warc(
        self, ledger: Ledger, pool: Executor | None, path: Path, site: Site | None, *, broken: bool = False
    ) -> Iterator[Fault]:
        name = self._scope.name(path)
        is_open = path.name.endswith(OPEN)
        self.files += 1
        try:
            self.bytes += path.stat().st_size
            own = site.own if site else made_by_us(path)
            account = ledger.file(
                site.name if site else "", name, path.name.removesuffix(OPEN), own=own, broken=broken or is_open
            )
            asked = Asked(name, own, growing=is_open)
            for found in check_file(path, asked, pool=pool, at_once=self._workers, told=self._told):
                seen, faults = split(found)
                ledger.add(account, seen)
                yield from faults
        except OSError as error:
            yield Fault("unreadable", f"the file cannot be read: {error.strerror or error}", name)

    def _catalogue(self, ledger: Ledger) -> Iterator[Fault]:
        archive = self._scope.archive
        if archive is None:
            return
        from xinhua_id.archive.verify import entered
        from xinhua_id.catalogue.store import NAME, Catalogue

        ledger.connection.executescript(entered.TABLES)
        if not self._catalogue_url and not (archive / NAME).is_file():
            yield Fault("no-catalogue", "the archive has no catalogue", str(archive / NAME),
                        now="`xinhua-id archive rebuild` makes it from the files.", note=True)  # fmt: skip
            return
        try:
            catalogue = Catalogue.open_to_read(archive, self._catalogue_url)
        except ArchiveError as error:
            yield Fault("catalogue", error.what, error.where or str(archive / NAME), now=error.now)
            return
        with contextlib.closing(catalogue), catalogue.reading() as connection:
            for site in self._scope.sites:
                entered.read(ledger, connection, site)
                yield from entered.of_files(connection, site, self._scope.name)

    def _together(self, ledger: Ledger) -> Iterator[Fault]:
        """Hold everything against everything, once all of it is read."""
        yield from ledger.faults()
        if self._scope.sites:
            from xinhua_id.archive.verify import entered, index, lines

            ledger.connection.executescript(entered.INDEXES)
            for rules in (lines.RULES, index.RULES, entered.RULES):
                yield from ledger.ask(rules)
