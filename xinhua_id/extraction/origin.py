"""Whose story it is: the wire's, one that cites the wire, the site's own, a press release, or unsaid.

Speaks from the dateline, the credit lines and the citing phrases; every answer comes with its evidence. Knows
nothing of pages.
"""

from __future__ import annotations

import re

from xinhua_id.extraction import newswire
from xinhua_id.extraction.credit_lines import Credits
from xinhua_id.items import Dateline, Origin
from xinhua_id.sources import Source

#: Agencies as they name themselves; ``ANTARA News`` is ANTARA.
_NAMES = {
    "xinhua": "Xinhua", "antara": "ANTARA", "antara news": "ANTARA", "afp": "AFP", "reuters": "Reuters", "ap": "AP",
    "kyodo": "Kyodo", "bernama": "Bernama", "tass": "TASS", "anadolu": "Anadolu", "yonhap": "Yonhap",
    "sputnik": "Sputnik",
}  # fmt: skip
_CITES = re.compile(
    r"(?i)\b(?:sebut|menurut|lapor|kata|tulis|ungkap|dikutip(?: dari)?|mengutip|melansir|dilansir(?: dari|"
    r" oleh)?|seperti dilaporkan|"
    r"dilaporkan(?: oleh)?|sebagaimana (?:dilaporkan|dikutip)|laporan|demikian|kepada)\s+(?:oleh\s+|dari\s+)?"
    r"(?:kantor berita(?:\s+(?:resmi|nasional|pemerintah))?(?:\s+(?:china|tiongkok|rrt))?,?\s+)?xinhua\b|"
    r"\bxinhua\s+(?:melaporkan|menyebutkan|mengabarkan|mewartakan|memberitakan)\b"
)

Answer = tuple[Origin, str | None, list[str]]


def decide(
    source: Source | None, line: Dateline | None, credit: Credits, end_tag: str | None, authors: list[str], text: str
) -> Answer:
    """Return (origin, provider, evidence). The strongest sign decides: press release, agency, citation, site."""
    byline = credit.byline or ""
    for name, said in (("byline", byline), ("source", credit.source or ""), ("dateline", line.raw if line else "")):
        if said and newswire.names_press_release(said):
            return Origin.PRESS_RELEASE, None, [f"{name}: {said}"]
    if found := _agency(source, line, credit, end_tag):
        return found
    if "xinhua" in text.lower() and (cited := _CITES.search(text)):
        return Origin.CITED, None, [f"text: {cited[0]}"]
    if credit.empty_author and not byline:
        return Origin.UNKNOWN, None, []
    own = _own_names(source)
    if line and any(agency.casefold() in own for agency in line.agencies):
        return Origin.SITE, None, [f"dateline: {line.raw}"]
    if byline:
        return Origin.SITE, None, [f"byline: {byline}"]
    if authors and not credit.empty_author:
        return Origin.SITE, None, [f"author: {', '.join(authors)}"]
    return Origin.UNKNOWN, None, []


def _agency(source: Source | None, line: Dateline | None, credit: Credits, end_tag: str | None) -> Answer | None:
    """Return the answer where an agency other than the site signs the story, with all that says so."""
    own = _own_names(source)
    signs: list[tuple[str, str]] = []
    if line:
        signs += [(name, f"dateline: {line.raw}") for part in line.agencies if (name := _name(part))]
    for label, said in (("byline", credit.byline), ("source", credit.source), ("end", end_tag)):
        if said and (name := _name(said.strip("[]() ."))):
            signs.append((name, f"{label}: {said}"))
    if source and source.agency:
        # The agency's own site: its stories are the wire whatever else the page says.
        signs.insert(0, (source.agency, f"site: {source.title}"))
        own = own - {source.agency.casefold()}
    foreign = [(name, said) for name, said in signs if name.casefold() not in own]
    # A site that names Xinhua beside itself (`Pewarta: Xinhua` under an `(ANTARA)` dateline) carries Xinhua's wire.
    xinhua = [pair for pair in foreign if pair[0] == "Xinhua"]
    if xinhua and credit.translator and not any(said.startswith(("byline", "dateline", "end")) for _, said in xinhua):
        return None
    chosen = xinhua or foreign
    if not chosen:
        return None
    provider = chosen[0][0]
    return Origin.WIRE, provider, list(dict.fromkeys(said for name, said in chosen if name == provider))


def _name(text: str) -> str | None:
    return _NAMES.get(text.strip().casefold())


def _own_names(source: Source | None) -> set[str]:
    if source is None:
        return set()
    return {name.casefold() for name in (*source.self_names, source.title)}
