"""What a robots.txt says to us (RFC 9309): the answer of a host in, what may be fetched out.

Knows nothing of how it is fetched, or of the frontier. Its ``Sitemap:`` lines are read by `crawl.discovery`.
"""

from __future__ import annotations

from dataclasses import dataclass

from protego import Protego

from xinhua_id.items import Page

#: The product token by which a robots.txt addresses us (RFC 9309 §2.2.1).
TOKEN = "xinhua-id"
#: What is read of a robots.txt; RFC 9309 §2.5 asks for at least 500 KiB.
LONGEST = 512 * 1024
#: Why nothing was asked of a host whose name leads into a private network; its pages are refused in the same word.
INSIDE = "private-address"
#: RFC 9309 §2.3.1.2: at least five redirects are followed; a longer chain counts as no robots.txt.
MAX_REDIRECTS = 5


@dataclass(frozen=True)
class Robots:
    """The rules of one host.

    ``unreachable``: why they could not be learnt (``dns``, ``http-503``, …), so that nothing may be fetched (§2.3.1.4).
    ``delay`` is the ``Crawl-delay`` or ``Request-rate`` in seconds, 0 where none is asked for.
    """

    rules: Protego | None = None
    unreachable: str | None = None
    delay: float = 0.0

    def refusal(self, url: str) -> str | None:
        """Return why ``url`` may not be fetched, in a word that can be counted; None if it may."""
        if self.unreachable == INSIDE:
            return INSIDE
        if self.unreachable:
            return "robots-unreachable"
        if self.rules is not None and not self.rules.can_fetch(url, TOKEN):
            return "robots"
        return None


def robots_of(page: Page) -> Robots | None:
    """Return the rules that an answer to ``/robots.txt`` sets, or None: ask again later.

    2xx is read. 4xx means that there is none, so everything is allowed (§2.3.1.3); only 429, which the RFC counts
    among them, is taken at its word. 5xx is no answer.
    """
    if page.status == 429 or page.status >= 500:
        return None
    if not 200 <= page.status < 300:
        return Robots()
    rules = Protego.parse(page.body[:LONGEST].decode("utf-8-sig", "replace"))
    rate = rules.request_rate(TOKEN)
    per_request = rate.seconds / rate.requests if rate and rate.requests else 0.0
    return Robots(rules, delay=max(rules.crawl_delay(TOKEN) or 0.0, per_request))
