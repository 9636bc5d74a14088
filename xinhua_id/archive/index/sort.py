"""More lines than memory should hold, sorted by their bytes: runs on disk, merged. Knows nothing of what they say."""

from __future__ import annotations

import heapq
import itertools
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

# So many lines are sorted in memory, then go to disk: some 40 MB.
_RUN = 100_000


@contextmanager
def in_order(lines: Iterable[bytes], folder: Path, *sorted_ones: Iterable[bytes]) -> Iterator[Iterator[bytes]]:
    """Give the lines in order, each once, merged with others that are sorted; the runs lie in ``folder``, nameless."""
    with ExitStack() as stack:
        runs = [stack.enter_context(run) for run in _runs(lines, folder)]
        yield (line for line, _ in itertools.groupby(heapq.merge(*sorted_ones, *runs)))


def _runs(lines: Iterable[bytes], folder: Path) -> Iterator[BinaryIO]:
    waiting = iter(lines)
    while run := sorted(itertools.islice(waiting, _RUN)):
        file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (closed by the caller)
        file.writelines(run)
        file.seek(0)
        yield file
