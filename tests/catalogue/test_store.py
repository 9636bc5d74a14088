"""Opening the catalogue: made, migrated, refused; durable, and shared between processes."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from tests.catalogue import rows
from tests.conftest import environment
from xinhua_id.catalogue import captures, files, migrations, statements, tables, validators
from xinhua_id.catalogue.store import NAME, Catalogue
from xinhua_id.errors import CannotWrite, CatalogueError


def test_the_migrations_leave_the_tables_that_the_program_has(catalogue: Catalogue) -> None:
    with catalogue.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []


def test_head_is_the_latest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_current_head() == migrations.HEAD


def test_opening_again_needs_no_alembic(tmp_path: Path, database: str | None) -> None:
    Catalogue.open(tmp_path, database).close()
    code = (
        "import sys, pathlib; from xinhua_id.catalogue.store import Catalogue; "
        "Catalogue.open(pathlib.Path(sys.argv[1]), sys.argv[2]).close(); sys.exit('alembic' in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(tmp_path), database or ""]
    assert subprocess.run(command, env=environment(), check=False).returncode == 0


def test_a_transaction_is_durable_when_it_ends(file_catalogue: Catalogue) -> None:
    with file_catalogue.begin() as connection:
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert (connection.execute(text("PRAGMA busy_timeout")).scalar() or 0) >= 10_000


def test_a_transaction_that_breaks_leaves_nothing(catalogue: Catalogue) -> None:
    def breaks() -> None:
        with catalogue.begin() as connection:
            files.put(connection, [rows.file()])
            raise KeyError

    with pytest.raises(KeyError):
        breaks()
    with catalogue.reading() as connection:
        assert files.by_name(connection, "contoh.warc.gz") is None


def test_two_processes_may_make_one_catalogue_at_once(tmp_path: Path, database: str | None) -> None:
    code = (
        "import sys, pathlib; from xinhua_id.catalogue.store import Catalogue; sys.stdin.readline(); "
        "Catalogue.open(pathlib.Path(sys.argv[1]), sys.argv[2]).close()"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "arsip"), database or ""]
    started = [subprocess.Popen(command, env=environment(), stdin=subprocess.PIPE) for _ in range(3)]
    for process in started:
        assert process.stdin is not None
        process.stdin.close()
    assert [process.wait(30) for process in started] == [0, 0, 0]


def test_a_reader_sees_one_state_while_another_writes(
    catalogue: Catalogue, tmp_path: Path, database: str | None
) -> None:
    with catalogue.begin() as connection:
        captures.add(connection, [rows.capture(number) for number in range(5000)])
    other = Catalogue.open(tmp_path / "arsip", database)
    with catalogue.reading() as connection:
        found = captures.each(connection)
        first = next(found)
        with other.begin() as writing:
            captures.drop_file(writing, "contoh.warc.gz")
        assert [first, *found] == [rows.capture(number) for number in range(5000)]
    with catalogue.reading() as connection:
        assert list(captures.each(connection)) == []
    other.close()


def test_reading_asks_for_a_rebuild_where_there_is_no_catalogue(tmp_path: Path, database: str | None) -> None:
    for _ in range(2):  # and makes none
        with pytest.raises(CatalogueError, match=r"(has|holds) no catalogue.*xinhua-id archive rebuild"):
            Catalogue.open_to_read(tmp_path, database)
    assert list(tmp_path.iterdir()) == []


def test_reading_changes_nothing(catalogue: Catalogue, tmp_path: Path, database: str | None) -> None:
    reader = Catalogue.open_to_read(tmp_path / "arsip", database)
    with pytest.raises(CannotWrite, match=r"read-?only"), reader.begin() as connection:
        files.put(connection, [rows.file()])
    reader.close()


def test_reading_works_where_nothing_can_be_written(file_catalogue: Catalogue, tmp_path: Path) -> None:
    with file_catalogue.begin() as connection:
        files.put(connection, [rows.file()])
    file_catalogue.close()
    folder = tmp_path / "arsip"
    folder.chmod(0o555)
    (folder / NAME).chmod(0o444)
    try:
        with Catalogue.open_to_read(folder).reading() as connection:
            assert files.of_site(connection, "contoh") == [rows.file()]
    finally:
        folder.chmod(0o755)


def test_a_catalogue_of_a_newer_program_is_refused_and_left_alone(
    catalogue: Catalogue, tmp_path: Path, database: str | None
) -> None:
    with catalogue.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    catalogue.close()
    path = tmp_path / "arsip" / NAME
    before = None if database else path.read_bytes()
    for opened in (Catalogue.open, Catalogue.open_to_read):
        with pytest.raises(CatalogueError, match=rf"newer xinhua_id.*9999.*up to {migrations.HEAD}"):
            opened(tmp_path / "arsip", database)
    assert before == (None if database else path.read_bytes())


@pytest.mark.parametrize("content", [b"bukan basis data" * 400, b"SQLite format 3\0" + os.urandom(5000)])
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NAME).write_bytes(content)
    for opened in (Catalogue.open, Catalogue.open_to_read):
        with pytest.raises(CatalogueError, match=r"broken.*archive rebuild"):
            opened(tmp_path)
    assert (tmp_path / NAME).read_bytes() == content


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / NAME) as other:
        other.execute("CREATE TABLE kabar (isi)")
    with pytest.raises(CatalogueError, match="no catalogue: it holds kabar"):
        Catalogue.open(tmp_path)


def test_an_empty_file_becomes_a_catalogue(tmp_path: Path) -> None:
    (tmp_path / NAME).touch()
    Catalogue.open(tmp_path).close()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "berkas").touch()
    with pytest.raises(CannotWrite, match="berkas"):
        Catalogue.open(tmp_path / "berkas" / "arsip")


def test_a_name_with_signs_of_a_url_is_a_name(tmp_path: Path) -> None:
    folder = tmp_path / "arsip #1?50%&mode=ro ü"
    Catalogue.open(folder).close()
    Catalogue.open_to_read(folder).close()
    assert (folder / NAME).is_file()


def test_every_statement_can_be_said_to_postgresql() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for table in tables.metadata.sorted_tables:
        assert str(CreateTable(table).compile(dialect=dialect))
        for index in table.indexes:
            assert str(CreateIndex(index).compile(dialect=dialect))
        assert "ON CONFLICT" in str(statements._upsert(table, "postgresql", None).compile(dialect=dialect))
    upsert = statements._upsert(tables.validators, "postgresql", validators._is_later)
    assert "WHERE excluded.captured_at > validators.captured_at" in str(upsert.compile(dialect=dialect))
    assert "coalesce" in str(captures._ORIGINAL.compile(dialect=dialect))


def test_moments_are_kept_to_the_microsecond_in_utc(catalogue: Catalogue) -> None:
    jakarta = dt.timezone(dt.timedelta(hours=7))
    moments = [rows.WHEN, rows.WHEN.astimezone(jakarta), dt.datetime(7, 1, 1, tzinfo=dt.UTC)]
    with catalogue.begin() as connection:
        captures.add(connection, [rows.capture(n, captured_at=when) for n, when in enumerate(moments)])
        said = connection.execute(text("SELECT captured_at FROM captures ORDER BY captures.offset")).scalars().all()
        found = [row.captured_at for row in captures.each(connection)]
    assert said == ["2026-01-09T05:30:15.123456Z"] * 2 + ["0007-01-01T00:00:00.000000Z"]
    assert found == moments
    assert all(when.tzinfo is dt.UTC for when in found)


def test_a_moment_without_a_zone_is_refused(catalogue: Catalogue) -> None:
    with pytest.raises(Exception, match="no zone"), catalogue.begin() as connection:
        captures.add(connection, [rows.capture(captured_at=dt.datetime(2026, 1, 9))])  # noqa: DTZ001


def test_a_database_without_tables_is_brought_to_head_in_one_transaction(tmp_path: Path, database: str | None) -> None:
    engine = create_engine(database or f"sqlite:///{tmp_path / NAME}")
    with engine.connect() as connection:
        assert migrations.revision(connection) is None
    engine.dispose()
    Catalogue.open(tmp_path, database).close()
    reader = Catalogue.open_to_read(tmp_path, database)
    with reader.reading() as connection:
        assert migrations.revision(connection) == migrations.HEAD
    reader.close()
