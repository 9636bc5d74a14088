"""What no crawl enters, on any site: doors for people who write, copies of a page, endless spaces, files.

Knows nothing of sources.
"""

from __future__ import annotations

import re

#: No address of a story is as long as this (sitemaps.org has the same bound).
LONGEST_URL = 2048
#: No address of a story has more steps, and none has one step more often.
DEEPEST, MOST_ALIKE = 12, 3

ASSET = re.compile(
    r"\.(jpe?g|png|gif|webp|avif|svg|ico|bmp|tiff?|css|m?js|map|woff2?|ttf|eot|otf|pdf|docx?|xlsx?|pptx?|odt|csv|jsonl?"
    r"|txt|mp[34]|m4[av]|mov|avi|webm|og[gv]|wav|flv|zip|rar|7z|(?<!\.html\.)(?<!\.htm\.)gz|tgz|bz2|xz|tar|exe|apk|dmg|iso|swf|epub|warc|cdxj?)$",
    re.IGNORECASE,
)
CLOSED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"^/(wp-admin|wp-login|wp-includes|wp-content|wp-signup|wp-trackback|wp-comments-post|xmlrpc\.php|cdn-cgi)",
        r"^/wp-json/(?!wp/v2/posts)|[?&]rest_route=/(?!wp/v2/posts)",
        r"^/(admin|administrator|login|log-?in|logout|masuk|keluar|register|daftar|signin|signup|account|akun|cart|"
        r"checkout|keranjang|user)(/|\?|$|\.)",
        r"[?&](replytocom|share|print|format|redirect_to|preview|sort|order|orderby|add-to-cart)=",
        r"[?&]s=|^/(search|cari|pencarian)(/|\?|$)",
        r".\/(feed|trackback|amp|print|cetak|embed)(/|$|\?)|^/amp/.|[?&](amp|feed|cetak)(=|&|$)|^/comments/feed",
        r"[?&](outputtype|mode|view|format)=(amp|print)(&|$)|[?&]tmpl=component(&|$)",
        r"[?&]C=[NMSD][;&]O=[AD]",  # the sort links of Apache's and nginx's directory listings
        r"(author|users?)-sitemap|wp-sitemap-users",
    )
)


def trap(url: str, where: str) -> str | None:
    """Return which trap the form of an address alone gives away, None if none. ``where`` is its path and query.

    ``trap-round``: a step stands in the path again and again, as relative links on a page that answers everywhere
    make it.
    """
    if len(url) > LONGEST_URL:
        return "trap-long"
    steps = [step for step in where.partition("?")[0].split("/") if step]
    if any(steps.count(step) > MOST_ALIKE for step in set(steps)):
        return "trap-round"
    return "trap-deep" if len(steps) > DEEPEST else None
