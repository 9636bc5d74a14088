"""Paragraphs that were glued into one line, parted: ``…setempat.Fanjingshan …``, ``BannerMenlu …``.

Where blocks of a page were joined with nothing between them, joints show: a sentence's end with a capital right behind
it, a label run into the next word, a lower-case word with a capital in it. Where they were joined with a blank, only
labels and the dateline tell. Knows nothing of the page's other lines.
"""

from __future__ import annotations

import re

from xinhua_id.extraction import newswire

#: Lines shorter than this are left alone, in characters: a missing blank between two sentences is a slip of the pen.
_SHORTEST = 200
_TITLE = r"(?<!\bProf)(?<!\bDrs)(?<!\bJend)(?<!\bKol)(?<!\bSdr)(?<!\bBrig)(?<!\bTgl)"
_JOINT = re.compile(
    rf"(?:(?<=[a-z]{{3}}[.!?])|(?<=[\d)%][.!?])|(?<=[A-Z]{{3}}[.!?])){_TITLE}(?P<quote>[\"”’)\]]{{0,2}})"
    r"(?=[“\"‘]?[A-Z][\w'’-]*[\s,.:(]|(?<=[a-z][.!?])\d+(?:[.,]\d+)?\s[a-z])"
)
_LABELS = (
    r"Banner|Iklan|ADVERTISEMENT|Advertisement|SCROLL TO CONTINUE WITH CONTENT|Bagikan|Komentar|Tinggalkan (?:sebuah )?"
    r"(?:Komentar|Balasan)|Alamat email Anda tidak akan dipublikasikan\.(?: Ruas yang wajib ditandai \*)?|"
    r"Berita Terkait|Berita Terbaru|Berita Lainnya|Artikel Terkait|Terpopuler"
)
_CREDITS = r"(?:Laporan|Pewarta|Penulis|Reporter|Editor|Penerjemah|Sumber|Baca [Jj]uga|BACA JUGA|Tags?)\s?:"
_BEFORE_LABEL = re.compile(rf"(?<=[a-z.!?)\"”*■])(?=(?:{_LABELS})(?![a-z])|{_CREDITS}|Copyright ©)")
_AFTER_LABEL = re.compile(rf"(?:(?<=\n)|^)({_LABELS})(?=[A-Z“\"])")
_SPACED_LABEL = re.compile(rf"(?:^|(?<=[.!?”\"*)] ))({_LABELS}) (?=[A-Z“\"]|$)")
_SPACED_CREDIT = re.compile(rf"(?<=[.!?”\")]) (?={_CREDITS}|Copyright ©)")
_AFTER_CREDIT = re.compile(r"(?<=\))(?=[\"“]?[A-Z])")
_HEAD_JOINT = re.compile(r"(?<![\w-])[a-z]{3,}(?=[A-Z][a-z]+[\s,])|(?<=[a-z]{4})(?=[A-Z][a-z]{3,}\s)")
_CREDIT_WITHIN = re.compile(
    r"(?<=[.!?”\"]) ?\((?:[Ff]oto: ?)?[A-Z][^()/]{1,40}/[A-Z][^()/]{2,40}\)(?= ?[\"“]?[A-Z][\w'’-]*[ ,.])"
)
_SENTENCE_END = re.compile(r"[a-z)\d%][.!?][\"”]?\s*(?=[A-Z\"“])")
#: A linked headline that the next paragraph was run into: ``Baca juga: … di Siem ReapDi media sosial, … .``
_READ_ALSO = re.compile(
    r"(?P<link>(?i:baca|simak|lihat) (?i:juga|pula)\s?:(?:[^.!?]|\.\d){10,160}?\w[a-z])(?P<on>[A-Z][a-z]+[\s,].{30,}[.!?\"”])$"
)
#: How far into a dump on one line its headline, caption and lead may reach, in characters.
_HEAD = 3000


def unglued(line: str) -> list[str]:
    """Return the paragraphs that a line holds: one, where it shows no joint."""
    if also := _READ_ALSO.match(line):
        return [also["link"], also["on"]]
    return [part for piece in _captioned(line) for part in _joints(piece)]


def _captioned(line: str) -> list[str]:
    """Part captions from the paragraphs they were run into: a sentence, a credit behind its end, and text again."""
    out: list[str] = []
    start = 0
    for credit in _CREDIT_WITHIN.finditer(line):
        before = list(_SENTENCE_END.finditer(line, start, credit.start()))
        if before:
            out.append(line[start : before[-1].end()].strip())
            start = before[-1].end()
        out.append(line[start : credit.end()].strip())
        start = credit.end()
    return [*out, line[start:].strip()] if out else [line]


def _joints(line: str) -> list[str]:
    if len(line) < _SHORTEST:
        return [line]
    text = _at_joints(line)
    glued = "\n" in text
    labelled = _SPACED_LABEL.sub("\n\\1\n", text)
    if glued or labelled != text or _BEFORE_LABEL.search(text):
        text = _AFTER_LABEL.sub("\\1\n", _BEFORE_LABEL.sub("\n", labelled))
        text = _SPACED_CREDIT.sub("\n", _AFTER_CREDIT.sub("\n", text))
    pieces = [part for piece in text.split("\n") if (part := piece.strip())]
    return [part for piece in pieces for part in _headed(piece)] if glued else pieces


def _at_joints(line: str) -> str:
    """Break a line at each sentence's end with a capital right behind it; a straight quotation mark goes to its pair."""
    out: list[str] = []
    start = seen = 0
    odd = False
    for joint in _JOINT.finditer(line):
        odd ^= line.count('"', seen, joint.start()) % 2 == 1
        seen = joint.start()
        quote = joint["quote"]
        if quote.startswith('"') and not odd:  # it opens what follows
            end = joint.start()
        else:
            end = joint.end()
        if start < end < len(line):
            out.append(line[start:end])
            start = end
    return "\n".join([*out, line[start:]])


def _headed(piece: str) -> list[str]:
    """Part a sub-heading or headline from the paragraph it was run into: ``PemulihanSedikitnya 453 petugas``."""
    joint = _HEAD_JOINT.search(piece, 0, 160)
    if joint is None or re.search(r"[.!?]", piece[: joint.end()]) or len(piece) < joint.end() + 30:
        return [piece]
    return [piece[: joint.end()], piece[joint.end() :]]
