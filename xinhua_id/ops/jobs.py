"""Jobs that have ended, and how: exit code, signal, and what the run's manifest says.

To scrapyd every job that is over is finished. This is its job storage with the rest of the truth, kept in an
append-only file so that it outlives the server. Knows nothing of how a job is started.
"""

from __future__ import annotations

import datetime as dt
import glob
import json
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scrapyd.interfaces import IJobStorage
from zope.interface import implementer

#: What a run's manifest says of a crawl that did what it was asked.
DONE = frozenset({"finished", "limit-reached", "budget-reached", "outside-hours", "rests-too-long"})


@dataclass(frozen=True, slots=True)
class FinishedJob:
    """A job that is over. Times are naive and local, as scrapyd's pages reckon; the file has them with their offset.

    ``outcome`` is the manifest's, None where no run was begun. ``exit_code`` and ``signal`` are None for a job whose
    process could not be started.
    """

    project: str
    spider: str
    job: str
    start_time: dt.datetime
    end_time: dt.datetime
    exit_code: int | None
    signal: int | None
    outcome: str | None

    @property
    def failed(self) -> bool:
        """Whether the crawl did not do what it was asked, whatever its process said."""
        return self.exit_code != 0 or self.outcome not in DONE

    @property
    def how(self) -> str:
        """How it ended, in a few words: ``finished``, ``killed by signal 9``, ``exit code 1``."""
        if self.signal is not None:
            return f"killed by signal {self.signal}"
        if self.exit_code is None:
            return "not started"
        if self.exit_code:
            return f"exit code {self.exit_code}"
        return self.outcome or "no run was begun"


@implementer(IJobStorage)
class FinishedJobs:
    """The last ``finished_to_keep`` of them, newest first; the file keeps all."""

    def __init__(self, config: Any) -> None:
        self._path = Path(config.get("dbs_dir")) / "finished.jsonl"
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._jobs: deque[FinishedJob] = deque(self._read(), maxlen=config.getint("finished_to_keep", 100))

    def add(self, job: FinishedJob) -> None:
        """Add a job that ended just now."""
        self._jobs.append(job)
        line = asdict(job) | {"start_time": _aware(job.start_time), "end_time": _aware(job.end_time)}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def list(self) -> list[FinishedJob]:
        """Return the jobs, newest first."""
        return list(self)

    def __len__(self) -> int:
        return len(self._jobs)

    def __iter__(self) -> Iterator[FinishedJob]:
        return iter(tuple(reversed(self._jobs)))

    def _read(self) -> Iterator[FinishedJob]:
        if not self._path.exists():
            return
        for line in self._path.read_text(encoding="utf-8").splitlines(keepends=True):
            if line.endswith("\n"):  # else the server died over it
                fields = json.loads(line)
                times = {name: _naive(fields[name]) for name in ("start_time", "end_time")}
                yield FinishedJob(**{**fields, **times})


def outcome_of(archive: Path, job: str) -> str | None:
    """Return what the manifest of the run that a job began says of its outcome; None where there is none.

    A run that ended well without one page that answered is ``nothing-answered``: no success to who scheduled it.
    """
    manifest = next(archive.glob(f"*/runs/{glob.escape(job)}.json"), None)
    if manifest is None:
        return None
    try:
        account = json.loads(manifest.read_text(encoding="utf-8"))
        outcome = str(account["outcome"])
        return outcome if outcome not in DONE or account["stats"].get("pages/answered") else "nothing-answered"
    except (OSError, ValueError, KeyError):
        return "unreadable manifest"


def _aware(naive: dt.datetime) -> str:
    return naive.astimezone().isoformat()


def _naive(aware: str) -> dt.datetime:
    return dt.datetime.fromisoformat(aware).astimezone().replace(tzinfo=None)
