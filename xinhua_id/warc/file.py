"""One WARC file while it is written: by one process, a record a gzip member, never cut below its last whole member.

It is called ``.open`` until `WarcFile.close` has made it durable. A write that fails takes its half-written member away
again, so that what was written before stays valid; after an fsync that fails nothing more is written, since the system
may have dropped what it could not write and would call a second fsync a success. Knows nothing of records.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import os
import re
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Self, cast

from xinhua_id.errors import CannotWrite, InUse

#: How the name of a WARC file ends once it is closed.
WARCS = (".warc.gz", ".warc")
#: What is appended to the name of a file that is still written, or whose crawl died.
OPEN = ".open"
#: And to that of one which takes another's place once it is whole.
NEW = ".new"

# Of the 255 bytes that a file's name may have, for the source and for the host each.
_LONGEST_PART = 90


class WarcFile:
    """One file. ``bytes`` is its length, ``records`` counts the members appended here, ``name`` is the final name."""

    def __init__(self, path: Path, file: BinaryIO, length: int = 0) -> None:
        self.path = path
        self.name = path.name.removesuffix(OPEN)
        self.records = 0
        self.bytes = length
        self.closed = False
        self._file = file
        self._doubtful = False

    @classmethod
    def create(cls, directory: Path, label: str, moment: dt.datetime, serial: int = 0) -> Self:
        """Create the first free file of this second, from ``serial`` on; no file is opened twice or written over.

        Raises `CannotWrite`.
        """
        with writing(directory):
            directory.mkdir(parents=True, exist_ok=True)
            path, file = _created(directory, label, moment, serial)
            fsync_directory(directory)
        return cls(path, file)

    @classmethod
    def reopen(cls, path: Path) -> Self:
        """Open an ``.open`` file that is whole again, to write behind its last member.

        Raises `InUse` where another process writes it, `CannotWrite` where it cannot be opened.
        """
        with writing(path):
            file = cast("BinaryIO", path.open("r+b", buffering=0))
            _lock(file, path)
            return cls(path, file, file.seek(0, os.SEEK_END))

    @property
    def takes_more(self) -> bool:
        """Whether `append` may be called."""
        return not (self.closed or self._doubtful)

    def append(self, member: Iterable[bytes]) -> tuple[int, int]:
        """Write one member behind the last; return its offset and length. Raises `CannotWrite`."""
        if not self.takes_more:
            raise CannotWrite("the WARC takes no more records", where=str(self.path), now="Start the crawl again.")
        offset = self.bytes
        with writing(self.path):
            try:
                for piece in member:
                    self.bytes += write_all(self._file, piece)
            except BaseException:
                self._take_back(offset)
                raise
        self.records += 1
        return offset, self.bytes - offset

    def sync(self) -> None:
        """Make durable what was written so far. Raises `CannotWrite`; the file takes no more records then."""
        with writing(self.path):
            try:
                os.fsync(self._file.fileno())
            except OSError:
                self._doubtful = True
                raise

    def close(self) -> None:
        """Make the file durable and give it its final name; doing it twice is fine.

        A file that may not be whole keeps the name ``.open``, for recovery to look at.
        """
        if self.closed:
            return
        self.closed = True
        with writing(self.path), self._file:
            os.fsync(self._file.fileno())
            if not self._doubtful:
                self.path = self.path.rename(self.path.with_name(self.name))
                fsync_directory(self.path.parent)

    def discard(self) -> None:
        """Take the file away: nothing was captured into it."""
        self.closed = True
        with suppress(OSError):
            self._file.close()
            self.path.unlink()

    def _take_back(self, offset: int) -> None:
        """Cut the file to where its last whole member ends; if even that fails the file stays ``.open``."""
        self.bytes = offset
        self._doubtful = True
        with suppress(OSError):
            self._file.truncate(offset)
            self._file.seek(offset)
            self._doubtful = False


@contextmanager
def writing(where: Path) -> Iterator[None]:
    """Turn what the system refuses into `CannotWrite`."""
    try:
        yield
    except OSError as error:
        raise CannotWrite(
            f"cannot write the WARC: {error.strerror or error}",
            where=str(where),
            now="Make room or mend the permissions, then start the crawl again; what was written before is whole.",
        ) from error


@contextmanager
def nobody_writes(path: Path) -> Iterator[None]:
    """Keep others from writing a file meanwhile. Raises `InUse` where one does, `CannotWrite` where it is not there."""
    with writing(path):
        file = path.open("rb")
    with file:
        _lock(file, path)
        yield


def write_all(file: BinaryIO, data: bytes) -> int:
    """Write ``data`` to an unbuffered file, whatever it takes at once; return its length."""
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]
    return len(data)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write beside ``path``: durable and in its place at the end; else gone, and the old one stays."""
    beside = path.with_name(path.name + NEW)
    try:
        with beside.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        fsync_directory(path.parent)
    except (Exception, KeyboardInterrupt):
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise


def fsync_directory(directory: Path) -> None:
    """Make durable which files a folder has, and under which names."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _created(directory: Path, source: str, started: dt.datetime, serial: int) -> tuple[Path, BinaryIO]:
    label, host = _part_of_name(source.partition("@")[0]) or "site", _part_of_name(socket.gethostname()) or "localhost"
    second = started.astimezone(dt.UTC).strftime("%Y%m%d%H%M%S")
    while True:
        final = directory / f"xinhua-id-{label}-{second}-{serial:05}-{host}.warc.gz"
        path = final.with_name(final.name + OPEN)
        serial += 1
        try:
            # Unbuffered: a write that fails must fail here, not when a buffer is flushed later.
            file = cast("BinaryIO", path.open("xb", buffering=0))
        except FileExistsError:
            continue
        if final.exists():
            file.close()
            path.unlink()
            continue
        _lock(file, path)
        return path, file


def _part_of_name(said: str) -> str:
    """Return letters that make no trouble in a name; one too long for a file's name ends in its digest."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", said)
    if len(plain) <= _LONGEST_PART:
        return plain
    return f"{plain[: _LONGEST_PART - 9]}-{hashlib.sha256(said.encode()).hexdigest()[:8]}"


def _lock(file: BinaryIO, path: Path) -> None:
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise InUse(
            "another process writes this WARC", where=str(path), now="Wait until it has ended, or end it."
        ) from error
