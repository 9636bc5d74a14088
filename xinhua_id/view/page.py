"""Explanations to one HTML file that is safe to open.

Nothing of a page reaches the file but as escaped text: no element, no attribute, no address that a browser would
load, and a policy that forbids all but the file's own style. Knows nothing of files or of the command line.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from xinhua_id import __version__
from xinhua_id.extraction.explain import Explanation
from xinhua_id.view import legible, outline

#: The most pages that one file holds.
MOST_PAGES = 40
#: How many characters of a block are shown, by whether it is kept.
_LONGEST = {True: 4_000, False: 600}


@dataclass(frozen=True, slots=True)
class Shown:
    """One page to show: what it is called (a file's name or an address), and its explanation."""

    name: str
    explanation: Explanation


def render(pages: Sequence[Shown], notes: Sequence[str] = ()) -> str:
    """Return the HTML of all pages, with an index where they are several.

    ``notes`` say what is not shown and how to see it. The same explanations give the same text.
    """
    return (
        _environment()
        .get_template("page.html.jinja")
        .render(
            pages=pages, notes=notes, version=__version__, kept=outline.KEPT, places=outline.PLACES, longest=_LONGEST
        )
    )


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("xinhua_id.view", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(legible=legible.legible, number=legible.number)
    environment.globals.update(
        fields=outline.fields, legend=outline.legend, folds=outline.folds, most_blocks=outline.MOST_BLOCKS
    )
    return environment
