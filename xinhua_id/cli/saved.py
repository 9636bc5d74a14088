"""What a person names on the command line: a file, by path or URL, or standard input, read whole and out of its gzip.

Knows nothing of what stands in it.
"""

from __future__ import annotations

import sys

from xinhua_id.errors import BadPayload, UsageError
from xinhua_id.warc import coding
from xinhua_id.warc.opening import opened

#: The most bytes read or unpacked: as much as a crawl takes of one answer.
LARGEST = 128 * 1024 * 1024


def read(name: str) -> bytes:
    """Return the bytes of a file, of standard input for ``-``; those inside, where it is a gzip file.

    Raises `UsageError` where it cannot be read or is too large, `BadPayload` where the gzip is broken.
    """
    body = head(name, LARGEST + 1)
    if len(body) > LARGEST:
        raise UsageError(
            f"the file is larger than {LARGEST // 2**20} MB", where=name, now="No page is; is it a WARC? Call it .warc."
        )
    try:
        return coding.decoded("gzip", body, limit=LARGEST)
    except BadPayload as error:
        raise BadPayload(f"the gzip file cannot be unpacked: {error.what}", where=name, now="Save it again.") from error


def head(name: str, size: int) -> bytes:
    """Return the first ``size`` bytes as they are; raise `UsageError` where they cannot be read."""
    try:
        if name == "-":
            return sys.stdin.buffer.read(size)
        with opened(name) as file:
            return file.read(size)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        why = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"cannot read the file: {why}", where=name, now="Check the path.") from error
