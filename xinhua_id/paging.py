"""What an address says of the pages of one story: which page it is, of what, or that it holds all of them.

    ?page=2   ?halaman=2   &p=2   /page/2/   /halaman/2   /2   c_2.html   ?page=all   ?showpage=all

An address alone proves little (``/berita/2`` may be story number 2); whoever asks knows the page as well. Knows
nothing of pages, stories or listings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from xinhua_id import urls

#: No story is cut into more pages; a larger number is something else: a year, an offset, an id.
MOST_PAGES = 60

_PARAMETERS = frozenset("page paged halaman hal pg page_num pagenum page_no pageno".split())
# `p` names a post as often as a page, `part` anything.
_DOUBTFUL_PARAMETERS = frozenset({"p", "part"})
_WHOLE_PARAMETERS = _PARAMETERS | frozenset({"showpage", "show", "showall", "view", "singlepage", "single"})
_WHOLE_VALUES = frozenset({"all", "semua", "full"})
_COUNTS = re.compile(
    r"[?&](?:page|paged|halaman|hal|pg|page_?num|page_?no|p|part)=\d|/\d{1,2}/?(?:[?#]|$)|/(?:page|halaman|hal)[/-]\d|"
    r"_\d{1,2}\.s?html?",
    re.IGNORECASE,
)
_IN_PATH = re.compile(r"/(?P<word>page|halaman|hal)[/-](?P<number>\d{1,2})$", re.IGNORECASE)
_AT_END = re.compile(r"(?<=[^/])/(?P<number>\d{1,2})$")
_IN_FILE = re.compile(r"(?<=[^/])_(?P<number>\d{1,2})(?P<end>\.s?html?)$", re.IGNORECASE)
# What a story is called: words joined by dashes, a number among letters, a file of its own.
_SLUG = re.compile(r"[^/]-[^/]|\d{3}|\.s?html?$|[^/]{24}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Numbered:
    """One page of a series. ``base`` is the canonical address of page 1.

    ``sure``: the address itself says that the number counts pages.
    """

    base: str
    number: int
    sure: bool
    _mark: str

    def on(self, base: str) -> str:
        """Return the canonical address of this page where the series stands at ``base``."""
        parts = urlsplit(base)
        path, query = parts.path, parts.query
        if self._mark.startswith("?"):
            query = urlencode([*parse_qsl(query, keep_blank_values=True), (self._mark[1:], str(self.number))])
        elif self._mark.startswith("_"):
            path = f"{path.removesuffix(self._mark[1:])}_{self.number}{self._mark[1:]}"
        else:
            path = f"{path.rstrip('/')}{self._mark}{self.number}"
        return urls.canonical(urlunsplit((parts.scheme, parts.netloc, path, query, "")))


def may_count(link: str) -> bool:
    """Whether a link may hold a page number; cheap, since most links of a page do not."""
    return _COUNTS.search(link) is not None


def numbered(url: str) -> Numbered | None:
    """Return what the address says it is a page of, or None where it holds no page number."""
    if not may_count(url):
        return None
    if (parts := _split(url)) is None:
        return None
    query = parse_qsl(parts.query, keep_blank_values=True)
    for at, (key, value) in enumerate(query):
        name = key.lower()
        if name in _PARAMETERS or (name in _DOUBTFUL_PARAMETERS and parts.path != "/"):
            number = _number(value)
            if number is not None:
                rest = urlencode(query[:at] + query[at + 1 :])
                base = urlunsplit((parts.scheme, parts.netloc, parts.path, rest, ""))
                return Numbered(base, number, name in _PARAMETERS, f"?{key}")
    for pattern in (_IN_PATH, _IN_FILE, _AT_END):
        found = pattern.search(parts.path)
        number = _number(found["number"]) if found else None
        if found is None or number is None:
            continue
        end = found.groupdict().get("end") or ""
        base = urlunsplit((parts.scheme, parts.netloc, parts.path[: found.start()] + end or "/", parts.query, ""))
        if pattern is _AT_END and not is_story_like(base):
            return None
        mark = f"_{end}" if end else found[0][: -len(found["number"])]
        return Numbered(base, number, pattern is _IN_PATH, mark)
    return None


def whole_of(url: str) -> str | None:
    """Return the canonical address of page 1 where the address asks for all pages at once, else None."""
    if "=" not in url:
        return None
    if (parts := _split(url)) is None:
        return None
    query = parse_qsl(parts.query, keep_blank_values=True)
    rest = [(key, value) for key, value in query if not _asks_for_all(key, value)]
    if len(rest) == len(query):
        return None
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(rest), ""))


def whole_on(base: str, url: str) -> str:
    """Return the canonical address of the page at ``url``, which holds all pages of the series at ``base``."""
    parts = urlsplit(base)
    asking = [pair for pair in parse_qsl(urlsplit(url).query) if _asks_for_all(*pair)]
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *asking])
    return urls.canonical(urlunsplit((parts.scheme, parts.netloc, parts.path, query, "")))


def first_of(url: str) -> str:
    """Return the canonical address of a page of a story, that of page 1 without its number: ``?page=1``, ``/1``."""
    found = numbered(url)
    return found.base if found is not None and found.number == 1 else urls.canonical(url)


def is_story_like(url: str) -> bool:
    """Whether the last step of a path reads like the name of a story, and not like that of a section."""
    return bool(_SLUG.search(urlsplit(url).path.rpartition("/")[2]))


def _split(url: str) -> SplitResult | None:
    """Return the parts of the canonical form of an address, None for what is no address."""
    there = urls.absolute(url, url)
    return urlsplit(urls.canonical(there)) if there else None


def _asks_for_all(key: str, value: str) -> bool:
    name, said = key.lower(), value.lower()
    return name in _WHOLE_PARAMETERS and (
        said in _WHOLE_VALUES or (said in {"1", "true"} and name in {"showall", "single", "singlepage"})
    )


def _number(written: str) -> int | None:
    number = int(written) if written.isdecimal() and len(written) < 4 else 0
    return number if 1 <= number <= MOST_PAGES else None
