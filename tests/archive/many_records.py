"""So many records in one file, written, committed and read back: time and memory.

    python -m tests.archive.many_records [RECORDS]

Prints JSON. A record is a small answer, its request, or how its visit ended.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

from tests.warc.exchanges import WHEN, exchange
from xinhua_id.archive.commit import Committer, Ended, Policy
from xinhua_id.catalogue import captures
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.items import Outcome
from xinhua_id.warc.reader import records


def measure(folder: Path, number: int) -> dict[str, float]:
    """Write so many records below a folder and read them back."""
    catalogue = Catalogue.open(folder)
    out = Committer(folder / "contoh", "lari", catalogue, source="contoh", info={}, policy=Policy(records=2_000))
    tracemalloc.start()
    begun, early = time.process_time(), 0
    for at in range(number // 3):
        url = f"http://contoh.id/{at}"
        one = exchange(b"HTTP/1.1 200 OK\r\n\r\n%d" % at, url=url)
        found = out.exchange(one).capture
        one.close()
        assert found is not None
        out.visit(Ended(url, "page", Outcome.NO_ARTICLE, WHEN, found.record_id))
        if out.due():
            out.commit()
        if at == number // 30:
            early = tracemalloc.get_traced_memory()[0]
    out.close("finished")
    wrote, grown = time.process_time() - begun, tracemalloc.get_traced_memory()[0] - early
    tracemalloc.reset_peak()
    before, begun = tracemalloc.get_traced_memory()[0], time.process_time()
    seen = sum(1 for _ in records(out.writer.path))
    peak, took = tracemalloc.get_traced_memory()[1] - before, time.process_time() - begun
    tracemalloc.stop()
    with catalogue.reading() as connection:
        known = sum(1 for _ in captures.in_file(connection, out.writer.name))
    catalogue.close()
    return {
        "records": seen, "captures": known, "write_seconds": wrote, "read_seconds": took, "grown_bytes": grown,
        "read_peak_bytes": peak, "file_bytes": out.writer.length,
    }  # fmt: skip


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="xinhua-id-many-") as there:
        print(json.dumps(measure(Path(there), int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)))  # noqa: T201
