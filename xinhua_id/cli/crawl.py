"""`xinhua-id crawl`: take the sites, show how it goes, say what came of it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from xinhua_id.cli import summary
from xinhua_id.cli.progress import Progress
from xinhua_id.crawl.target import targets
from xinhua_id.errors import UsageError
from xinhua_id.sources import written
from xinhua_id.spiders import process

_HELP = """Crawl a source, or the sites of the seeds.

Without SOURCE each seed is matched to its source by its host, or read as a site nobody described: one run a site.

**Examples**

    xinhua-id crawl indonesiawindow --since 2026-11-01 --limit 50

    xinhua-id crawl --seed https://example.id/berita/ --archive /data/archives

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
    source: Annotated[str | None, typer.Argument(help="Name of a source, or the path of its TOML.")] = None,
    seed: Annotated[list[str] | None, typer.Option(help="A page to begin with; may be given often.")] = None,
    since: Annotated[str | None, typer.Option(help="Only stories published on or after this day (2026-11-23).")] = None,
    until: Annotated[str | None, typer.Option(help="Only stories published on or before this day.")] = None,
    limit: Annotated[int | None, typer.Option(help="Stop after this many stories a site.")] = None,
    archive: Annotated[
        Path | None, typer.Option(help="The archive's folder; XINHUA_ID_ARCHIVE, else `archives`.")
    ] = None,
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
    if requisites is not None:
        settings["XINHUA_ID_REQUISITES"] = requisites.value
    settings |= {
        name: bound
        for name, bound in (("XINHUA_ID_PAGES_A_RUN", pages), ("XINHUA_ID_BYTES_A_RUN", size))
        if bound is not None
    }
    with Progress(talk) as progress:
        done = process.crawl(
            targets(source, seed or (), at),
            settings=settings,
            since=since,
            until=until,
            limit=limit,
            watch=progress.watch,
        )
    for crawled in done:
        summary.show(talk, crawled)
    raise typer.Exit(summary.exit_code(done))
