"""Where the original of a revisit lies, and that it is the one: what goes into a package must not be another record.

The catalogue is asked first. It may be older than the files, so what lies there is looked at, and where it is another
record, or none, the files themselves are searched, once. Knows nothing of packages.
"""

from __future__ import annotations

from pathlib import Path

from xinhua_id.archive.pages import file_in
from xinhua_id.archive.revisits import OriginalRecords
from xinhua_id.errors import BadRecord
from xinhua_id.warc import reader
from xinhua_id.warc.reader import Record


def original_of(revisit: Record) -> str | None:
    """Return what a revisit calls its original by: a record's id, or a URL and a date; None where it says neither."""
    if wanted := revisit.header("WARC-Refers-To"):
        return wanted
    url, date = revisit.header("WARC-Refers-To-Target-URI"), revisit.header("WARC-Refers-To-Date")
    return f"{url.removeprefix('<').removesuffix('>')} {date}" if url and date else None


class Originals:
    """The originals of the revisits in ``folder``, a site's folder of WARC files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._places = OriginalRecords(folder)

    def of(self, revisit: Record) -> tuple[Path, Record] | None:
        """Return the file and the record of a revisit's original; None where the folder has none that can be read."""
        return self._checked(revisit, self._places.place_of(revisit)) or self._checked(
            revisit, self._places.places.get(original_of(revisit) or "")
        )

    def _checked(self, revisit: Record, place: tuple[str, int, int] | None) -> tuple[Path, Record] | None:
        if place is None:
            return None
        name, offset, length = place
        try:
            path = file_in(self._folder, name)
            found = reader.record_at(path, offset, length)
        except BadRecord:
            return None
        return (path, found) if found.type == "response" and original_of(revisit) in _names(found) else None


def _names(response: Record) -> set[str | None]:
    return {response.header("WARC-Record-ID"), f"{response.target_uri} {response.header('WARC-Date')}"}
