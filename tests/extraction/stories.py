"""Invented stories and the pages around them, for the tests of this folder."""

from __future__ import annotations

import datetime as dt

from xinhua_id.items import Page

HEADLINE = "Pasar terapung Muara Lestari kembali dibuka untuk pengunjung"
FIRST = (
    "Muara Lestari, Kalinara (Xinhua) – Pasar terapung tertua di Muara Lestari kembali dibuka pada Senin (9/1) "
    "setelah perbaikan dermaga selama delapan bulan."
)
SECOND = (
    "Kepala dinas perdagangan setempat mengatakan sekitar dua ratus pedagang telah menempati lapak baru yang "
    "dilengkapi penerangan tenaga surya, timbangan digital, dan tempat penampungan sampah terpilah."
)
THIRD = '"Kami sudah lama menunggu hari ini," kata seorang pedagang buah.'
FOURTH = (
    "Pemerintah kota menargetkan kunjungan wisatawan naik seperlima pada akhir tahun, seiring dibukanya jalur perahu "
    "wisata dari pelabuhan lama ke kawasan pasar."
)
BODY = [FIRST, SECOND, THIRD, FOURTH]
LEAD = "Perbaikan dermaga selama delapan bulan mengembalikan denyut niaga di tepian sungai yang sempat sepi itu."
CAPTION = "Foto yang diabadikan pada 8 Januari 2023 ini menunjukkan perahu pedagang di Muara Lestari."


def page(html: str, url: str = "https://kabar.example.id/pasar-terapung", captured: dt.datetime | None = None) -> Page:
    """A page of this HTML as a server would give it."""
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    return Page(url=url, body=html.encode(), headers=headers, captured_at=captured)


def wrapped(inside: str, *, head: str = "", title: str = HEADLINE) -> str:
    """A whole page: navigation, ``inside``, related links, footer."""
    return f"""<!DOCTYPE html><html lang="id"><head><title>{title} - Kabar Contoh</title>{head}</head>
<body class="single comment-status-open has-sidebar"><nav><a href="/">Beranda</a> <a href="/ekonomi">Ekonomi</a></nav>
{inside}
<div class="related-posts"><h3>Berita Terkait</h3>
<ul><li><a href="/a">Jembatan gantung baru diresmikan</a></li></ul></div>
<footer>Kabar Contoh, media untuk semua. Hubungi redaksi lewat surat elektronik kapan saja.</footer></body></html>"""


def article(paragraphs: list[str] = BODY, *, headline: str = HEADLINE, head: str = "") -> str:
    """A plain story page."""
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return wrapped(f'<article><h1>{headline}</h1><div class="entry-content">{body}</div></article>', head=head)
