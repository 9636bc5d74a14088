"""The named rules: lines on Indonesian news pages that are not the story, each with a line it removes.

A rule looks at the text of one block and nothing else, so the same rules serve pages and text dumps. Labels are
matched whole or as the opening of a line, never inside a sentence: a story about an ``iklan`` keeps its words.
Most lines begin as no rule does, so a rule names the beginnings of the words it opens with, and is tried on no other
line. Knows nothing of markup.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from enum import Enum


class Reach(Enum):
    """How far a rule reaches beyond its own line."""

    LINE = "line"  # the line alone
    NEXT = "next"  # a bare label: the linked headline after it goes too
    TAIL = "tail"  # all that follows to the end of the story's element


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name, how its lines open, what it matches, how far it reaches, and a line it removes.

    ``openings`` are the first letters, three at most, of the first word of each line that the pattern matches, with
    marks and figures before it left out; a mark opens a line that begins with it, and ``-`` one without any letter.
    """

    name: str
    openings: frozenset[str]
    pattern: re.Pattern[str]
    reach: Reach
    line: str


def _rule(name: str, openings: str, pattern: str, line: str, reach: Reach = Reach.LINE) -> Rule:
    return Rule(name, frozenset(openings.split()), re.compile(rf"(?:{pattern})\s*$", re.IGNORECASE), reach, line)


_REST = r"(?:\s*[:：]?\s*\S.{0,300})?"

#: In the order they are tried. `docs/extraction.md` lists them.
RULES: tuple[Rule, ...] = (
    _rule("banner", "ban", r"\W{0,3}Banner(?:\s+(?:iklan|ads?))?\W{0,3}", "Banner"),
    _rule(
        "ad-label", "ikl adv spo par ad ads pro kon art scr lan gul",
        r"[\W_]{0,6}(?:Iklan|Advertisements?|Advertising|Advertorial|Sponsored(?: content)?|Pariwara|Ads?|Promoted|"
        r"Konten (?:bersponsor|promosi)|Artikel ini adalah kerja sama.{0,80}|"
        r"(?:Advertisement\W+)?Scroll (?:to|untuk) (?:continue|resume|lanjut).{0,40}|"
        r"Lanjutkan (?:membaca )?(?:setelah|di bawah) iklan(?: ini)?|Gulir untuk (?:lanjut|"
        r"melanjutkan).{0,30})[\W_]{0,6}",
        "ADVERTISEMENT",
    ),
    _rule(
        "read-also", "bac sim lih ton den pil rea als",
        rf"[\W_]{{0,4}}(?:(?:Baca|Simak|Lihat|Tonton|Dengarkan)\s*(?:juga|pula|selengkapnya|artikel lainnya|lainnya)|"
        rf"Baca|Bacaan (?:terkait|lainnya)|Pilihan (?:Editor|Redaksi)|Read also|Also read)\s*[:：]{_REST}",
        "Baca juga: Pasar terapung dibuka kembali",
    ),
    _rule(
        "read-also", "bac sim lih ton rea als",
        r"[\W_]{0,4}(?:(?:Baca|Simak|Lihat|Tonton)\s*(?:juga|pula|selengkapnya|artikel lainnya)|Read also|"
        r"Also read)[\W_]{0,4}",
        "BACA JUGA",
        Reach.NEXT,
    ),
    _rule(
        "video-label", "gam sim ton sak lih vid",
        r"\[?\s*Gambas\s*:.{0,200}|(?:Simak|Tonton|Saksikan|Lihat)(?: juga)?\s+video\b.{0,25}(?:[:：].{0,200})?|"
        r"(?:Simak|Tonton|Saksikan|Lihat)(?: juga)?\s+video\b.{0,90}[:：]|"
        r"\[?\s*Video\s*:\s*(?:20detik|YouTube|Vidio).{0,200}",
        "[Gambas:Video 20detik]",
    ),
    _rule("photo-label", "lih per fot", r"(?:Lihat|Perbesar)\s+Foto|Foto\s+\d+\s+dari\s+\d+|Perbesar", "Lihat Foto"),
    _rule(
        "comment-form", "tin ala rua bat ber tul kir lea you kom nam e ema sit sim tan",
        r"Tinggalkan\s+(?:sebuah\s+)?(?:Balasan|Komentar)(?:\s+Batalkan balasan)?|"
        r"Alamat (?:email|surel|e-mail) Anda tidak akan dipublikasikan\..{0,120}|Ruas yang wajib ditandai.{0,10}|"
        r"Batalkan balasan|Beri(?:kan)? komentar(?: Anda)?|Tulis komentar.{0,40}|Kirim komentar|"
        r"Leave a (?:reply|comment).{0,40}|"
        r"Your email address will not be published.{0,80}|Komentar\s*(?:\(\d+\)|\*)?|\d+\s+Komentar|Nama \*|"
        r"E-?mail \*|Situs web|(?:Tanggapan|Komentar)\s+(?:pembaca|warga(?:net)?)\s*(?:\(\d+\))?|"
        r"Simpan nama(?: saya)?, (?:email|surel).{0,120}",
        "Alamat email Anda tidak akan dipublikasikan. Ruas yang wajib ditandai *",
        Reach.TAIL,
    ),
    _rule(
        "related", "ber art kon top kab tul vid ter rek rel and jan",
        r"(?:Berita|Artikel|Konten|Topik|Kabar|Tulisan|Video)\s+(?:Terkait|Lainnya|Terbaru|Terpopuler|Terkini|"
        r"Populer|Pilihan|"
        r"Sebelumnya|Selanjutnya|Rekomendasi)(?:\s+lainnya)?\W{0,3}|Terpopuler|Rekomendasi(?: untuk Anda)?|"
        r"Terkini Lainnya|"
        r"Related (?:Posts?|News|Articles?|Stories)|Anda mungkin (?:juga )?(?:suka|menyukai).{0,20}|"
        r"Jangan lewatkan\W{0,3}",
        "Berita Terkait",
        Reach.TAIL,
    ),
    _rule(
        "share", "bag sha fac twi wha tel pin lin cop sal ema pri cet x -",
        r"Bagikan(?:\s+(?:ini|artikel(?: ini)?|berita(?: ini)?|ke.{0,30}|:.{0,60}))?\W{0,3}|"
        r"Share(?: this)?(?:\s*:.{0,80})?|(?:Facebook|Twitter|WhatsApp|Telegram|Pinterest|LinkedIn|Copy Link|"
        r"Salin tautan|"
        r"Email|Print|Cetak|X|\s|[|,/•·])+",
        "Bagikan",
    ),
    _rule(
        "tags", "tag top kat lab",
        rf"(?:Tags?|Topik(?: Artikel| Terkait)?|Kata kunci|Label)\s*[:：]{_REST}|Tags?|Topik",
        "Tag : ekonomi",
    ),
    _rule(
        "pagination", "hal lih sel ber seb nex pre -",
        r"Halaman\s*[:：]?\s*(?:\d+|Selanjutnya|Berikutnya|Lihat Semua|[\s|»])*|Lihat Semua|Selanjutnya|Berikutnya|"
        r"Sebelumnya|Next|Previous|\d+\s+2\s+3[\s\d]*(?:Lihat Semua|Selanjutnya)?",
        "Halaman: 1 2 3 Selanjutnya",
    ),
    _rule("ad-block-notice", "adb mat", r"AdBlock Terdeteksi!?.{0,200}|Matikan AdBlock.{0,160}", "AdBlock Terdeteksi!"),
    _rule(
        "cookie-notice", "kam sit lam web den",
        r"(?:(?:Kami|Situs(?: web)? ini|Laman ini|Website ini) (?:memakai|menggunakan)|"
        r"Dengan (?:melanjutkan|menggunakan|mengunjungi)\b.{0,60}\b(?:Anda|situs)\b).{0,80}\b(?:kuki|cookies?)\b"
        r".{0,250}",
        "Kami menggunakan kuki agar situs ini berjalan baik.",
    ),
    _rule(
        "app-promo", "dap dow und iku fol gab sim cek",
        r"(?:Dapatkan (?:informasi|berita|update|pembaruan)(?=.{0,160}\b"
        r"(?:ponsel|aplikasi|WhatsApp|Telegram|Google News|email|e-mail|"
        r"surel|notifikasi|kami)\b).{0,200}|(?:Download|Unduh) aplikasi.{0,160}|"
        r"(?:Ikuti|Follow|Gabung|Simak)\b.{0,100}(?:Google News|WhatsApp Channel|Saluran WhatsApp|"
        r"kanal Telegram|Telegram Channel|"
        r"Instagram|di sini).{0,80}|Cek berita dan artikel.{0,80})",
        "Ikuti kami di Google News",
    ),
    _rule(
        "site-furniture", "zoo nor cet pri per hom ber vie kal dil tay sha lan bac wak men -",
        r"(?:Zoom (?:In|Out)|Normal|Cetak|Print|Perbesar huruf|Perkecil huruf|Home|Beranda|•|\||»|\s|"
        r"[\d.,]+\s+(?:Views|kali dibaca|"
        r"dilihat|tayangan|shares?))+|Langganan|Baca \d+ menit|Waktu baca\W.{0,20}|\d+\s+menit (?:baca|membaca)",
        "1.229 Views",
    ),
    _rule("end-mark", "sel hab tam end -", r"[■□◼●*#=_\s-]{1,12}|\(?Selesai\)?|\[?(?:Habis|Tamat)\]?|-end-", "Selesai"),
    _rule(
        "initials",
        "( [",
        r"\([a-z]{2,5}(?:\s?/\s?[a-z]{2,5}){1,3}\)|\[[a-z]{2,5}(?:/[a-z]{2,5})+\]|"
        r"\((?:Humas|Redaksi|Red|Tim|Adv)\.?\)",
        "(abc/def)",
    ),
)  # fmt: skip

_LONGEST = 420
_FIRST_WORD = re.compile(r"[\W\d_]*([^\W\d_]{0,3})")
_NO_WORD = "-"


@functools.lru_cache(maxsize=1024)
def rule_for(text: str) -> Rule | None:
    """Return the rule that removes a block of this text, or None."""
    if len(text) > _LONGEST:
        return None
    for rule in tried_on(text):
        if rule.pattern.match(text):
            return rule
    return None


def tried_on(text: str) -> tuple[Rule, ...]:
    """Return the rules that lines opening like this one may match, in their order; most lines open like none."""
    if text[:1] in _MARKS:
        return RULES
    opening = _FIRST_WORD.match(text)[1]  # type: ignore[index]  # it matches any text
    if not opening.isascii():  # The Kelvin sign is a k where case does not count.
        return RULES
    key = opening.lower() or _NO_WORD
    return _TRIED.get(key) or _TRIED.get(key[0], ())


def _by_opening() -> dict[str, tuple[Rule, ...]]:
    """The rules by opening; a shorter one is tried on what a longer one opens too: ``x`` on ``XFacebook``."""
    openings = {opening for rule in RULES for opening in rule.openings}
    return {key: tuple(rule for rule in RULES if key.startswith(tuple(rule.openings))) for key in openings}


_TRIED = _by_opening()
_MARKS = {key for key in _TRIED if not key.isalpha()} - {_NO_WORD}
