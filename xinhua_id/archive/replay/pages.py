"""What replay shows of its own, as HTML: the list of stories, an address's captures, the line above a replayed page.

Every word from outside is escaped, and no page needs a script or the network. Knows the standard library only, since
pywb's Python loads it too; nothing of pywb, and nothing of how the list was made.
"""

from __future__ import annotations

import datetime as dt
import html
import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, quote, urlencode

#: The one collection that pywb serves.
COLLECTION = "archive"

_PAGE = 50
_WIB = dt.timezone(dt.timedelta(hours=7), "WIB")
_STYLE = Path(__file__).with_name("replay.css").read_text(encoding="utf-8")
_ADDRESS = ("http://", "https://", "urn:")


def stories(path: str, title: str, query: str) -> str:
    """Return the page of stories that ``q``, ``site`` and ``page`` of the query ask for, from the file at ``path``."""
    asked = {name: values[0] for name, values in parse_qs(query).items()}
    said, site, number = asked.get("q", "").strip(), asked.get("site", ""), asked.get("page", "")
    page = max(1, int(number)) if number.isdecimal() and len(number) < 10 else 1
    words = said.casefold().split()[:20]
    where = " AND ".join(["1", *["site = ?"] * bool(site), *["instr(searched, ?)"] * len(words)])
    values: list[str | int] = [*[site] * bool(site), *words]
    with closing(sqlite3.connect(f"file:{quote(path)}?mode=ro&immutable=1", uri=True)) as database:
        sites = database.execute("SELECT site, count(*) FROM stories GROUP BY site ORDER BY site").fetchall()
        total = database.execute(f"SELECT count(*) FROM stories WHERE {where}", values).fetchone()[0]
        page = min(page, max(1, -(-total // _PAGE)))
        rows = database.execute(
            "SELECT headline, date, source, lead, url, timestamp FROM stories "
            f"WHERE {where} ORDER BY n LIMIT ? OFFSET ?",
            [*values, _PAGE, (page - 1) * _PAGE],
        ).fetchall()
    kept = {"q": said, "site": site}
    return _page(
        title,
        f"<header><h1>{_text(title)}</h1><p>{_counted(total, said)}</p></header>",
        _form(said, site),
        _tabs(sites, kept) if len(sites) > 1 else "",
        f"<p class=address><a href='{_text(_captures(said))}'>All captures of {_text(said)}</a></p>"
        if said.startswith(_ADDRESS)
        else "",
        "<ol class=stories>" + "".join(_story(*row) for row in rows) + "</ol>" if rows else _nothing(said, site),
        _pager(page, -(-total // _PAGE), kept),
    )


def captures(title: str, url: str, lines: Iterable[Mapping[str, str]]) -> str:
    """Return the page that lists every capture of an address, the newest first; ``lines`` are those of the index."""
    rows = "".join(
        f"<li><a href='{_text(_replayed(line['timestamp'], line.get('url', url)))}'>{moment(line['timestamp'])}</a>"
        f" <span>{_text(_kind(line))}</span></li>"
        for line in reversed(list(lines))
    )
    return _page(
        f"Captures of {url}",
        _back(title, "Captures", url),
        f"<ol class=captures>{rows}</ol>" if rows else "<p class=none>This address was not captured.</p>",
    )


def not_found(title: str, url: str) -> str:
    """Return the page for what the archive does not hold."""
    return _page(
        "Not in this archive",
        _back(title, "Not in this archive", url),
        "<p>No crawl captured this address, and replay fetches nothing from the live web.</p>",
    )


def broken(title: str, url: str, why: str) -> str:
    """Return the page for a record that does not replay."""
    return _page(
        "Cannot be replayed",
        _back(title, "This capture cannot be replayed", url),
        f"<pre>{_text(why)}</pre><p><code>xinhua-id archive verify</code> says whether the record is whole.</p>",
    )


def banner(timestamp: str, url: str) -> str:
    """Return the script that puts one line above a replayed page, apart from the page's own style."""
    said = json.dumps({"captured": f"Captured {moment(timestamp)}", "all": _captures(url)})
    return f"<script>(function (said) {{{_BANNER}}})({said.replace('<', _LESS)})</script>"


def moment(timestamp: str) -> str:
    """Return the 14 digits of an index line as a moment in western Indonesia."""
    try:
        at = dt.datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC).astimezone(_WIB)
    except (ValueError, OverflowError):
        return _text(timestamp)
    return f"{at.day} {at:%B %Y, %H:%M} WIB"


_LESS = "\\u003c"
# `_no_rewrite` keeps pywb's own script from taking these links for links of the page.
_BANNER = """
document.addEventListener("DOMContentLoaded", function () {
  if (window.self !== window.top || !document.body) return;
  function make(name, text, style, href) {
    var made = document.createElement(name);
    made._no_rewrite = true;
    made.textContent = text;
    made.style.cssText = "all:initial;font:14px/1.4 system-ui,sans-serif;color:inherit;" + style;
    if (href) made.setAttribute("href", href);
    return made;
  }
  var link = "color:#ffd9a0;cursor:pointer;text-decoration:underline;margin-left:1.2em";
  var host = make("div", "", "display:block;position:relative;z-index:2147483647");
  var bar = make("div", said.captured, "display:block;background:#26221c;color:#f3ede2;padding:7px 14px");
  bar.appendChild(make("a", "All captures", link, said.all));
  bar.appendChild(make("a", "Stories", link, "/"));
  host.attachShadow({mode: "open"}).appendChild(bar);
  document.documentElement.insertBefore(host, document.body);
});
"""


def _story(headline: str, date: str, source: str, lead: str, url: str, timestamp: str) -> str:
    of = " · ".join(f"<span>{_text(part)}</span>" for part in (date, source) if part)
    return (
        f"<li><a href='{_text(_replayed(timestamp, url))}'>{_text(headline)}</a>"
        f"<p class=of>{of}</p><p class=lead>{_text(lead)}</p></li>"
    )


def _form(said: str, site: str) -> str:
    return (
        f"<form role=search action=/><input type=search name=q value='{_text(said)}' "
        "aria-label='Words of a headline, or an address' placeholder='Words of a headline, or an address'>"
        f"<input type=hidden name=site value='{_text(site)}'><button>Search</button></form>"
    )


def _counted(total: int, said: str) -> str:
    many = f"{total:,} {'story' if total == 1 else 'stories'}"
    return f"{many} with “{_text(said)}”" if said else f"{many}, the newest first" if total > 1 else many


def _tabs(sites: list[tuple[str, int]], kept: Mapping[str, str]) -> str:
    every = [("", sum(count for _, count in sites)), *sites]
    links = (
        f"<a href='{_text(_here({**kept, 'site': site}))}'{' aria-current=true' if site == kept['site'] else ''}>"
        f"{_text(site or 'All sites')} <small>{count:,}</small></a>"
        for site, count in every
    )
    return f"<nav aria-label=Sites>{''.join(links)}</nav>"


def _pager(page: int, pages: int, kept: Mapping[str, str]) -> str:
    if pages < 2:
        return ""
    newer = older = "<span></span>"
    if page > 1:
        newer = f"<a rel=prev href='{_text(_here({**kept, 'page': str(page - 1)}))}'>← Newer</a>"
    if page < pages:
        older = f"<a rel=next href='{_text(_here({**kept, 'page': str(page + 1)}))}'>Older →</a>"
    return f"<nav class=pager aria-label=Pages>{newer}<span>Page {page:,} of {pages:,}</span>{older}</nav>"


def _nothing(said: str, site: str) -> str:
    if said or site:
        return "<p class=none>No headline, lead or address has that. <a href=/>All stories</a></p>"
    return "<p class=none>There is no story here yet: <code>xinhua-id crawl</code> brings some.</p>"


def _back(title: str, heading: str, url: str) -> str:
    return f"<header><p><a href=/>← {_text(title)}</a></p><h1>{heading}</h1><p class=url>{_text(url)}</p></header>"


def _kind(line: Mapping[str, str]) -> str:
    mime = line.get("mime", "")
    return "the same as before" if mime == "warc/revisit" else f"{line.get('status', '')} {mime}".strip()


def _here(query: Mapping[str, str]) -> str:
    said = urlencode({name: value for name, value in query.items() if value})
    return f"/?{said}" if said else "/"


def _replayed(timestamp: str, url: str) -> str:
    return f"/{COLLECTION}/{timestamp}/{url.replace('#', '%23')}"


def _captures(url: str) -> str:
    return f"/{COLLECTION}/*/{url.replace('#', '%23')}"


def _text(said: object) -> str:
    return html.escape(str(said))


def _page(title: str, *parts: str) -> str:
    return (
        "<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>{_text(title)}</title><style>{_STYLE}</style></head><body><main>{''.join(parts)}</main></body></html>"
    )
