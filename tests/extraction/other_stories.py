"""More invented stories, and what hostile pages set around them."""

from __future__ import annotations

from tests.extraction.stories import page, wrapped
from xinhua_id.errors import NotAnArticle
from xinhua_id.extraction import extract
from xinhua_id.items import Article

RAIL_HEADLINE = "Kereta wisata lembah Tirta Gading mulai menjual tiket daring"
RAIL = [
    "Tirta Gading (Xinhua) – Kereta wisata yang menyusuri lembah Tirta Gading mulai menjual tiket secara daring pada "
    "Rabu (15/3), sepekan setelah uji coba terakhir rampung tanpa gangguan berarti.",
    "Pengelola jalur menyediakan empat perjalanan pulang pergi setiap hari, masing-masing dengan enam gerbong yang "
    "jendelanya dibuat lebar agar penumpang leluasa memandang hutan pinus dan kebun teh.",
    "Menurut juru bicara pengelola, dua stasiun lama dipugar dengan mempertahankan bentuk atap aslinya, sementara "
    "peron baru dilengkapi jalur landai bagi pengguna kursi roda.",
    "“Anak-anak di desa kami baru pertama kali melihat kereta lewat di depan sekolah,” ujar seorang guru setempat.",
    "Harga tiket ditetapkan sama untuk semua hari, dan separuh pendapatan dari kios di stasiun akan kembali kepada "
    "koperasi warga di sepanjang lintasan.",
]
NEXT_HEADLINE = "Perpustakaan apung singgah di tujuh dermaga kecil"
NEXT = [
    "Sebuah kapal tua yang diubah menjadi perpustakaan apung mulai berlayar dari Dermaga Kenari dan akan singgah di "
    "tujuh kampung nelayan hingga pengujung bulan depan.",
    "Di geladaknya tersedia tiga ribu judul buku, dua meja baca panjang, serta panel surya yang menyalakan lampu "
    "hingga larut malam bagi para pengunjung.",
    "Awak kapal terdiri atas mahasiswa yang bergiliran setiap dua pekan, dan mereka juga mengajar membaca di geladak.",
]
COMMENTS = [
    "Saya naik kereta ini saat uji coba bulan lalu, dan pemandangannya sungguh indah. Keretanya bersih, petugasnya "
    "ramah, dan anak saya yang biasanya rewel duduk tenang memandang ke luar jendela sepanjang perjalanan pulang.",
    "Sebagai warga lembah, saya berharap pengelola menepati janji soal koperasi. Dulu pernah ada janji serupa ketika "
    "jalan raya dibangun, tetapi sampai sekarang kios kami masih berdiri di pinggir jalan tanpa atap yang layak.",
    "Tiketnya sudah habis untuk dua pekan ke depan. Mungkin perlu ditambah satu perjalanan lagi pada sore hari supaya "
    "mereka yang bekerja pada siang hari juga sempat naik bersama keluarga.",
]


def rail(body: str, *, head: str = "", after: str = "", before: str = "") -> str:
    """The story of the rail as a page, with this markup as its body."""
    inside = f'<main><h1>{RAIL_HEADLINE}</h1>{before}<div class="isi-berita">{body}</div>{after}</main>'
    return wrapped(inside, head=head, title=RAIL_HEADLINE)


def paragraphs(texts: list[str] = RAIL) -> str:
    """The texts as paragraphs."""
    return "".join(f"<p>{text}</p>" for text in texts)


def read(html: str) -> Article:
    """The article of this markup."""
    return extract(page(html, url="https://kabar.example.id/berita/kereta-wisata-lembah"))


def refusal(html: str, url: str = "https://kabar.example.id/berita/kereta-wisata-lembah") -> str:
    """The name of the reason why this markup is no article; the headline where it is one after all."""
    try:
        return f"article: {extract(page(html, url=url)).headline}"
    except NotAnArticle as no:
        return no.reason
