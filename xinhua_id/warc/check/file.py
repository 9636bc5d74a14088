"""One WARC file checked whole, by several processes where it is large: a thread would wait for the interpreter's lock.

A large file is cut where a gzip member seems to begin. Each part is read past its end to where its last member ends;
only where that is the next part's beginning does the next part count, else it is read again from there. So what is
found is the same with any number of processes. Knows nothing of what is done with what is found.
"""

from __future__ import annotations

import multiprocessing
import sys
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from xinhua_id.warc.check import members
from xinhua_id.warc.check.findings import Fault, Seen
from xinhua_id.warc.check.part import Asked, Part

#: Bytes of file that a process takes at a time: what they hold waits in memory until the part before is done.
PART = 4 << 20
_BATCH = 1000

Found = list[Seen | Fault]


class _Done(NamedTuple):
    """What came of a part: what is in it, where it ends, and its gzip headers."""

    found: Found
    end: int
    headers: dict[bytes, int]
    first: dict[bytes, int]


def processes(number: int) -> ProcessPoolExecutor:
    """Return a pool for `check_file`, its processes begun. Make it before the program has threads: it is quicker."""
    forks = sys.platform == "linux" and threading.active_count() == 1
    pool = ProcessPoolExecutor(number, mp_context=multiprocessing.get_context("fork" if forks else "spawn"))
    pool.submit(int).result()  # begins them: a fork is over before the caller's first thread
    return pool


def check_file(
    path: Path,
    asked: Asked,
    *,
    pool: Executor | None = None,
    at_once: int = 2,
    told: Callable[[int], None] = lambda _: None,
) -> Iterator[Found]:
    """Yield the records and the faults of a file in its order, some at a time; raise `OSError` if it cannot be read.

    ``pool`` does the parts of a large file, ``at_once`` of them at a time; without one all is done here. ``told`` hears
    how many bytes were read.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(0)
        compressed = file.read(2) == members.MAGIC
    counts: Counter[bytes] = Counter()
    first: dict[bytes, int] = {}
    if pool is None or not compressed or size < 2 * PART:
        whole = Part(path, asked, 0, None, told)
        yield from _batches(whole)
        counts.update(whole.headers)
        first = whole.first
    else:
        for done in _in_parts(path, asked, pool, at_once, told):
            counts.update(done.headers)
            first = done.first | first
            yield done.found
    if asked.own:
        yield _odd_headers(asked, counts, first)


def _batches(part: Part) -> Iterator[Found]:
    batch: Found = []
    for found in part:
        batch.append(found)
        if len(batch) >= _BATCH:
            yield batch
            batch = []
    yield batch


def _in_parts(path: Path, asked: Asked, pool: Executor, at_once: int, told: Callable[[int], None]) -> Iterator[_Done]:
    under_way: deque[tuple[int, int, Future[_Done]]] = deque()
    with path.open("rb") as file:
        size, planned, expected = file.seek(0, 2), 0, 0
        try:
            while planned < size or under_way:
                while planned < size and len(under_way) <= at_once:
                    stop = members.next_member(file, planned + PART) if planned + PART < size else size
                    under_way.append((planned, stop, pool.submit(_work, path, asked, planned, stop)))
                    planned = stop
                start, stop, future = under_way.popleft()
                if stop <= expected:
                    continue  # what began here lies inside a member of the part before
                done = future.result() if start == expected else _work(path, asked, expected, stop)
                told(done.end - expected)
                expected = done.end
                yield done
        finally:
            for _, _, future in under_way:
                future.cancel()


def _work(path: Path, asked: Asked, start: int, stop: int) -> _Done:
    part = Part(path, asked, start, stop)
    return _Done(list(part), part.end, part.headers, part.first)


def _odd_headers(asked: Asked, counts: Counter[bytes], first: dict[bytes, int]) -> Found:
    """Return the members whose gzip header is not as the others': a byte that changed there shows by nothing else."""
    usual = max(counts, key=lambda header: counts[header], default=b"")
    what = "the member's gzip header is not that of the file's other members: a byte of it was changed"
    return [
        Fault("gzip-header", what, asked.name, first[header], None, usual.hex(" "), header.hex(" "))
        for header in counts
        if header != usual
    ]


def split(found: Iterable[Seen | Fault]) -> tuple[list[Seen], list[Fault]]:
    """Return the records and the faults apart."""
    seen: list[Seen] = []
    faults: list[Fault] = []
    for one in found:
        if isinstance(one, Seen):
            seen.append(one)
        else:
            faults.append(one)
    return seen, faults
