# ruff: noqa: E501  (a line of markup is as long as it is)
"""What WordPress sites share whatever their theme: slugs, comment forms, readers' comments, numbered listings.

Knows nothing of any one site.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Sequence

from xinhua_id.demo.content import Content, Entry
from xinhua_id.demo.markup import attribute
from xinhua_id.demo.newsroom import asides


def slug(text: str, taken: set[str]) -> str:
    """Return a URL slug of the text that is not yet in ``taken``, and add it."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-")[:70].strip("-")
    found, turn = base, 2
    while found in taken:
        found, turn = f"{base}-{turn}", turn + 1
    taken.add(found)
    return found


def comment_form(title: str, post_id: int, *, older: bool = False) -> str:
    """Return the form under a story, in Indonesian; ``older`` says e-mail as WordPress did before 5.0."""
    address = "surel" if older else "email"
    return f"""<div id="respond" class="comment-respond">
<h3 id="reply-title" class="comment-reply-title">{title} <small><a rel="nofollow" id="cancel-comment-reply-link" href="#respond" style="display:none;">Batalkan balasan</a></small></h3>
<form action="/wp-comments-post.php" method="post" id="commentform" class="comment-form" novalidate>
<p class="comment-notes"><span id="email-notes">Alamat {address} Anda tidak akan dipublikasikan.</span> <span class="required-field-message">Ruas yang wajib ditandai <span class="required">*</span></span></p>
<p class="comment-form-comment"><label for="comment">Komentar <span class="required">*</span></label> <textarea id="comment" name="comment" cols="45" rows="8"></textarea></p>
<p class="comment-form-author"><label for="author">Nama <span class="required">*</span></label> <input id="author" name="author" type="text"></p>
<p class="comment-form-email"><label for="email">{address.capitalize()} <span class="required">*</span></label> <input id="email" name="email" type="email"></p>
<p class="comment-form-cookies-consent"><input id="wp-comment-cookies-consent" type="checkbox"> <label for="wp-comment-cookies-consent">Simpan nama, {address}, dan situs web saya pada peramban ini untuk komentar saya berikutnya.</label></p>
<p class="form-submit"><input name="submit" type="submit" id="submit" class="submit" value="Kirim Komentar"><input type="hidden" name="comment_post_ID" value="{post_id}"></p>
</form>
</div>"""


def reader_comments(rng: random.Random, path: str, count: int) -> str:
    """Return readers' comments; some are longer than a short story."""
    words = rng.sample(asides()["comments"], count)
    items = "\n".join(
        f'<li id="comment-{rng.randint(900, 9999)}" class="comment even thread-even depth-1"><article class="comment-body">'
        f'<footer class="comment-meta"><div class="comment-author vcard"><b class="fn">{name}</b> <span class="says">berkata:</span></div>'
        f'<div class="comment-metadata"><a href="{path}#comment"><time datetime="2024-02-0{at + 1}T10:1{at}:00+07:00">{at + 1} Februari 2024 pukul 10.1{at}</time></a></div></footer>'
        f'<div class="comment-content"><p>{word}</p></div><div class="reply"><a rel="nofollow" class="comment-reply-link" '
        f'href="{path}?replytocom={900 + at}#respond">Balas</a></div></article></li>'
        for at, (name, word) in enumerate(zip(rng.sample(_READERS, count), words, strict=True))
    )
    return (
        f'<h2 class="comments-title">{count} komentar pada tulisan ini</h2>\n<ol class="comment-list">\n{items}\n</ol>'
    )


_READERS = ["Bang Tejo", "warga_hulu", "Ibu Ratna", "pembaca setia", "Anak Rantau", "kopi pahit"]


def listings(
    content: Content, entries: Sequence[Entry], first: str, later: Callable[[int], str], page: Callable[[str, str], str],
    card: Callable[[Entry], str], *, size: int, heading: str, only_next: bool = False,
) -> None:  # fmt: skip
    """Serve the entries as numbered listing pages, or, ``only_next``, as pages joined by ``rel=next`` alone."""
    count = max(1, -(-len(entries) // size))
    for number in range(1, count + 1):
        target = first if number == 1 else later(number)
        cards = "\n".join(card(one) for one in entries[(number - 1) * size : number * size])
        links = [] if only_next else [
            f'<span aria-current="page" class="page-numbers current">{one}</span>' if one == number
            else f'<a class="page-numbers" href="{attribute(first if one == 1 else later(one))}">{one}</a>'
            for one in range(1, count + 1) if abs(one - number) < 3 or one in (1, count)
        ]  # fmt: skip
        if number < count:
            links.append(
                f'<a class="next page-numbers" rel="next" href="{attribute(later(number + 1))}">Selanjutnya</a>'
            )
        pages = f'<nav class="navigation pagination" aria-label="Halaman">{" ".join(links)}</nav>'
        content.page(
            target,
            page(f"{heading}{f' - Halaman {number}' if number > 1 else ''}", f"<h1>{heading}</h1>\n{cards}\n{pages}"),
        )
