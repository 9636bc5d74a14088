"""WACZ packages: what a run or a site captured, as one file that replays by itself. The WARC files stay as they are."""

from xinhua_id.archive.package.make import Packaged, package
from xinhua_id.archive.package.selection import Selection, of_run, of_site

__all__ = ["Packaged", "Selection", "of_run", "of_site", "package"]
