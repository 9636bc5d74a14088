"""The locks of an archive's sites while something is taken down: no crawl may begin there meanwhile."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from xinhua_id.archive.lock import SiteLock, holder
from xinhua_id.archive.redaction.plan import Plan, homes_of
from xinhua_id.errors import InUse

_WHO = "archive redact"


@contextmanager
def held(archive: Path, now: dt.datetime) -> Iterator[tuple[list[Path], list[Path]]]:
    """Hold the lock of every site that has a free one; give those sites, and the others."""
    with ExitStack() as stack:
        ours: list[Path] = []
        busy: list[Path] = []
        for home in homes_of(archive):
            try:
                stack.callback(SiteLock.take(home, _WHO, now).release)
                ours.append(home)
            except InUse:
                busy.append(home)
        yield ours, busy


def refuse_busy(found: Plan, busy: list[Path]) -> None:
    """Raise `InUse`, which names the holder, where a site concerned is being crawled."""
    for home in found.homes:
        if home in busy:
            raise InUse(
                f"{home.name} is being crawled: {holder(home) or 'its holder does not say who it is'}",
                where=str(home), now="Wait until that crawl has ended, or end it; nothing was removed.",
            )  # fmt: skip
