"""A story as the text of its page, without markup, in the shapes that such dumps have.

``shape_a`` and ``shape_b`` are those of real collections; the others are what happens to them: pages round the story,
paragraphs glued, lines wrapped, numbered or cut into printed pages. What tools make of a page's HTML is `text_tools`.
Knows nothing of how a dump is read.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from xinhua_id.demo.gold import GoldStory

_FORM = ("Tinggalkan Komentar", "Alamat email Anda tidak akan dipublikasikan. Ruas yang wajib ditandai *")
_MENU = (
    "Kabar Pesisir",
    "Beranda",
    "Nasional",
    "Ekonomi",
    "Mancanegara",
    "Olahraga",
    "Masuk",
    "Senin, 20 November 2023",
)


def shape_a(story: GoldStory) -> str:
    """Return the older shape: blank lines between paragraphs, banners, a comment form and an advertisement label."""
    return "\n\n".join(_lines_a(story))


def shape_b(story: GoldStory, related: Sequence[GoldStory]) -> str:
    """Return the newer shape: one line a paragraph, no banner, a tail of shares, comments and related stories."""
    return "\n".join([*_opening(story), *story.paragraphs, *_tail_b(story, related)])


def shape_b_glued(story: GoldStory, related: Sequence[GoldStory]) -> str:
    """Return the newer shape with its paragraphs on one line and nothing between them: ``…setempat.Kota …``."""
    return "\n".join([*_opening(story), "".join(story.paragraphs), *_tail_b(story, related)])


def in_page(story: GoldStory, related: Sequence[GoldStory]) -> str:
    """Return a whole page copied: menus above, other stories inside, related stories, comments and a footer below."""
    middle = max(1, len(story.paragraphs) // 2)
    lines = [
        *_MENU,
        *(other.headline for other in related[:2]),
        f"{story.headline} - Kabar Pesisir",
        "Beranda / Berita",
    ]
    lines += [
        story.headline,
        "Senin, 9 Januari 2023 18:05 WIB",
        "Bagikan",
        "Facebook",
        "WhatsApp",
        *_opening(story)[1:],
    ]
    lines += [
        *story.paragraphs[:middle],
        "Baca juga:",
        related[0].headline,
        "ADVERTISEMENT",
        *story.paragraphs[middle:],
    ]
    lines += [f"Laporan: {story.byline or 'Redaksi'}", "Tags:", *story.tags, "Berita Terkait"]
    lines += [other.headline for other in related]
    lines += [
        "2 komentar pada tulisan ini", "Ibu Ratna berkata:", "2 Februari 2024 pukul 10.11",
        "Semoga kabar baik seperti ini terus berlanjut, sebab kami di hulu sudah lama menunggu jalan yang layak.",
        "Balas", *_FORM, "Terpopuler", *(other.headline for other in reversed(related)),
        "Tentang Kami", "Pedoman Media Siber", "Kabar Pesisir. Hak cipta dilindungi.",
    ]  # fmt: skip
    return "\n".join(lines)


def on_one_line(story: GoldStory) -> str:
    """Return the older shape without any line break and nothing in its place."""
    return "".join(_lines_a(story))


def on_one_line_spaced(story: GoldStory) -> str:
    """Return the older shape with a blank for each line break: where paragraphs ended is lost."""
    return " ".join(line for line in _lines_a(story) if line.strip())


def wrapped(story: GoldStory, *, width: int = 72) -> str:
    """Return the older shape, wrapped hard, with blank lines between paragraphs."""
    return "\n\n".join(textwrap.fill(line, width, break_on_hyphens=False) for line in _lines_a(story))


def wrapped_close(story: GoldStory, related: Sequence[GoldStory], *, width: int = 80) -> str:
    """Return the newer shape, wrapped hard, without blank lines: only short last lines show where paragraphs end."""
    lines = shape_b(story, related).split("\n")
    return "\n".join(textwrap.fill(line, width, break_on_hyphens=False) for line in lines)


def numbered(story: GoldStory) -> str:
    """Return the older shape with a number before each line, as viewers print it."""
    lines = [line for line in _lines_a(story) if line.strip()]
    return "\n".join(f"{number:>4}: {line}" for number, line in enumerate(lines, 1))


def printed(story: GoldStory, *, height: int = 12) -> str:
    """Return the older shape wrapped and cut into pages of ``height`` lines by ``--- halaman 2 ---``."""
    lines = wrapped(story, width=80).split("\n")
    out: list[str] = []
    for at in range(0, len(lines), height):
        out += [f"--- halaman {at // height + 1} ---", *lines[at : at + height]]
    return "\n".join(out)


def bulleted(story: GoldStory, related: Sequence[GoldStory]) -> str:
    """Return the newer shape with a bullet before each line, as some note programs keep a copied page."""
    return "\n".join(f"• {line}" for line in shape_b(story, related).split("\n") if line != "•")


def _opening(story: GoldStory) -> list[str]:
    return [story.headline, *_captions(story)[:1], *([story.lead] if story.lead else [])]


def _lines_a(story: GoldStory) -> list[str]:
    middle = max(1, 2 * len(story.paragraphs) // 3)
    lines = ["Banner", *_opening(story), "\u00a0"]
    lines += [*story.paragraphs[:middle], "Banner", *story.paragraphs[middle:]]
    return [*lines, f"Laporan: {story.byline or 'Redaksi'}", *_FORM, "Banner", "Iklan"]


def _tail_b(story: GoldStory, related: Sequence[GoldStory]) -> list[str]:
    lines = [f"Laporan: {story.byline or 'Redaksi'}", "Bagikan", "Komentar", "Berita Terkait"]
    for other in related:
        lines += [other.headline, other.section or "Berita", "•", "06 Oct 2023"]
    return [*lines, "Berita Terbaru", *(other.headline for other in related)]


def _captions(story: GoldStory) -> list[str]:
    return [f"{image.caption} ({image.credit})" for image in story.images]
