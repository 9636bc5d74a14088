"""From a revisit record to the response that holds its payload, among the WARC files of one folder.

The catalogue is asked first. It may be older than the files, or of another archive, so what lies there is looked at;
where it is another record, or none, the files themselves are searched, once. Knows nothing of pages.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from xinhua_id.archive.pages import file_in
from xinhua_id.catalogue import captures
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.errors import ArchiveError, BadRecord
from xinhua_id.warc import reader
from xinhua_id.warc.file import OPEN, WARCS
from xinhua_id.warc.reader import Record

_Place = tuple[str, int, int]


def original_of(revisit: Record) -> str | None:
    """Return what a revisit calls its original by: a record's id, or a URL and a date; None where it says neither.

    Some writers give URL and date alone (WARC 1.1 §5.15, §5.16).
    """
    if wanted := revisit.header("WARC-Refers-To"):
        return wanted
    url, date = revisit.header("WARC-Refers-To-Target-URI"), revisit.header("WARC-Refers-To-Date")
    return f"{url.removeprefix('<').removesuffix('>')} {date}" if url and date else None


def names_of(response: Record) -> tuple[str | None, str]:
    """Return what a revisit may call a response by: its id, and its URL and date."""
    return response.header("WARC-Record-ID"), f"{response.target_uri} {response.header('WARC-Date')}"


class OriginalRecords:
    """The originals of the revisits in ``folder``, a site's folder of WARC files.

    ``catalogue_url`` is the catalogue's database, where it is no file of the archive.
    """

    def __init__(self, folder: Path, catalogue_url: str | None = None) -> None:
        self._folder = folder
        self._url = catalogue_url

    def of(self, revisit: Record) -> Record | None:
        """Return the response that a revisit refers to; None where the folder has none that can be read."""
        found = self.find(revisit)
        return found[1] if found else None

    def find(self, revisit: Record) -> tuple[Path, Record] | None:
        """Return that response and the file it lies in."""
        wanted = original_of(revisit)
        if wanted is None:
            return None
        return self._checked(wanted, self._in_catalogue(wanted)) or self._checked(wanted, self._places.get(wanted))

    def _checked(self, wanted: str, place: _Place | None) -> tuple[Path, Record] | None:
        if place is None:
            return None
        name, offset, length = place
        try:
            path = file_in(self._folder, name)
            found = reader.record_at(path, offset, length)
        except BadRecord:
            return None
        return (path, found) if found.type == "response" and wanted in names_of(found) else None

    def _in_catalogue(self, record_id: str) -> _Place | None:
        if self._catalogue is None:
            return None
        with self._catalogue.reading() as connection:
            row = captures.by_record_id(connection, record_id)
        return (row.file, row.offset, row.length) if row else None

    @cached_property
    def _catalogue(self) -> Catalogue | None:
        try:
            return Catalogue.open_to_read(self._folder.parent.parent, self._url)
        except ArchiveError:
            return None

    @cached_property
    def _places(self) -> dict[str, _Place]:
        """Where every response of the folder lies, by its id, and by its URL and date."""
        found: dict[str, _Place] = {}
        for path in sorted(self._folder.glob("*.warc*")):
            if not path.name.removesuffix(OPEN).endswith(WARCS):
                continue
            name = path.name.removesuffix(OPEN)
            try:
                for record in reader.records(path):
                    if record.type == "response" and record.addressable:
                        place = name, record.offset, record.length
                        found |= {said: place for said in names_of(record) if said}
            except BadRecord:
                continue  # whoever reads that file says so
        return found
