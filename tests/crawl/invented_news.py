"""The pages of a news site that does not exist: invented stories, listings, a sitemap, robots.txt.

Stories may be added, changed, deleted and moved between two pages. Knows nothing of HTTP but status and headers.
"""

from __future__ import annotations

import datetime as dt
import html
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import format_datetime

#: Stories a listing shows.
PER_LISTING = 20
#: A site of more stories has several sitemaps under an index, as WordPress does.
PER_SITEMAP = 2000
_FIRST = dt.datetime(2026, 1, 9, 1, 0, tzinfo=dt.UTC)
_PLACES = "Kunming Harbin Chengdu Xiamen Lhasa Guilin Suzhou Urumqi Nanning Qingdao Hefei Wuhan".split()
_SUBJECTS = (
    ("petani teh", "memetik daun muda sebelum matahari naik", "panen", "kebun"),
    ("nelayan muda", "memasang jaring yang tidak menjerat ikan kecil", "tangkapan", "teluk"),
    ("perajin bambu", "menganyam rangka lampion untuk pasar malam", "pesanan", "bengkel"),
    ("warga kampung", "menanam kembali pohon di tepi mata air", "debit air", "lereng"),
    ("penjaga hutan", "menghitung burung pendatang dari menara kayu", "jumlah burung", "rawa"),
    ("guru sekolah", "membuka kelas membaca bagi orang tua murid", "jumlah pembaca", "balai desa"),
    ("peternak lebah", "memindahkan sarang mengikuti musim bunga", "hasil madu", "lembah"),
)


@dataclass(frozen=True)
class Answer:
    """What a page answers with: ``kind`` is its media type, ``headers`` are those beside it."""

    status: int
    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class _Story:
    number: int
    path: str
    edition: int = 1

    @property
    def published(self) -> dt.datetime:
        return _FIRST + dt.timedelta(hours=self.number)

    @property
    def modified(self) -> dt.datetime:
        return self.published + dt.timedelta(minutes=self.edition - 1)

    @property
    def headline(self) -> str:
        who, _, _, where = _SUBJECTS[self.number % len(_SUBJECTS)]
        place = _PLACES[self.number % len(_PLACES)]
        return f"{who.capitalize()} {place} rawat {where} untuk tahun ke-{self.number + 2}"

    def page(self) -> str:
        who, does, what, where = _SUBJECTS[self.number % len(_SUBJECTS)]
        place, day = _PLACES[self.number % len(_PLACES)], self.published + dt.timedelta(hours=7)
        many = self.number + 12
        lines = [
            f"{place}, China (Xinhua) – Sebanyak {many} {who} di pinggiran {place} kini bergiliran {does}, kata ketua "
            f"kelompok setempat pada ({day.day}/{day.month}).",
            f"Kebiasaan itu dimulai kembali setelah {what} di {where} itu turun selama tiga musim berturut-turut, "
            "sementara sebagian tetangga memilih bekerja di kota.",
            f"Tahun ini {what} naik sekitar {5 + self.number % 40} persen, dan {many // 3 + 2} keluarga yang pernah "
            "pergi sudah pulang untuk ikut bekerja.",
            f"Pemerintah kabupaten berencana membantu kelompok serupa di {2 + self.number % 9} desa lain mulai musim "
            "hujan mendatang.",
        ]
        if self.edition > 1:
            lines.append(f"Laporan ini diperbarui dengan keterangan ke-{self.edition} dari ketua kelompok.")
        head = (
            f"<title>{html.escape(self.headline)}</title>"
            f'<meta property="article:published_time" content="{self.published.isoformat()}">'
            f'<meta property="article:modified_time" content="{self.modified.isoformat()}">'
        )
        body = "".join(f"<p>{line}</p>" for line in lines)
        return _page(head, f"<article><h1>{html.escape(self.headline)}</h1>{body}</article>")


class InventedNews:
    """So many stories, the newest first on the listings. May be asked and changed from several threads."""

    def __init__(self, stories: int) -> None:
        self._lock = threading.Lock()
        self._stories: dict[str, _Story] = {}
        self._moved: dict[str, str] = {}
        self._deleted: set[str] = set()
        self._made: dict[tuple[str, int], Answer] = {}
        self._next = 0
        for _ in range(stories):
            self.add()

    def paths(self) -> list[str]:
        """Return the addresses of the stories, newest first."""
        with self._lock:
            return list(reversed(self._stories))

    def add(self) -> str:
        """Add a story; return its path."""
        with self._lock:
            number, self._next = self._next, self._next + 1
            path = f"/berita/{_PLACES[number % len(_PLACES)].lower()}-{number}"
            self._stories[path] = _Story(number, path)
            return path

    def change(self, path: str) -> None:
        """Let a story have one more paragraph, another ETag and another Last-Modified."""
        with self._lock:
            self._stories[path].edition += 1

    def delete(self, path: str) -> None:
        """Let a story be gone: 410, and on no listing."""
        with self._lock:
            del self._stories[path]
            self._deleted.add(path)

    def move(self, path: str) -> str:
        """Let a story's address redirect for ever to another one, which is returned."""
        with self._lock:
            there = path.replace("/berita/", "/arsip/", 1)
            # In its place among the others: a move makes no story newer.
            self._stories = {there if one == path else one: story for one, story in self._stories.items()}
            self._stories[there].path = there
            self._moved[path] = there
            return there

    def answer(self, path: str, base: str) -> Answer:
        """Return what stands at a path; ``base`` is the site's own address without a slash at the end."""
        with self._lock:
            if path in self._stories:
                return self._of_story(self._stories[path])
            if path in self._moved:
                return Answer(301, headers={"Location": base + self._moved[path]})
            if path in self._deleted:
                return Answer(410, _page("<title>Sudah dihapus</title>", "<h1>Sudah dihapus</h1>").encode())
            if path == "/robots.txt":
                return Answer(200, f"User-agent: *\nDisallow:\nSitemap: {base}/sitemap.xml\n".encode(), "text/plain")
            if path == "/sitemap.xml":
                made = self._sitemap(base) if len(self._stories) <= PER_SITEMAP else self._sitemap_index(base)
                return Answer(200, made.encode(), "application/xml")
            if (part := path.removeprefix("/sitemap-").removesuffix(".xml")) != path and part.isdecimal():
                return Answer(200, self._sitemap(base, int(part)).encode(), "application/xml")
            return self._listing(path)

    def _of_story(self, story: _Story) -> Answer:
        key = (story.path, story.edition)
        if key not in self._made:
            headers = {
                "ETag": f'"{story.number}-{story.edition}"',
                "Last-Modified": format_datetime(story.modified, usegmt=True),
            }
            self._made[key] = Answer(200, story.page().encode(), headers=headers)
        return self._made[key]

    def _sitemap_index(self, base: str) -> str:
        """Return the index of a large site's sitemaps; the first holds the oldest stories, so that it never changes."""
        many = -(-len(self._stories) // PER_SITEMAP)
        parts = "".join(f"<sitemap><loc>{base}/sitemap-{one}.xml</loc></sitemap>" for one in range(1, many + 1))
        return f'<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{parts}</sitemapindex>'

    def _sitemap(self, base: str, part: int | None = None) -> str:
        stories = list(self._stories.values())
        if part is not None:
            stories = stories[(part - 1) * PER_SITEMAP : part * PER_SITEMAP]
        urls = "".join(
            f"<url><loc>{base}{story.path}</loc><lastmod>{story.modified.isoformat()}</lastmod></url>"
            for story in reversed(stories)
        )
        return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'

    def _listing(self, path: str) -> Answer:
        tail = path.removeprefix("/halaman/")
        number = 1 if path == "/" else int(tail) if tail != path and tail.isdecimal() else 0
        newest = list(reversed(self._stories.values()))
        here = newest[(number - 1) * PER_LISTING : number * PER_LISTING] if number else []
        if not here and path != "/":
            return Answer(404, _page("<title>Tidak ada</title>", "<h1>Halaman tidak ditemukan</h1>").encode())
        body = "".join(f'<h2><a href="{story.path}">{html.escape(story.headline)}</a></h2>' for story in here)
        after = ""
        if number * PER_LISTING < len(newest):
            after = f'<link rel="next" href="/halaman/{number + 1}">'
            body += f'<a rel="next" href="/halaman/{number + 1}">Berita sebelumnya</a>'
        return Answer(200, _page(f"<title>Berita, halaman {number}</title>{after}", body).encode())


def _page(head: str, body: str) -> str:
    return f'<!DOCTYPE html><html lang="id"><head><meta charset="utf-8">{head}</head><body>{body}</body></html>'
