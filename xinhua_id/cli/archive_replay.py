"""`xinhua-id archive replay`: the archive in a browser, through pywb, until Ctrl-C."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from xinhua_id.cli.options import ArchiveFolder

_HELP = """Open the archive in a browser: a list of its stories, each as its page was captured.

Without WHAT all sites are served; else a site, a run, or a WARC or WACZ by its path. It listens on 127.0.0.1 only,
fetches nothing from the live web, and ends with Ctrl-C. It needs pywb: `make replay-ready` installs it.

**Examples**

    xinhua-id archive replay

    xinhua-id archive replay indonesiawindow-20261123T080000Z --port 0

    xinhua-id archive replay ~/downloads/crawl.wacz
"""


def register(archive: typer.Typer) -> None:
    """Add the command."""
    archive.command("replay", help=_HELP)(replay)


def replay(
    what: Annotated[str | None, typer.Argument(help="A site, a run, or a WARC or WACZ; all sites without it.")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8090,
    archive: ArchiveFolder = Path("archives"),
) -> None:
    """Replay until interrupted; the address goes to stdout."""
    from xinhua_id.archive.replay import process as replaying
    from xinhua_id.archive.replay.target import find

    talk = Console(stderr=True, highlight=False, soft_wrap=True)
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _interrupted)
    try:
        with (
            talk.status("looking for pywb") as status,
            replaying.begin(
                find(archive, what), port, lambda doing, done: status.update(f"{doing} {done:,}" if done else doing)
            ) as running,
        ):
            status.stop()
            print(running.address, flush=True)
            count = running.listed.stories
            talk.print(f"{count:,} {'story' if count == 1 else 'stories'}. Ctrl-C ends it.", markup=False)
            for note in running.notes:
                talk.print(note, style="yellow", markup=False)
            running.wait()
    except KeyboardInterrupt:
        raise typer.Exit from None  # the way it is meant to end


def _interrupted(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt
