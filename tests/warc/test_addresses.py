"""Whatever stands in a URL or in what a server said, a record's header is what we wrote and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from scrapy import Request
from warcio.archiveiterator import ArchiveIterator

from tests.warc.exchanges import SAID, WHEN, exchange
from xinhua_id.warc.reader import records
from xinhua_id.warc.writer import WarcWriter

LONG = "http://contoh.id/cari?q=" + "padi" * 2_048

#: What was asked for, and how WARC-Target-URI has it.
ADDRESSES = {
    "http://contoh.id/harga padi/hari ini.html": "http://contoh.id/harga%20padi/hari%20ini.html",
    "http://contoh.id/a\tb\x0bc\x0cd": "http://contoh.id/a%09b%0Bc%0Cd",
    "http://[2001:db8::1]:8080/padi?a[]=1": "http://[2001:db8::1]:8080/padi?a[]=1",
    "http://xn--brita-bsa.contoh.id/padi": "http://xn--brita-bsa.contoh.id/padi",
    "http://contoh.id/café/半导体?k=é#atas": "http://contoh.id/caf%C3%A9/%E5%8D%8A%E5%AF%BC%E4%BD%93?k=%C3%A9",
    "http://contoh.id/%C3%A9%20%0d%0a": "http://contoh.id/%C3%A9%20%0d%0a",
    "http://contoh.id/a\r\nWARC-Type: warcinfo\r\n\r\nisi": (
        "http://contoh.id/a%0D%0AWARC-Type:%20warcinfo%0D%0A%0D%0Aisi"
    ),
    "http://contoh.id/a\nb\rc\x00d\x85e\u2028f": "http://contoh.id/a%0Ab%0Dc%00d%C2%85e%E2%80%A8f",
    'http://contoh.id/<a href="x">{}|\\^`': "http://contoh.id/%3Ca%20href=%22x%22%3E%7B%7D%7C%5C%5E%60",
    LONG: LONG,
}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A WARC with every address in every place where one may stand."""
    out = WarcWriter(
        tmp_path_factory.mktemp("warc"), source="contoh\r\nX: y@0", clock=lambda: WHEN,
        info={"operator": "arsip@contoh.id\r\nrobots: ignore", "isPartOf": "lari"},
    )  # fmt: skip
    for address in ADDRESSES:
        found = out.write(exchange(SAID + address.encode(), url=address))
        assert found is not None
        out.metadata(
            address, [("outcome", "failed"), ("outlink", f"{address} story"), ("detail", f"nama\r\nitem: x {address}")],
            when=WHEN, refers_to=found.record_id,
        )  # fmt: skip
    out.close()
    return out.path


def test_the_file_is_named_in_plain_letters(path: Path) -> None:
    assert path.name.startswith("xinhua-id-contoh-X-y-2026")


def test_every_record_has_its_address_and_no_field_that_is_not_ours(path: Path) -> None:
    info, *found = records(path)
    assert [one.type for one in found] == ["response", "request", "metadata"] * len(ADDRESSES)
    for number, (asked, written) in enumerate(ADDRESSES.items()):
        response, request, metadata = found[3 * number : 3 * number + 3]
        assert {one.header("WARC-Target-URI") for one in (response, request, metadata)} == {written}
        assert [name for name, _ in response.headers].count("WARC-Type") == 1
        assert response.content == SAID + asked.encode()
        names = [line.partition(": ")[0] for line in metadata.content.decode().split("\r\n")]
        assert names == ["outcome", "outlink", "detail", ""]
    assert b"\r\nrobots: ignore" not in info.content


def test_other_tools_read_the_same_records(path: Path) -> None:
    ours = [(one.type, one.header("WARC-Target-URI"), one.offset) for one in records(path)]
    with path.open("rb") as file:
        iterator = ArchiveIterator(file)
        theirs = [
            (one.rec_type, one.rec_headers.get_header("WARC-Target-URI"), iterator.get_record_offset())
            for one in iterator
        ]
    with path.open("rb") as file:
        fast = [
            (str(one.record_type), one.headers.get("WARC-Target-URI"), one.stream_pos)
            for one in FastIterator(file, parse_http=False)
        ]
    assert ours == theirs
    assert ours == fast


def test_scrapy_gives_the_writer_a_host_in_ascii(tmp_path: Path) -> None:
    out = WarcWriter(tmp_path, source="contoh", info={}, clock=lambda: WHEN)
    out.write(exchange(url=Request("http://bérita.contoh.id/harga padi").url))
    out.close()
    assert [one.header("WARC-Target-URI") for one in records(out.path)][1:] == [
        "http://xn--brita-bsa.contoh.id/harga%20padi"
    ] * 2  # fmt: skip
