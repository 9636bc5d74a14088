"""Records made by hand for the tests of index and packages: of any URL, compressed or not, ours or other people's."""

from __future__ import annotations

from pathlib import Path

from tests.warc.made import Made
from xinhua_id.warc import record

DAY = "2026-01-{:02}T05:30:15Z"
IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"


def response(url: str, body: bytes = b"panen", *, day: int = 9, digest: bool = True, head: bytes = HEAD) -> Made:
    made = Made(
        [
            ("WARC-Type", "response"),
            ("WARC-Record-ID", record.new_id()),
            ("WARC-Date", DAY.format(day)),
            ("WARC-Target-URI", url),
            ("Content-Type", "application/http; msgtype=response"),
        ],
        head + body,
    )
    if digest:
        made.put("WARC-Payload-Digest", record.digest([body]))
    return made


def revisit_of(original: Made, *, day: int = 10, by_id: bool = True, profile: str = IDENTICAL) -> Made:
    made = response(original.of("WARC-Target-URI") or "", b"", day=day)
    made.put("WARC-Type", "revisit")
    made.put("WARC-Profile", profile)
    made.put("WARC-Payload-Digest", original.of("WARC-Payload-Digest"))
    made.put("WARC-Refers-To", original.of("WARC-Record-ID") if by_id else None)
    made.put("WARC-Refers-To-Target-URI", original.of("WARC-Target-URI"))
    made.put("WARC-Refers-To-Date", original.of("WARC-Date"))
    return made


def shelved(home: Path, name: str, *made: Made) -> Path:
    """Put records into a WARC of a site; compressed where its name says so."""
    path = home / "warc" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(one.member() if path.suffix == ".gz" else one.plain() for one in made))
    return path
