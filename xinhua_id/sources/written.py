"""Values as people write them: hours of a day (``22:00-05:00``) and amounts of data (``500MB``).

Knows nothing of who reads them: a source, a setting, the command line. What is none raises `ValueError` with a
sentence that says how to write it.
"""

from __future__ import annotations

import re

_WINDOW = re.compile(r"(\d{1,2}):(\d\d)\s*[-–]\s*(\d{1,2}):(\d\d)")
_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,9})?)\s*(B|KB|MB|GB|TB|KIB|MIB|GIB|TIB)?", re.IGNORECASE | re.ASCII)
_UNITS = {unit: 1000**power for power, unit in enumerate(("B", "KB", "MB", "GB", "TB"))} | {
    unit: 1024**power for power, unit in enumerate(("KIB", "MIB", "GIB", "TIB"), 1)
}


def windows(written: str) -> tuple[tuple[int, int], ...]:
    """Return windows of the day as minutes since midnight, the end not included: ``22:00-05:00, 12:00-13:00``.

    A window whose end comes before its beginning goes on past midnight; 24:00 is the end of the day.
    """
    return tuple(_window(part.strip()) for part in written.split(",")) if written.strip() else ()


def _window(part: str) -> tuple[int, int]:
    found = _WINDOW.fullmatch(part)
    how = 'write "22:00-05:00", several with commas between them'
    if found is None:
        raise ValueError(f"not hours of a day: {part!r}; {how}")
    first, first_minute, last, last_minute = (int(number) for number in found.groups())
    begin, end = first * 60 + first_minute, last * 60 + last_minute
    if first_minute > 59 or last_minute > 59 or begin >= 24 * 60 or end > 24 * 60:
        raise ValueError(f"no such time of day: {part!r}; {how}")
    if begin == end:
        raise ValueError(f"hours without length: {part!r}; leave them out where any time is right")
    return begin, end


def size(written: str) -> int:
    """Return a number of bytes: ``500000``, ``500MB`` (powers of 1000), ``1.5 GiB`` (of 1024); empty is 0."""
    if not written.strip():
        return 0
    found = _SIZE.fullmatch(written.strip())
    if found is None:
        raise ValueError(f"not a number of bytes: {written!r}; write 500MB, 1.5GiB or a whole number")
    return int(float(found[1]) * _UNITS[(found[2] or "B").upper()])
