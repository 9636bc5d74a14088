"""Paragraphs that were glued into one line, parted: ``…setempat.Fanjingshan …``, ``BannerMenlu …``.

Where blocks of a page were joined with nothing between them, joints show: a sentence's end with a capital right behind
it, a label run into the next word, a lower-case letter with a capital behind it. Where they were joined with a blank,
only labels, credits and the dateline tell. Knows nothing of the page's other lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from xinhua_id.extraction import newswire

#: In a dump that shows fewer joints, a missing blank between two sentences is a slip of the pen.
_EVIDENCE = 3
#: A line of this length has joints that count even where no other line has some, in characters.
_LONG = 200

_TITLE = r"(?<!\bProf)(?<!\bDrs)(?<!\bJend)(?<!\bKol)(?<!\bSdr)(?<!\bBrig)(?<!\bTgl)"
_JOINT = re.compile(
    rf"(?:(?<=[a-z]{{2}}){_TITLE}[.!?]|(?<=[\d)%])[.!?]|(?<=[A-Z]{{2}})(?<!\bPT)(?<!\bCV)[.!?]|(?<=[a-z\d]):|(?<=[”\"])\.)(?P<quote>[\"”’)\]]{{0,2}})"
    r"(?=[“\"‘]?[A-Z][\w'’-]*[\s,.:(]|(?<=[a-z][.!?])\d+(?:[.,]\d+)?\s[a-z])"
)
_CAMEL = re.compile(r"(?<=[a-z]{2})(?=[A-Z][a-z]+[\s,])")
#: Names with a capital inside; their halves are words too.
_NAMES = re.compile(
    r"(?:Whats|You|Tik|Linked|Pay|Deep|Face|Play|Black|Master|Go|Grab|Berita|Kapan|Mc|Mac|Red|Snap|Air|Bio|Agri|Sino|Euro)$"
)
_LABELS = (
    r"Banner|ADVERTISEMENT|Advertisement|SCROLL TO CONTINUE WITH CONTENT|Tinggalkan (?:sebuah )?(?:Komentar|Balasan)|"
    r"Alamat email Anda tidak akan dipublikasikan\.(?: Ruas yang wajib ditandai \*)?|"
    r"Berita Terkait|Berita Terbaru|Berita Lainnya|Artikel Terkait|BERITA TERKAIT|ARTIKEL TERKAIT|Terpopuler"
)
#: Labels that are words of any story too: they count only where nothing parts them from what follows.
_WORDS = r"(?:Iklan|Bagikan|Komentar)(?=[A-Z\n]|$)"
_CREDITS = r"(?:Laporan|Pewarta|Penulis|Reporter|Editor|Penerjemah|Sumber|Baca [Jj]uga|BACA JUGA|Tags?)\s?:"
_RUN_IN = re.compile(rf"(?<=[.!?”\"])(?={_CREDITS}|Copyright ©)")
_BEFORE_LABEL = re.compile(rf"(?<=[a-z.!?)\"”*■])(?=(?:{_LABELS})(?![a-z])|{_WORDS}|{_CREDITS}|Copyright ©)")
_AFTER_LABEL = re.compile(rf"(?:(?<=\n)|^)(?:({_LABELS}|{_WORDS})(?=[A-Z“\"\d])|(TAGS)(?=[a-z]))")
_SPACED_LABEL = re.compile(rf"(?:^|(?<=[.!?”\"*)] )|(?<=\n))({_LABELS}|Iklan(?=$|\n))(?: |$)(?=[A-Z“\"]|$)")
_SPACED_CREDIT = re.compile(
    rf"(?<=[.!?”\")]) (?={_CREDITS}|Copyright ©)|(?<=\w) (?=Tinggalkan Komentar|Alamat email Anda)"
)
_AFTER_CREDIT = re.compile(r"(?<=\))(?=[\"“]?[A-Z])")
_CREDIT_WITHIN = re.compile(
    r"(?<=[.!?”\"]) ?\((?:[Ff]oto: ?)?[A-Z][^()/]{1,40}(?:/[A-Z][^()/]{2,40})?\)(?= ?[\"“]?[A-Z][\w'’-]*[ ,.])"
)
_SENTENCE_END = re.compile(r"[a-z)\d%][.!?][\"”]?\s*(?=[A-Z\"“])")
_MAY_OPEN = re.compile(r"[A-Za-z)\d%][.!?][\"”]?\s*(?=[A-Z(])|\)\s*(?=[A-Z])")
_HEAD_JOINT = re.compile(r"(?<=[a-z\d%)])(?=[A-Z][a-z]+[\s,-])|(?<=[A-Z]{2})(?=[A-Z][a-z]{2,}\s)")
_CAPITAL = re.compile(r"(?<=[a-z\d)] )(?P<word>[A-Z][a-z]{2,})(?=(?:-[a-z]+)? [a-z])")
_NAMED_PLACE = re.compile(r"\b(?:di|ke|dari|pada|oleh|dan|dengan|dekat|asal|antara) $")
_LABEL_FIRST = re.compile(r"(?:Banner|Iklan|Advertisement|ADVERTISEMENT) ?(?=[A-Z\d])")
_READ_ALSO = re.compile(
    r"(?P<link>(?i:baca|simak|lihat) (?i:juga|pula)\s?:(?:[^.!?]|\.\d){10,160}?\w[a-z])"
    r"(?: (?=[\"“]|[A-Z]\w+(?: [A-Z]\w+)*, )|(?=[A-Z]))(?P<on>[\"“]?[A-Z][a-z]+[\s,].{30,}[.!?\"”])$"
)
#: Words that captions begin with and headlines hardly have inside.
_OPENERS = frozenset(
    "Foto Sejumlah Seorang Sebuah Seekor Suasana Para Warga Pengunjung Petugas Pekerja Peserta Penumpang Pemandangan "
    "Orang Beberapa Ilustrasi Gambar Tampak Dua Tiga Sekelompok Kawanan Anak Tim Relawan Siswa Mahasiswa".split()
)
#: How far into a dump on one line its headline, caption and lead may reach, in characters.
_HEAD = 3000


def unglued(lines: Iterable[str]) -> list[list[str]]:
    """Return for each line the paragraphs that it holds: one, where it shows no joint. Linear in their length."""
    lines = list(lines)
    evident = sum(1 for line in lines for joint in (_JOINT, _BEFORE_LABEL) for _ in joint.finditer(line)) >= _EVIDENCE
    return [_parts(line, glued=evident) for line in lines]


def headed(line: str) -> list[str]:
    """Part a whole dump on one line into headline, caption, lead and story, as far as words tell them apart.

    A capital begins the caption where the same word stands elsewhere in lower case: in a headline only names have one.
    """
    label = found[0] if (found := _LABEL_FIRST.match(line)) else ""
    line = line[len(label) :]
    opening = next(
        (end.end() for end in _MAY_OPEN.finditer(line, 0, _HEAD) if newswire.dateline(line[end.end() :][:200])), 0
    )
    if not opening and (credit := _CREDIT_WITHIN.search(line, 0, _HEAD)):
        opening = credit.end()
    captioned = _captioned(line[:opening].strip()) if opening else []
    head = [*_beheaded(captioned[0], line), *captioned[1:]] if captioned else []
    return [part for part in (label.strip(), *head, line[opening:].strip()) if part]


def _beheaded(piece: str, line: str) -> list[str]:
    """Part a headline from the caption that was run into it with a blank."""
    plain = set(re.findall(r"(?<![\w-])[a-z]{3,}(?![\w-])", line[: 20 * _HEAD]))
    if joint := _HEAD_JOINT.search(piece, 20, 240):
        return [piece[: joint.start()], piece[joint.start() :]]
    words = [word for word in _CAPITAL.finditer(piece, 20, 240) if not _NAMED_PLACE.search(piece, 0, word.start())]
    opens = [word for word in words if word["word"] in _OPENERS]
    opens += [word for word in words if word["word"].lower() in plain]
    if found := next(iter(opens + words), None):
        return [piece[: found.start()].strip(), piece[found.start() :]]
    return [piece]


def _parts(line: str, *, glued: bool) -> list[str]:
    if label := _AFTER_LABEL.match(line):
        return [label[0], *_parts(line[label.end() :], glued=True)]
    if also := _READ_ALSO.match(line):
        return [also["link"], also["on"]]
    pieces = (piece for part in _RUN_IN.split(line) for piece in _captioned(part))
    return [part for piece in pieces for part in _at_joints(piece, shortest=40 if glued else _LONG)]


def _captioned(line: str) -> list[str]:
    """Part captions from the paragraphs they were run into: a sentence, a credit behind its end, and text again."""
    out: list[str] = []
    start = 0
    for credit in _CREDIT_WITHIN.finditer(line):
        if newswire.credited(credit[0]).credit is None and "/" not in credit[0]:
            continue
        before = list(_SENTENCE_END.finditer(line, start, credit.start()))
        if before:
            out.append(line[start : before[-1].end()].strip())
            start = before[-1].end()
        out.append(line[start : credit.end()].strip())
        start = credit.end()
    return [*out, line[start:].strip()] if out else [line]


def _at_joints(line: str, *, shortest: int) -> list[str]:
    """Break a line at its joints, labels and credits."""
    if len(line) < shortest:
        return [line]
    text = _at_sentences(line)
    glued = "\n" in text or _BEFORE_LABEL.search(text) is not None or shortest < _LONG
    labelled = _SPACED_LABEL.sub("\n\\1\n", text)
    if glued or labelled != text:
        text = _BEFORE_LABEL.sub("\n", labelled)
        text = _AFTER_LABEL.sub("\\g<0>\n", text) if glued else text
        text = _SPACED_CREDIT.sub("\n", _AFTER_CREDIT.sub("\n", text))
    if glued:
        text = _at_capitals(text)
    return [part for piece in text.split("\n") if (part := piece.strip())]


def _at_sentences(line: str) -> str:
    """Break a line at each sentence's end with a capital behind it; a straight quotation mark goes to its pair."""
    out: list[str] = []
    start = seen = 0
    odd = False
    for joint in _JOINT.finditer(line):
        odd ^= line.count('"', seen, joint.start()) % 2 == 1
        seen = joint.start()
        end = joint.start() + 1 if joint["quote"].startswith('"') and not odd else joint.end()
        if start < end < len(line):
            out.append(line[start:end])
            start = end
    return "\n".join([*out, line[start:]])


def _at_capitals(text: str) -> str:
    """Break a glued text where a capital stands inside a word, but for names that have one."""
    out: list[str] = []
    start = 0
    for joint in _CAMEL.finditer(text):
        if not _NAMES.search(text, max(0, joint.start() - 8), joint.start()):
            out.append(text[start : joint.start()])
            start = joint.start()
    return "\n".join([*out, text[start:]])
