"""The ``Link`` header (RFC 8288): what a page names outside its body. Knows nothing of what is made of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xinhua_id.items import Page

#: No more of one header is read; a collection's holds three addresses.
LONGEST = 16_384
# A target, then its parameters up to the comma that ends them; a quoted value may hold a comma.
_LINK = re.compile(r"<([^<>]*+)>((?:[^,\"<]|\"(?:[^\"\\]|\\.)*+\"?+)*+)")
_RELATION = re.compile(r";\s*+rel\s*+=\s*+(?:\"([^\"]*+)|([^\s;,\"]++))", re.IGNORECASE)


def named(page: Page, relation: str) -> Iterator[str]:
    """Yield the addresses, as they are written, that the header gives a relation (``next``, ``canonical``, a URL)."""
    for name, value in page.headers:
        if name.lower() != "link":
            continue
        for target, parameters in _LINK.findall(value[:LONGEST]):
            found = _RELATION.search(parameters)
            if found and relation in (found[1] or found[2] or "").lower().split():
                yield target.strip()
