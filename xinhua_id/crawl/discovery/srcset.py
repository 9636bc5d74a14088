"""The candidates of a ``srcset``, read as browsers read it (HTML, "parsing a srcset attribute"). Knows nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

#: Themes offer five to eight sizes of a picture; a browser may take any of them.
MOST_CANDIDATES = 8
# Descriptors hold no commas but inside brackets, which no descriptor in use has.
_CANDIDATE = re.compile(r"[\s,]*+(?P<url>\S++)(?P<descriptors>[^,]*+)")


def candidates(srcset: str) -> Iterator[str]:
    """Yield the addresses as they are written, in order, at most `MOST_CANDIDATES` of them."""
    at = found = 0
    while found < MOST_CANDIDATES and (match := _CANDIDATE.match(srcset, at)):
        url = match["url"]
        if url.endswith(","):  # no descriptors: the comma ends the candidate
            at = match.end("url")
            url = url.rstrip(",")
        else:
            at = match.end()
        if url:
            found += 1
            yield url
