"""The CDXJ index of a site: which capture of which URL lies where, sorted for binary search. Knows no catalogue."""

from xinhua_id.archive.index.cdxj import key_of, line_of, lines_of
from xinhua_id.archive.index.site import NAME, Updated, update, warcs_of

__all__ = ["NAME", "Updated", "key_of", "line_of", "lines_of", "update", "warcs_of"]
