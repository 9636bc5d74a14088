"""`xinhua-id archive package`: what a run or a site captured as one WACZ file, to hand on or to replay anywhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.markup import escape

from xinhua_id import sources
from xinhua_id.archive.package import Selection, of_run, of_site
from xinhua_id.archive.package import package as make
from xinhua_id.cli.consoles import size
from xinhua_id.cli.options import ArchiveFolder, CatalogueUrl
from xinhua_id.crawl.target import day_range
from xinhua_id.errors import SourceError, UsageError

_HELP = """Package what was captured as WACZ 1.1.1: WARC files, index, list of stories, and the SHA-256 of each.

The WARC files stay where they are. With a range of dates the records captured on these days are copied, and with them
the originals that their revisits refer to.

**Examples**

    xinhua-id archive package --run indonesiawindow-20261125T060000Z

    xinhua-id archive package --source indonesiawindow --since 2026-11-01 --until 2026-11-30
"""


def register(archive: typer.Typer) -> None:
    """Add the command."""
    archive.command("package", help=_HELP)(package)


def package(
    run: Annotated[str | None, typer.Option(help="Package the WARC files of one run.")] = None,
    source: Annotated[str | None, typer.Option(help="Package those of a site.")] = None,
    since: Annotated[str | None, typer.Option(help="Only what was captured from this day on.")] = None,
    until: Annotated[str | None, typer.Option(help="Only what was captured up to this day.")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The file; else one in `SITE/packages`.")] = None,
    archive: ArchiveFolder = Path("archives"),
    catalogue_url: CatalogueUrl = None,
) -> None:
    """Make the package; exit with 1 where a revisit's original or the end of a file is missing."""
    talk = Console(stderr=True, highlight=False, soft_wrap=True)
    chosen = replace(_selection(archive, run, source, since, until), catalogue_url=catalogue_url)
    made = make(chosen, out)
    talk.print(f"{escape(str(made.path))}: {made.files} WARC files, {made.lines} captures, {made.pages} stories, "
               f"{size(made.bytes)}")  # fmt: skip
    for name, why in made.torn.items():
        talk.print(f"  [red]{escape(name)}[/]: {escape(why)}")
    if made.lost:
        talk.print(f"  [red]{len(made.lost)} revisits[/] refer to originals that are nowhere: {escape(made.lost[0])} …")
    raise typer.Exit(1 if made.torn or made.lost else 0)


def _selection(archive: Path, run: str | None, source: str | None, since: str | None, until: str | None) -> Selection:
    if (run is None) == (source is None):
        raise UsageError("package either a run or a site", now="Name one: --run RUN or --source SITE.")
    if run is not None:
        if since or until:
            raise UsageError("a run is packaged whole", now="Give --source with --since and --until.")
        return of_run(archive, run)
    assert source is not None
    chosen = day_range(since, until, _zone(source))
    return of_site(archive, source, chosen.since, chosen.until)


def _zone(site: str) -> ZoneInfo:
    try:
        return ZoneInfo(sources.get(site).timezone)
    except SourceError:
        return ZoneInfo("Asia/Jakarta")
