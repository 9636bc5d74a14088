"""A site's index: brought up to date from the files that are new, sorted, merged, and replaced only when whole.

Memory stays flat: lines are sorted in runs on disk and merged. Which files are in the index stands beside it, with the
digest of the index that it is said of: with any other, all is read again. Knows nothing of what a line says but the
name of its file.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
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
from xinhua_id.warc.file import WARCS, fsync_directory

#: The name of the index in a site's folder, and of what says which files are in it.
NAME = "index.cdxj"
_FILES = "index.files.json"


@dataclass(slots=True)
class Updated:
    """What became of an index: ``added`` files were read, ``dropped`` are no longer there, ``lines`` it has now.

    ``torn`` says of a file that could not be read to its end, why; its whole records are in the index. It is read, and
    said, every time until it is whole.
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
    """Return the files that are in a site's index, with their lengths; none where there is no index, or another."""
    return _state(home).files


def warcs_of(home: Path) -> dict[str, Path]:
    """Return the closed WARC files of a site, by name."""
    folder = home / "warc"
    # Not a glob: it takes a folder that may not be read for an empty one.
    there = sorted(folder.iterdir()) if folder.is_dir() else []
    return {path.name: path for path in there if path.name.endswith(WARCS) and path.is_file()}


@dataclass(slots=True)
class _State:
    """Which ``files`` are in an index, with their lengths, which of them are torn and why, and how many ``lines``."""

    files: dict[str, int] = field(default_factory=dict)
    torn: dict[str, str] = field(default_factory=dict)
    lines: int = 0


def _state(home: Path) -> _State:
    """Return what stands beside an index, if it is about the index that is there.

    An update may have died between the two, and an index may have been cut, or be one that a backup brought back.
    """
    try:
        said = json.loads((home / _FILES).read_text("utf-8"))
        files = {str(name): int(length) for name, length in said["files"].items()}
        torn = {str(name): str(why) for name, why in said["torn"].items()}
        with (home / NAME).open("rb") as index:
            if os.fstat(index.fileno()).st_size != said["bytes"]:
                return _State()
            if hashlib.file_digest(index, "sha256").hexdigest() != said["sha256"]:
                return _State()
        return _State(files, torn, int(said["lines"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return _State()


def _update(home: Path, found: Updated, *, rebuild: bool) -> None:
    there = warcs_of(home)
    known = _State() if rebuild else _state(home)
    lengths = _lengths(there)
    # What is torn is read again: it may have been mended, or only have been out of reach.
    stale = {name for name, length in known.files.items() if lengths.get(name) != length or name in known.torn}
    found.dropped = sorted(stale - lengths.keys())
    found.added = sorted(name for name in lengths if name not in known.files or name in stale)
    if not (found.added or found.dropped) and (known.files or _is_empty(found.path)):
        found.lines = known.lines
        return
    with ExitStack() as stack:
        old: list[Iterator[bytes]] = []
        if known.files:
            kept = stack.enter_context(found.path.open("rb"))
            old = [(line for line in kept if not (stale and _file_of(line) in stale))]
        fresh = (line for name in found.added for line in _readable(there[name], found))
        # Each line once, whatever was read twice.
        about = _replace(found.path, stack.enter_context(in_order(fresh, home, *old)))
    found.lines = int(about["lines"])
    _note(home, {"files": lengths, "torn": found.torn, **about})


def _lengths(there: dict[str, Path]) -> dict[str, int]:
    """Return the lengths of files, without those that went away meanwhile."""
    found = {}
    for name, path in there.items():
        with contextlib.suppress(FileNotFoundError):
            found[name] = path.stat().st_size
    return found


def _is_empty(index: Path) -> bool:
    return index.exists() and index.stat().st_size == 0


def _readable(path: Path, found: Updated) -> Iterator[bytes]:
    try:
        for line in lines_of(path):
            yield line.encode()
    except BadRecord as error:
        found.torn[path.name] = str(error)


def _replace(path: Path, lines: Iterable[bytes]) -> dict[str, int | str]:
    """Write lines beside ``path`` and put them in its place; return how many, how long they are, and their digest."""
    beside = path.with_name(path.name + ".new")
    count, length, sha256 = 0, 0, hashlib.sha256()
    try:
        with beside.open("wb") as file:
            for line in lines:
                file.write(line)
                sha256.update(line)
                count += 1
                length += len(line)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    fsync_directory(path.parent)
    return {"lines": count, "bytes": length, "sha256": sha256.hexdigest()}


def _note(home: Path, about: dict[str, object]) -> None:
    beside = home / (_FILES + ".new")
    try:
        with beside.open("w", encoding="utf-8") as file:
            file.write(json.dumps(about, indent=1) + "\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(home / _FILES)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _file_of(line: bytes) -> str:
    try:
        return str(json.loads(line.split(b" ", 2)[2])["filename"])
    except (ValueError, IndexError, KeyError, TypeError):
        return ""


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Wait until no other process makes this index."""
    handle = os.open(home / f".{NAME}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
