"""The extractors that are compared: ours, and those of other people that are installed here.

Each takes a page's bytes as a crawler has them, with its URL and language, and returns the body as text. Every peer
runs as its documentation shows for article text, with comments off where it can. None may ask the network: `offline`
forbids it to the whole process. Knows nothing of gold or scores.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import xinhua_id
from benchmarks.collection import Sample
from xinhua_id.errors import NotAnArticle, UsageError

OURS = "xinhua_id"
BASELINE = "trafilatura"

Extractor = Callable[[Sample], str]


@dataclass(frozen=True, slots=True)
class Peer:
    """An extractor: its name here, the distribution and module it is installed by, and what makes it ready."""

    name: str
    distribution: str
    module: str
    ready: Callable[[], Extractor]

    @property
    def installed(self) -> bool:
        """Whether its module is here."""
        return importlib.util.find_spec(self.module) is not None

    @property
    def version(self) -> str:
        """The version of its distribution."""
        ours = self.name == OURS  # which may run from its folder, uninstalled
        return xinhua_id.__version__ if ours else importlib.metadata.version(self.distribution)


def chosen(names: Sequence[str] | None) -> list[Peer]:
    """Return ours and the named peers, for None all that are installed; raise `UsageError` for one that is not."""
    if names is None:
        return [peer for peer in PEERS if peer.installed]
    known = {peer.name: peer for peer in PEERS}
    for name in names:
        if name not in known:
            raise UsageError(f"no peer {name!r} is known", now=f"Known are {', '.join(known)}.")
        if not known[name].installed:
            raise UsageError(f"{name} is not installed", now="`make bench` sets the peers up in .venv-bench.")
    return [known[OURS], *(known[name] for name in dict.fromkeys(names) if name != OURS)]


def offline() -> None:
    """Forbid connections and look-ups of hosts for the rest of this process: a peer would measure the network."""

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
            raise OSError(f"the benchmark is offline, and {event} was asked for: {arguments[-1]!r}")

    sys.addaudithook(refuse)


def _ours() -> Extractor:
    def extract(sample: Sample) -> str:
        try:
            return xinhua_id.extract(sample.body, url=sample.url).text
        except NotAnArticle:
            return ""

    return extract


def _trafilatura(**options: bool) -> Extractor:
    import trafilatura

    def extract(sample: Sample) -> str:
        return trafilatura.extract(sample.body, url=sample.url, include_comments=False, **options) or ""

    return extract


def _readability() -> Extractor:
    from readability import Document

    return lambda sample: _text(Document(sample.body, url=sample.url).summary())


def _resiliparse() -> Extractor:
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.encoding import bytes_to_str, detect_encoding

    def extract(sample: Sample) -> str:
        html = bytes_to_str(sample.body, detect_encoding(sample.body))
        return str(
            extract_plain_text(
                html, main_content=True, alt_texts=False, links=False, list_bullets=False, comments=False
            )
        )

    return extract


def _newspaper() -> Extractor:
    import tldextract

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a package that its summaries ask for, not its extraction
        from newspaper import Article

    # Its own look-up of top-level domains begins with a download.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)

    def extract(sample: Sample) -> str:
        article = Article(sample.url or "http://example.org/", language=sample.language, fetch_images=False)
        article.download(input_html=sample.body.decode("utf-8", "replace"))
        article.parse()
        return str(article.text)

    return extract


def _justext() -> Extractor:
    import justext

    stops = {code: justext.get_stoplist(name) for code, name in (("id", "Indonesian"), ("en", "English"))}
    any_language = {"stopwords_low": 0, "stopwords_high": 0}  # as its documentation says for one without a list

    def extract(sample: Sample) -> str:
        known = stops.get(sample.language)
        paragraphs = justext.justext(sample.body, known or frozenset(), **({} if known else any_language))
        return "\n".join(one.text for one in paragraphs if not one.is_boilerplate)

    return extract


def _magic_html() -> Extractor:
    from magic_html import GeneralExtractor

    extractor = GeneralExtractor()

    def extract(sample: Sample) -> str:
        html = sample.body.decode("utf-8", "replace")
        return _text(extractor.extract(html, base_url=sample.url or "")["html"])

    return extract


def _text(html: str) -> str:
    """Return the text of the HTML that a peer answers with, blocks on lines of their own."""
    from lxml.html import fromstring

    if not html.strip():
        return ""
    root: Any = fromstring(html)
    for element in root.iter(
        "p", "div", "br", "li", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "td", "th", "blockquote"
    ):
        element.tail = "\n" + (element.tail or "")
    return str(root.text_content())


#: In the order of the tables.
PEERS = (
    Peer(OURS, "xinhua-id", "xinhua_id", _ours),
    Peer(BASELINE, "trafilatura", "trafilatura", _trafilatura),
    Peer("trafilatura-precision", "trafilatura", "trafilatura", lambda: _trafilatura(favor_precision=True)),
    Peer("readability-lxml", "readability-lxml", "readability", _readability),
    Peer("resiliparse", "Resiliparse", "resiliparse", _resiliparse),
    Peer("newspaper4k", "newspaper4k", "newspaper", _newspaper),
    Peer("jusText", "jusText", "justext", _justext),
    Peer("magic-html", "magic-html", "magic_html", _magic_html),
)
