"""Cookies for a source that asks for them, kept for the length of one crawl.

Scrapy's middleware with another suffix list: Scrapy's own is fetched over the network when the first cookie comes,
where ours is the one that `xinhua_id.urls` ships. Knows nothing of sources; the spider turns it on (COOKIES_ENABLED).
"""

from __future__ import annotations

from collections.abc import Iterable
from http.cookiejar import Cookie
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.downloadermiddlewares.cookies import CookiesMiddleware
from scrapy.http.cookies import CookieJar

from xinhua_id import urls


class SiteCookies(CookiesMiddleware):
    """Sends back what the site has set.

    No cookie is taken for a whole public suffix such as ``co.id`` (RFC 6265 §5.3).
    """

    def _process_cookies(self, cookies: Iterable[Cookie], *, jar: CookieJar, request: Request) -> None:
        asked = (urlsplit(request.url).hostname or "").lower()
        for cookie in cookies:
            domain = cookie.domain.removeprefix(".")
            if domain and urls.is_public_suffix(domain):
                if domain != asked:
                    continue
                cookie.domain = asked
            jar.set_cookie_if_ok(cookie, request)
