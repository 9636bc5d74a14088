"""A site's index: brought up to date from the files that are new, sorted, merged, and replaced only when whole.

Memory stays flat: lines are sorted in runs on disk and merged. Which files are in the index stands beside it. Knows
nothing of what a line says but the name of its file.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from xinhua_id.archive.index.cdxj import lines_of
from xinhua_id.archive.index.sort import in_order
from xinhua_id.archive.item_lines import cannot_write
from xinhua_id.errors import BadRecord
from xinhua_id.warc.file import fsync_directory

#: The name of the index in a site's folder, and of what says which files are in it.
NAME = "index.cdxj"
_FILES = "index.files.json"


@dataclass(slots=True)
class Updated:
    """What became of an index: ``added`` files were read, ``dropped`` are no longer there, ``lines`` it has now.

    ``torn`` says of a file that could not be read to its end, why; its whole records are in the index.
    """

    path: Path
    lines: int = 0
    added: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    torn: dict[str, str] = field(default_factory=dict)


def update(home: Path, *, rebuild: bool = False) -> Updated:
    """Bring ``home/index.cdxj`` up to date with the closed WARC files of a site, or make it anew; return what was done.

    Raises `CannotWrite`; the old index stays until the new one is whole and durable.
    """
    found = Updated(home / NAME)
    try:
        home.mkdir(parents=True, exist_ok=True)
        with _alone(home):
            _update(home, found, rebuild=rebuild)
    except OSError as error:
        raise cannot_write(error, found.path) from error
    return found


def files_in(home: Path) -> dict[str, int]:
    """Return the files that are in a site's index, with their lengths; none where there is no index."""
    try:
        said = json.loads((home / _FILES).read_text("utf-8"))
        return {str(name): int(length) for name, length in said["files"].items()} if (home / NAME).exists() else {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def warcs_of(home: Path) -> dict[str, Path]:
    """Return the closed WARC files of a site, by name."""
    paths = sorted((home / "warc").glob("*.warc*"))
    return {path.name: path for path in paths if path.name.endswith((".warc.gz", ".warc"))}


def _update(home: Path, found: Updated, *, rebuild: bool) -> None:
    there = warcs_of(home)
    known = {} if rebuild else files_in(home)
    lengths = {name: path.stat().st_size for name, path in there.items()}
    stale = {name for name, length in known.items() if lengths.get(name) != length}
    found.dropped = sorted(stale - there.keys())
    found.added = sorted(name for name in there if name not in known or name in stale)
    if not (found.added or found.dropped) and found.path.exists():
        found.lines = _count(found.path)
        return
    with ExitStack() as stack:
        old: list[Iterator[bytes]] = []
        if known:
            kept = stack.enter_context(found.path.open("rb"))
            old = [(line for line in kept if not (stale and _file_of(line) in stale))]
        fresh = (line for name in found.added for line in _readable(there[name], found))
        # Each line once: an update may have died after its index was replaced.
        found.lines = _replace(found.path, stack.enter_context(in_order(fresh, home, *old)))
    _note(home, lengths)


def _readable(path: Path, found: Updated) -> Iterator[bytes]:
    try:
        for line in lines_of(path):
            yield line.encode()
    except BadRecord as error:
        found.torn[path.name] = str(error)


def _replace(path: Path, lines: Iterable[bytes]) -> int:
    """Write lines beside ``path`` and put them in its place; return how many there are."""
    beside = path.with_name(path.name + ".new")
    count = 0
    try:
        with beside.open("wb") as file:
            for count, line in enumerate(lines, 1):  # noqa: B007
                file.write(line)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    fsync_directory(path.parent)
    return count


def _note(home: Path, lengths: dict[str, int]) -> None:
    beside = home / (_FILES + ".new")
    beside.write_text(json.dumps({"files": lengths}, indent=1) + "\n", "utf-8")
    beside.replace(home / _FILES)


def _file_of(line: bytes) -> str:
    try:
        return str(json.loads(line.split(b" ", 2)[2])["filename"])
    except (ValueError, IndexError, KeyError, TypeError):
        return ""


def _count(path: Path) -> int:
    with path.open("rb") as lines:
        return sum(1 for _ in lines)


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Wait until no other process makes this index."""
    handle = os.open(home / f".{NAME}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
