"""Scrapy's settings for every crawl, whoever starts it: `xinhua-id crawl`, `scrapy crawl` or scrapyd.

What an operator may want to change comes from the environment, under the prefix XINHUA_ID_; `-s NAME=value`
still wins over both.
"""

from __future__ import annotations

import math
import os

from xinhua_id import __version__
from xinhua_id.errors import UsageError
from xinhua_id.sources import written


def _number(name: str, written: str | None, default: float, unit: str = "seconds") -> float:
    """Return the number of a variable, ``default`` where it is unset or empty; raise `UsageError` for what is none."""
    written = (written or "").strip()
    try:
        number = float(written or default)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise UsageError(f"{name}: {written!r} is no number of {unit}", now="Set it to 0 or more, such as 0.5.")
    return number


def _pages(said: str | None) -> int:
    said = (said or "").strip()
    if not (said or "0").isdecimal():
        raise UsageError(f"XINHUA_ID_PAGES_A_RUN: {said!r} is no number of requests", now="Set it to 5000, or 0.")
    return int(said or 0)


def _bytes(said: str | None) -> int:
    try:
        return written.size(said or "")
    except ValueError as error:
        raise UsageError(f"XINHUA_ID_BYTES_A_RUN: {error}", now="Set it to 500MB, 2GB or 0.") from error


BOT_NAME = "xinhua_id"
SPIDER_MODULES = ["xinhua_id.spiders"]

# --- what an operator sets -------------------------------------------------------------------------------------
XINHUA_ID_ARCHIVE = os.environ.get("XINHUA_ID_ARCHIVE") or "archives"
#: The URL of a PostgreSQL database that holds the catalogue; empty: it is a SQLite file in the archive.
XINHUA_ID_CATALOGUE = os.environ.get("XINHUA_ID_CATALOGUE") or ""
#: An address or URL under which whoever runs a crawled site reaches the operator; no live host without it.
XINHUA_ID_CONTACT = " ".join(os.environ.get("XINHUA_ID_CONTACT", "").split())  # it goes into a header, so one line
#: Names of the sources whose publisher has given the operator permission (`permission = "ask"`).
XINHUA_ID_PERMISSIONS = [name for name in os.environ.get("XINHUA_ID_PERMISSIONS", "").replace(",", " ").split() if name]
#: Seconds between two requests to a loopback host; live hosts have their own floor, which nothing lowers.
XINHUA_ID_LOOPBACK_DELAY = _number("XINHUA_ID_LOOPBACK_DELAY", os.environ.get("XINHUA_ID_LOOPBACK_DELAY"), 0)
#: Name of the run; scrapyd's job id stands in for it, and without either the run is called after site and time.
XINHUA_ID_RUN = os.environ.get("XINHUA_ID_RUN", "")
#: Seconds before the first retry of a failed URL: a live host is left in peace, a loopback one needs none.
XINHUA_ID_BACKOFF = _number("XINHUA_ID_BACKOFF", os.environ.get("XINHUA_ID_BACKOFF"), 15)
XINHUA_ID_LOOPBACK_BACKOFF = 0.1
XINHUA_ID_ROBOTS_TRIES = 2  # a host that is down is said to be down within minutes
XINHUA_ID_ROBOTS_AGAIN = 600.0  # seconds after which a robots.txt that could not be had is asked for again
XINHUA_ID_ROBOTS_HOURS = 24.0  # after so many hours, never more than 24, robots.txt is asked for again (RFC 9309 §2.4)

#: What one run spends at the most, requests and bytes ("500MB"); 0: as the source says, which mostly says nothing.
XINHUA_ID_PAGES_A_RUN = _pages(os.environ.get("XINHUA_ID_PAGES_A_RUN"))
XINHUA_ID_BYTES_A_RUN = _bytes(os.environ.get("XINHUA_ID_BYTES_A_RUN"))
#: A live site's delay grows with the time it takes to answer, and doubles with every failure, up to so many seconds.
XINHUA_ID_LONGEST_DELAY = 60.0
#: After so many failures in a row a live site rests, at first so many seconds; the fourth rest in a row is not begun.
XINHUA_ID_BREAKER_FAILURES = 5.0
XINHUA_ID_BREAKER_REST = 60.0
XINHUA_ID_BREAKER_OPENINGS = 4
#: A crawl waits so many seconds for the hours of its source to begin; else it ends.
XINHUA_ID_HOURS_WAIT = 3600.0
XINHUA_ID_TDMREP = True  # ask each live origin once a run what it reserves against text and data mining
XINHUA_ID_LOOPBACK_MANNERS = False  # pace, breaker, hours and tdmrep.json for loopback hosts, too: for tests

#: A group of records and items is committed (fsync, catalogue) after so many records or seconds.
XINHUA_ID_COMMIT_RECORDS = 500
XINHUA_ID_COMMIT_SECONDS = 1.0
#: A WARC is followed by another at so many bytes (WARC 1.1, annex B), and after so many hours unless 0.
XINHUA_ID_WARC_BYTES = 1_000_000_000
XINHUA_ID_WARC_HOURS = 0.0
#: Which payloads that are kept already become revisit records: of `any` URL of the site, of the same `url`, or `none`.
XINHUA_ID_DEDUPLICATE = "any"
XINHUA_ID_CONDITIONAL = True  # ask with ETag and Last-Modified for what is kept already

#: Which known stories are asked for again: those that are `due`, or `all` that the crawl meets.
XINHUA_ID_REVISIT = os.environ.get("XINHUA_ID_REVISIT") or "due"
#: The time between two visits to a story grows with its age, between these.
XINHUA_ID_REVISIT_SHORTEST_HOURS = _number(
    "XINHUA_ID_REVISIT_SHORTEST_HOURS", os.environ.get("XINHUA_ID_REVISIT_SHORTEST_HOURS"), 12, "hours"
)
XINHUA_ID_REVISIT_LONGEST_DAYS = _number(
    "XINHUA_ID_REVISIT_LONGEST_DAYS", os.environ.get("XINHUA_ID_REVISIT_LONGEST_DAYS"), 180, "days"
)
#: A worker that gave no sign for so many seconds is taken over from, where several share a catalogue.
XINHUA_ID_TAKE_OVER_SECONDS = _number("XINHUA_ID_TAKE_OVER_SECONDS", os.environ.get("XINHUA_ID_TAKE_OVER_SECONDS"), 60)

#: What is fetched beside the stories, whatever their source says: `none`, `images` or `all`; empty: as the source says.
XINHUA_ID_REQUISITES = os.environ.get("XINHUA_ID_REQUISITES", "")

# --- who we are ------------------------------------------------------------------------------------------------
USER_AGENT = f"xinhua-id/{__version__}" + (f" (+{XINHUA_ID_CONTACT})" if XINHUA_ID_CONTACT else "")
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,application/json;q=0.8,*/*;q=0.5",
    "Accept-Language": "id,en;q=0.5",
    # Not zstd: nobody replays it. Not br: `warcio check` fails on such records beside the brotli that Scrapy needs.
    "Accept-Encoding": "gzip, deflate",
}

# --- the wire --------------------------------------------------------------------------------------------------
DOWNLOAD_HANDLERS = {
    "http": "xinhua_id.crawl.wire.handler.WireDownloadHandler",
    "https": "xinhua_id.crawl.wire.handler.WireDownloadHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
DOWNLOAD_VERIFY_CERTIFICATES = True  # Scrapy's default accepts any certificate
DOWNLOAD_TIMEOUT = 30  # also the longest that Ctrl-C waits for what is under way
DOWNLOAD_MAXSIZE = 128 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
#: Bytes of all heads of one response; browsers stop there as well.
XINHUA_ID_LARGEST_HEAD = 256 * 1024
#: A body must come with so many bytes a second, looked at every so many seconds; a rate of 0 lets it take its time.
XINHUA_ID_LEAST_RATE = 200
XINHUA_ID_LEAST_RATE_SECONDS = 15

# --- manners: ours replace Scrapy's -----------------------------------------------------------------------------
ROBOTSTXT_OBEY = False  # robots.txt is obeyed by the politeness middleware, which captures it too
AUTOTHROTTLE_ENABLED = False
DOWNLOAD_DELAY = 0  # the politeness middleware waits; two clocks would add up
DOWNLOAD_DELAY_JITTER = 0
CONCURRENT_REQUESTS = 8
CONCURRENT_REQUESTS_PER_DOMAIN = 8  # on loopback; the politeness middleware holds a live host to one
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # discovery stays on the hosts
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "xinhua_id.crawl.recorded.RecordedMiddleware": 80,  # before anybody is asked
    "xinhua_id.crawl.requisites.RequisitesMiddleware": 90,  # before anybody waits
    "xinhua_id.crawl.manners.politeness.PolitenessMiddleware": 100,
    "xinhua_id.crawl.tenure.TenureMiddleware": 105,  # after every wait
    "xinhua_id.crawl.manners.budget.BudgetMiddleware": 110,  # behind all that waits: what comes here is sent
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,  # its suffix list is fetched over the network
    "xinhua_id.crawl.cookies.SiteCookies": 700,
}
HTTPERROR_ALLOW_ALL = True  # every answer is a page with an outcome
RETRY_ENABLED = False  # the frontier retries
REDIRECT_ENABLED = False  # the frontier follows
METAREFRESH_ENABLED = False
COMPRESSION_ENABLED = False  # xinhua_id.warc.payload decodes, live and years later alike
COOKIES_ENABLED = False  # the spider turns it on for a source that asks for cookies
HTTPPROXY_ENABLED = False  # a proxy's address would stand in the records
REFERER_ENABLED = False
HTTPCACHE_ENABLED = False  # what it answers never passes the wire

# --- the way of the data ---------------------------------------------------------------------------------------
SCHEDULER = "xinhua_id.crawl.scheduler.FrontierScheduler"
SPIDER_MIDDLEWARES = {
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
}
ITEM_PIPELINES = {
    "xinhua_id.pipelines.separate.Separate": 100,
    "xinhua_id.pipelines.validate.Validate": 200,
    "xinhua_id.pipelines.requisites.FindRequisites": 250,
    "xinhua_id.pipelines.deduplicate.Deduplicate": 300,
    "xinhua_id.pipelines.requisites.TakeRequisites": 350,
    "xinhua_id.pipelines.store.Store": 400,
}

# --- the process -----------------------------------------------------------------------------------------------
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False  # it starts a server that runs Python for whoever asks
EXTENSIONS = {  # not even imported, which takes a tenth of a second and ten megabytes
    "scrapy.extensions.remote_control.RemoteControl": None,
    "scrapy.extensions.telnet.TelnetConsole": None,
    "scrapy.extensions.throttle.AutoThrottle": None,
}
LOG_LEVEL = "INFO"
LOGSTATS_INTERVAL = 60.0
