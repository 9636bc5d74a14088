"""The address at which a story is asked for, where a page links another form of it: AMP, print, mobile, a session.

What may be changed without knowing the site is in `urls.canonical`; here stands what needs its rules. Knows nothing of
pages; what a page that came declares itself to be is `extraction.variants`'.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

from xinhua_id import urls
from xinhua_id.crawl.discovery.link import Kind
from xinhua_id.crawl.discovery.rules import Rules

_AT_END = re.compile(
    r"(?<=[^/])(?:/(?:amp|print|cetak)(?:\.html?)?/?|\.amp(?=\.html?$|$))$|(?<=[^/])\.amp(?=\.html?$)", re.I
)
_PAIR = re.compile(r"(?:amp|print|cetak)(?:=[^&]*)?|(?:outputtype|mode|view|format)=(?:amp|print)|tmpl=component", re.I)
_MAY_BE = re.compile(r"amp|print|cetak|tmpl=", re.IGNORECASE)
_MOBILE = re.compile(r"^(?:m|amp|mobile|wap)\.(?=[^.]+\.)", re.IGNORECASE)


def story_address(url: str, rules: Rules) -> str:
    """Return where the story behind a link is asked for.

    ``/amp/``, ``?amp=1``, ``/print/`` and their like go where what is left is no front page and, on a described site,
    a story. A mobile or AMP host becomes the plain one where the rules own both and the address is a story's: stories
    keep their path there, sections often do not.
    """
    plain = urls.without_session(url)
    if _MAY_BE.search(plain):
        plain = _without_form(plain, rules)
    host = urls.host(plain)
    if rules.story and host in rules.hosts and _MOBILE.match(host) and rules.kind(plain) is Kind.STORY:
        plain = _at_plain_host(plain, host, rules)
    return plain


def _without_form(url: str, rules: Rules) -> str:
    parts = urlsplit(url)
    path = _AT_END.sub("/" if parts.path.endswith("/") else "", parts.path)
    query = "&".join(pair for pair in parts.query.split("&") if not _PAIR.fullmatch(pair))
    if (path, query) == (parts.path, parts.query) or path.strip("/") == "" == query:
        return url
    plain = urlunsplit((parts.scheme, parts.netloc, path, query, ""))
    return url if rules.story and rules.kind(plain) is not Kind.STORY else plain


def _at_plain_host(url: str, host: str, rules: Rules) -> str:
    bare = _MOBILE.sub("", host)
    for plain in (f"www.{bare}", bare):
        if plain in rules.hosts:
            parts = urlsplit(url)
            return urlunsplit((parts.scheme, plain, parts.path, parts.query, ""))
    return url
