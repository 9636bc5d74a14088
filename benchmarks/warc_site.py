"""The site that `benchmarks.warc` crawls: so many distinct pages of 57 KB, served on loopback by a process of its own.

A page compresses as news pages do, in size and in time: 4.5 to 1 with zlib 6, 150 MB/s with level 5 of zlib-ng, as
309 pages of 30 to 100 KB of two collections did. A few repeated words would compress to a fifteenth, and random ones
would take twice the time.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import random
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

SIZE = 57_000
#: So many pages are made; the others differ from one of them by their number, at the front.
_MADE = 40
_SYLLABLES = "ba da ga ka la ma na pa ra sa ta wa ja nya ngan kan men ber per ter di ke se lah an i u pen si tu".split()


def page(number: int) -> bytes:
    """Return the nth page, always the same."""
    return b"<!-- %08d -->" % number + _made(number % _MADE)


def _made(number: int, *, known: dict[int, bytes] = {}) -> bytes:  # noqa: B006 (each is made once)
    if number not in known:
        chance = random.Random(number)
        words = ["".join(chance.choices(_SYLLABLES, k=chance.randint(1, 4))) for _ in range(2_000)]
        weights = [1 / (rank + 2) for rank in range(len(words))]
        text = "".join(_blocks(chance, words, weights))
        known[number] = f"<html><title>Panen {number}</title><body>{text}".encode()[: SIZE - 17]
    return known[number]


def _blocks(chance: random.Random, words: list[str], weights: list[float]) -> Iterator[str]:
    """Yield more than a page of teasers and paragraphs, as a story's page has them."""

    def said(least: int, most: int) -> str:
        return " ".join(chance.choices(words, weights, k=chance.randint(least, most)))

    for at in range(53):
        slug, key = said(4, 8).replace(" ", "-"), chance.randrange(2**64)
        yield (
            f'<div class="teaser teaser-{at % 7} teaser--latest teaser--with-image" data-position="{at}" '
            'data-kind="story">'
            f'<a class="teaser__link teaser__link--image" href="https://contoh.id/berita/{slug}" data-key="{key:016x}">'
            '<img class="teaser__image" loading="lazy" decoding="async" width="300" height="200" '
            f'sizes="300px" src="https://gambar.contoh.id/{key:016x}.jpg?w=300&h=200&crop=1" alt=""></a>'
            f'<h3 class="teaser__title"><a class="teaser__link" href="https://contoh.id/berita/{slug}">{said(5, 9)}'
            "</a></h3>"
            f'<span class="teaser__date">{at % 28 + 1}/{at % 12 + 1}/2026</span></div>\n'
        )
    yield f'<script>var data = "{chance.randbytes(2_600).hex()}";</script>'
    for _ in range(250):
        yield f"<p>{said(20, 60)}.</p>\n"


async def _serve(told: Connection) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            while (await reader.readline()).strip():
                pass
            body = page(int(line.split(b" ")[1].rpartition(b"/")[2] or b"0"))
            head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n" % len(
                body
            )
            writer.write(head + body)

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    told.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def _run(told: Connection) -> None:
    for number in range(_MADE):
        _made(number)
    asyncio.run(_serve(told))


@contextmanager
def served() -> Iterator[str]:
    """Serve the site and give its address, without a slash at the end."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=_run, args=(theirs,), daemon=True)
    server.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        server.terminate()
        server.join()
