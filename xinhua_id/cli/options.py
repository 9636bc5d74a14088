"""Options that commands have in common, so that they are called and explained alike. Knows no command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

#: Where an archive lies; ``Path("archives")`` is the default of every command that takes it.
ArchiveFolder = Annotated[Path, typer.Option(envvar="XINHUA_ID_ARCHIVE", help="The archive's folder.")]

#: Where its catalogue is; None is the default of every command that takes it. Its value is shown nowhere: it may hold a
#: password.
CatalogueUrl = Annotated[
    str | None,
    typer.Option(
        "--catalogue", metavar="URL", envvar="XINHUA_ID_CATALOGUE",
        help="A PostgreSQL database that holds the catalogue; else it is a SQLite file in the archive.",
    ),
]  # fmt: skip
