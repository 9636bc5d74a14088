"""How well articles are separated, and how fast: ours and every installed peer, in one run, on the same pages.

    python -m benchmarks.extraction FOLDER…      (or `make bench`, which sets the peers up and runs all there is)

Page by page every extractor takes its turn, another one first each time, so that whatever the machine does in the
meantime hits all alike; what counts is process time. `benchmarks.scoring` defines the figures, `benchmarks.collection`
the folders. Tables go to the terminal and, with a chart, into a Markdown file.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import track

from benchmarks import collection, limits, peers, scoring
from benchmarks.report import Report, folder_table
from xinhua_id.errors import XinhuaIdError

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
_MOST_SHOWN = 5


def measure(
    samples: Sequence[collection.Sample], chosen: Sequence[peers.Peer], repeat: int = 1
) -> dict[str, list[scoring.PageScore]]:
    """Return the scores of every extractor, by name, on every page; of ``repeat`` passes a page's least time counts."""
    extractors = {peer.name: peer.ready() for peer in chosen}
    for extract in extractors.values():  # what is loaded or compiled once is no page's cost
        _timed(extract, samples[0])
    names = list(extractors)
    found: dict[str, list[scoring.PageScore]] = {name: [] for name in names}
    gc.collect()
    gc.freeze()  # the pages and gold held here are nothing for a peer's collections to walk
    console = Console(stderr=True)
    for turn, sample in enumerate(track(samples, console=console, transient=True, disable=not console.is_terminal)):
        first = turn % len(names)
        passes: dict[str, list[tuple[str, float, str | None]]] = {name: [] for name in names}
        for _ in range(repeat):
            for name in names[first:] + names[:first]:
                passes[name].append(_timed(extractors[name], sample))
        for name, results in passes.items():
            text, seconds, error = min(results, key=lambda result: result[1])
            found[name].append(scoring.page(sample, text, seconds, error))
    gc.unfreeze()
    return found


def _timed(extract: peers.Extractor, sample: collection.Sample) -> tuple[str, float, str | None]:
    begin = time.process_time()
    try:
        text, error = extract(sample), None
    except Exception as fault:  # noqa: BLE001  (a peer raises what it likes; counted, and the first ones are shown)
        text, error = "", f"{type(fault).__name__}: {fault}"
    return text, time.process_time() - begin, error


@app.command()
def main(
    folders: Annotated[list[Path] | None, typer.Argument(help="Folders in the corpus format.")] = None,
    out: Annotated[Path, typer.Option(help="The Markdown file; the chart lies beside it.")] = Path("build/bench.md"),
    replica: Annotated[int, typer.Option(help="Also measure the pages of a replica with so many stories.")] = 0,
    limit: Annotated[int | None, typer.Option(min=1, help="Only so many pages of each folder.")] = None,
    peer: Annotated[list[str] | None, typer.Option(help="Only this peer beside ours; may be repeated.")] = None,
    alone: Annotated[bool, typer.Option("--alone", help="No peer at all.")] = False,
    repeat: Annotated[int, typer.Option(min=1, help="Passes over each page; the least time counts.")] = 1,
    memory: Annotated[bool, typer.Option("--memory", help="Also: memory over 20 passes of the last folder.")] = False,
    linear: Annotated[bool, typer.Option("--linear", help="Also: time on pages that grow to 20 MB.")] = False,
) -> None:
    """Measure article extraction: ours and every installed peer, on folders of pages with gold."""
    chosen = peers.chosen([] if alone else peer or None)
    console = Console(width=None if sys.stdout.isatty() else 160)
    report = Report(chosen, " ".join(["python -m benchmarks.extraction", *sys.argv[1:]]))
    with tempfile.TemporaryDirectory() as scratch:
        where = [collection.write_replica(Path(scratch) / "replica", replica)] if replica else []
        where += folders or []
        if not where and not linear:
            raise typer.BadParameter("give a folder, --replica or --linear")
        loaded = {folder.name: collection.read(folder, limit) for folder in where}
        peers.offline()
        for name, samples in loaded.items():
            scores = measure(samples, chosen, repeat)
            report.scores[name] = {one: scoring.folder(samples, pages) for one, pages in scores.items()}
            report.tables.append(folder_table(name, report.scores[name]))
            report.tables[-1].show(console)
            _show_errors(console, samples, scores)
        if memory and where:
            report.tables.append(limits.memory(chosen, where[-1], limit))
            report.tables[-1].show(console)
        if linear:
            report.tables.append(limits.linear(chosen))
            report.tables[-1].show(console)
    written = report.write(out)
    console.print(f"written: {', '.join(map(str, written))}")
    if len(written) == 1 and report.scores:
        console.print("no chart: matplotlib is not installed (`make bench` sets it up)")


def _show_errors(
    console: Console, samples: Sequence[collection.Sample], scores: dict[str, list[scoring.PageScore]]
) -> None:
    for name, pages in scores.items():
        raised = [(sample.id, one.error) for sample, one in zip(samples, pages, strict=True) if one.error]
        for page, error in raised[:_MOST_SHOWN]:
            console.print(f"{name} on {escape(page)}: {escape(str(error)[:200])}", style="yellow")
        if len(raised) > _MOST_SHOWN:
            console.print(f"{name}: {len(raised) - _MOST_SHOWN} more", style="yellow")


if __name__ == "__main__":
    try:
        app()
    except XinhuaIdError as fault:
        Console(stderr=True).print(f"[bold red]{escape(str(fault))}[/]")
        sys.exit(2)
