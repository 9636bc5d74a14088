"""The items of one run while they are written: one JSON object a line, whole lines only.

Like a WARC file it is called ``.open`` until it is closed. Knows nothing of what an item says.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path
from typing import BinaryIO, Self, cast

from xinhua_id.errors import CannotWrite
from xinhua_id.warc.file import OPEN, fsync_directory, write_all


class ItemLines:
    """``path`` is where the lines lie now, ``final`` where they lie once closed; ``length`` is in bytes."""

    def __init__(self, path: Path, file: BinaryIO, length: int) -> None:
        self.path = path
        self.final = path.with_name(path.name.removesuffix(OPEN))
        self.length = length
        self._file = file
        self._closed = False

    @classmethod
    def create(cls, final: Path) -> Self:
        """Begin a file that is nobody else's. Raises `CannotWrite`."""
        path = final.with_name(final.name + OPEN)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = cast("BinaryIO", path.open("xb", buffering=0))
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            fsync_directory(path.parent)
        except OSError as error:
            raise cannot_write(error, path) from error
        return cls(path, file, 0)

    @classmethod
    def reopen(cls, path: Path) -> Self:
        """Go on with an ``.open`` file whose lines are whole. Raises `CannotWrite`."""
        try:
            file = cast("BinaryIO", path.open("r+b", buffering=0))
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            return cls(path, file, file.seek(0, os.SEEK_END))
        except OSError as error:
            raise cannot_write(error, path) from error

    def append(self, line: bytes) -> tuple[int, int]:
        """Append one line, its newline included; return its offset and length. One that does not fit is taken back."""
        begin = self.length
        try:
            self.length += write_all(self._file, line)
        except OSError as error:
            with contextlib.suppress(OSError):
                self._file.truncate(begin)
                self._file.seek(begin)
            raise cannot_write(error, self.path) from error
        return begin, len(line)

    def sync(self) -> None:
        """Make durable what was written so far. Raises `CannotWrite`."""
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            raise cannot_write(error, self.path) from error

    def close(self) -> None:
        """Make the lines durable and give the file its final name; doing it twice is fine. Raises `CannotWrite`."""
        if self._closed:
            return
        self._closed = True
        try:
            with self._file:
                os.fsync(self._file.fileno())
                self.path = self.path.rename(self.final)
                fsync_directory(self.final.parent)
        except OSError as error:
            raise cannot_write(error, self.path) from error

    def abandon(self) -> None:
        """Let go of the file as it is, for recovery to look at."""
        self._closed = True
        with contextlib.suppress(OSError):
            self._file.close()


def cannot_write(error: OSError, where: Path) -> CannotWrite:
    """Return the error that says why the archive cannot be written, and what to do about it."""
    at = Path(os.fsdecode(error.filename)) if isinstance(error.filename, str | bytes) else where
    return CannotWrite(
        f"the archive cannot be written: {error.strerror or error}",
        where=str(at),
        now="Make room or mend the permissions, or choose another place with --archive; then run it again. "
        "What was captured so far is whole.",
    )
