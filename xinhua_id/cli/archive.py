"""`xinhua-id archive`: what an archivist does with what was captured, one module a verb."""

from __future__ import annotations

import typer

from xinhua_id.cli import archive_import, archive_index, archive_recover, archive_replay, archive_verify

_HELP = """Check, index, package, replay and mend what was captured.

**Examples**

    xinhua-id archive recover

    xinhua-id archive index indonesiawindow
"""


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    archive = typer.Typer(help=_HELP, no_args_is_help=True, rich_markup_mode="markdown")
    for verb in (archive_import, archive_index, archive_recover, archive_replay, archive_verify):
        verb.register(archive)
    app.add_typer(archive, name="archive")
