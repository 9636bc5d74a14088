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
    r"^(utm_\w+|fbclid|gclid|dclid|yclid|msclkid|igshid|mc_[ce]id|_ga|ref_src|wt\.\w+|__cf_\w+|amp|share|spm|from)$",
    re.IGNORECASE,
)
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


def canonical(url: str) -> str:
    """Return the form under which two addresses of one page are equal.

    Tracking parameters and fragment go, the rest of the query is sorted, the host is lower case without
    ``www.``, a trailing slash goes, http counts as https (RFC 3986 §6 names the safe ones; the others are
    how news sites behave).
    """
    there = absolute(url, url)
    if there is None:
        return url
    parts = urlsplit(there)
    host = parts.netloc.lower().removeprefix("www.")
    path = parts.path.rstrip("/") or "/"
    query = sorted((k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(k))
    return urlunsplit(("https", host, path, urlencode(query), ""))


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
