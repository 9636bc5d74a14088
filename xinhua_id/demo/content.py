"""What a site of the replica serves: answers by target, gold by page, and what is wrong where.

Knows nothing of sockets or of any one site's templates.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from xinhua_id.demo.gold import GoldStory
from xinhua_id.demo.newsroom import Story
from xinhua_id.items import Origin, Outcome

HTML = "text/html; charset=UTF-8"


class Manner(StrEnum):
    """How an answer reaches the client."""

    PLAIN = "plain"
    SLOW = "slow"  # the body begins after a second
    SHORT = "short"  # Content-Length promises more than comes before FIN
    RESET = "reset"  # RST in the middle of the body
    UNAVAILABLE_ONCE = "unavailable-once"  # 503 with Retry-After, then the answer
    SILENT = "silent"  # the connection closes without a byte


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. ``coding`` is a Content-Encoding to apply; ``declared`` one that is claimed and not applied."""

    body: bytes = b""
    status: int = 200
    content_type: str | None = HTML
    headers: tuple[tuple[str, str], ...] = ()
    coding: str | None = None
    declared: str | None = None
    chunked: bool = False
    manner: Manner = Manner.PLAIN


@dataclass(frozen=True, slots=True)
class Commission:
    """A story that a site is to carry: in which layout, as whose, and who else carries it.

    ``style`` is the site's own word for how the story is credited, ``origin`` follows from it. ``fault`` names what
    is wrong with the answer that carries it.
    """

    story: Story
    layout: str
    style: str
    origin: Origin
    shared_with: tuple[str, ...] = ()
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """A target that carries no ordinary story.

    ``path`` is a full URL where it stands on another site. ``outcomes`` are the ways its visit may rightly end; empty:
    it must not be fetched at all.
    """

    path: str
    what: str
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a listing, feed or sitemap."""

    path: str
    headline: str
    story: Story | None = None
    excerpt: str = ""


@dataclass(slots=True)
class Content:
    """All that one site serves at ``base`` (no trailing slash)."""

    name: str
    base: str
    accent: str
    answers: dict[str, Answer] = field(default_factory=dict)
    gold: list[GoldStory] = field(default_factory=list)
    in_parts: list[GoldStory] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    litter: list[Entry] = field(default_factory=list)
    crawl_delay: float | None = None
    asked: dict[str, Callable[[str], Answer]] = field(default_factory=dict)  # path → answer to a query string

    def listed(self) -> list[Entry]:
        """Return the entries as the listing pages show them: dead and odd links stand among the stories."""
        found = list(self.entries)
        for at, one in enumerate(self.litter):
            found.insert(min(len(found), 2 + 3 * at), one)
        return found

    def page(self, target: str, html: str, *, status: int = 200) -> None:
        """Serve HTML in UTF-8; some pages compressed or chunked, as real servers do, by a digest of the target."""
        turn = zlib.crc32(target.encode()) % 8
        self.answers[target] = Answer(
            html.encode(),
            status,
            coding={0: "gzip", 1: "br", 2: "gzip", 3: "deflate"}.get(turn),
            chunked=turn in (2, 5),
        )

    def document(
        self, target: str, text: str | bytes, content_type: str, headers: tuple[tuple[str, str], ...] = ()
    ) -> None:
        """Serve a document that is not a page: robots.txt, a sitemap, a feed, JSON."""
        body = text.encode() if isinstance(text, str) else text
        self.answers[target] = Answer(body, content_type=content_type, headers=headers)

    def redirect(self, target: str, to: str, status: int = 301) -> None:
        """Redirect to a path of this site, or to a full URL."""
        location = to if to.startswith("http") else self.base + to
        self.answers[target] = Answer(b"", status, headers=(("Location", location),))

    def answer(self, target: str) -> Answer:
        """Return what the target gets: pictures are drawn, anything unknown is a 404."""
        if found := self.answers.get(target):
            return found
        path, _, query = target.partition("?")
        if asked := self.asked.get(path):
            return asked(query)
        if query and path != "/" and "page=" not in query and path in self.answers:
            return self.answers[path]  # real sites ignore parameters they do not know
        if target.endswith((".jpg", ".png", ".ico")):
            return Answer(_picture(target, self.accent), content_type="image/svg+xml")
        body = (
            f"<!DOCTYPE html><html lang=id><head><title>Halaman tidak ditemukan</title>"
            f"<link rel=stylesheet href=/aset/gaya.css></head><body class=error404><header class=masthead>"
            f"<a href=/>{self.name}</a></header><main><h1>Halaman tidak ditemukan</h1>"
            f"<p>Maaf, halaman yang Anda cari tidak ada atau telah dipindahkan.</p></main></body></html>"
        )
        return Answer(body.encode(), 404)


def _picture(target: str, accent: str) -> bytes:
    turn = zlib.crc32(target.encode())
    hills = f"M0 300 Q {150 + turn % 200} {120 + turn % 90} 400 250 T 800 {180 + turn % 80} V450 H0Z"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 450"><rect width="800" height="450" '
        f'fill="hsl({turn % 360} 45% 82%)"/><circle cx="{120 + turn % 560}" cy="110" r="52" fill="#fff8"/>'
        f'<path d="{hills}" fill="{accent}" opacity=".55"/></svg>'
    ).encode()
