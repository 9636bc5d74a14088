"""Which records go when a URL is taken down: its captures, what belongs to each, and the revisits of its payload.

One record is judged at a time, in the order of the files; what is learnt from one decides about those behind it, so
that whoever reads the files reads them again until nothing more is learnt. Knows nothing of files.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from xinhua_id import urls
from xinhua_id.archive.pages import digest_said
from xinhua_id.warc.exchange import target_uri
from xinhua_id.warc.reader import Record

#: Types that hold what was captured; the others only go with one of them.
CAPTURES = frozenset({"response", "revisit", "resource", "conversion"})
_BESIDE = frozenset({"request", "metadata"})
#: How the block of a record begins that stands for one that was taken down.
STUB = b"redacted:"
_EMPTY = "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"


@dataclass(slots=True)
class Wanted:
    """What is to go. ``gone`` are ids that were taken down already, and go wherever they are found again.

    ``variants`` takes every URL of the same canonical form too, ``same_payload`` every capture of the same bytes,
    ``forget`` what names the URL and holds no answer as well (a request that failed, say).
    """

    url: str
    variants: bool = False
    same_payload: bool = False
    forget: bool = False
    gone: frozenset[str] = frozenset()
    captures: set[str] = field(init=False, default_factory=set)
    requests: set[str] = field(init=False, default_factory=set)
    moments: set[tuple[str, str]] = field(init=False, default_factory=set)
    digests: set[str] = field(init=False, default_factory=set)
    _canonical: str = field(init=False, default="")
    _host: str = field(init=False, default="")

    def __post_init__(self) -> None:
        self.url = target_uri(self.url)
        self._canonical = urls.canonical(self.url)
        self._host = urls.host(self.url).removeprefix("www.")
        self.captures |= self.gone

    @property
    def learnt(self) -> int:
        """How much is known; a reading that adds nothing was the last."""
        return len(self.captures) + len(self.requests) + len(self.digests)

    def is_exact(self, url: str) -> bool:
        """Whether a URL is the one."""
        return url == self.url or target_uri(url) == self.url

    def is_variant(self, url: str) -> bool:
        """Whether a URL is another address of the same page."""
        return self._host in url and urls.canonical(url) == self._canonical and not self.is_exact(url)

    def takes(self, url: str) -> bool:
        """Whether the captures of a URL go."""
        return self.is_exact(url) or (self.variants and self.is_variant(url))

    def why(self, found: Record) -> str | None:
        """Return why a record goes, and take note of what goes with it; None for one that stays."""
        why = self._capture(found) if found.type in CAPTURES else self._beside(found)
        if why is None and (found.header("WARC-Record-ID") or "") in self.gone:
            why = "was taken down already"
        if why is not None:
            self._note(found)
        return why

    def same_bytes(self, found: Record) -> bool:
        """Whether a capture that stays has the payload of one that goes."""
        digest = digest_said(found)
        return found.type in CAPTURES and digest in self.digests and digest != _EMPTY

    def _capture(self, found: Record) -> str | None:
        url = found.target_uri or ""
        if self.is_exact(url):
            return "a capture of the URL"
        if self.variants and self.is_variant(url):
            return "a capture of a variant of the URL"
        if (found.header("WARC-Refers-To") or "") in self.captures:
            return "refers to a record that goes" if found.type != "revisit" else "a revisit of a record that goes"
        moment = found.header("WARC-Refers-To-Target-URI"), found.header("WARC-Refers-To-Date")
        if found.type == "revisit" and moment in self.moments and not found.header("WARC-Refers-To"):
            return "a revisit of a record that goes"
        if self.same_payload and (self.same_bytes(found) or found.header("WARC-Record-ID") in self.captures):
            return "has the same payload"
        return None

    def _beside(self, found: Record) -> str | None:
        if found.type == "continuation":
            return (
                "a segment of a record that goes" if found.header("WARC-Segment-Origin-ID") in self.captures else None
            )
        if found.type not in _BESIDE:
            return None
        of = {value for name, value in found.headers if name.lower() in {"warc-concurrent-to", "warc-refers-to"}}
        if of & self.captures or of & self.requests or found.header("WARC-Record-ID") in self.requests:
            return "belongs to a record that goes" if not found.content.startswith(STUB) else None
        if self.forget and self.takes(found.target_uri or "") and not found.content.startswith(STUB):
            return "names the URL"
        return None

    def _note(self, found: Record) -> None:
        record_id = found.header("WARC-Record-ID") or ""
        concurrent = {value for name, value in found.headers if name.lower() == "warc-concurrent-to"}
        if found.type in CAPTURES:
            self.captures.add(record_id)
            self.requests |= concurrent
            if found.type == "response":
                self.moments.add((found.target_uri or "", found.header("WARC-Date") or ""))
            if (digest := digest_said(found)) and digest != _EMPTY:
                self.digests.add(digest)
            if self.same_payload and (original := found.header("WARC-Refers-To")):
                self.captures.add(original)
        elif found.type == "request":
            self.requests.add(record_id)
