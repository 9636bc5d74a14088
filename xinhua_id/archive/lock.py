"""One crawl a site at a time: a lock that says who holds it, and that a death gives back.

Knows nothing of crawls. The lock is the system's (``flock``), so no file has to be removed by hand after a crash; it
holds between processes of one machine, and on network file systems that pass such locks on.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import json
import os
import socket
from pathlib import Path

from xinhua_id.errors import CannotWrite, InUse

_NAME = "lock"


class SiteLock:
    """The lock of one site's folder, held until `release` or the end of the process."""

    def __init__(self, handle: int) -> None:
        self._handle: int | None = handle

    @classmethod
    def take(cls, home: Path, run: str, now: dt.datetime) -> SiteLock:
        """Lock ``home`` for a run. Raises `InUse`, which names the holder, and `CannotWrite`."""
        path = home / _NAME
        try:
            home.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise CannotWrite(
                f"the archive cannot be written: {error.strerror or error}",
                where=str(path),
                now="Make room or mend the permissions, or choose another place with --archive.",
            ) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(handle)
            raise InUse(
                f"{home.name} is being crawled already: {holder(home) or 'its holder does not say who it is'}",
                where=str(home),
                now="Wait until that crawl has ended, or end it; one site is crawled by one run at a time.",
            ) from error
        lock = cls(handle)
        lock.hold_for(run, now)
        return lock

    def hold_for(self, run: str, since: dt.datetime) -> None:
        """Let the lock say that it is held for another run than the one it was taken for."""
        self._say({"run": run, "pid": os.getpid(), "host": socket.gethostname(), "since": since.isoformat()})

    def release(self) -> None:
        """Give the lock back; doing it twice is fine."""
        if self._handle is not None:
            with contextlib.suppress(OSError):
                os.ftruncate(self._handle, 0)
            os.close(self._handle)
            self._handle = None

    def _say(self, who: dict[str, object]) -> None:
        assert self._handle is not None
        with contextlib.suppress(OSError):  # who holds it is for people; that it is held does not hang on it
            os.ftruncate(self._handle, 0)
            os.pwrite(self._handle, json.dumps(who).encode(), 0)


def is_held(home: Path) -> bool:
    """Whether a process holds the lock of a site's folder."""
    try:
        handle = os.open(home / _NAME, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


def holder(home: Path) -> str | None:
    """Return who holds the lock, in words, or None where nobody says."""
    said = _said(home)
    try:
        return f"run {said['run']}, process {said['pid']} on {said['host']}, since {said['since']}"
    except KeyError:
        return None


def run_in(home: Path) -> str | None:
    """Return the run that the lock was taken for."""
    return _said(home).get("run")


def _said(home: Path) -> dict[str, str]:
    try:
        said = json.loads((home / _NAME).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}
