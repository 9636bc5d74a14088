"""One address for one page: the canonical URL, the host of a site, and the id that stands on them.

Knows nothing of sources or crawling. No network: tldextract reads the suffix list it ships.
"""

from __future__ import annotations

import functools
import hashlib
import re
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

import tldextract

# Parameters that say how the reader came, never what is shown.
_TRACKING = re.compile(
    r"^(utm_\w+|fbclid|gclid|dclid|yclid|msclkid|igshid|mc_[ce]id|_ga|ref_src|wt\.\w+|__cf_\w+|amp|share|spm"
    r"|gbraid|wbraid|gad_source|gad_campaignid|_gl|srsltid|ttclid|twclid|igsh|mkt_tok|_openstat|_hs(enc|mi)|(pk|mtm)_\w+)$",
    re.IGNORECASE,
)
# Names under which servers (Java, PHP, ASP, ColdFusion) carry a visitor's session: the page is the same for all.
_SESSION = re.compile(r"^(jsessionid|phpsessid|aspsessionid\w*|sessid|cfid|cftoken)$", re.IGNORECASE)
_SESSION_IN_PATH = re.compile(r";(?:jsessionid|phpsessid)=[^/;?#]*", re.IGNORECASE)
# ASP.NET's cookieless session: /(S(lit3py55t21z5v55vlm25s55))/warta
_SESSION_STEP = re.compile(r"^(?:/\([A-Z]\([0-9A-Za-z]{16,40}\)\))+(?=/)")
_MAY_HOLD_SESSION = re.compile(r"sess|cfid|cftoken|/\([A-Z]\(", re.IGNORECASE)
# An escape, unless it stands in what a broken one began: `%4%31` must not become the escape of another character.
_ESCAPE = re.compile(r"(?<!%)(?<!%[0-9A-Fa-f])%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")  # RFC 3986 §2.3
_FRONT_PAGES = frozenset({"/index.html", "/index.htm", "/index.php"})
_DEFAULT_PORT = {"http": "80", "https": "443"}
# What DNS and the sites write, or an IPv6 address: no space, no quote, no bracket.
_HOST = re.compile(r"[\w.~-]+|[0-9A-Fa-f:.]+(%[\w.~-]+)?", re.ASCII)
_suffixes = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def absolute(base: str, link: str) -> str | None:
    """Return ``link`` seen from ``base`` as an http(s) URL without fragment, ASCII only; None for anything else."""
    try:
        parts = urlsplit(urljoin(base, link.strip()))
        if parts.scheme not in _DEFAULT_PORT or not parts.hostname:
            return None
        host = parts.hostname if parts.hostname.isascii() else parts.hostname.encode("idna").decode()
        port = parts.port
        path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
        query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    except (ValueError, UnicodeError):
        return None
    if not _HOST.fullmatch(host):
        return None
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and str(port) != _DEFAULT_PORT[parts.scheme]:
        netloc += f":{port}"
    return urlunsplit((parts.scheme, netloc, path, query, ""))


@functools.lru_cache(maxsize=1024)  # a page's links are asked about twenty times on their way to the frontier
def canonical(url: str) -> str:
    """Return the form under which two addresses of one page are equal.

    Tracking parameters, session ids and the fragment go, the rest of the query is sorted, the host is lower case
    without ``www.`` and the root's dot, a trailing slash goes, http counts as https. Escapes, dot segments and default
    ports as RFC 3986 §6.2.2 and §6.2.3 have them; the others are how news sites behave.

    Ids stand on it, so nothing is in here that some site means otherwise: a parameter without a value stays (``?slug``
    names a story), ``index.html`` goes from the front page only, and ``m.``, AMP and ``?p=`` are left to the rules of a
    crawl and to what a page declares (`crawl.discovery`).
    """
    there = absolute(url, url)
    if there is None:
        return url
    parts = urlsplit(there)
    host = parts.netloc.lower()
    host = re.sub(r"(?<=[^.])\.+(?=:\d|$)", "", host).removeprefix("www.")
    path = _plain_path(parts.path)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = sorted((k, v) for k, v in pairs if (k or v) and not _says_how_one_came(k, v))
    if path in _FRONT_PAGES and not query:
        path = "/"
    return urlunsplit(("https", host, path, urlencode(query), ""))


def without_session(url: str) -> str:
    """Return an address without the visitor's session in it, otherwise as it is written."""
    if not _MAY_HOLD_SESSION.search(url):
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    path = _SESSION_STEP.sub("", _SESSION_IN_PATH.sub("", parts.path))
    query = "&".join(pair for pair in parts.query.split("&") if not _SESSION.match(pair.partition("=")[0]))
    return urlunsplit((parts.scheme, parts.netloc, path, query, parts.fragment))


def where(url: str | None) -> str:
    """Return path and query of a URL, an empty string for what is none: what site rules are written for."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")


def host(url: str) -> str:
    """Return host and port in lower case (``127.0.0.1:8000``, ``www.example.id``), or an empty string."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


def is_front(url: str) -> bool:
    """Whether a URL is that of a site's front page."""
    return where(canonical(url)) == "/"


def is_at_home(url: str | None, canonical_url: str | None) -> bool:
    """Whether a story's page stands at the story's own address; what lacks one of them is not elsewhere."""
    return url is None or canonical_url is None or canonical(url) == canonical_url


@functools.lru_cache(maxsize=4096)
def site(netloc: str) -> str:
    """Return what a host belongs to: the registrable domain, or host and port where there is none (an address)."""
    found = _suffixes(netloc).top_domain_under_public_suffix
    return found or netloc


def same_site(one: str, other: str) -> bool:
    """Whether two URLs stand on hosts of one registrable domain."""
    return site(host(one)) == site(host(other)) != ""


def is_public_suffix(name: str) -> bool:
    """Whether sites of several owners stand below a host's name: ``co.id``, ``github.io`` (Public Suffix List)."""
    found = _suffixes(name, include_psl_private_domains=True)
    return bool(found.suffix) and not found.domain


def url_id(canonical_url: str) -> str:
    """Return the stable id of a story: 32 hex digits over its canonical URL."""
    return hashlib.sha256(b"url:" + canonical_url.encode("utf-8", "replace")).hexdigest()[:32]


def text_id(text: str) -> str:
    """Return the stable id of a text that has no URL: 32 hex digits over the text."""
    return hashlib.sha256(b"text:" + text.encode("utf-8", "replace")).hexdigest()[:32]


def _plain_path(path: str) -> str:
    """Return a path without what is written in several ways: escapes, dots, doubled slashes, the last ``/`` and ``;``.

    A ``;`` with nothing behind it says nothing (RFC 3986 §3.3), and `urljoin` drops it as well.
    """
    if "%" in path:
        path = _ESCAPE.sub(_plain_escape, path)
    path = _SESSION_IN_PATH.sub("", path)
    if "/." in path:
        path = _without_dots(path)
    if "//" in path:
        path = re.sub(r"(?<!:)/{2,}", "/", path)  # an address inside a path keeps its `://`
    return _SESSION_STEP.sub("", path).rstrip("/;") or "/"


def _plain_escape(found: re.Match[str]) -> str:
    """Return what an escape stands for where that is unreserved, else the escape in capitals (RFC 3986 §6.2.2)."""
    character = chr(int(found[1], 16))
    return character if character in _UNRESERVED else found[0].upper()


def _without_dots(path: str) -> str:
    """Return a path without ``.`` and ``..`` (RFC 3986 §5.2.4)."""
    steps = path.split("/")
    kept: list[str] = []
    for step in steps:
        if step == ".." and len(kept) > 1:
            kept.pop()
        elif step not in {".", ".."}:
            kept.append(step)
    if steps[-1] in {".", ".."}:
        kept.append("")
    return "/".join(kept)


def _says_how_one_came(key: str, value: str) -> bool:
    """Whether a parameter tells of the reader and not of the page; `from=20` is where a list goes on."""
    if key.lower() == "from":
        return not value.isdecimal()
    if key.lower() in {"session_id", "sessionid"}:
        return len(value) >= 16  # a conference has sessions, too
    return bool(_TRACKING.match(key) or _SESSION.match(key))
