"""`xinhua-id archive recover`: what a crawl that died left behind, made whole; every crawl does so for its own site."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from xinhua_id.archive.lock import SiteLock
from xinhua_id.archive.recover import recover as recover_site
from xinhua_id.archive.sites import sites_of
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.cli.options import ArchiveFolder, CatalogueUrl
from xinhua_id.corpus.finish import finish
from xinhua_id.errors import InUse

_HELP = """Make the files of crawls that died whole, and enter in the catalogue what it lacks.

Whole records and items are kept, torn tails are moved to `.torn` beside their file, captured pages that have no item
yet are read from their records. Nothing is ever deleted. A crawl does this for its own site when it begins.

**Examples**

    xinhua-id archive recover

    xinhua-id archive recover indonesiawindow
"""


def register(archive: typer.Typer) -> None:
    """Add the command."""
    archive.command("recover", help=_HELP)(recover)


def recover(
    sites: Annotated[list[str] | None, typer.Argument(help="Sites to recover; all without one.")] = None,
    archive: ArchiveFolder = Path("archives"),
    catalogue_url: CatalogueUrl = None,
) -> None:
    """Recover each site whose lock is free; exit with 1 where one is in use."""
    talk = Console(stderr=True, highlight=False, soft_wrap=True)
    homes = sites_of(archive, sites)
    catalogue = Catalogue.open(archive, catalogue_url)
    busy = False
    try:
        for home in homes:
            now = dt.datetime.now(dt.UTC)
            try:
                lock = SiteLock.take(home, "archive recover", now)
            except InUse as error:
                talk.print(f"[yellow]{escape(home.name)}[/]: {escape(str(error))}")
                busy = True
                continue
            try:
                found = recover_site(home, catalogue, finish)
            finally:
                lock.release()
            for line in found.lines():
                talk.print(f"{escape(home.name)}: {escape(line)}")
            if not found.anything:
                talk.print(f"{escape(home.name)}: nothing to recover")
    finally:
        catalogue.close()
    raise typer.Exit(1 if busy else 0)
