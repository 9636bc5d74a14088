# ruff: noqa: E501  (a line of markup is as long as it is)
"""What goes wrong on a real site beside the stories: dead links, soft 404s, loops, broken and mislabelled answers.

`litter` puts targets without a story among the listings, `spoil` damages the answers of the stories that were
commissioned with a fault. Knows nothing of templates.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace

from xinhua_id.demo.content import Answer, Content, Entry, Manner, Trouble
from xinhua_id.demo.markup import attribute
from xinhua_id.items import Outcome

#: Faults of answers that carry a story. The first group still gives the whole text to whoever reads with care; of the
#: second, the text is lost in part.
WHOLE = ("slow", "unavailable-once", "cp1252-as-utf8", "late-meta", "nul-bytes", "one-bad-byte")
BROKEN = ("short", "reset", "broken-gzip")
STORY_FAULTS = WHOLE + BROKEN

_NONE = (Outcome.NO_ARTICLE, Outcome.FAILED)
_DEAD = (Outcome.FAILED, Outcome.NO_ARTICLE)
_LOGIN = '<h1>Masuk</h1><form method="post" action="/masuk"><label>Email <input name="u"></label><label>Kata sandi <input type="password" name="p"></label><button>Masuk</button></form><p>Artikel ini khusus pelanggan. Masuk untuk melanjutkan membaca.</p>'
_ARCHIVES = (
    "/tag/sorotan/", "/tag/0/", "/tag/1/", "/tag/2/", "/tag/3/", "/kategori/", "/author/admin/", "/top-news", "/foto", "/video",
    "/?s=banjir",
)  # fmt: skip


def litter(content: Content, story_path: Callable[[int, str], str], elsewhere: str) -> None:
    """Serve what is no story at addresses that look like stories', and list it in ``content.litter``.

    ``elsewhere`` is the base URL of another site, to which links lead that must not be followed.
    """
    number = iter(range(990001, 999999))

    def add(words: str, headline: str, answer: Answer | None, what: str, outcomes: tuple[Outcome, ...]) -> str:
        path = story_path(next(number), words)
        if answer is not None:
            content.answers[path] = answer
        content.troubles.append(Trouble(path, what, outcomes))
        content.litter.append(Entry(path, headline))
        return path

    def page(title: str, inner: str, status: int = 200) -> Answer:
        return Answer(_page(content, title, inner).encode(), status)

    add("kabar-lama-yang-sudah-dihapus", "Kabar lama yang sudah dihapus", None, "404", _DEAD)
    add(
        "pengumuman-yang-ditarik",
        "Pengumuman yang ditarik",
        page("Ditarik", "<p>Tulisan ini telah ditarik.</p>", 410),
        "410",
        _DEAD,
    )
    missing = '<div class="error-404 not-found"><h1 class="page-title">Halaman tidak ditemukan</h1><p>Sepertinya tidak ada apa pun di sini. Coba gunakan pencarian.</p><form role="search" action="/"><input name="s"></form></div>'
    add("berita-tanpa-jejak", "Berita tanpa jejak", page("Halaman tidak ditemukan", missing), "soft-404", _NONE)
    add("halaman-kosong-sekali", "Halaman kosong sekali", Answer(b""), "empty", _NONE)
    pdf = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n" + bytes(range(256)) * 8 + b"\n%%EOF\n"
    add(
        "siaran-pers-lengkap-pdf",
        "Siaran pers lengkap (PDF)",
        Answer(pdf, content_type="application/pdf"),
        "pdf",
        _NONE,
    )
    add(
        "berkas-biner-salah-label",
        "Berkas yang salah label",
        Answer(b"\x89PNG\r\n\x1a\n" + bytes(range(255, -1, -1)) * 12),
        "binary-as-html",
        _NONE,
    )
    add(
        "galat-di-server",
        "Galat di server",
        page("Galat", "<h1>Terjadi galat</h1><p>Silakan coba beberapa saat lagi.</p>", 500),
        "500",
        _DEAD,
    )
    add("sambungan-putus-seketika", "Sambungan putus seketika", Answer(manner=Manner.SILENT), "silent", _DEAD)
    add("laporan-khusus-pelanggan", "Laporan khusus pelanggan", page("Masuk", _LOGIN), "login", _NONE)
    video = '<h1>Video: Suasana pasar terapung pada pagi hari</h1><div class="player"><video controls src="/video/pasar.mp4"></video></div><div class="share">Bagikan</div>'
    add(
        "video-suasana-pasar-terapung",
        "Video: Suasana pasar terapung pada pagi hari",
        page("Video", video),
        "video-only",
        _NONE,
    )
    away = f"{elsewhere}/jejak-luar/{content.name}/"
    to_host = add(
        "mitra-kami-di-situs-lain",
        "Mitra kami di situs lain",
        None,
        "redirect-to-other-host",
        (Outcome.REDIRECT, Outcome.FAILED, Outcome.DENIED),
    )
    content.redirect(to_host, away, 302)
    content.litter.append(Entry(f"{away}langsung/", "Baca selengkapnya di situs mitra"))
    content.troubles += [Trouble(away, "other-host", ()), Trouble(f"{away}langsung/", "other-host", ())]
    ring = add(
        "berputar-tanpa-akhir",
        "Berputar tanpa akhir",
        None,
        "redirect-loop",
        (Outcome.REDIRECT, Outcome.FAILED, Outcome.DUPLICATE),
    )
    other = story_path(next(number), "berputar-kembali-lagi")
    content.redirect(ring, other, 302)
    content.redirect(other, ring, 302)
    hidden = "/arsip-internal/" + story_path(next(number), "catatan-yang-belum-terbit").strip("/")
    content.answers[hidden] = page(
        "Catatan", "<h1>Catatan yang belum terbit</h1><p>Robots.txt melarang alamat ini.</p>"
    )
    content.litter.append(Entry(hidden, "Catatan yang belum terbit"))
    content.troubles.append(Trouble(hidden, "disallowed", ()))


def odd_pages(content: Content) -> None:
    """Serve what every site has beside stories: tag pages, an author page, a search result, a page about itself."""
    some = content.entries[::9][:8]
    cards = "".join(
        f'<div class="card"><h3><a href="{one.path}">{attribute(one.headline)}</a></h3></div>' for one in some
    )
    listing = (Outcome.LISTING, Outcome.NO_ARTICLE)
    for path in _ARCHIVES:
        if path not in content.answers:
            content.page(path, _page(content, "Arsip", f"<h1>Arsip</h1>{cards}"))
            content.troubles.append(Trouble(path, "listing", listing))
    about = f"<h1>Tentang Kami</h1><p>{content.name} adalah situs contoh.</p><ul><li>Redaksi</li><li>Alamat</li><li>Kontak</li></ul>"
    for path in ("/tentang-kami/", "/pedoman-media-siber/"):
        content.page(path, _page(content, "Tentang Kami", about))
        content.troubles.append(Trouble(path, "about", (*listing, Outcome.STORY)))
    content.page("/masuk/", _page(content, "Masuk", _LOGIN))
    content.troubles.append(Trouble("/masuk/", "login", (*listing, Outcome.DENIED)))


def spoil(content: Content) -> None:
    """Damage the answers of the stories that were commissioned with a fault."""
    for story in content.gold:
        if story.fault is not None:
            content.answers[story.path] = _spoilt(
                replace(content.answers[story.path], coding=None, chunked=False), story.fault
            )


def _spoilt(answer: Answer, fault: str) -> Answer:
    text = answer.body.decode()
    if fault == "slow":
        return replace(answer, manner=Manner.SLOW)
    if fault == "unavailable-once":
        return replace(answer, manner=Manner.UNAVAILABLE_ONCE)
    if fault == "cp1252-as-utf8":
        return replace(answer, body=text.encode("cp1252", "xmlcharrefreplace"))
    if fault == "late-meta":
        late = "<!--" + " " * 1500 + '--><meta charset="windows-1252">'
        for early in (
            '<meta charset="UTF-8">',
            '<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />',
        ):
            text = text.replace(early, late)
        return replace(answer, body=text.encode("cp1252", "xmlcharrefreplace"), content_type="text/html")
    if fault == "nul-bytes":
        return replace(answer, body=text.replace("</p>", "\x00</p>").replace("</div>", "\x00</div>").encode())
    if fault == "one-bad-byte":
        body = answer.body
        at = body.index(b"</h1>")
        return replace(answer, body=body[: at + 5] + b"<!-- \xe9 -->" + body[at + 5 :])
    if fault == "broken-gzip":
        packed = bytearray(gzip.compress(answer.body, mtime=0))
        packed[len(packed) // 2] ^= 0x55
        return replace(answer, body=bytes(packed), declared="gzip")
    return replace(answer, manner={"short": Manner.SHORT, "reset": Manner.RESET}[fault])


def _page(content: Content, title: str, inner: str) -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="id">\n<head><meta charset="UTF-8"><title>{title}</title><link rel="stylesheet" '
        f'href="/aset/gaya.css"></head>\n<body><header class="masthead"><a href="/">{content.name}</a></header>'
        f'<div class="page"><main>{inner}</main></div></body></html>'
    )
