"""An archive in which one story is kept in every way there is, and the search for what is left of it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import zipfile
from pathlib import Path

from tests.items import article
from tests.warc.exchanges import WHEN, exchange
from xinhua_id.archive import index
from xinhua_id.archive.commit import Committer, Ended, Policy
from xinhua_id.archive.lock import SiteLock
from xinhua_id.archive.package import of_run, package
from xinhua_id.archive.recover import fixity
from xinhua_id.archive.redaction import carry_out
from xinhua_id.archive.redaction.carry_out import Done, Step
from xinhua_id.archive.redaction.ledger import Ledger
from xinhua_id.archive.redaction.plan import Plan, homes_of, plan
from xinhua_id.archive.redaction.wanted import Wanted
from xinhua_id.archive.verify import Verification, scope_of
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.items import Article, Outcome
from xinhua_id.warc.reader import records

URL = "http://contoh.id/berita/rahasia"
COPY = "http://contoh.id/salinan"
SECRET = "Nama lengkap saksi dan alamat rumahnya"
REASON = "putusan pengadilan 12/2026"
LATER = dt.datetime(2026, 3, 1, 8, 0, tzinfo=dt.UTC)


def page(text: str, etag: str = "") -> bytes:
    said = f'ETag: "{etag}"\r\n' if etag else ""
    body = f"<html><p>{text}</p>{'<p>isi</p>' * 40}</html>"
    return f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{said}Content-Length: {len(body)}\r\n\r\n{body}".encode()


def crawl(archive: Path, site: str, run: str, day: int, pages: dict[str, bytes], policy: Policy | None = None) -> None:
    """Capture pages, each a story, and account for the run."""
    when = WHEN + dt.timedelta(days=day)
    catalogue = Catalogue.open(archive)
    out = Committer(
        archive / site, run, catalogue, source=site, info={}, policy=policy or Policy(), clock=lambda: when,
        ticks=lambda: 0.0,
    )  # fmt: skip
    out.begin({})
    for number, (url, said) in enumerate(pages.items()):
        made = exchange(said, url=url, request=f"GET {url} HTTP/1.1\r\n\r\n".encode())
        made.started_at = when + dt.timedelta(seconds=number)
        if b"304" in said[:20]:
            out.validators_of(url)
        kept = out.exchange(made)
        assert kept.capture is not None
        text = SECRET if SECRET.encode() in said else f"Panen di {url}"
        found = article(f"{run}{number}".ljust(32, "0"), url=url, capture=kept.capture, text=text, headline=text)
        links = [("http://contoh.id/lain", "story")]
        when_ended = made.started_at
        story = None if kept.unmodified else found
        outcome = Outcome.STORY if story else Outcome.DUPLICATE
        out.visit(Ended(url, "story", outcome, when_ended, kept.capture.record_id, links=links, article=story))
        if out.due():
            out.commit()
    out.resource("stats", "application/json", b"{}")
    out.close("finished")
    catalogue.close()
    account(archive / site, run, when, out)


def account(home: Path, run: str, when: dt.datetime, out: Committer) -> None:
    path = home / "runs" / f"{run}.json"
    path.parent.mkdir(exist_ok=True)
    files = [*out.writer.closed_files, out.items.final]
    said = {
        "run": run, "source": home.name, "begun_at": when.isoformat(), "ended_at": when.isoformat(),
        "outcome": "finished", "files": [fixity(one, home) for one in files],
    }  # fmt: skip
    path.write_text(json.dumps(said, indent=2))


def made(archive: Path, *, packaged: bool = True) -> Path:
    """Make the archive: the story captured three times at its URL, and twice elsewhere."""
    secret, other = page(SECRET, "v1"), page("lain", "v2")
    several = {f"http://contoh.id/berita/{number}": page(f"berita ke-{number}") for number in range(3)}
    crawl(archive, "contoh", "pertama", 0, {**several, URL: secret, "http://contoh.id/lain": other})
    crawl(archive, "contoh", "kedua", 1, {"http://contoh.id/baru": page("baru"), URL: secret, COPY: secret})
    crawl(archive, "contoh", "ketiga", 2, {URL: b'HTTP/1.1 304 Not Modified\r\nETag: "v1"\r\n\r\n',
                                           "http://contoh.id/lain": other})  # fmt: skip
    crawl(archive, "lain", "satu", 3, {"http://lain.id/x": page("dari situs lain")})
    for home in homes_of(archive):
        index.update(home)
    if packaged:
        package(of_run(archive, "pertama"), None)
        package(of_run(archive, "ketiga"), None)
        package(of_run(archive, "satu"), None)
    return archive


def wanted(archive: Path, url: str = URL, **how: bool) -> Wanted:
    gone = frozenset(one.record_id for home in homes_of(archive) for one in Ledger.of(home).lines)
    return Wanted(url, gone=gone, **how)


def planned(archive: Path, url: str = URL, **how: bool) -> Plan:
    return plan(archive, wanted(archive, url, **how))


def redacted(archive: Path, url: str = URL, step: Step = lambda _: None, **how: bool) -> tuple[Plan, Done]:
    """Do what the command does, without a terminal."""
    catalogue = Catalogue.open(archive)
    locks = [SiteLock.take(home, "archive redact", LATER) for home in homes_of(archive)]
    try:
        carry_out.complete(archive, catalogue, homes_of(archive), step=step)
        asked = wanted(archive, url, **how)
        found = plan(archive, asked)
        if not found.anything:
            return found, Done()
        return found, carry_out.redact(archive, found, asked, catalogue, reason=REASON, now=LATER, step=step)
    finally:
        catalogue.close()
        for lock in locks:
            lock.release()


def places_of(archive: Path, secret: str = SECRET) -> list[str]:
    """Return the files below an archive that hold a text, in the clear, in a gzip member or in a package."""
    found = []
    for path in sorted(archive.rglob("*")):
        if not path.is_file():
            continue
        raw = path.read_bytes()
        if ".warc.gz" in path.name:
            raw += b"".join(one.content for one in records(path))
        if path.suffix == ".wacz":
            with zipfile.ZipFile(path) as whole:
                for name in whole.namelist():
                    inner = archive.parent / "inner.warc.gz"
                    inner.write_bytes(whole.read(name))
                    raw += inner.read_bytes()
                    if name.endswith(".warc.gz"):
                        raw += b"".join(one.content for one in records(inner))
        if secret.encode() in raw:
            found.append(str(path.relative_to(archive)))
    return found


def kept(archive: Path) -> dict[str, bytes]:
    """Return the bytes of every member, by its record's id."""
    found = {}
    for path in sorted(archive.glob("*/warc/*.warc.gz")):
        raw = path.read_bytes()
        for one in records(path):
            found[one.header("WARC-Record-ID") or ""] = raw[one.offset : one.offset + one.length]
    return found


def stories(archive: Path) -> list[Article]:
    lines = (line for path in sorted(archive.glob("*/items/*.jsonl")) for line in path.read_text().splitlines())
    return [Article.model_validate_json(line) for line in lines]


def faults(archive: Path) -> list[str]:
    """Return what `archive verify` finds, notes left out."""
    found = Verification(scope_of(archive, ()), workers=1).faults()
    return [str(dataclasses.replace(one)) for one in found if not one.note]
