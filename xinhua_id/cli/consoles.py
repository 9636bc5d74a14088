"""Where tables are printed: as wide as the terminal, and in a pipe as wide as they are, so that nothing is cut."""

from __future__ import annotations

from rich.console import Console

#: Columns of what goes to no terminal.
_UNCUT = 10_000


def uncut(*, stderr: bool = False) -> Console:
    """Return a console of stdout, or of stderr."""
    found = Console(stderr=stderr, highlight=False, soft_wrap=True)
    return found if found.is_terminal else Console(stderr=stderr, highlight=False, soft_wrap=True, width=_UNCUT)
