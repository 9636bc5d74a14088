"""From a revisit record to the response that holds its payload, among the WARC files of one folder.

Asks the catalogue where there is one; else the files themselves, read once. Knows nothing of pages.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from xinhua_id.archive.pages import file_in
from xinhua_id.catalogue import captures
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.errors import ArchiveError, BadRecord
from xinhua_id.warc import reader
from xinhua_id.warc.reader import Record


class OriginalRecords:
    """The originals of the revisits in ``folder``, a site's folder of WARC files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, revisit: Record) -> Record | None:
        """Return the response that a revisit refers to; None where it is not in the folder."""
        place = self.place_of(revisit)
        return self._read(place) if place else None

    def place_of(self, revisit: Record) -> tuple[str, int, int] | None:
        """Return the file, offset and length of that response."""
        wanted = revisit.header("WARC-Refers-To")
        if wanted is None:
            return self._by_moment(revisit)
        return self._in_catalogue(wanted) or self.places.get(wanted)

    def _by_moment(self, revisit: Record) -> tuple[str, int, int] | None:
        """Return it by URL and date, which some writers give alone (WARC 1.1 §5.15, §5.16)."""
        url, date = revisit.header("WARC-Refers-To-Target-URI"), revisit.header("WARC-Refers-To-Date")
        url = url and url.removeprefix("<").removesuffix(">")
        return self.places.get(f"{url} {date}") if url and date else None

    def _in_catalogue(self, record_id: str) -> tuple[str, int, int] | None:
        if self._catalogue is None:
            return None
        with self._catalogue.reading() as connection:
            row = captures.by_record_id(connection, record_id)
        return (row.file, row.offset, row.length) if row else None

    def _read(self, place: tuple[str, int, int]) -> Record | None:
        name, offset, length = place
        try:
            return reader.record_at(file_in(self._folder, name), offset, length)
        except BadRecord:
            return None

    @cached_property
    def _catalogue(self) -> Catalogue | None:
        try:
            return Catalogue.open_to_read(self._folder.parent.parent)
        except ArchiveError:
            return None

    @cached_property
    def places(self) -> dict[str, tuple[str, int, int]]:
        """Where every response of the folder lies, by its id, and by its URL and date."""
        found: dict[str, tuple[str, int, int]] = {}
        for path in sorted(self._folder.glob("*.warc*")):
            if not path.name.removesuffix(".open").endswith((".warc.gz", ".warc")):
                continue
            name = path.name.removesuffix(".open")
            try:
                for record in reader.records(path):
                    if record.type == "response" and record.addressable:
                        place = name, record.offset, record.length
                        found[record.header("WARC-Record-ID") or ""] = place
                        found[f"{record.target_uri} {record.header('WARC-Date')}"] = place
            except BadRecord:
                continue  # whoever reads that file says so
        return found
