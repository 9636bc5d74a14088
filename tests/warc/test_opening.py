"""Files by their URL, against an S3 server on loopback: the same records, and words for whatever goes wrong."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.archive.imports_made import heritrix
from tests.conftest import environment
from tests.warc.foreign import foreign, members
from xinhua_id.cli import main
from xinhua_id.corpus.read import read
from xinhua_id.errors import BadRecord, UsageError
from xinhua_id.warc.opening import is_url, name_of, opened, place, size_of
from xinhua_id.warc.reader import record_at, records

KEYS = {"AWS_ACCESS_KEY_ID": "uji", "AWS_SECRET_ACCESS_KEY": "uji", "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    moto = pytest.importorskip("moto.server")
    pytest.importorskip("s3fs")
    there = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    there.start()
    host, port = there.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        there.stop()


@pytest.fixture
def bucket(server: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An empty bucket ``arsip``; nothing of the machine's own credentials is seen."""
    import boto3
    from s3fs import S3FileSystem

    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in {**KEYS, "AWS_ENDPOINT_URL_S3": server, "AWS_EC2_METADATA_DISABLED": "true"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    S3FileSystem.clear_instance_cache()
    s3 = boto3.resource("s3")
    found = s3.Bucket("arsip")
    found.create()
    yield found
    found.objects.all().delete()
    found.delete()
    S3FileSystem.clear_instance_cache()


def test_records_are_read_and_found_again_over_s3(bucket: Any) -> None:
    bucket.put_object(Key="a/berita.warc.gz", Body=heritrix())
    url = "s3://arsip/a/berita.warc.gz"
    found = list(records(url))
    assert [record.type for record in found] == ["warcinfo", "response", "request", "metadata"]
    assert record_at(url, found[1].offset, found[1].length) == found[1]
    assert size_of(url) == len(heritrix())


def test_a_long_block_is_read_again_from_where_it_lies(bucket: Any) -> None:
    block = os.urandom(6 << 20)
    bucket.put_object(Key="besar.warc.gz", Body=members(foreign(), foreign(block)))
    _, found = records("s3://arsip/besar.warc.gz")
    assert found.content == block


def test_stories_are_extracted_over_s3(bucket: Any, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    bucket.put_object(Key="berita.warc.gz", Body=heritrix())
    assert main(["extract", "s3://arsip/berita.warc.gz"]) == 0
    out, talk = capfdbinary.readouterr()
    assert json.loads(out)["capture"]["file"] == "berita.warc.gz"
    assert b"berita.warc.gz: 1 records, 1 stories" in talk


def test_items_are_read_over_s3(bucket: Any, tmp_path: Path) -> None:
    path = tmp_path / "berita.warc.gz"
    path.write_bytes(heritrix())
    assert main(["archive", "import", str(path), "--as", "uji", "--archive", str(tmp_path / "arsip")]) == 0
    for file in (tmp_path / "arsip").rglob("*.jsonl"):
        bucket.upload_file(str(file), str(file.relative_to(tmp_path)))
    there = list(read(tmp_path / "arsip"))
    key = next(iter(bucket.objects.all())).key
    for url in ("s3://arsip/arsip", "s3://arsip/arsip/", "s3://arsip/arsip/imports-uji", f"s3://arsip/{key}"):
        assert list(read(url)) == there
    assert read("s3://arsip/arsip").files == [f"s3://arsip/{key}"]
    with pytest.raises(UsageError, match="no items here"):
        read("s3://arsip/kosong")
    with pytest.raises(UsageError, match="no such bucket"):
        read("s3://bukan-arsip/arsip")


def test_a_file_is_imported_over_s3(bucket: Any, tmp_path: Path) -> None:
    bucket.put_object(Key="berita.warc.gz", Body=heritrix())
    assert main(["archive", "import", "s3://arsip/berita.warc.gz", "--as", "jauh", "--archive", str(tmp_path)]) == 0
    assert (tmp_path / "imports-jauh/warc/berita.warc.gz").read_bytes() == heritrix()
    (manifest,) = (tmp_path / "imports-jauh/runs").iterdir()
    assert json.loads(manifest.read_text())["imported"]["from"] == "s3://arsip/berita.warc.gz"


@pytest.mark.parametrize(
    ("url", "says"), [
        ("s3://arsip/tidak-ada.warc.gz", "there is no such file"),
        ("s3://bukan-arsip/berita.warc.gz", "there is no such"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said(bucket: Any, url: str, says: str) -> None:
    with pytest.raises(BadRecord, match=says) as caught:
        list(records(url))
    assert caught.value.where == url


def test_a_bucket_is_no_file(bucket: Any) -> None:
    with pytest.raises(UsageError, match="not an address that can be read"):
        list(records("s3://arsip"))


def test_a_refusal_says_that_it_is_one(bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import botocore.exceptions
    from s3fs import S3FileSystem

    async def refuse(*arguments: object, **options: object) -> None:
        said = {"Error": {"Code": "403", "Message": "Forbidden"}, "ResponseMetadata": {"HTTPStatusCode": 403}}
        from s3fs.errors import translate_boto_error

        raise translate_boto_error(botocore.exceptions.ClientError(said, "HeadObject"))

    monkeypatch.setattr(S3FileSystem, "_call_s3", refuse)
    with pytest.raises(BadRecord, match="access was refused"):
        list(records("s3://arsip/berita.warc.gz"))


def test_without_credentials_it_says_which(bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from s3fs import S3FileSystem

    bucket.put_object(Key="berita.warc.gz", Body=heritrix())
    with monkeypatch.context() as patch:
        for name in KEYS:
            patch.delenv(name)
        S3FileSystem.clear_instance_cache()
        with pytest.raises(BadRecord, match="no credentials: set AWS_ACCESS_KEY_ID"):
            list(records("s3://arsip/berita.warc.gz"))
    S3FileSystem.clear_instance_cache()


def test_a_server_that_is_not_there(bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from s3fs import S3FileSystem

    with monkeypatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
        patch.setenv("AWS_MAX_ATTEMPTS", "1")
        patch.setattr(S3FileSystem, "retries", 1)
        S3FileSystem.clear_instance_cache()
        with pytest.raises(BadRecord, match="connect"):
            list(records("s3://arsip/berita.warc.gz"))
    S3FileSystem.clear_instance_cache()


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import fsspec

    def missing(*arguments: object, **options: object) -> None:
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr(fsspec, "url_to_fs", missing)
    with pytest.raises(UsageError, match=r"pip install 'xinhua-id\[s3\]'"):
        opened("s3://arsip/a.warc.gz")
    with pytest.raises(UsageError, match="It says: Install s3fs"):
        opened("gs://arsip/a.warc.gz")


def test_a_scheme_that_nobody_knows() -> None:
    with pytest.raises(UsageError, match="Check how it begins"):
        opened("bukan://arsip/a.warc.gz")


def test_other_addresses_of_files(tmp_path: Path) -> None:
    import fsspec

    path = tmp_path / "berita.warc.gz"
    path.write_bytes(heritrix())
    assert len(list(records(path.as_uri()))) == 4
    with fsspec.open("memory://berita.warc.gz", "wb") as file:
        file.write(heritrix())
    assert len(list(records("memory://berita.warc.gz"))) == 4
    with opened("memory://berita.warc.gz") as far:
        far.seek(-4, io.SEEK_END)
        assert far.read() == heritrix()[-4:]
        assert far.tell() == len(heritrix())


def test_a_path_is_no_url(tmp_path: Path) -> None:
    assert not is_url("arsip/a.warc.gz")
    assert not is_url(Path("s3://a/b"))
    assert not is_url(r"C:\arsip\a.warc.gz")
    assert place("a.warc.gz") == Path("a.warc.gz")
    assert place("s3://a/b.warc.gz") == "s3://a/b.warc.gz"
    assert name_of("s3://a/b.warc.gz") == name_of(Path("x/b.warc.gz")) == "b.warc.gz"


def test_reading_from_the_disk_imports_nothing_for_far_away(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(heritrix())
    code = (
        "import sys; from pathlib import Path; from xinhua_id.warc.reader import records\n"
        f"assert len(list(records(Path({str(path)!r})))) == 4; assert 'fsspec' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], env=environment(), check=True, timeout=60)
