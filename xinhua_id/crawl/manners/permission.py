"""Whether a crawl may begin at all: who we say we are, and whether the site's terms ask for permission first.

Knows nothing of requests. It is asked by the spider, so that every way to start one meets it: the command line,
`scrapy crawl`, scrapyd.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from scrapy.settings import BaseSettings

from xinhua_id import urls
from xinhua_id.crawl.wire.addresses import is_loopback
from xinhua_id.errors import ContactNeeded, PermissionNeeded
from xinhua_id.sources import Source


def contact_of(settings: BaseSettings) -> str:
    """Return under which address a site's operator reaches us; empty where none is set."""
    return str(settings.get("XINHUA_ID_CONTACT") or "").strip()


def check_contact(settings: BaseSettings, addresses: Iterable[str]) -> None:
    """Raise `ContactNeeded` where a live host would be crawled without saying who we are."""
    live = [urls.host(url) for url in addresses if not is_loopback(url)]
    if live and not contact_of(settings):
        raise ContactNeeded(
            "a live host is crawled only with a contact in the User-Agent",
            where=live[0],
            now="Set XINHUA_ID_CONTACT to an address or a page under which the site's operator reaches you.",
        )


def check_user_agent(settings: BaseSettings, addresses: Iterable[str]) -> None:
    """Raise `ContactNeeded` where the User-Agent that live hosts would see does not carry the contact.

    ``scrapy crawl -s USER_AGENT=…`` and a request header of one's own go past the one that we make.
    """
    live = [urls.host(url) for url in addresses if not is_loopback(url)]
    own = {str(name).lower(): value for name, value in (settings.getdict("DEFAULT_REQUEST_HEADERS") or {}).items()}
    said = str(own.get("user-agent") or settings.get("USER_AGENT") or "")
    if live and contact_of(settings) not in said:
        raise ContactNeeded(
            f"the User-Agent {said!r} does not carry the contact",
            where=live[0],
            now="Leave USER_AGENT alone, or put the address of XINHUA_ID_CONTACT into it.",
        )


def source_near(addresses: Iterable[str], among: Iterable[Source]) -> Source | None:
    """Return a source whose terms hold for addresses that are none of its hosts: another host of its domain."""
    asking = [source for source in among if source.permission == "ask"]
    for url in addresses:
        domain = urls.site((urlsplit(url).hostname or "").rstrip("."))
        for source in asking:
            if domain == urls.site(urlsplit(source.base).hostname or ""):
                return source
    return None


def check_permission(source: Source, settings: BaseSettings, addresses: Iterable[str]) -> None:
    """Raise `PermissionNeeded` where the source's terms ask for permission and the operator has not stated it."""
    live = [urls.host(url) for url in addresses if not is_loopback(url)]
    if source.permission != "ask" or not live or source.name in settings.getlist("XINHUA_ID_PERMISSIONS"):
        return
    terms = source.rights.terms_url or source.rights.notice
    raise PermissionNeeded(
        f"{source.title} forbids automated collection without its written permission",
        where=terms or live[0],
        now=f"Ask the publisher. When you have the permission, set XINHUA_ID_PERMISSIONS={source.name}.",
    )
