"""`xinhua-id archive rebuild`: the catalogue made anew from the files. It shows what is read and what came of it."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from xinhua_id.cli.options import ArchiveFolder, CatalogueUrl

_HELP = """Make the catalogue anew from the WARC files, the items and the manifests.

For a catalogue that is lost, broken or in doubt. The old one is kept beside it as `catalogue.sqlite.before-<time>`, and
the run ledger is taken over from it where it can be read. No crawl may be under way. A file that cannot be read whole
is named, the rest of the archive is entered, and the command ends with 1.

In PostgreSQL one transaction replaces the rows of this archive's sites: others see the old ones until then, and a
rebuild that dies changes nothing. The run ledger stays, and so do the sites whose files are elsewhere. Where the
catalogue knows files of these sites that are not here, nothing is done: they may be another machine's.

**Examples**

    xinhua-id archive rebuild

    xinhua-id archive rebuild --archive /srv/archives
"""

#: Seconds between two lines in a log.
_PLAIN_EVERY = 10.0


def register(archive: typer.Typer) -> None:
    """Add the command."""
    archive.command("rebuild", help=_HELP)(rebuild)


def rebuild(
    archive: ArchiveFolder = Path("archives"),
    catalogue_url: CatalogueUrl = None,
    forget_missing: Annotated[
        bool,
        typer.Option(
            "--forget-missing",
            help="In PostgreSQL: drop what the catalogue knows of files that are not in this archive.",
        ),
    ] = False,
) -> None:
    """Rebuild the catalogue; exit with 1 where a file could not be read whole."""
    from xinhua_id.archive import rebuild as rebuilding
    from xinhua_id.cli.consoles import size
    from xinhua_id.errors import UsageError

    if not archive.is_dir():
        raise UsageError("there is no archive", where=str(archive), now="Name its folder with --archive.")
    talk = Console(stderr=True, highlight=False, soft_wrap=True)
    began = time.monotonic()
    with _undisturbed(archive, catalogue_url), _shown(talk, archive) as told:
        found = rebuilding.rebuild(archive, dt.datetime.now(dt.UTC), told, catalogue_url, forget_missing=forget_missing)
    rows = found.rows
    talk.print(
        f"[bold]{rows['captures']}[/] captures, {rows['visits']} visits and {rows['articles']} items from "
        f"{rows['files']} WARC files, {size(found.bytes)} read in {time.monotonic() - began:.1f} s."
    )
    if found.kept is not None:
        talk.print(f"The old catalogue is kept as {escape(found.kept.name)}.")
    if found.lost is not None:
        talk.print(f"[yellow]The run ledger could not be taken over[/]: {escape(found.lost)}")
        talk.print("Runs stand as their manifests say; a backup has the rest: `xinhua-id archive restore`.")
    if found.elsewhere:
        talk.print(f"Sites whose files are not here were left as they are: {escape(', '.join(found.elsewhere))}.")
    for fault in found.faults:
        talk.print(f"[red]{escape(str(fault.path.relative_to(archive)))}[/]: {escape(fault.why)}")
    if found.faults:
        number = len(found.faults)
        talk.print(f"{number} faults; everything else is in the catalogue. `xinhua-id archive verify` says more.")
    raise typer.Exit(1 if found.faults else 0)


def _undisturbed(archive: Path, url: str | None) -> AbstractContextManager[None]:
    """Keep workers on other machines from the sites whose rows are made anew; a file's are kept by their locks."""
    if not url:
        return nullcontext()
    from xinhua_id.archive.swap import sites
    from xinhua_id.crawl.tenure import Watch, held
    from xinhua_id.settings import XINHUA_ID_TAKE_OVER_SECONDS

    names = [home.name for home in sites(archive)]
    return held(archive, url, names, "archive rebuild", dt.datetime.now(dt.UTC), Watch(XINHUA_ID_TAKE_OVER_SECONDS))


@contextmanager
def _shown(talk: Console, archive: Path) -> Iterator[Callable[[Path], None]]:
    """Show which file is read: one moving line on a terminal, a plain one now and then in a log."""
    read, spoken = 0, time.monotonic()
    with talk.status("rebuilding") as moving:

        def told(path: Path) -> None:
            nonlocal read, spoken
            read += 1
            line = f"{read} files read  {escape(str(path.relative_to(archive)))}"
            if talk.is_terminal:
                moving.update(line)
            elif time.monotonic() - spoken >= _PLAIN_EVERY:
                spoken = time.monotonic()
                talk.print(line)

        yield told
