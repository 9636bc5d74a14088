"""Rules that name a whole element by its tag, role, class or id: navigation, comments, related stories, ads.

Class and id are matched as whole tokens only: ``comment-status-open`` on a body and ``has-sidebar`` on a page
are no comments and no sidebar. A rule only marks; what may be removed is decided with the page's text in view
(`structure`). Knows nothing of blocks or articles.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

COMMENTS = "reader-comments"
#: Marks what is data of the story, not rubbish: `separate` reads it as a caption.
CAPTION = "caption"
#: Rules that are believed however much they mark, and elements that say themselves what they are.
SURE = frozenset({COMMENTS, CAPTION, "hidden", "footer", "navigation", "comment-form"})
SURE_TAGS = frozenset({"nav", "footer", "aside", "ins"})

#: name → (tags, whole class or id tokens). The order decides between rules. Neither case nor hyphens count:
#: ``share-bar`` is ``ShareBar`` too. ``{list,box}`` is one of these, as in a shell. A ``*`` at the end is what is left
#: of a word, ``**`` any number of further words: ``sidebar-*`` is ``sidebar-kanan`` and not ``sidebar-kanan-luar``.
_RULES: dict[str, tuple[frozenset[str], str]] = {
    "hidden": (frozenset(), "hidden d-none screen-reader-text sr-only visually-hidden hide"),
    COMMENTS: (
        frozenset(),
        "comment{,s} comment{,s}-{area,list,section,wrap,wrapper,box,container,body,content,template,thread} "
        "disqus_thread fb-comments komentar {list,box,kolom,daftar}-komentar komentar-{list,box,pembaca} "
        "td-comments** wpdiscu{,z} wpd-* children-comment {reader,user}-comment{,s}",
    ),
    "comment-form": (frozenset(), "respond comment-{respond,form} reply-title form-komentar komentar-form"),
    CAPTION: (
        frozenset({"figcaption"}),
        "wp-caption-text caption caption_news photo__caption wp-element-caption td-modal-image-caption "
        "{image,img,photo,foto,picture,media,figure,gambar}{,_,__}{caption,desc,keterangan,info} "
        "keterangan-{foto,gambar} caption-{text,foto,img}",
    ),
    "navigation": (
        frozenset({"nav"}),
        "nav navbar navigation menu main-menu nav-menu mega-menu menu-item topnav skip-link "
        "breadcrumb{,s} breadcrumb{,s}-list breadcrumb__* crumb{,s} {post,posts}-navigation nav-links "
        "td-post-next-prev pagination paging pager page-links page-numbers post-page-numbers",
    ),
    "footer": (frozenset({"footer"}), "footer {site,page}-footer colophon bottom-bar copyright-area"),
    "share": (
        frozenset(),
        "share sharing share-{bar,box,button{,s},link{,s},wrap,wrapper,tool{,s},this,article,list,post} "
        "social{,s} sosmed social-{share,link{,s},icon{,s},media,bar,sharing,button{,s},wrap} "
        "sharedaddy sd-sharing addtoany addtoany* a2a_kit td-post-sharing td-post-sharing* addthis_* "
        "sharethis* bagikan {post,entry}-share jp-relatedposts-share follow-us",
    ),
    "related": (
        frozenset(),
        "related related-{post{,s},news,article{,s},stories,content,item{,s},list,box,wrap} inline-related "
        "jp-relatedposts td_block_related_posts td-related-* yarpp yarpp-* recommend{,ed,ation}{,s} rekomendasi "
        "terkait terkait_bottom berita-{terkait,lainnya,terbaru,terpopuler} artikel-terkait {baca,lihat}-juga "
        "read-{also,more} more-{news,stories} other-news latest-{news,posts} next-article popular terpopuler trending",
    ),
    "sidebar": (
        frozenset({"aside"}),
        "sidebar sidebar-* widget widget-area right-rail td-ss-main-sidebar secondary aside",
    ),
    "ad": (
        frozenset({"ins"}),
        "ad ads ads* ads-* ad-{slot,unit,box,container,wrap,wrapper,banner,label,space,block,inner,placement} "
        "adv advert advertis{e,ing,ement}{,s} iklan iklan-* box-iklan banner banner-{ad,ads,iklan,box,wrap} "
        "billboard billboard_banner parallax-ad{,s} dfp gpt-ad div-gpt-ad** sponsor{,ed} promo promotion "
        "outbrain taboola mgid",
    ),
    "tags": (
        frozenset(),
        "tag{,s} tag-{list,cloud,links,box,wrap} tags-links td-post-source-tags td-post-small-box entry-tags "
        "{post,article}-tags tagging cat-links post-categories topik box-tag",
    ),
    "author-box": (
        frozenset(),
        "author-{box,bio,info,card,desc,description} about-author td-author-* post-author-box",
    ),
    "newsletter": (
        frozenset(),
        "newsletter newsletter-* subscribe subscription langganan promo-langganan cookie-{notice,banner,consent,bar} "
        "gdpr popup modal paywall app-{promo,download,banner} download-app adblock adblock-*",
    ),
    "search-form": (frozenset(), "search search-{form,box,bar,wrap} form-search pencarian"),
}  # fmt: skip

NAMES = list(_RULES)
NUMBER = {name: number for number, name in enumerate(NAMES)}
HIDDEN = NUMBER["hidden"]
_TAGS = {tag: NUMBER[name] for name, (tags, _) in _RULES.items() for tag in tags}
_ROLES = {
    "navigation": "navigation", "search": "search-form", "contentinfo": "footer", "complementary": "sidebar",
    "dialog": "newsletter", "alertdialog": "newsletter", "menu": "navigation", "menubar": "navigation",
}  # fmt: skip
_NEVER = frozenset({"body", "html", "main", "article"})
#: Hidden on some screens alone, in the words of Bootstrap and Tailwind: ``d-none d-md-block``, ``hidden md:flex``.
_RESPONSIVE = re.compile(
    r"\bd-(?:sm|md|lg|xl|xxl)-(?!none\b)\w|\b(?:sm|md|lg|xl|2xl):(?:block|flex|grid|inline|table|contents)\b"
)
_INVISIBLE_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def rule_of(tag: str, attributes: Mapping[str, str]) -> int:
    """Return the number of the rule (into `NAMES`) that names an element of this tag and attributes, or -1."""
    if not attributes:
        return _TAGS.get(tag, -1)
    if tag in _NEVER:
        return -1
    if "hidden" in attributes or ("style" in attributes and _INVISIBLE_STYLE.search(attributes["style"])):
        return HIDDEN
    best = _NONE
    for name in _NAMING:
        if name in attributes and (other := _first_rule(attributes[name])) < best:
            best = other
    if best < _NONE:
        return best
    if attributes.get("role") in _ROLES:
        return NUMBER[_ROLES[attributes["role"]]]
    return _TAGS.get(tag, -1)


_NAMING = ("class", "id", "data-component")


def words(tokens: str) -> list[str]:
    """Return the words of a rule one by one, ``{a,b}`` written out."""
    found, open_ = [], tokens.split()
    while open_:
        word = open_.pop()
        if choice := _CHOICE.search(word):
            open_ += [word[: choice.start()] + one + word[choice.end() :] for one in choice[1].split(",")]
        else:
            found.append(word)
    return found


_CHOICE = re.compile(r"\{([^{}]*)\}")
_NONE = len(NAMES)
_ALL = [(word, number) for number, (_, tokens) in enumerate(_RULES.values()) for word in words(tokens)]
#: Reversed, since the first rule that has a word keeps it.
_WORDS = {word.replace("-", ""): number for word, number in reversed(_ALL) if "*" not in word}
_STEMS = {word.rstrip("*"): (word.endswith("**"), number) for word, number in reversed(_ALL) if "*" in word}
_OPENINGS = tuple(_STEMS)


@functools.lru_cache(maxsize=20_000)
def _first_rule(names: str) -> int:
    """Return the first rule in order that one whole token names, or `_NONE`; remembered, as pages repeat themselves."""
    best = _NONE
    for token in names.lower().split()[:40]:
        number = _WORDS.get(token.replace("-", ""), _NONE)
        if number == _NONE and token.startswith(_OPENINGS):
            number = _by_stem(token)
        if number < best and not (number == HIDDEN and _RESPONSIVE.search(names)):
            best = number
    return best


def _by_stem(token: str) -> int:
    """Return the rule whose stem opens the token, if a word is what is left of it."""
    for stem, (endless, number) in _STEMS.items():
        if token.startswith(stem):
            rest = token[len(stem) :].replace("_", "a")
            if (rest.replace("-", "a").isalnum() or not rest) if endless else rest.isalnum():
                return number
    return _NONE
