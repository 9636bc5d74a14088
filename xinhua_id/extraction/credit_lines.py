"""Credit lines: ``Pewarta: Xinhua``, ``Editor: …``, ``Laporan: Redaksi``, ``Copyright © …``, ``Sumber: …``.

They are data, not body and not rubbish. Reads lines of text and nothing else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from xinhua_id.text import clean

_ROLES = {
    "author": "pewarta|laporan|penulis|reporter|oleh|rep|kontributor|wartawan|jurnalis|by|written by|author|teks",
    "editor": "editor|penyunting|redaktur|red|redaktur pelaksana|edited by",
    "translator": "penerjemah|alih bahasa|diterjemahkan oleh|penterjemah|translator",
    "source": "sumber|source|sumber berita",
    "photographer": "fotografer|foto oleh|pewarta foto|uploader",
}
_ROLE_OF = {label: role for role, labels in _ROLES.items() for label in labels.split("|")}
_LABEL = "|".join(sorted(_ROLE_OF, key=len, reverse=True))
_COLON = re.compile(rf"(?i)(?:^|(?<=[\s|/•·]))(?P<label>{_LABEL})\s*[:：]\s*")
_BARE = re.compile(r"^(?P<label>Oleh|By)\s+(?P<name>[A-Z][^:.!?]{2,60})$")
_COPYRIGHT = re.compile(
    r"(?i)(?:copyright|hak cipta)\s*(?:©|\(c\))?.{0,80}?(?:19|20)\d\d\b|©\s*.{0,40}?(?:19|20)\d\d\b|"
    r"copyright\s*©.{0,60}"
)
_ORGANISATION = re.compile(
    r"(?i)\b(xinhua|antara|redaksi|pr ?wire?|pr ?newswire|asianet|tim|desk|redaktur|newsroom|kantor berita|admin|"
    r"huaxia|kompas\w*|"
    r"tempo|detik\w*|reuters|afp|web|warta\w*|humas|indonesia window|media)\b"
)
#: Without one of these no line is one of credits; most lines of a page end here.
_SIGNS, _OPENINGS, _NOTICES = (":", "：", "©"), ("Oleh ", "By ", "[", "("), ("copyright", "hak cipta")
_END_TAG = re.compile(r"^[\[(]\s*(?P<agency>xinhua|antara|reuters|afp|bernama)\s*[\])]\s*\.?$", re.IGNORECASE)
_LONGEST = 240


@dataclass(slots=True)
class Credits:
    """What a page's credit lines say, first mention first."""

    byline: str | None = None
    authors: list[str] = field(default_factory=list)
    editor: str | None = None
    translator: str | None = None
    source: str | None = None
    notice: str | None = None
    empty_author: bool = False
    #: Whether the item tells all that the line read last says; ``Sumber: …`` has no field of its own.
    told: bool = True

    def read(self, text: str) -> bool:
        """Take in a line if it is nothing but credits; say whether it was."""
        if len(text) > 2 * _LONGEST:
            return False
        text = clean(text)
        if "【" in text:  # Xinhua's template sets each credit in such brackets, beside buttons
            return max(map(self.read, re.findall(r"【([^【】]+)】", text)), default=False)
        if not text or len(text) > _LONGEST:
            return False
        found = _parts(text)
        if found is None:
            return False
        taken = [self._take(role, value) for role, value in found]
        self.told = all(taken)
        return True

    def _take(self, role: str, value: str) -> bool:
        """Keep a value; return whether the item will tell it."""
        if role == "author":
            self.empty_author = self.empty_author or not value
            if value and self.byline is None:
                self.byline = value
                self.authors = persons(value)
            return not value or self.byline == value
        if role == "photographer":
            return not value
        known: str | None = getattr(self, role) or value or None
        setattr(self, role, known)
        return role != "source" and (not value or known == value)


def persons(byline: str) -> list[str]:
    """Return the persons of a byline, organisations left out: ``A, B dan C`` → three names; ``Redaksi`` → none."""
    names = [name.strip(" .") for name in re.split(r"\s*(?:,|/|;|\bdan\b|\band\b|&|\|)\s*", byline)]
    return [n for n in dict.fromkeys(names) if n and re.search(r"[A-Za-z]{2}", n) and not _ORGANISATION.search(n)]


def _may_credit(text: str) -> bool:
    if any(map(text.__contains__, _SIGNS)) or text.startswith(_OPENINGS):
        return True
    folded = text.lower()
    return any(map(folded.__contains__, _NOTICES))


def _parts(text: str) -> list[tuple[str, str]] | None:
    """Return the (role, value) pairs a line consists of, or None where it is more than credits."""
    if not _may_credit(text):
        return None
    notice = _COPYRIGHT.search(text)
    rest = text
    out: list[tuple[str, str]] = []
    if notice and notice.start() <= 120:
        out.append(("notice", text[notice.start() :].strip(" |")))
        rest = text[: notice.start()].strip(" |•·/-")
        if not rest:
            return out
    if end := _END_TAG.match(rest):
        return [*out, ("source", end["agency"])]
    labels = list(_COLON.finditer(rest))
    if labels and labels[0].start() == 0:
        for label, after in zip(labels, [*labels[1:], None], strict=True):
            value = rest[label.end() : after.start() if after else len(rest)].strip(" |•·/-")
            if value.endswith(("?", "!")):  # an interview: who asks, and what
                return None
            if len(value.split()) > 14 or re.search(r"[.!?]\s+[A-Z][a-z]+\s+[a-z]+\s+[a-z]+", value):
                return None
            out.append((_ROLE_OF[label["label"].lower()], value))
        return out
    if bare := _BARE.match(rest):
        if len(bare["name"].split()) <= 6 and all(
            word[:1].isupper() or word in ("dan", "bin", "binti") for word in bare["name"].split()
        ):
            return [*out, ("author", bare["name"])]
    return out if notice and not labels and len(rest) < 25 else None
