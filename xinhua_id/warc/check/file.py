"""One WARC file checked whole, on several threads where it is large: both inflating and hashing let go of the interpreter.

A large file is cut where a gzip member seems to begin. Each part is read past its end to where its last member ends; only
where that is the next part's beginning does the next part count, else it is read again from there. So what is found is
the same on any number of threads. Knows nothing of what is done with what is found.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from pathlib import Path

from xinhua_id.warc.check import members
from xinhua_id.warc.check.findings import Fault, Seen
from xinhua_id.warc.check.part import Asked, Part

#: Bytes of file that a thread takes at a time: what they hold waits in memory until the part before is done.
PART = 4 << 20
_BATCH = 1000

Found = list[Seen | Fault]
Done = tuple[Found, Part]


def check_file(
    path: Path,
    asked: Asked,
    *,
    pool: Executor | None = None,
    threads: int = 1,
    told: Callable[[int], None] = lambda _: None,
) -> Iterator[Found]:
    """Yield the records and the faults of a file in its order, some at a time; raise `OSError` if it cannot be read.

    ``pool`` runs the parts, so many at once as there are ``threads``; without one the caller's thread does all. ``told``
    hears how many bytes were read, from any thread.
    """
    parts: list[Part] = []
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(0)
        compressed = file.read(2) == members.MAGIC
    if pool is None or threads < 2 or not compressed or size < 2 * PART:
        whole = Part(path, asked, 0, None, told)
        parts.append(whole)
        yield from _batches(whole)
    else:
        for found, part in _in_parts(path, asked, pool, threads, told):
            parts.append(part)
            yield found
    yield _odd_headers(asked, parts)


def _batches(part: Part) -> Iterator[Found]:
    batch: Found = []
    for found in part:
        batch.append(found)
        if len(batch) >= _BATCH:
            yield batch
            batch = []
    yield batch


def _in_parts(path: Path, asked: Asked, pool: Executor, threads: int, told: Callable[[int], None]) -> Iterator[Done]:
    stopped = threading.Event()

    def work(start: int, stop: int) -> Done:
        part = Part(path, asked, start, stop, told)
        found: Found = []
        for one in part:
            found.append(one)
            if stopped.is_set():
                break
        return found, part

    under_way: deque[tuple[int, int, Future[Done]]] = deque()
    with path.open("rb") as file:
        size, planned, expected = file.seek(0, 2), 0, 0
        try:
            while planned < size or under_way:
                while planned < size and len(under_way) <= threads:
                    stop = members.next_member(file, planned + PART) if planned + PART < size else size
                    under_way.append((planned, stop, pool.submit(work, planned, stop)))
                    planned = stop
                start, stop, future = under_way.popleft()
                if stop <= expected and expected:
                    continue  # what began here lies inside a member of the part before
                done = future.result() if start == expected else work(expected, stop)
                expected = done[1].end
                yield done
        finally:
            stopped.set()
            for _, _, future in under_way:
                future.cancel()


def _odd_headers(asked: Asked, parts: list[Part]) -> Found:
    """Return the members whose gzip header is not that of the others: nothing but this shows that a byte there changed."""
    if not asked.own:
        return []
    counts: dict[bytes, int] = {}
    first: dict[bytes, int] = {}
    for part in parts:
        for header, number in part.headers.items():
            counts[header] = counts.get(header, 0) + number
            first.setdefault(header, part.first[header])
    usual = max(counts, key=lambda header: counts[header], default=b"")
    return [
        Fault(
            "gzip-header", "the member's gzip header is not that of the file's other members: a byte of it was changed",
            asked.name, first[header], None, usual.hex(" "), header.hex(" "),
        )
        for header in counts
        if header != usual
    ]  # fmt: skip
