"""The parts of a newswire story: dateline, caption and photo credit, whose story it is.

Reads lines of text and nothing else, so that pages and text dumps are read alike. Credit lines such as
``Pewarta: …`` are `credit_lines`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from xinhua_id.extraction.dates import MONTHS
from xinhua_id.items import Dateline

_MONTH = f"(?i:{'|'.join(sorted(MONTHS, key=len, reverse=True))})"
_DASH = r"(?:--+|[–—―‒-])"
_DATE = rf"\d{{1,2}}\s+(?:{_MONTH})\.?(?:,?\s+\d{{4}})?|\d{{1,2}}/\d{{1,2}}(?:/\d{{4}})?"
_WORD = r"(?:[A-Z][\w.'’-]*|d[aeiu]l?|di|of|and|the|dan|los|las|el|al|san|bin|[IVX]+)"
_PLACE = rf"[A-Z][\w.'’-]*(?:\s+{_WORD}){{0,5}}"
_DATELINE = re.compile(
    rf"^(?P<raw>(?:\(\d{{6}}\)\s*{_DASH}\s*)?(?P<head>{_PLACE}(?:\s*,\s*(?:{_DATE}|"
    rf"{_PLACE})){{0,3}}(?:\s*,\s*\d{{4}})?)\s*"
    rf"(?P<brackets>(?:[(\[](?P<agency>[^()\[\]]{{2,70}})[)\]])?)\s*,?\s*(?P<dash>{_DASH}))(?:\s|$|(?=[\"“A-Z]))"
)
_DATE_PART = re.compile(rf"^(?:{_DATE})$", re.IGNORECASE)
#: A token of the head that names a newsroom and no country: ``KOMPAS.com``, ``CNBC Indonesia``, ``REPUBLIKA.CO.ID``.
_OUTLET = re.compile(
    r"(?i)^.*\.(?:com|co\.id|id|net|tv|news|co|org)$|^(?:cnn|cnbc|bbc|voa|abc)\s+indonesia$|"
    r"^(?:antara(?: news)?|xinhua|kompasotomotif|tribunnews|detik\w*|tempo|republika)$"
)
#: Agencies whose name in brackets makes a dateline or a credit, as real lines have them.
AGENCIES = re.compile(
    r"(?i)\b(xinhua|antara(?: news| foto)?|afp|reuters|ap|epa|dpa|bernama|kyodo|tass|sputnik|anadolu|yonhap|upi|efe)\b"
)
_PR = re.compile(
    r"(?i)\b(pr ?newswire|pr wire|prwire?|xinhua-asianet|asianet|business ?wire|globe ?newswire|media outreach)\b"
)

_CREDIT_NAMES = (
    r"(?:xinhua|antara(?:\s*foto)?|afp|reuters|ap(?:\s*photo)?|epa|getty|dok(?:umen(?:tasi)?)?|istimewa|ist|foto|photo|"
    r"image|pool|humas|handout|ho|bpmi|vcg|cctv|imaginechina|shutterstock|pixabay|pexels|unsplash|instagram|youtube)"
)
_CREDIT = re.compile(
    rf"\s*[(\[](?P<credit>(?:(?:foto|photo|image|gambar)\s*:\s*)?{_CREDIT_NAMES}\b[^()\[\]]{{0,80}})[)\]]\s*\.?\s*$",
    re.IGNORECASE,
)
# Any names in brackets behind the end of a sentence, parted by a slash: ``… kota. (Harian Kota/Sari Lin)``.
_NAMED_CREDIT = re.compile(
    r"(?<=[.!?”\"])\s*[(\[](?P<credit>(?:(?:[Ff]oto|[Pp]hoto)\s*:\s*)?[A-Z][^()\[\]\d/:]{1,40}/[^()\[\]]{2,60})[)\]]\s*\.?\s*$"
)
# The same without a slash; only a caption's place makes it a credit.
_PLACED_CREDIT = re.compile(
    r"(?<=[.!?”\"\w])\s*[(\[](?P<credit>(?:(?:[Ff]oto|[Pp]hoto)\s*:\s*)?[A-Z][\w.&'’ /-]{1,60})[)\]]\s*\.?\s*$"
)
_PREFIX = re.compile(r"(?i)^(?:foto|photo|image|gambar)\s*:\s*")
_BARE_CREDIT = re.compile(
    r"\s*(?:[.|–-]\s*)?(?P<credit>(?:foto|photo|image|gambar|sumber foto|kredit foto)\s*:\s*[^.()]{3,80}|"
    r"(?:xinhua|antara(?: foto)?|afp|reuters)\s*/\s*[A-Z][\w.'’ /-]{1,60})\s*\.?\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Credited:
    """A caption parted from its credit."""

    caption: str | None
    credit: str | None
    photographer: str | None


def dateline(paragraph: str) -> Dateline | None:
    """Return the dateline that opens a paragraph, or None: ``Beijing, China (Xinhua) –``.

    A place, then a dash. An agency in brackets is common, not needed: ``CHONGQING –`` with ``[Xinhua]`` at
    the end is real. Without brackets the place must be in capitals, or a newsroom stand beside it
    (``Jakarta, KOMPAS.com -``), or be one or two words before a spaced dash (``Jakarta -``).
    """
    match = _DATELINE.match(paragraph[:200])
    if not match:
        return None
    parts = [part.strip() for part in match["head"].split(",")]
    dates = [part for part in parts if _DATE_PART.match(part) or re.fullmatch(r"\d{4}", part)]
    names = [part for part in parts if part not in dates]
    outlets = [part for part in names if _OUTLET.match(part)]
    places = [part for part in names if part not in outlets]
    if match["agency"] is None and not _bare_is_dateline(match, places, outlets, paragraph):
        return None
    if match["agency"] is not None and not _names_agency(match["agency"]):
        return None
    if not places:
        return None
    agencies = [part.strip() for part in re.split(r"\s*/\s*", match["agency"] or "") if part.strip()]
    return Dateline(
        raw=match["raw"].strip(),
        place=places[0],
        country=", ".join(places[1:]) or None,
        agencies=agencies or outlets,
        date_raw=", ".join(dates) or None,
    )


def _bare_is_dateline(match: re.Match[str], places: list[str], outlets: list[str], paragraph: str) -> bool:
    head = match["head"]
    spaced = paragraph[: match.end("dash")].rstrip("-–—―‒")[-1:].isspace()
    if not spaced or len(paragraph) < match.end() + 20:
        return False
    if outlets:
        return True
    if head.upper() == head and len(head) > 3:
        return True
    return (
        len(places) == 1
        and len(places[0].split()) <= 2
        and match["dash"] in ("-", "--", "–", "—")
        and bool(re.match(r"\s+[\"“A-Z]", paragraph[match.end("dash") :]))
    )


def _names_agency(text: str) -> bool:
    """Whether the brackets can name agencies: words that begin with a capital, no sentence, no number."""
    return not re.search(r"\d", text) and all(
        part.strip()[:1].isupper() and len(part.split()) <= 5 for part in text.split("/") if part.strip()
    )


def credited(text: str, *, is_caption: bool = False) -> Credited:
    """Part a caption from the credit that ends it; ``(Xinhua/Sun Fei)`` gives ``Xinhua/Sun Fei`` by ``Sun Fei``.

    ``is_caption``: the place already says that it is one, so that a credit without brackets counts too.
    """
    match = _CREDIT.search(text) or _NAMED_CREDIT.search(text)
    if match is None and is_caption:
        match = _PLACED_CREDIT.search(text) or _BARE_CREDIT.search(text)
    if not match:
        return Credited(text or None, None, None)
    credit = match["credit"].strip().rstrip(".")
    if "/" in credit:
        credit = _PREFIX.sub("", credit)
    return Credited(text[: match.start()].strip() or None, credit, photographer(credit))


def photographer(credit: str) -> str | None:
    """Return the person a credit names: the first part after the agency that is a name, or None."""
    parts = [part.strip() for part in re.split(r"/|:", credit)][1:]
    names = [
        part
        for part in parts
        if re.match(r"^[A-Z][\w.'’-]+(?:\s+[\w.'’-]+){0,4}$", part)
        and not re.match(r"(?i)^(ho|dok|pool|handout|humas|ist|xinhua|antara( foto)?|afp|reuters|foto)\b", part)
    ]
    return next((name for name in names if name.upper() != name), names[0] if names else None)


def is_caption(text: str, *, placed: bool = True) -> bool:
    """Whether a line ends in a photo credit with a name, as only captions do: ``… (Xinhua/Sun Fei)``.

    Away from the place of a caption (``placed`` false) the credit must name an agency, ``foto`` or a like word.
    """
    if not _ends_in_bracket(text):
        return False
    match = _CREDIT.search(text)
    return bool(match and ("/" in match["credit"] or ":" in match["credit"])) or (
        placed and bool(_NAMED_CREDIT.search(text))
    )


def ends_in_credit(text: str) -> bool:
    """Whether a line ends in names in brackets, as a caption may and a sentence may too: its place must decide."""
    return _ends_in_bracket(text) and bool(_CREDIT.search(text) or _PLACED_CREDIT.search(text))


def _ends_in_bracket(text: str) -> bool:
    return text.rstrip(". \n")[-1:] in (")", "]")


def names_press_release(text: str) -> bool:
    """Whether a credit or dateline names a distributor of press releases."""
    return bool(_PR.search(text))
