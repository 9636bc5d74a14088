"""`xinhua-id archive`: what an archivist does with what was captured, one module a verb."""

from __future__ import annotations

import typer

from xinhua_id.cli.lazily import group_of

_HELP = """Check, index, package, replay and mend what was captured.

**Examples**

    xinhua-id archive verify

    xinhua-id archive package --run indonesiawindow-20261125T060000Z

    xinhua-id archive replay
"""
#: In the order of `--help`: what is done every day first.
_VERBS = {
    **{
        name: f"xinhua_id.cli.archive_{name}"
        for name in "stats coverage verify index package replay recover import redact backup rebuild".split()
    },
    "restore": "xinhua_id.cli.archive_backup",
}


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    archive = typer.Typer(help=_HELP, no_args_is_help=True, rich_markup_mode="markdown", cls=group_of(_VERBS))

    @archive.callback()
    def _verbs() -> None:
        """Nothing of its own: every verb is a module."""

    app.add_typer(archive, name="archive")
