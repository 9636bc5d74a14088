"""Rules that name a whole element by its tag, role, class or id: navigation, comments, related stories, ads.

Class and id are matched as whole tokens only: ``comment-status-open`` on a body and ``has-sidebar`` on a page
are no comments and no sidebar. A rule only marks; what may be removed is decided with the page's text in view
(`structure`). Knows nothing of blocks or articles.
"""

from __future__ import annotations

import functools
import re

from lxml import etree

_Element = etree._Element

COMMENTS = "reader-comments"
#: Marks what is data of the story, not rubbish: `separate` reads it as a caption.
CAPTION = "caption"
#: Rules that are believed however much they mark, and elements that say themselves what they are.
SURE = frozenset({COMMENTS, CAPTION, "hidden", "footer", "navigation", "comment-form"})
SURE_TAGS = frozenset({"nav", "footer", "aside", "ins"})

#: name → (tags, whole class or id tokens as one regular expression). The order decides between rules.
_RULES: dict[str, tuple[frozenset[str], str]] = {
    "hidden": (frozenset(), r"hidden|d-none|screen-reader-text|sr-only|visually-hidden|visuallyhidden|hide"),
    COMMENTS: (
        frozenset(),
        r"comments?|comments?-?(area|list|section|wrap(per)?|box|container|body|content|template|thread)|commentlist|"
        r"disqus_thread|fb-comments|komentar|(list|box|kolom|daftar)-?komentar|komentar-?(list|box|pembaca)|"
        r"td-comments(-\w+)*|wpdiscuz?|wpd-\w+|children-comment|reader-?comments?|user-?comments?",
    ),
    "comment-form": (
        frozenset(),
        r"respond|comment-?respond|commentform|comment-?form|reply-title|form-komentar|komentar-?form",
    ),
    CAPTION: (
        frozenset({"figcaption"}),
        r"wp-caption-text|caption|caption_news|(image|img|photo|foto|picture|media|figure|gambar)-?_?_?(caption|"
        r"desc|keterangan|info)|"
        r"keterangan-?(foto|gambar)|wp-element-caption|td-modal-image-caption|caption-?(text|foto|img)|photo__caption",
    ),
    "navigation": (
        frozenset({"nav"}),
        r"nav|navbar|navigation|menu|main-menu|nav-?menu|breadcrumbs?|breadcrumb-?list|breadcrumb__\w+|crumbs?|"
        r"post-navigation|posts-navigation|nav-links|pagination|paging|page-links|post-page-numbers|pager|"
        r"td-post-next-prev|topnav|mega-menu|skip-link|menu-item|navmenu",
    ),
    "footer": (frozenset({"footer"}), r"footer|site-footer|page-footer|colophon|bottom-bar|copyright-area"),
    "share": (
        frozenset(),
        r"share|sharing|share-?(bar|box|buttons?|links?|wrap(per)?|tools?|this|article|list|post)|social|"
        r"socials|sosmed|"
        r"social-?(share|links?|icons?|media|bar|sharing|buttons?|wrap)|sharedaddy|sd-sharing|addtoany\w*|a2a_kit|"
        r"td-post-sharing\w*|addthis_\w+|bagikan|sharethis\w*|post-share|entry-share|jp-relatedposts-share|follow-us",
    ),
    "related": (
        frozenset(),
        r"related|related-?(posts?|news|articles?|stories|content|items?|list|box|wrap)|jp-relatedposts|yarpp(-\w+)?|"
        r"terkait|berita-?(terkait|lainnya|terbaru|terpopuler)|artikel-?terkait|terkait_bottom|baca-?juga|bacajuga|"
        r"td_block_related_posts|td-related-\w+|recommend(ed|ation)?s?|rekomendasi|read-?(also|more)|"
        r"more-?(news|stories)|"
        r"popular|terpopuler|trending|latest-?(news|posts)|other-?news|next-?article|inline-?related|lihat-?juga",
    ),
    "sidebar": (
        frozenset({"aside"}),
        r"sidebar|side-?bar|sidebar-\w+|widget|widget-?area|right-?rail|td-ss-main-sidebar|secondary|aside",
    ),
    "ad": (
        frozenset({"ins"}),
        r"ads?|adsbygoogle|ad-?(slot|unit|box|container|wrap(per)?|banner|label|space|block|inner|placement)|"
        r"ads-?\w+|advert|"
        r"advertis(e|ing|ement)s?|iklan|box-?iklan|iklan-\w+|banner|banner-?(ad|ads|iklan|box|wrap)|dfp|gpt-ad|"
        r"sponsor(ed)?|"
        r"promo|promotion|adv|billboard|billboard_banner|div-gpt-ad(-\w+)*|parallax-?ads?|outbrain|taboola|mgid",
    ),
    "tags": (
        frozenset(),
        r"tags?|tag-?(list|cloud|links|box|wrap)|tags-links|td-post-source-tags|td-post-small-box|post-?tags|"
        r"article-?tags|"
        r"entry-tags|tagging|cat-links|post-categories|topik|box-?tag",
    ),
    "author-box": (
        frozenset(),
        r"author-?(box|bio|info|card|desc(ription)?)|about-author|td-author-\w+|post-author-box",
    ),
    "newsletter": (
        frozenset(),
        r"newsletter|subscribe|subscription|langganan|cookie-?(notice|banner|consent|bar)|gdpr|popup|modal|paywall|"
        r"app-?(promo|download|banner)|download-app|adblock(-\w+)?",
    ),
    "search-form": (frozenset(), r"search|search-?(form|box|bar|wrap)|form-?search|pencarian"),
}  # fmt: skip

NAMES = list(_RULES)
NUMBER = {name: number for number, name in enumerate(NAMES)}
HIDDEN = NUMBER["hidden"]
_TAGS = {tag: NUMBER[name] for name, (tags, _) in _RULES.items() for tag in tags}
_ROLES = {
    "navigation": "navigation", "search": "search-form", "contentinfo": "footer", "complementary": "sidebar",
    "dialog": "newsletter", "alertdialog": "newsletter", "menu": "navigation", "menubar": "navigation",
}  # fmt: skip
_TOKENS = re.compile(
    "|".join(f"(?P<r{number}>{pattern})" for number, (_, pattern) in enumerate(_RULES.values())), re.IGNORECASE
)
_NEVER = frozenset({"body", "html", "main", "article"})
_INVISIBLE_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def rule_of(element: _Element, tag: str) -> int:
    """Return the number of the rule (into `NAMES`) that names this element, or -1."""
    keys = element.keys()
    if not keys:
        return _TAGS.get(tag, -1)
    if tag in _NEVER:
        return -1
    get = element.get
    if "hidden" in keys or ("style" in keys and _INVISIBLE_STYLE.search(get("style") or "")):
        return NUMBER["hidden"]
    names = get("class") or ""
    if "id" in keys:
        names = f"{names} {get('id')}"
    if names and (best := _token_rule(names)) >= 0:
        return best
    if "role" in keys and (role := get("role")) in _ROLES:
        return NUMBER[_ROLES[role]]
    return _TAGS.get(tag, -1)


@functools.lru_cache(maxsize=20_000)
def _token_rule(names: str) -> int:
    """Return the first rule in order that one whole token names; remembered, since pages repeat themselves."""
    known = -1
    for token in names.split()[:40]:
        match = _TOKENS.fullmatch(token[:60])
        if match:
            number = next(n for n in range(len(NAMES)) if match[f"r{n}"] is not None)
            known = number if known < 0 else min(known, number)
    return known
