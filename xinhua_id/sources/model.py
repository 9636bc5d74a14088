"""The shape of a source: what one TOML file says of one site.

A site is data. Knows nothing of where the files lie (`xinhua_id.sources`) or of how a layout is applied
(`xinhua_id.extraction`).
"""

from __future__ import annotations

import datetime as dt
import re
import string
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from xinhua_id import urls
from xinhua_id.sources import written


def _css(selector: str) -> str:
    from cssselect import GenericTranslator, SelectorError

    try:
        GenericTranslator().css_to_xpath(selector)
    except SelectorError as error:
        raise ValueError(f"not a CSS selector: {error}") from error
    return selector


def _regex(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return pattern


_HOST = re.compile(r"\*|(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d{1,5})?")


def _host(name: str) -> str:
    if not _HOST.fullmatch(name):
        raise ValueError(f"not a host: {name!r}; such as cdn.example.id, or *.wp.com for every host below it")
    return name


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, ZoneInfoNotFoundError) as error:
        raise ValueError(f"not an IANA time zone: {name!r}; such as Asia/Jakarta") from error
    return name


def _archive(template: str) -> str:
    """Check a date archive's template; which days it is filled with is discovery's."""
    fields = {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
    if "year" not in fields or fields - {"year", "month", "day"} or ("day" in fields and "month" not in fields):
        raise ValueError(f"not a date archive: {template!r}; such as /indeks/{{day:02d}}-{{month:02d}}-{{year}}")
    if not template.startswith("/"):
        raise ValueError(f"not a path: {template!r}; it begins with a slash")
    template.format(year=2023, month=1, day=9)
    return template


def _hours(said: str) -> str:
    written.windows(said)
    return said


def _size(said: str) -> str:
    written.size(said)
    return said


Css = Annotated[str, AfterValidator(_css)]
Regex = Annotated[str, AfterValidator(_regex)]
Host = Annotated[str, AfterValidator(_host)]
Archive = Annotated[str, AfterValidator(_archive)]
Zone = Annotated[str, AfterValidator(_zone)]
Hours = Annotated[str, AfterValidator(_hours)]
Size = Annotated[str, AfterValidator(_size)]


class Table(BaseModel):
    """A table of the TOML: an unknown key is a typo."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Drop(Table):
    """Something inside the body's element that is not the story, on this site only."""

    rule: str = Field(description="The name under which it stands in `removed`.")
    css: Css = Field(description="What to remove.")


class Layout(Table):
    """One generation of a site's pages. All layouts are tried; dates only order them."""

    name: str = Field(description="Short name: `shape-a`, `2015`.")
    seen: dt.date | None = Field(None, description="A day on which this layout was seen.")
    until: dt.date | None = Field(None, description="The last day on which it was seen, if it is gone.")
    headline: Css = Field(description="The headline's element.")
    body: Css = Field(description="The element that holds the paragraphs.")
    date: Css | None = Field(None, description="The visible date.")
    byline: Css | None = Field(None, description="The element of `Pewarta:` and the like, outside the body.")
    lead: Css | None = Field(None, description="The standfirst, outside the body.")
    section: Css | None = Field(None, description="The section; of several, the last is taken.")
    tags: Css | None = Field(None, description="The tags, one element each.")
    image: Css | None = Field(None, description="The story's pictures outside the body.")
    caption: Css | None = Field(None, description="Captions outside the body, in the order of the pictures.")
    drop: tuple[Drop, ...] = Field((), description="What inside the body is not the story.")


class Discovery(Table):
    """How stories are found on the site. Paths are relative to `base`."""

    listings: tuple[str, ...] = Field((), description="Listing pages to begin with.")
    sitemaps: tuple[str, ...] = Field((), description="Sitemaps beside those that robots.txt names.")
    feeds: tuple[str, ...] = Field((), description="RSS or Atom feeds.")
    rest: tuple[str, ...] = Field((), description="WordPress REST collections: `/wp-json/wp/v2/posts`.")
    archives: tuple[Archive, ...] = Field(
        (),
        description="Date archives, asked for with `--since`: `/indeks/{day:02d}-{month:02d}-{year}`.",
    )
    story: tuple[Regex, ...] = Field((), description="Path and query of a story match one of these; none: any page.")
    listing: tuple[Regex, ...] = Field((), description="Path and query of listing pages that may be followed.")
    deny: tuple[Regex, ...] = Field((), description="Path and query never followed, whatever else matches.")
    last_page: int = Field(500, ge=1, description="How far a numbered listing is followed.")
    delay: float = Field(2.0, ge=2.0, description="Seconds between two requests to a live host.")
    cookies: bool = Field(False, description="Whether the site gets back, within one crawl, the cookies that it sets.")
    hours: Hours = Field(
        "", description='When the site may be asked, on its own clock: `"22:00-05:00"`; several with commas between.'
    )
    pages_a_run: int | None = Field(None, ge=1, description="No run sends more requests than this.")
    bytes_a_run: Size = Field("", description='No run moves more bytes than this: `"500MB"`.')


class RightsOf(Table):
    """Whose text it is, as the site says."""

    holder: str | None = Field(None, description="Who holds the rights.")
    notice: str | None = Field(None, description="What the site says of them, in its words.")
    terms_url: str | None = Field(None, description="Where its terms stand.")


class Source(Table):
    """One site: who it is, how its stories are found, how its pages are laid out."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")] = Field(description="Name; also the file's.")
    title: str = Field(description="What people call the site.")
    base: str = Field(description="Where paths begin: `https://indonesiawindow.com`.")
    hosts: tuple[str, ...] = Field(min_length=1, description="Hosts that belong to it; the crawl stays on them.")
    permission: Literal["open", "ask"] = Field(
        description="`ask`: the terms forbid automated collection without the publisher's permission."
    )
    verified: bool = Field(description="Whether a person has seen the host and its pages.")
    requisites: Literal["none", "images", "all"] = Field(
        "none",
        description="What is fetched beside a story: its pictures, or all that its page needs to look like it did.",
    )
    requisite_hosts: tuple[Host, ...] = Field(
        (),
        description="Hosts of pictures, styles and fonts beside those of the site's own domain; `*.` stands for any.",
    )
    language: str = Field("id", description="BCP 47.")
    timezone: Zone = Field("Asia/Jakarta", description="IANA zone of dates that name none.")
    agency: str | None = Field(None, description="The agency's name where the site is the agency's own.")
    self_names: tuple[str, ...] = Field((), description="How the site names itself in datelines.")
    notes: str = Field("", description="What is known of the site, and how surely.")
    rights: RightsOf = Field(RightsOf(), description="Whose text it is.")
    discovery: Discovery = Field(Discovery(), description="How its stories are found.")
    layout: tuple[Layout, ...] = Field((), description="How its pages are laid out; all are tried.")
    digest: str = Field("", description="First 12 hex digits of the TOML's sha256; set when it is loaded.")

    @model_validator(mode="after")
    def _base_is_ours(self) -> Source:
        if urls.host(self.base) not in self.hosts:
            raise ValueError(f"base {self.base!r} is not on one of hosts {list(self.hosts)}")
        return self

    @property
    def label(self) -> str:
        """``name@digest``: what an item says of the source it was read with."""
        return f"{self.name}@{self.digest}"

    def at(self, base: str) -> Source:
        """Return the same source served at another address, and nowhere else: a mirror, a replica, a moved host."""
        base = base.rstrip("/")
        return self.model_copy(update={"base": base, "hosts": (urls.host(base),), "requisite_hosts": ()})

    def owns(self, url: str) -> bool:
        """Whether ``url`` stands on one of the source's hosts."""
        return urls.host(url) in self.hosts
