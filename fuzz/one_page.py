"""One input of the fuzzer: a page or a text, read as the library reads it, and what must hold of whatever comes out.

Knows nothing of the fuzzer, so that a file it found can be read again without it.
"""

from __future__ import annotations

import time
import zlib

from xinhua_id import sources
from xinhua_id.errors import NotAnArticle
from xinhua_id.extraction import extract, extract_text
from xinhua_id.extraction.decode import decode
from xinhua_id.items import Article, Page
from xinhua_id.sources import Source

#: Processor seconds an input of at most `LARGEST` bytes may take while every branch is counted.
LONGEST = 2.0
LARGEST = 65_536


class Broken(Exception):
    """The input shows a fault of ours."""


def check(body: bytes) -> None:
    """Read ``body``; raise `Broken` where it takes too long or gives what no item may be, and let any other error out.

    The bytes themselves choose by their CRC-32 whose page they are, or that they are a text, so that a file that was
    found is all it takes to see the fault again.
    """
    start = time.process_time()
    try:
        found = _read(body)
    except NotAnArticle as no:
        if not no.reason.replace("-", "").isalnum():
            raise Broken(f"a reason that is no name: {no.reason!r}") from no
        found = None
    taken = time.process_time() - start
    if taken > LONGEST:
        raise Broken(f"{len(body):,} bytes took {taken:.1f} s")
    if found is None:
        return
    if Article.model_validate_json(found.model_dump_json()) != found:
        raise Broken("the item is another one after it was written and read")
    if not all(text.strip() for text in found.paragraphs) or found.text != "\n\n".join(found.paragraphs):
        raise Broken("text and paragraphs do not agree, or one is empty")
    if any((removed.position or 0) > len(found.paragraphs) for removed in found.removed):
        raise Broken("something was removed behind the end of the story")


def _read(body: bytes) -> Article:
    whose: tuple[Source | None, ...] = (None, *sources.shipped())
    chosen = zlib.crc32(body) % (len(whose) + 1)
    if chosen == len(whose):
        return extract_text(decode(body))
    return extract(Page("https://kabar.example.id/berita/kereta-wisata", body=body), whose[chosen])
