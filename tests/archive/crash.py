"""What a system that went down may leave of an archive: every file as it was made durable, and some of what was not.

`kill -9` never tests an fsync, since the page cache outlives the process. So every fsync of the code under test is
watched, and at each the archive is copied as a disk might have kept it: unsynced bytes lost, half of them there, or
there with a hole of zeros before them. SQLite's own files are copied as they are: it has its own proofs.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

#: From the bytes that are durable and all that were written, to what the disk kept.
Loss = Callable[[bytes, bytes], bytes]


def all_lost(durable: bytes, written: bytes) -> bytes:
    return written[: len(durable)]


def half_lost(durable: bytes, written: bytes) -> bytes:
    return written[: len(durable) + (len(written) - len(durable)) // 2]


def hole(durable: bytes, written: bytes) -> bytes:
    """The length and the last third came through, what lies between is zeros."""
    late = len(durable) + 2 * (len(written) - len(durable)) // 3
    return written[: len(durable)] + b"\0" * (late - len(durable)) + written[late:]


LOSSES: tuple[Loss, ...] = (all_lost, half_lost, hole)


class Disk:
    """Watches an archive's files; `images` counts the states it has left under ``into``."""

    def __init__(self, archive: Path, into: Path, losses: tuple[Loss, ...] = LOSSES) -> None:
        self.archive = archive
        self.into = into
        self.losses = losses
        self.images: list[tuple[Path, dict[str, object]]] = []
        self.promised: Callable[[], dict[str, object]] = dict
        self._durable: dict[int, int] = {}

    def is_durable_now(self) -> None:
        """Take everything that is there as durable."""
        self._durable |= {path.stat().st_ino: path.stat().st_size for path in self.archive.rglob("*")}

    @contextmanager
    def watched(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """See every fsync of this process; after each, and before it, the system may go down."""
        fsync = os.fsync

        def seen(handle: int) -> None:
            self.crash()
            fsync(handle)
            found = os.fstat(handle)
            self._durable[found.st_ino] = found.st_size
            self.crash()

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", seen)
            yield

    def crash(self) -> None:
        """Leave the archive as it would be found if the system went down now, once for every kind of loss."""
        for loss in self.losses:
            image = self.into / f"{len(self.images):04}"
            for path in sorted(self.archive.rglob("*")):
                if path.is_file():
                    there = image / path.relative_to(self.archive)
                    there.parent.mkdir(parents=True, exist_ok=True)
                    if path.name.startswith("catalogue.sqlite"):
                        shutil.copyfile(path, there)
                    else:
                        written = path.read_bytes()
                        durable = min(self._durable.get(path.stat().st_ino, 0), len(written))
                        there.write_bytes(loss(written[:durable], written))
            self.images.append((image, self.promised()))
