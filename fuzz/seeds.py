"""What the fuzzer begins with: the pages of a small replica, a file each, and the words it may put in.

``python -m fuzz.seeds build/fuzz`` writes ``pages/`` and ``words.txt`` there.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fuzz.one_page import LARGEST
from xinhua_id.demo.site import Replica

_WORDS = [
    *(
        "<p>",
        "</p>",
        "<div>",
        "</div>",
        "<br><br>",
        "<article>",
        "<h1>",
        "<h2>",
        "<a href=",
        "<table><tr><td>",
        "<ul><li>",
    ),
    *(
        "<script>",
        "</script>",
        "<template>",
        "<noscript>",
        "<!--",
        "-->",
        "<![CDATA[",
        "<svg>",
        "<textarea>",
        "<title>",
    ),
    *("<meta ", "<time datetime=", "<img src=", "<figcaption>", "<blockquote>", "<details>", "<iframe>", "<nav><a>"),
    *(' class="', ' id="', ' style="display:none"', " hidden", ' itemprop="datePublished"', ' rel="canonical"'),
    *(' property="og:title"', "caption", "comments", "related", "sidebar", 'type="application/ld+json">'),
    *('{"@type":"NewsArticle","headline":"', '"@graph":[', '"datePublished":"', "&amp;amp;", "&nbsp;", "&#x110000;"),
    *("Baca juga: ", "Iklan", "Banner", "Berita Terkait", "Editor: ", "Foto: ", "(Xinhua) – ", "[Xinhua]", "■"),
    *("Senin (9/1)", "9 Januari 2023 14.56 WIB", "3 jam yang lalu", "Halaman 1 2 3", "2023-01-09T10:00:00+07:00"),
    *("\u200b", "\u00ad", "\u2028", "\u2029", "\x00", "charset=utf-16", "charset=gb2312"),
]


def main(folder: str) -> None:
    """Write the pages and the dictionary below ``folder``; what stands there is written anew."""
    pages = Path(folder) / "pages"
    pages.mkdir(parents=True, exist_ok=True)
    with Replica(stories=36) as replica:
        for site, content in replica.contents.items():
            for number, answer in enumerate(content.answers.values()):
                if 0 < len(answer.body) <= LARGEST:
                    (pages / f"{site}-{number:04}").write_bytes(answer.body)
    words = "".join(f'"{_escaped(word)}"\n' for word in _WORDS)
    (Path(folder) / "words.txt").write_text(words, encoding="ascii")


def _escaped(word: str) -> str:
    """Return a word as libFuzzer's dictionaries hold it: each byte by its number."""
    return "".join("\\x" + format(byte, "02x") for byte in word.encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
