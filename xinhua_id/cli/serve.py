"""`xinhua-id serve`: scrapyd from this project, on loopback, behind a password."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from xinhua_id.cli.options import ArchiveFolder

_HELP = """Start scrapyd with this project: crawls are scheduled over HTTP and land in the archive.

It listens on 127.0.0.1 only. The password is XINHUA_ID_PASSWORD; without one, one is made and shown once. Ctrl-C (or
SIGTERM) lets the crawls under way end and close their files.

**Examples**

    XINHUA_ID_PASSWORD=… xinhua-id serve --archive /data/archives

    curl -u xinhua-id:… http://127.0.0.1:6800/schedule.json -d project=xinhua_id -d spider=news -d source=xinhua

    curl -u xinhua-id:… "http://127.0.0.1:6800/listjobs.json?project=xinhua_id"
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve", help=_HELP)(serve)


def serve(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port; scrapy.cfg's, else 6800.")] = None,
    archive: ArchiveFolder = Path("archives"),
    state: Annotated[
        Path | None, typer.Option(help="Folder of queue, logs and ledger; `.scrapyd` beside scrapy.cfg.")
    ] = None,
) -> None:
    """Say where the server is, and become it."""
    from xinhua_id.ops import server

    about_to = server.prepare(port, archive, state, os.environ.get("XINHUA_ID_PASSWORD"))
    talk = Console(stderr=True, highlight=False, soft_wrap=True)
    talk.print(f"scrapyd at [bold]{about_to.address}[/]  user {about_to.user}")
    if about_to.password_made:
        talk.print(f"password, shown this once: {about_to.password}", markup=False)
    talk.print(f"archive  {about_to.archive}\nstate    {about_to.state}", markup=False)
    about_to.start()
