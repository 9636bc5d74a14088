"""`xinhua-id crawl`: take the sites, show how it goes, say what came of it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from xinhua_id.cli import summary
from xinhua_id.cli.options import CatalogueUrl
from xinhua_id.cli.progress import Progress
from xinhua_id.crawl.target import Target, targets
from xinhua_id.errors import UsageError
from xinhua_id.sources import written
from xinhua_id.spiders import process

_HELP = """Crawl a source, or the sites of the seeds.

Without SOURCE each seed is matched to its source by its host, or read as a site nobody described: one run a site.

**Examples**

    xinhua-id crawl indonesiawindow --since 2026-11-01 --limit 50

    xinhua-id crawl --seed https://example.id/berita/ --archive /data/archives

    xinhua-id crawl indonesiawindow xinhua --stand-by

    xinhua-id crawl antaranews --at http://127.0.0.1:8000 --requisites all

    xinhua-id crawl indonesiawindow --pages 2000 --bytes 500MB
"""


class Wanted(StrEnum):
    """What is fetched beside the stories."""

    NONE = "none"
    IMAGES = "images"
    ALL = "all"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("crawl", help=_HELP)(crawl)


def _size(said: str) -> int:
    try:
        return written.size(said)
    except ValueError as error:
        raise UsageError(f"--bytes: {error}", now="Give it as --bytes 500MB.") from error


def crawl(
    source: Annotated[
        list[str] | None, typer.Argument(help="Name of a source, or the path of its TOML; several one after the other.")
    ] = None,
    seed: Annotated[list[str] | None, typer.Option(help="A page to begin with; may be given often.")] = None,
    since: Annotated[str | None, typer.Option(help="Only stories published on or after this day (2026-11-23).")] = None,
    until: Annotated[str | None, typer.Option(help="Only stories published on or before this day.")] = None,
    limit: Annotated[int | None, typer.Option(help="Stop after this many stories a site.")] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Ask for every known story that is met, not only for those that are due.")
    ] = False,
    stand_by: Annotated[
        bool,
        typer.Option("--stand-by", help="Wait for sites that another worker crawls, and take over where it dies."),
    ] = False,
    archive: Annotated[
        Path | None, typer.Option(help="The archive's folder; XINHUA_ID_ARCHIVE, else `archives`.")
    ] = None,
    catalogue_url: CatalogueUrl = None,
    at: Annotated[str | None, typer.Option(help="Where SOURCE is served instead: a mirror, a moved host.")] = None,
    requisites: Annotated[
        Wanted | None,
        typer.Option(help="The pictures of the stories, or all that their pages need; else as the source says."),
    ] = None,
    pages: Annotated[
        int | None, typer.Option(min=0, help="Send no more requests a site than this: robots.txt, pictures and all.")
    ] = None,
    size: Annotated[
        int | None,
        typer.Option("--bytes", parser=_size, metavar="SIZE", help="Move no more bytes a site than this: 500MB."),
    ] = None,
) -> None:
    """Crawl, and exit with what came of it."""
    talk = Console(stderr=True, highlight=False)
    settings: dict[str, Any] = {} if archive is None else {"XINHUA_ID_ARCHIVE": str(archive)}
    if again:
        settings["XINHUA_ID_REVISIT"] = "all"
    if catalogue_url is not None:
        settings["XINHUA_ID_CATALOGUE"] = catalogue_url
    if requisites is not None:
        settings["XINHUA_ID_REQUISITES"] = requisites.value
    settings |= {
        name: bound
        for name, bound in (("XINHUA_ID_PAGES_A_RUN", pages), ("XINHUA_ID_BYTES_A_RUN", size))
        if bound is not None
    }
    with Progress(talk) as progress:
        done = process.crawl(
            _targets(source or [], seed or [], at),
            settings=settings,
            since=since,
            until=until,
            limit=limit,
            watch=progress.watch,
            stand_by=stand_by,
        )
    for crawled in done:
        summary.show(talk, crawled)
    raise typer.Exit(summary.exit_code(done))


def _targets(named: list[str], seeds: list[str], at: str | None) -> list[Target]:
    """Return what to crawl: one source with its seeds, several sources, or the sites of the seeds."""
    if len(named) < 2:
        return targets(named[0] if named else None, seeds, at)
    if seeds or at is not None:
        raise UsageError(
            f"--{'seed' if seeds else 'at'} goes with one source, and {len(named)} are named",
            now="Start one crawl for each.",
        )
    return [target for name in dict.fromkeys(named) for target in targets(name)]
