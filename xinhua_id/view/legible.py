"""Text of a page made legible and harmless to look at: what has no shape gets one, what is endless is cut.

Escaping is the template's work; this is about characters that would act on a reader's screen. Knows nothing of HTML.
"""

from __future__ import annotations

import re

#: The longest text that is shown, in characters.
LONGEST = 4_000
# Controls, zero width, marks and overrides of direction, lone surrogates: they hide other text or turn it around.
_SHAPELESS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def legible(text: str, longest: int = LONGEST) -> str:
    """Return ``text`` with every character that has no shape written as its code: ``‹U+202E›``.

    Of a text longer than ``longest`` characters the rest is counted, not shown.
    """
    rest = len(text) - longest
    if rest > 0:
        text = text[:longest]
    text = _SHAPELESS.sub(lambda found: f"‹U+{ord(found[0]):04X}›", text)
    return f"{text} … ({number(rest)} more characters)" if rest > 0 else text


def number(count: int) -> str:
    """Return a count with thin gaps between thousands: ``12 345``."""
    return f"{count:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
