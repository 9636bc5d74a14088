"""What a whole crawl costs beside bare Scrapy, and what the frontier's share of it is.

    python -m benchmarks.crawl [--stories 2000] [--runs 3] [--ways bare,ours,…]

A site of invented stories on loopback, without pauses, is crawled by a process of its own for each way, in turns:

- `bare`: a Scrapy spider that follows the same links and yields the title of each page: what the others are measured by
- `jobdir`: the same with Scrapy's JOBDIR, which keeps its queue on disk (and loses it with `kill -9`)
- `ours`: all that `xinhua-id crawl` does: capture, WARC, extraction, items, catalogue, durable frontier

CPU is that of the process, imports aside; medians. `frontier` is the CPU inside the frontier's own calls.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parent.parent
WAYS = ("bare", "jobdir", "ours")


@contextlib.contextmanager
def served(stories: int) -> Iterator[str]:
    """Serve the site from a process of its own, and give its address."""
    command = [sys.executable, "-m", "tests.crawl.faulty_site", "--stories", str(stories), "--sound"]
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=_ROOT) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def measure(ways: list[str], stories: int, runs: int) -> dict[str, list[dict[str, Any]]]:
    """Crawl each way so many times, in turns; return what each run told."""
    told: dict[str, list[dict[str, Any]]] = {way: [] for way in ways}
    with served(stories) as base:
        for _ in range(runs):
            for way in ways:
                with tempfile.TemporaryDirectory(prefix="xinhua-id-bench-") as folder:
                    told[way].append(_once(way, base, Path(folder)))
    return told


def _once(way: str, base: str, folder: Path) -> dict[str, Any]:
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    command = [sys.executable, "-m", "benchmarks.crawl_once", way, base, str(folder)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=folder)
    if done.returncode:
        raise SystemExit(f"{way} failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def table(told: dict[str, list[dict[str, Any]]]) -> str:
    """Return the figures as a table of Markdown; the first way is what the others are measured by."""

    def middle(way: str, name: str) -> float:
        return float(statistics.median(one[name] for one in told[way]))

    base = middle(next(iter(told)), "cpu")
    lines = [
        "| way | pages | CPU, s | x bare | ms a page | wall, s | frontier, share of the rest | peak, MiB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for way, runs in told.items():
        cpu, pages, own = middle(way, "cpu"), middle(way, "pages"), middle(way, "frontier")
        share = f"{own / (cpu - own):.1%}" if own else ""
        lines.append(
            f"| {way} | {pages:.0f} | {cpu:.2f} | {cpu / base:.2f} | {1000 * cpu / pages:.2f} "
            f"| {middle(way, 'wall'):.1f} | {share} | {max(one['peak_mib'] for one in runs):.0f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stories", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--ways", default=",".join(WAYS))
    asked = parser.parse_args()
    ways = asked.ways.split(",")
    if unknown := [way for way in ways if way not in WAYS]:
        parser.error(f"no such way: {', '.join(unknown)} (there are {', '.join(WAYS)})")
    print(f"{asked.stories} invented stories, {asked.runs} runs each in turns, medians\n")
    print(table(measure(ways, asked.stories, asked.runs)))


if __name__ == "__main__":
    main()
