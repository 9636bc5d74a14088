"""`xinhua-id archive`: what an archivist does with what was captured, one module a verb."""

from __future__ import annotations

import typer

from xinhua_id.cli import (
    archive_backup,
    archive_import,
    archive_index,
    archive_package,
    archive_rebuild,
    archive_recover,
    archive_redact,
    archive_replay,
    archive_stats,
    archive_verify,
)

_HELP = """Check, index, package, replay and mend what was captured.

**Examples**

    xinhua-id archive verify

    xinhua-id archive package --run indonesiawindow-20261125T060000Z

    xinhua-id archive replay
"""
#: In the order of `--help`: what is done every day first.
_VERBS = (
    archive_stats,
    archive_verify,
    archive_index,
    archive_package,
    archive_replay,
    archive_recover,
    archive_import,
    archive_redact,
    archive_backup,
    archive_rebuild,
)


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    archive = typer.Typer(help=_HELP, no_args_is_help=True, rich_markup_mode="markdown")
    for verb in _VERBS:
        verb.register(archive)
    app.add_typer(archive, name="archive")
