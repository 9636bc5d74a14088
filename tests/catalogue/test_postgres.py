"""The catalogue in PostgreSQL: what a server does that a file does not. What both do is tested on both."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.catalogue import rows
from tests.postgres_server import PostgresServer
from xinhua_id.catalogue import captures, files
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.errors import CannotWrite, CatalogueError

NOWHERE = "postgresql+psycopg://operator:rahasia@/katalog?host=/tiada&password=rahasia"


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    return postgres.database()


@pytest.fixture
def served(url: str, tmp_path: Path) -> Iterator[Catalogue]:
    opened = Catalogue.open(tmp_path, url)
    yield opened
    opened.close()


def execute(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def restart(postgres: PostgresServer) -> None:
    postgres.stop()
    postgres.start()


def length_of(catalogue: Catalogue, name: str) -> int:
    with catalogue.reading() as connection:
        row = files.by_name(connection, name)
    return row.committed if row else -1


@pytest.mark.parametrize(
    "said", ["bukan-url", "tiada://x/y", "sqlite:///lain.sqlite", "mysql://x/y", "postgresql://u:rahasia@h:pintu/db"]
)
def test_a_url_that_names_no_database_is_refused_without_being_shown(tmp_path: Path, said: str) -> None:
    for opened in (Catalogue.open, Catalogue.open_to_read):
        with pytest.raises(CatalogueError, match="database cannot be used") as refused:
            opened(tmp_path, said)
        assert "rahasia" not in str(refused.value)


def test_without_the_driver_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(CatalogueError, match=r"there is no psycopg here.*pip install 'xinhua-id\[postgres\]'"):
        Catalogue.open(tmp_path, NOWHERE)


def test_nothing_is_made_in_the_archive(served: Catalogue, tmp_path: Path) -> None:
    assert list(tmp_path.iterdir()) == []


def test_the_short_form_of_a_url_will_do(url: str, tmp_path: Path) -> None:
    Catalogue.open(tmp_path, url.replace("postgresql+psycopg", "postgresql")).close()
    Catalogue.open_to_read(tmp_path, url.replace("postgresql+psycopg", "postgres")).close()


def test_a_server_that_does_not_answer_is_named_without_the_password(
    postgres: PostgresServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for opened in (Catalogue.open, Catalogue.open_to_read):
        with pytest.raises(CatalogueError, match=r"cannot be read: .*operator:\*\*\*@.*server runs") as refused:
            opened(tmp_path, NOWHERE)
        assert "rahasia" not in str(refused.value) + caplog.text
        assert "\n" not in str(refused.value)


def test_all_text_is_compared_by_code_points_whatever_the_servers_locale(served: Catalogue) -> None:
    query = text(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'"
    )
    with served.reading() as connection:
        assert connection.execute(query).all() == []


def test_a_transaction_is_durable_though_the_server_is_set_not_to_wait(url: str, tmp_path: Path) -> None:
    name = url.partition("/tes_")[2].partition("?")[0]
    execute(url, f"ALTER DATABASE tes_{name} SET synchronous_commit = off")
    catalogue = Catalogue.open(tmp_path, url)
    with catalogue.begin() as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"
        assert connection.execute(text("SHOW lock_timeout")).scalar() == "1min"
    catalogue.close()


def test_a_database_that_cannot_write_every_headline_is_refused(url: str, tmp_path: Path) -> None:
    execute(url, "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
    try:
        with pytest.raises(CatalogueError, match=r"LATIN1.*UTF-8"):
            Catalogue.open(tmp_path, "/latin?".join([url.rpartition("/tes_")[0], url.partition("?")[2]]))
    finally:
        execute(url, "DROP DATABASE latin")


def test_another_programs_database_is_refused(url: str, tmp_path: Path) -> None:
    execute(url, "CREATE TABLE kabar (isi text)")
    with pytest.raises(CatalogueError, match=r"no catalogue: it holds kabar.*database of the catalogue's own"):
        Catalogue.open(tmp_path, url)


def test_a_catalogue_that_lost_a_table_is_called_broken(served: Catalogue, url: str) -> None:
    execute(url, "DROP TABLE captures")
    with pytest.raises(CatalogueError, match=r"broken.*captures.*archive rebuild"), served.reading() as connection:
        captures.by_record_id(connection, "<urn:uuid:0>")
    with pytest.raises(CatalogueError, match="broken"), served.begin() as connection:
        captures.add(connection, [rows.capture()])


def test_what_a_user_may_not_do_is_said_in_words(served: Catalogue, url: str, tmp_path: Path) -> None:
    execute(url, "CREATE ROLE tamu LOGIN")
    execute(url, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO tamu")
    guest = Catalogue.open(tmp_path, url.replace("postgres@", "tamu@"))
    try:
        with guest.reading() as connection:
            assert files.of_site(connection, "contoh") == []
        with pytest.raises(CannotWrite, match=r"permission denied.*lets this user in"), guest.begin() as connection:
            files.put(connection, [rows.file()])
    finally:
        guest.close()
        execute(url, "DROP OWNED BY tamu")
        execute(url, "DROP ROLE tamu")


def test_of_two_that_read_and_then_write_neither_undoes_the_other(served: Catalogue, url: str, tmp_path: Path) -> None:
    with served.begin() as connection:
        files.put(connection, [rows.file()])

    def add() -> None:
        catalogue = Catalogue.open(tmp_path, url)
        for _ in range(25):
            with catalogue.begin() as connection:
                row = files.by_name(connection, "contoh.warc.gz")
                assert row is not None
                files.committed(connection, row.name, row.committed + 1)
        catalogue.close()

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert length_of(served, "contoh.warc.gz") == 100


def test_who_writes_for_long_may_let_others_write(served: Catalogue, url: str, tmp_path: Path) -> None:
    other = Catalogue.open(tmp_path, url)
    with served.begin(alone=False) as long:
        files.put(long, [rows.file("panjang.warc.gz")])
        with other.begin() as connection:
            files.put(connection, [rows.file("lain.warc.gz", site="lain")])
    other.close()
    assert length_of(served, "panjang.warc.gz") == length_of(served, "lain.warc.gz") == 0


def test_a_restart_between_two_transactions_is_not_noticed(served: Catalogue, postgres: PostgresServer) -> None:
    with served.begin() as connection:
        files.put(connection, [rows.file()])
    assert length_of(served, "contoh.warc.gz") == 0
    restart(postgres)
    with served.begin() as connection:
        files.committed(connection, "contoh.warc.gz", 7)
    assert length_of(served, "contoh.warc.gz") == 7


def test_a_restart_in_a_transaction_undoes_it_and_says_what_to_do(served: Catalogue, postgres: PostgresServer) -> None:
    def write() -> None:
        with served.begin() as connection:
            files.put(connection, [rows.file()])
            restart(postgres)
            files.put(connection, [rows.file("lain.warc.gz")])

    with pytest.raises(CannotWrite, match=r"cannot be written: .*server runs.*archive recover") as broken:
        write()
    assert "\n" not in str(broken.value)
    assert length_of(served, "contoh.warc.gz") == -1


def test_a_server_lost_at_the_commit_is_no_commit(served: Catalogue, postgres: PostgresServer) -> None:
    def write() -> None:
        with served.begin() as connection:
            files.put(connection, [rows.file()])
            restart(postgres)

    with pytest.raises(CannotWrite, match="cannot be written"):
        write()
    assert length_of(served, "contoh.warc.gz") == -1


def test_a_server_lost_in_the_middle_of_an_answer_is_told(served: Catalogue, postgres: PostgresServer) -> None:
    def read() -> None:
        with served.reading() as connection:
            found = captures.each(connection)
            next(found)
            restart(postgres)
            list(found)

    with served.begin() as connection:
        captures.add(connection, [rows.capture(number) for number in range(5000)])
    with pytest.raises(CatalogueError, match="cannot be read"):
        read()
    with served.reading() as connection:
        assert sum(1 for _ in captures.each(connection)) == 5000


def test_what_was_deleted_is_in_no_free_page(served: Catalogue) -> None:
    size = text("SELECT pg_total_relation_size('captures')")
    with served.begin() as connection:
        captures.add(connection, [rows.capture(number) for number in range(2000)])
    with served.begin() as connection:
        captures.drop_file(connection, "contoh.warc.gz")
    with served.reading() as connection:
        before = connection.execute(size).scalar_one()
    served.compact()
    with served.reading() as connection:
        assert connection.execute(size).scalar_one() < before / 4
