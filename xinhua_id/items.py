"""What travels through the project: the Page that was captured and the Article that was found on it.

The Article is one line of JSONL. Its JSON Schema (``item.schema.json``) is generated from here, so every
field is documented here and nowhere else. Every key is always present: null, or an empty list, where the page
says nothing. Knows nothing of how a page is fetched or separated.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer

SCHEMA_VERSION = "0.1"


def _rfc3339(moment: dt.datetime) -> str:
    text = moment.isoformat(timespec="microseconds" if moment.microsecond else "seconds")
    return text.replace("+00:00", "Z")


#: An aware moment, written as RFC 3339 with the offset it came with (``2023-01-09T19:05:00+07:00``).
Moment = Annotated[AwareDatetime, PlainSerializer(_rfc3339, return_type=str, when_used="json")]


class Part(BaseModel):
    """Every part of an item: no unknown key, no change after it was made."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Dateline(Part):
    """The opening of a wire story: ``Beijing, China (Xinhua) –``."""

    raw: str = Field(description="The dateline as it stands, dash included; it also stays in paragraph 1.")
    place: str = Field(description="The place before the first comma, as written: `Beijing`.")
    country: str | None = Field(description="What follows the comma, as written: `China`.")
    agencies: list[str] = Field(description="The agencies in brackets, in order: `Xinhua`, `Indonesia Window`.")
    date_raw: str | None = Field(description="A date inside the dateline, as written: `29 September`.")


class EventDate(Part):
    """The day the first paragraph speaks of: ``Senin (9/1)``."""

    raw: str = Field(description="As written: `Senin (9/1)`.")
    date: dt.date | None = Field(
        description="The day, only where the page gives the year: written, or by a publication date that agrees with "
        "weekday and day; else null."
    )


class Image(Part):
    """A picture of the story, with what is written under it."""

    url: str | None = Field(description="Absolute address of the picture; null in a text dump.")
    caption: str | None = Field(description="The caption without its credit.")
    credit: str | None = Field(description="The credit as written, without brackets: `Xinhua/Sun Fei`.")
    photographer: str | None = Field(description="The person named in the credit: `Sun Fei`.")


class Capture(Part):
    """Where the record lies that the item was made from."""

    file: str = Field(description="File name of the WARC, under `<source>/warc/` of the archive.")
    offset: int = Field(ge=0, description="Where the record's gzip member begins, in bytes.")
    length: int = Field(gt=0, description="Length of that gzip member, in bytes.")
    record_id: str = Field(description="WARC-Record-ID of the record, `<urn:uuid:…>`.")
    payload_digest: str | None = Field(
        description="`sha1:` in base32 over the body after dechunking (WARC 1.1 §5.9); over the text of a conversion."
    )
    captured_at: Moment = Field(description="WARC-Date: the start of the capture, UTC.")
    status: int | None = Field(
        description="HTTP status of the response; null where the record holds no response but the text that a tool "
        "made of one (type `conversion`, as in WET files)."
    )


class JoinedPart(Part):
    """One of the parts that a story was joined from."""

    number: int = Field(ge=1, description="1 for the first page.")
    id: str = Field(description="The part's own id.")
    url: str | None = Field(description="The address that was fetched.")
    capture: Capture | None = Field(description="The record the part was made from.")


class StoryPart(Part):
    """Which part of a story in several pages this item is, or, of a joined story, which parts it was joined from."""

    story_id: str = Field(description="The id that all parts share: that of page 1.")
    number: int = Field(ge=1, description="1 for the first page; of a joined story, the first part that is there.")
    total: int | None = Field(
        ge=1, description="How many pages the story says it has; null if it does not say: then more follow this one."
    )
    joined: list[JoinedPart] = Field(
        default_factory=list, description="Of a joined story, its parts in order; empty on a part."
    )
    missing: list[int] = Field(
        default_factory=list, description="Of a joined story, the parts that are not there; empty on a part."
    )


class Removed(Part):
    """Something that stood on the page and is not the story."""

    rule: str = Field(description="Name of the rule that removed it (see `docs/extraction.md`).")
    text: str | None = Field(
        description="Its text, at most 500 characters, for a block inside the article's region; null for a "
        "region outside it and for readers' comments."
    )
    position: int | None = Field(
        description="Number of kept paragraphs before it (0: before the first); null outside the region."
    )
    characters: int = Field(ge=0, description="How many characters were removed.")
    digest: str | None = Field(description="`sha256:` of the text where the text itself is not kept; else null.")


class Extraction(Part):
    """How the item was made."""

    version: str = Field(description="Version of xinhua_id.")
    source: str | None = Field(description="`name@digest` of the source's TOML; null for an undescribed site.")
    layout: str | None = Field(description="Name of the layout that matched; null where structure decided.")
    method: Literal["layout", "structure", "text-dump"] = Field(
        description="`layout`: a source's selectors; `structure`: structure and text anchors of the page; "
        "`text-dump`: text without markup."
    )


class Rights(Part):
    """Whose text it is, as the page and the source say."""

    holder: str | None = Field(description="Who holds the rights: from the source, else from the page.")
    notice: str | None = Field(description="The copyright notice as the page shows it.")
    terms_url: str | None = Field(description="Where the site's terms stand.")
    tdm_reservation: int | None = Field(
        description="TDM Reservation Protocol: 1 reserved, 0 not, from the page's header or meta; null unsaid."
    )


class Origin(StrEnum):
    """Whose story it is."""

    WIRE = "wire"
    CITED = "cited"
    SITE = "site"
    PRESS_RELEASE = "press_release"
    UNKNOWN = "unknown"


class Article(Part):
    """One story as one site showed it in one capture. An item's key is `(id, capture.record_id)`."""

    schema_version: str = Field(default=SCHEMA_VERSION, description="Version of this format.")
    id: str = Field(description="Stable hash of the canonical URL, or of the text where a dump has no URL.")
    url: str | None = Field(description="The address that was fetched.")
    canonical_url: str | None = Field(
        description="The address under which copies on one site are equal: `rel=canonical` if it stands on the "
        "same site, cleaned of tracking parameters; always https and without `www.`, so that variants are equal. A "
        "later part of a story keeps an address of its own; AMP and print pages have their story's; a page that "
        "declares another story's address has the one it stands at."
    )
    site: str | None = Field(description="Name of the source, or host of an undescribed site.")
    provider: str | None = Field(description="The agency whose story it is: `Xinhua`; null where it is not a wire's.")
    origin: Origin = Field(
        description="`wire`: an agency's own story; `cited`: a site's story that cites the agency; `site`: the "
        "site's own; `press_release`; `unknown`: the page does not say."
    )
    origin_evidence: list[str] = Field(description="What on the page says so, each `where: text`.")
    headline: str = Field(description="The story's headline.")
    lead: str | None = Field(description="The pull quote or standfirst above the first paragraph.")
    dateline: Dateline | None = Field(description="The dateline; null where the story has none.")
    byline: str | None = Field(description="The credit line's name as written: `Redaksi`.")
    authors: list[str] = Field(description="The persons who wrote it, in order.")
    editor: str | None = Field(description="The editor named by the page.")
    translator: str | None = Field(description="The translator named by the page.")
    date_published: Moment | None = Field(
        description="When the page says it was published; from the page, never guessed from the crawl. A day alone "
        "counts as its midnight in the site's zone."
    )
    date_published_raw: str | None = Field(description="The date as the page writes it.")
    date_modified: Moment | None = Field(description="When the page says it was changed.")
    date_modified_raw: str | None = Field(description="That date as the page writes it.")
    event_date: EventDate | None = Field(description="The day the opening speaks of.")
    language: str = Field(
        description="BCP 47: `id` where the text's own words are Indonesian, else what page or source declares; themes "
        "often declare `en`."
    )
    section: str | None = Field(description="The section of the site it stands in.")
    tags: list[str] = Field(description="The page's tags, in order.")
    paragraphs: list[str] = Field(description="The body, paragraph by paragraph, sub-headings included.")
    text: str = Field(description="The paragraphs, joined by a blank line.")
    images: list[Image] = Field(description="Pictures of the story with captions and credits.")
    part: StoryPart | None = Field(description="For a story in several pages, or joined from them; else null.")
    removed: list[Removed] = Field(description="What stood on the page and is not the story, in page order.")
    content_digest: str = Field(description="`sha256:` over the NFC `text`.")
    capture: Capture | None = Field(description="The record it was made from; null for a file or a text dump.")
    extraction: Extraction = Field(description="How it was made.")
    rights: Rights = Field(description="Whose text it is.")

    def to_json(self) -> str:
        """Return the item as its line of JSONL, without the newline: the same bytes for the same item."""
        return self.model_dump_json()


class Outcome(StrEnum):
    """How the visit to one URL ended; every exchange ends in exactly one."""

    STORY = "story"
    LISTING = "listing"
    REQUISITE = "requisite"
    NO_ARTICLE = "no-article"
    DUPLICATE = "duplicate"
    REDIRECT = "redirect"
    DENIED = "denied"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Page:
    """One captured page, all that extraction may look at.

    ``body`` is the payload after dechunking and content decoding, bytes as the site's own charset has them.
    ``captured_at`` is aware. ``headers`` keep order, case and repeats. ``capture`` is copied onto the item.
    ``incomplete`` says why ``body`` is not the whole body: ``disconnect``, ``time``, ``length`` or ``unspecified``
    as in WARC-Truncated, ``payload`` for a chunking or coding that breaks, ``head`` for bytes that are no HTTP
    response, ``record`` for a record whose WARC header lacks what it must have (``status`` is 0 then); None for a whole
    body. ``converted``: the body is no page but the text that a tool
    made of one, a WARC's ``conversion`` record; ``status`` says nothing then.
    """

    url: str | None
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    captured_at: dt.datetime | None = None
    capture: Capture | None = field(default=None, compare=False)
    incomplete: str | None = None
    converted: bool = False

    def header(self, name: str) -> str | None:
        """Return the first value of a header, whatever its case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)
