"""More lines than memory should hold, sorted by their bytes: runs on disk, merged. Knows nothing of what they say."""

from __future__ import annotations

import heapq
import itertools
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

# So many bytes of lines are sorted in memory, then go to disk. Bytes, not lines: a URL may be 8 KB long.
_RUN = 32 * 2**20
# What a line takes in memory beyond its bytes.
_OBJECT = 48


@contextmanager
def in_order(lines: Iterable[bytes], folder: Path, *sorted_ones: Iterable[bytes]) -> Iterator[Iterator[bytes]]:
    """Give the lines in order, each once, merged with others that are sorted; the runs lie in ``folder``, nameless."""
    with ExitStack() as stack:
        runs = [stack.enter_context(run) for run in _runs(lines, folder)]
        yield (line for line, _ in itertools.groupby(heapq.merge(*sorted_ones, *runs)))


def _runs(lines: Iterable[bytes], folder: Path) -> Iterator[BinaryIO]:
    run, size = list[bytes](), 0
    for line in lines:
        run.append(line)
        size += len(line) + _OBJECT
        if size >= _RUN:
            yield _written(run, folder)
            run, size = [], 0
    if run:
        yield _written(run, folder)


def _written(run: list[bytes], folder: Path) -> BinaryIO:
    file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (closed by the caller)
    file.writelines(sorted(run))
    file.seek(0)
    return file
