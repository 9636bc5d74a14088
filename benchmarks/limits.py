"""What huge pages and many passes cost: whether time grows as the page does, and whether memory stays.

Every measurement runs in a child of its own, since an extractor that goes the quadratic way, or keeps its memory, would
spoil the next one's. Knows nothing of gold folders or scores.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks import collection, peers
from benchmarks.report import Table
from xinhua_id.text import clean

#: Processor seconds after which a child is ended.
_LIMIT = 60
_PASSES, _FIRST = 20, 2
#: Pages of a folder that every pass goes over, from all parts of it: what leaks, leaks with them too.
_MEMORY_PAGES = 50
_PAGE_KB = resource.getpagesize() // 1024

#: What every page that grows holds, and what must come out of it.
STORY = (
    "Pemerintah Kabupaten Tirta Wening pada Senin (9/1) membuka kembali jembatan gantung yang putus diterjang banjir.",
    "Sebanyak 412 keluarga di seberang sungai kini tidak perlu lagi memutar sejauh dua puluh kilometer ke pasar.",
    '"Kami menunggu hampir setahun," kata Sarwono, seorang petani, sambil menuntun kerbaunya menyeberang.',
)


def paragraphs(count: int) -> str:
    """Return a page with so many sibling ``<p>``, each a sentence of its own."""
    lines = (f"<p>Warga kampung nomor {at} menanam padi, jagung dan kacang di tepi sungai.</p>" for at in range(count))
    return _page("\n".join(lines))


def script(megabytes: int) -> str:
    """Return a page with a script of so many megabytes between headline and body."""
    return _page("", f"<script>var peta = [{'417, 299, ' * (megabytes * 100_000)}0];</script>")


def _page(more: str, before: str = "") -> str:
    body = "".join(f"<p>{line}</p>" for line in STORY)
    return (
        '<!DOCTYPE html><html lang="id"><head><meta charset="utf-8"><title>Jembatan dibuka kembali</title></head><body>'
        f"<article><h1>Jembatan gantung dibuka kembali</h1>{before}<div>{body}{more}</div></article></body></html>"
    )


#: What grows, the sizes, and how such a page is made.
SHAPES: tuple[tuple[str, tuple[int, ...], Callable[[int], str]], ...] = (
    ("sibling <p>", (20_000, 50_000, 100_000), paragraphs),
    ("MB of script", (5, 10, 20), script),
)


def linear(chosen: Sequence[peers.Peer]) -> Table:
    """Return the seconds that each extractor takes for pages that grow.

    ``growth`` is time over size, largest page against smallest: 1 is linear, 5 quadratic for paragraphs. ``lost`` says
    that the story's sentences were not in the answer.
    """
    head = [f"{size:,} {what}" for what, sizes, _ in SHAPES for size in sizes]
    rows = []
    for peer in chosen:
        cells: list[str] = []
        for what, sizes, _ in SHAPES:
            took = _times(peer.name, what, sizes)
            cells += [_seconds(one) for one in took]
            first, last = took[0], took[-1]
            slope = f"{last[0] / first[0] / (sizes[-1] / sizes[0]):.2f}" if first and last and first[0] > 0 else "–"
            cells.append(slope)
        rows.append((peer.name, *cells))
    at = len(SHAPES[0][1])
    columns = ("extractor", *head[:at], "growth", *head[at:], "growth")
    return Table("Seconds on pages that grow", columns, tuple(rows))


def _times(name: str, what: str, sizes: Sequence[int]) -> list[tuple[float, bool] | None]:
    """Return seconds and whether the story came out, by size; None from the first size that took too long."""
    took: list[tuple[float, bool] | None] = []
    for size in sizes:
        gone = bool(took) and took[-1] is None
        took.append(None if gone else _in_child(_time_one, name, what, size))
    return took


def _seconds(found: tuple[float, bool] | None) -> str:
    if found is None:
        return f"> {_LIMIT}"
    seconds, kept = found
    return f"{seconds:.2f}{'' if kept else ' lost'}"


def memory(chosen: Sequence[peers.Peer], folder: Path, limit: int | None = None) -> Table:
    """Return the resident memory of each extractor after pass 2 and pass 20 over pages of a folder, in MB."""
    pages = len(_some(collection.read(folder, limit)))
    rows = []
    for peer in chosen:
        found = _in_child(_grow, peer.name, folder, limit, seconds=None)
        rows.append((peer.name, *_growth(found)))
    return Table(
        f"Resident memory over {_PASSES} passes of {pages} pages from {folder.name}, MB",
        ("extractor", f"after pass {_FIRST}", f"after pass {_PASSES}", "growth"),
        tuple(rows),
    )


def _some(samples: Sequence[collection.Sample]) -> Sequence[collection.Sample]:
    return samples[:: -(-len(samples) // _MEMORY_PAGES)]


def _growth(found: tuple[float, float] | None) -> tuple[str, str, str]:
    if found is None:
        return "–", "–", "failed"
    first, last = found
    return f"{first:.1f}", f"{last:.1f}", f"{last - first:+.1f}"


def _in_child(work: Callable[..., Any], *arguments: Any, seconds: int | None = _LIMIT) -> Any:
    """Return what ``work`` returns in a process of its own, None where it was ended or failed."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(theirs, seconds, work, arguments))
    child.start()
    theirs.close()
    try:
        return ours.recv()
    except EOFError:
        return None
    finally:
        child.join()


def _child(told: Connection, seconds: int | None, work: Callable[..., Any], arguments: Sequence[Any]) -> None:
    if seconds is not None:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    peers.offline()
    told.send(work(*arguments))


def _time_one(name: str, what: str, size: int) -> tuple[float, bool]:
    """Return the seconds for one page and whether the story came out; an exception counts as lost."""
    (peer,) = (one for one in peers.PEERS if one.name == name)
    extract = peer.ready()
    make = next(make for shape, _, make in SHAPES if shape == what)
    extract(_sample(_page("")))  # what it loads once
    sample = _sample(make(size))
    begin = time.process_time()
    try:
        text = clean(extract(sample))
    except Exception:  # noqa: BLE001  (a peer raises what it likes; the table says that the story is lost)
        text = ""
    return time.process_time() - begin, all(line in text for line in STORY)


def _grow(name: str, folder: Path, limit: int | None) -> tuple[float, float]:
    """Return the resident megabytes after an early and after the last pass."""
    (peer,) = (one for one in peers.PEERS if one.name == name)
    extract = peer.ready()
    samples = _some(collection.read(folder, limit))
    after: list[float] = []
    for _ in range(_PASSES):
        for sample in samples:
            try:
                extract(sample)
            except Exception:  # noqa: BLE001  (counted by the run itself; here only memory matters)
                continue
        after.append(_resident())
    return after[_FIRST - 1], after[-1]


def _resident() -> float:
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * _PAGE_KB / 1024


def _sample(html: str) -> collection.Sample:
    return collection.Sample("large", None, html.encode(), "", None, None, (), (), "id")
