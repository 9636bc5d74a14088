"""The folders of an archive's sites, found by what stands in them.

Knows nothing of catalogues, of locks or of what the files hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xinhua_id.errors import UsageError


def sites_in(archive: Path) -> list[Path]:
    """Return the folders that hold WARC files, in the order of their names; none where there is no archive."""
    return sorted(path.parent for path in archive.glob("*/warc") if path.is_dir())


def sites_of(archive: Path, names: Sequence[str] | None = None) -> list[Path]:
    """Return the folders of the named sites, or of all.

    Raises `UsageError` where there is no archive, no site in it, or none of such a name.
    """
    if not archive.is_dir():
        raise UsageError("there is no archive", where=str(archive), now="Name its folder with --archive.")
    found = sites_in(archive)
    if not found:
        raise UsageError("the folder holds no site of an archive", where=str(archive), now="Check --archive.")
    if not names:
        return found
    homes = [archive / name for name in names]
    for home in homes:
        if home not in found:
            raise UsageError(
                f"no site {home.name!r} in the archive", where=str(archive),
                now=f"There are: {', '.join(one.name for one in found)}.",
            )  # fmt: skip
    return homes
