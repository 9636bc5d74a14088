"""A story as the text of its page, without markup, in the two shapes that such dumps have.

Knows nothing of how a dump is read.
"""

from __future__ import annotations

from xinhua_id.demo.gold import GoldStory

_FORM = ("Tinggalkan Komentar", "Alamat email Anda tidak akan dipublikasikan. Ruas yang wajib ditandai *")


def shape_a(story: GoldStory) -> str:
    """Return the older shape: blank lines between paragraphs, banners, a comment form and an advertisement label."""
    middle = max(1, 2 * len(story.paragraphs) // 3)
    lines = ["Banner", story.headline, *_captions(story)[:1], *([story.lead] if story.lead else []), "\u00a0"]
    lines += [*story.paragraphs[:middle], "Banner", *story.paragraphs[middle:]]
    lines += [f"Laporan: {story.byline or 'Redaksi'}", *_FORM, "Banner", "Iklan"]
    return "\n\n".join(lines)


def shape_b(story: GoldStory, related: list[GoldStory]) -> str:
    """Return the newer shape: one line a paragraph, no banner, a tail of shares, comments and related stories."""
    lines = [story.headline, *_captions(story)[:1], *([story.lead] if story.lead else []), *story.paragraphs]
    lines += [f"Laporan: {story.byline or 'Redaksi'}", "Bagikan", "Komentar", "Berita Terkait"]
    for other in related:
        lines += [other.headline, other.section or "Berita", "•", "06 Oct 2023"]
    return "\n".join([*lines, "Berita Terbaru", *(other.headline for other in related)])


def _captions(story: GoldStory) -> list[str]:
    return [f"{image.caption} ({image.credit})" for image in story.images]
