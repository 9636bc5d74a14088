"""How a catalogue of an older program becomes one of this: Alembic revisions, run by the program itself.

Alembic is imported only where a catalogue is not at `HEAD`, which is once in its life.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from xinhua_id.errors import CatalogueError

#: The latest revision, said here so that most starts need no Alembic; a test holds it to the revisions.
HEAD = "0002"


def revision(connection: Connection) -> str | None:
    """Return the revision a catalogue is at; None where it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def upgrade(connection: Connection, where: str) -> None:
    """Bring a catalogue to `HEAD`, inside the transaction that is under way.

    Raises `CatalogueError` for one that a newer program wrote, and for a database that is no catalogue.
    """
    at = revision(connection)
    if at == HEAD:
        return
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if at is not None and at not in known:
        raise CatalogueError(
            f"the catalogue is of a newer xinhua_id: it is at revision {at}, this program knows up to {HEAD}",
            where=where,
            now="Use the newer program; or move the catalogue away and run `xinhua-id archive rebuild` with this one.",
        )
    if at is None and (tables := inspect(connection).get_table_names()):
        raise CatalogueError(
            f"the database is no catalogue: it holds {', '.join(sorted(tables)[:3])}",
            where=where,
            now="Move it away, or name a database of the catalogue's own, then run `xinhua-id archive rebuild`.",
        )
    if connection.dialect.name == "postgresql":
        encoding = connection.execute(text("SHOW server_encoding")).scalar()
        if encoding != "UTF8":
            raise CatalogueError(
                f"the database is in {encoding}, which cannot write every headline",
                where=where,
                now="Make one in UTF-8: `createdb --encoding UTF8 --template template0 …`.",
            )
    command.upgrade(config, "head")
