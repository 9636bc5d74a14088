"""How things are printed: as wide as the terminal, in a pipe as wide as they are, bytes in units that people read."""

from __future__ import annotations

from rich.console import Console

#: Columns of what goes to no terminal.
_UNCUT = 10_000


def uncut(*, stderr: bool = False) -> Console:
    """Return a console of stdout, or of stderr."""
    found = Console(stderr=stderr, highlight=False, soft_wrap=True)
    return found if found.is_terminal else Console(stderr=stderr, highlight=False, soft_wrap=True, width=_UNCUT)


def size(number: int) -> str:
    """Return a number of bytes as people read it."""
    value = float(number)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    raise AssertionError(number)
