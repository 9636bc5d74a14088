"""The indexes that replay reads: a site's own, brought up to date, and one of this run's for what is not in it.

Not in it are files that are still written or whose crawl died, and what is new in an archive that cannot be
written. Knows nothing of pywb.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from xinhua_id.archive.index import NAME, lines_of, update
from xinhua_id.archive.index.site import files_in, warcs_of
from xinhua_id.errors import BadRecord, CannotWrite


def of_home(home: Path, folder: Path, notes: list[str]) -> dict[str, Path]:
    """Return the indexes of a site's records by name; what is made for this run lies in ``folder``.

    ``notes`` are told what could not be read or brought up to date.
    """
    kept = home.absolute() / NAME
    missing = sorted(path for path in home.glob("warc/*.open") if ".warc" in path.suffixes)
    try:
        notes += [f"{name} is read up to a tear: {why}" for name, why in update(home).torn.items()]
    except CannotWrite as error:
        known, there = files_in(home), warcs_of(home)
        new = {name for name, path in there.items() if known.get(name) != path.stat().st_size}
        if not known or new & known.keys() or known.keys() - there.keys():  # its lines are not to be trusted
            kept, new = folder / "none", set(there)
        missing += [there[name] for name in sorted(new)]
        if new:
            notes.append(f"{home.name}: {error.what}; {len(new)} files are indexed for this run only.")
    indexes = {home.name: kept} if kept.is_file() else {}
    if missing or not indexes:
        made = write(folder / f"{home.name}.cdxj", chain.from_iterable(lines(path) for path in missing))
        indexes[f"{home.name}.run"] = made
    return indexes


def write(path: Path, made: Iterable[str]) -> Path:
    """Write index lines, sorted by their bytes as binary search needs them; return ``path``."""
    path.write_bytes(b"".join(sorted(f"{line.rstrip()}\n".encode() for line in made)))
    return path


def lines(path: Path) -> Iterator[str]:
    """Yield the index lines of a WARC; they end where the file tears, if a record came before."""
    found = False
    try:
        for line in lines_of(path):
            found = True
            yield line
    except BadRecord:
        if not found:
            raise
