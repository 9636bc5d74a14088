"""Pages that are no article, each refused by its name, and stories that must not be."""

from __future__ import annotations

import pytest

from tests.extraction.other_stories import NEXT_HEADLINE, RAIL, RAIL_HEADLINE, paragraphs, rail, read, refusal
from xinhua_id.errors import NotAnArticle
from xinhua_id.extraction import extract
from xinhua_id.items import Page

TITLES = [
    "Jembatan gantung Sungai Perak selesai dicat ulang",
    "Petani garam Pantai Kuning panen lebih awal",
    "Sanggar tari Melati buka kelas sore gratis",
    "Pasar burung pindah ke lapangan timur kota",
    "Kelompok ronda hidupkan lagi kentongan bambu",
    "Sekolah tepi danau punya perahu jemputan baru",
    "Museum kapal pinisi pamerkan peta tua pelaut",
    "Warung kopi di kaki bukit adakan malam puisi",
]
TEASER = "Warga menyambut baik langkah itu dan berharap perbaikan jalan segera menyusul."


def listing(title: str, *, teasers: bool = True) -> str:
    entries = "".join(
        f'<article><h2><a href="/b/{n}">{text}</a></h2><time>9 Januari 2023</time>'
        f"{f'<p>{TEASER}</p>' if teasers else ''}</article>"
        for n, text in enumerate(TITLES)
    )
    return f"""<!DOCTYPE html><html lang="id"><head><title>{title} - Kabar Contoh</title></head><body>
    <nav><a href="/">Beranda</a></nav><h1>{title}</h1><main>{entries}</main>
    <div class="pagination"><a href="?page=2">Selanjutnya</a></div></body></html>"""


def notice(title: str, text: str, extra: str = "") -> str:
    return f"""<!DOCTYPE html><html lang="id"><head><title>{title} - Kabar Contoh</title></head><body>
    <nav><a href="/">Beranda</a> <a href="/wisata">Wisata</a></nav><main><h1>{title}</h1><p>{text}</p>{extra}</main>
    <footer>Kabar Contoh, media untuk semua.</footer></body></html>"""


@pytest.mark.parametrize("teasers", [True, False])
@pytest.mark.parametrize(
    ("title", "url"),
    [
        ("Kabar Contoh", "https://kabar.example.id/"),
        ("Indeks Berita", "https://kabar.example.id/indeks/2023/01/09"),
        ("Wisata", "https://kabar.example.id/kategori/wisata"),
        ("Tag: kereta", "https://kabar.example.id/tag/kereta"),
        ("Ratna Wening", "https://kabar.example.id/author/ratna"),
        ("Terpopuler", "https://kabar.example.id/page/3"),
    ],
)
def test_an_index_and_a_tag_page_are_listings(title: str, url: str, teasers: bool) -> None:
    assert refusal(listing(title, teasers=teasers), url) == "listing"


@pytest.mark.parametrize("title", ["Hasil pencarian untuk kereta", "Hasil Pencarian", "Search results for kereta"])
def test_a_search_page_is_a_search_or_a_listing(title: str) -> None:
    assert refusal(listing(title), "https://kabar.example.id/?s=kereta") in ("search", "listing")
    assert refusal(notice(title, "Tidak ada berita yang cocok dengan kata yang Anda masukkan.")) == "search"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Masuk", "Silakan masuk untuk melanjutkan membaca. Belum punya akun? Daftar sekarang juga tanpa biaya."),
        ("Login Anggota", "Masukkan alamat surel dan kata sandi Anda untuk membaca seluruh isi berita pada hari ini."),
        ("Silakan masuk untuk membaca", "Berita ini hanya dapat dibaca oleh anggota yang sudah masuk ke akunnya."),
    ],
)
def test_a_login_wall_is_a_login(title: str, text: str) -> None:
    form = '<form><input type="email" name="e"><input type="password" name="p"><button>Masuk</button></form>'
    assert refusal(notice(title, text, form)) == "login"


@pytest.mark.parametrize(
    "title",
    [
        "Access Denied",
        "Just a moment...",
        "Attention Required!",
        "403 Forbidden",
        "Akses ditolak",
        "Pemeriksaan keamanan",
    ],
)
def test_a_block_page_is_blocked(title: str) -> None:
    text = "Permintaan Anda tidak dapat dilayani saat ini. Sebutkan nomor rujukan berikut kepada pengelola situs ini."
    assert refusal(notice(title, text)) == "blocked"


@pytest.mark.parametrize(
    "title",
    ["Halaman tidak ditemukan", "404 Not Found", "Artikel tidak ditemukan", "Page not found", "Error 404"],
)
def test_a_page_not_found_with_status_200_is_a_soft_404(title: str) -> None:
    text = "Maaf, halaman yang Anda cari sudah dipindahkan atau dihapus. Silakan kembali ke beranda kami."
    assert refusal(notice(title, text)) == "soft-404"


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        (b"%PDF-1.7\n1 0 obj", "application/pdf", "not-html-pdf"),
        (b"%PDF-1.7\n1 0 obj", "text/html", "not-html-pdf"),
        (b'{"judul": "Kereta", "isi": "Kereta wisata"}', "application/json", "not-html-json"),
        (b'[{"judul": "Kereta"}]', "text/html", "not-html-json"),
        (b'{"judul": "Kereta", "isi": "<p>Kereta wisata</p>"}', "application/json", "not-html-json"),
        (b'\n{"isi": "<div>Kereta wisata</div>"}', "text/html", "not-html-json"),
        (b"Kereta wisata", "application/json", "not-html-json"),
        (b"\xff\xfe\x20\x00\x0a\x00", "text/html", "empty"),
        (b"", "text/html", "empty"),
        (b" \r\n\t ", "text/html", "empty"),
        (b"\xef\xbb\xbf\n", "text/html", "empty"),
        (b"\0" * 500, "text/html", "empty"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "text/html", "not-html-image"),
        (b"\x89PNG\r\n\x1a\n", "image/png", "not-html-image"),
        (b"PK\x03\x04\x14\x00", "application/zip", "not-html-archive"),
        (b'<?xml version="1.0"?><rss version="2.0"></rss>', "text/xml", "feed-or-sitemap"),
        (b'<?xml version="1.0"?><urlset xmlns="x"></urlset>', "text/html", "feed-or-sitemap"),
        (b"Hanya sebaris teks tanpa markah apa pun.", "text/plain", "not-html-text"),
        (b"<html></html>", "text/html", "no-body"),
        (b"<!DOCTYPE html><html><head><title>Kereta</title></head><body></body></html>", "text/html", "no-body"),
        (b"<html><body><script>location='/masuk'</script></body></html>", "text/html", "no-body"),
    ],
)
def test_what_is_no_page_says_what_it_is(body: bytes, kind: str, reason: str) -> None:
    with pytest.raises(NotAnArticle) as refused:
        extract(Page("https://kabar.example.id/x", headers=(("Content-Type", kind),), body=body))
    assert refused.value.reason == reason


@pytest.mark.parametrize("status", [301, 403, 404, 410, 429, 500, 503])
def test_an_error_of_the_server_is_named_by_its_number(status: int) -> None:
    with pytest.raises(NotAnArticle) as refused:
        extract(Page("https://kabar.example.id/x", status=status, body=rail(paragraphs()).encode()))
    assert refused.value.reason == f"http-{status}"


@pytest.mark.parametrize("player", ['<iframe src="https://video.example/1"></iframe>', "<video src='/v.mp4'></video>"])
def test_a_page_with_a_player_and_no_story_is_video_only(player: str) -> None:
    html = f"<html><head><title>Video</title></head><body><h1>{RAIL_HEADLINE}</h1>{player}</body></html>"
    assert refusal(html) == "video-only"


@pytest.mark.parametrize(
    "headline",
    [
        "Pencarian korban perahu karam dihentikan",
        "Masuk musim tanam, petani menunggu hujan",
        "Label halal untuk jajanan pasar diperkenalkan",
        "Kategori umur peserta lomba lari diubah",
        "Arsip kota dipindah ke gedung baru",
        "Peserta nomor 404 menangi lomba lari lintas bukit",
        "Akses ditolak, warga memprotes penutupan jalan desa",
        "Pemeriksaan keamanan di pelabuhan penyeberangan diperketat",
        "Konten lokal kurang, radio desa tidak tersedia di gelombang pendek",
    ],
)
def test_a_story_whose_headline_has_a_word_of_such_pages_is_a_story(headline: str) -> None:
    html = rail(paragraphs()).replace(RAIL_HEADLINE, headline)
    assert read(html).paragraphs == RAIL


@pytest.mark.parametrize("number", [8, 32])
def test_a_story_above_many_teasers_is_a_story(number: int) -> None:
    cards = [f'<div class="card"><h3><a href="/b/{n}">{TITLES[n % 8]}</a></h3></div>' for n in range(number)]
    before = f'<a href="/p">{NEXT_HEADLINE}</a>'
    html = rail(paragraphs(), before=before, after=f"<section>{''.join(cards)}</section>")
    assert read(html).paragraphs == RAIL


@pytest.mark.parametrize("cards", [1, 2])
def test_the_last_page_of_an_index_lists_one_or_two(cards: int) -> None:
    html = listing("Wisata")
    first, *entries = html.split("<article>")
    html = "<article>".join([first, *entries[:cards]]) + "</main></body></html>"
    assert refusal(html, "https://kabar.example.id/kategori/wisata/page/9") == "listing"
    assert refusal(html, "https://kabar.example.id/wisata?hal=9") == "listing"


@pytest.mark.parametrize("title", ["Halaman tidak ditemukan", "404 Not Found"])
def test_a_page_not_found_that_lists_the_latest_is_a_soft_404(title: str) -> None:
    text = "Maaf, halaman yang Anda cari sudah dipindahkan atau dihapus. Silakan kembali ke beranda kami."
    assert refusal(notice(title, text, listing("Berita Terbaru"))) == "soft-404"


def test_a_list_each_of_whose_entries_is_told_of_is_a_story() -> None:
    entries = "".join(
        f'<h2><a href="/b/{n}">{TITLES[n % 8]} {n}</a></h2><p>{" ".join(RAIL[n % 3 : n % 3 + 2])}</p>'
        for n in range(24)
    )
    assert read(rail(entries)).paragraphs


def test_a_story_introduced_at_length_may_end_in_a_list_of_links() -> None:
    entries = "".join(f'<h3><a href="/b/{n}">{text}</a></h3><p>{TEASER}</p>' for n, text in enumerate(TITLES))
    html = rail(f"<div>{paragraphs()}</div><div>{entries}</div>")
    assert not refusal(html).startswith("listing")
