"""Other forms of a story's page: AMP, its copies in AMP caches, pages for the printer. Each is its story's page.

    /amp   /amp/   ?amp=1   ?outputType=amp   …cdn.ampproject.org/c/s/…   /print   ?print=1   /cetak/…

Knows nothing of what the page holds.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from lxml import etree

from xinhua_id import urls

_Element = etree._Element

_AT_END = re.compile(r"(?:/(?:amp|print|cetak|versi-cetak)(?:\.html?)?|\.amp(?P<end>\.html?)?)$", re.IGNORECASE)
# A section may be called so as well: the page has to say that it is a variant.
_AT_FRONT = re.compile(r"^/(?P<form>amp|print|cetak)(?=/[^/])", re.IGNORECASE)
_VALUES = {
    "amp": None, "print": None, "cetak": None, "outputtype": frozenset({"amp"}), "mode": frozenset({"amp", "print"}),
    "view": frozenset({"amp", "print"}), "format": frozenset({"amp", "print"}), "tmpl": frozenset({"component"}),
}  # fmt: skip
_CACHE_PATH = re.compile(r"^/(?:[cvr]|amp)(?:/(?P<secure>s))?/(?P<rest>[^/]+\.[^/]+/.*)$")
_GOOGLE = re.compile(r"^(?:www\.)?google(?:\.[a-z]{2,3}){1,2}$")


def original(root: _Element, url: str, canonical_url: str) -> str:
    """Return the canonical address of the story whose page this is; ``canonical_url`` where it is no variant.

    ``canonical_url`` is what was made of the page's claim. In an AMP cache the claim counts if it stands on the site
    that the cache's address names.
    """
    cached = _cached(url)
    if cached is not None:
        declared = _declared(root, url)
        canonical_url = urls.canonical(declared if declared and urls.same_site(declared, cached) else cached)
    return _stripped(root, canonical_url)


def is_amp(root: _Element) -> bool:
    """Whether the page calls itself AMP."""
    page = root if root.tag == "html" else next(root.iter("html"), root)
    return any(name in page.attrib for name in ("amp", "⚡"))


def _stripped(root: _Element, url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    path = _AT_END.sub(lambda found: found.groupdict().get("end") or "", parts.path) or "/"
    front = _AT_FRONT.match(path)
    if front and (is_amp(root) if front["form"].lower() == "amp" else _prints(root)):
        path = path[front.end() :]
    query = parse_qsl(parts.query, keep_blank_values=True) if parts.query else []
    kept = [(key, value) for key, value in query if not _names_variant(key, value)]
    if (path == (parts.path or "/") and len(kept) == len(query)) or urls.absolute(url, url) is None:
        return url
    return urls.canonical(urlunsplit((parts.scheme, parts.netloc, path, urlencode(kept), "")))


def _names_variant(key: str, value: str) -> bool:
    if key.lower() not in _VALUES:
        return False
    values = _VALUES[key.lower()]
    return value.lower() in values if values is not None else value.lower() not in ("0", "false")


def _prints(root: _Element) -> bool:
    """Whether the page opens the printer's dialogue."""
    return any("print(" in (element.get("onload") or element.get("onclick") or "") for element in root.iter()) or any(
        "window.print(" in (script.text or "") for script in root.iter("script")
    )


def _cached(url: str) -> str | None:
    """Return the address that a page in an AMP cache was copied from, or None for any other page."""
    host = urls.host(url)
    if not (host.endswith(".cdn.ampproject.org") or host == "cdn.ampproject.org" or _GOOGLE.match(host)):
        return None
    parts = urlsplit(url)
    found = _CACHE_PATH.match(parts.path)
    if found is None:
        return None
    scheme = "https" if found["secure"] else "http"
    return f"{scheme}://{found['rest']}" + (f"?{parts.query}" if parts.query else "")


def _declared(root: _Element, url: str) -> str | None:
    for element in root.iter("link"):
        if "canonical" in (element.get("rel") or "").lower().split() and (href := element.get("href")):
            try:
                return urljoin(url, href.strip())
            except ValueError:
                return None
    return None
