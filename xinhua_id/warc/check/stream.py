"""The records inside one run of bytes: a member's contents, or a file without gzip. Gives heads and blocks, by pieces.

Knows nothing of what they mean.
"""

from __future__ import annotations

from collections.abc import Iterator

_LONGEST_HEAD = 1 << 20
_ENDS = b"\r\n\r\n"


class Stream:
    """Bytes that come a piece at a time, taken from the front.

    ``at`` counts what was taken; ``tail`` are the last four bytes of the block taken last.
    """

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.at = 0
        self.tail = b""
        self._pieces = pieces
        self._piece = b""
        self._from = 0

    def head(self) -> bytes | None:
        """Take the bytes through the first empty line; None, with nothing taken, where there is none."""
        end = self._piece.find(_ENDS, self._from)
        while end < 0:
            if len(self._piece) - self._from > _LONGEST_HEAD or not self._more():
                return None
            end = self._piece.find(_ENDS, self._from)
        return self._take(end + 4 - self._from)

    def block(self, length: int) -> Iterator[memoryview]:
        """Yield the next ``length`` bytes, or what there is of them."""
        while length > 0:
            if self._from == len(self._piece):
                self._piece, self._from = b"", 0
                if not self._more():
                    return
            piece = memoryview(self._piece)[self._from : self._from + length]
            self._from += len(piece)
            self.at += len(piece)
            length -= len(piece)
            self.tail = bytes(piece[-4:]) if len(piece) >= len(_ENDS) else (self.tail + piece)[-4:]
            yield piece

    def peek(self, length: int) -> bytes:
        """Return the next bytes without taking them, fewer at the end."""
        while len(self._piece) - self._from < length and self._more():
            pass
        return self._piece[self._from : self._from + length]

    def skip(self, length: int) -> None:
        """Take bytes that were peeked at."""
        self._take(length)

    def drain(self) -> int:
        """Take all that is left; return how many bytes it was."""
        return sum(map(len, self.block(1 << 62)))

    def _take(self, length: int) -> bytes:
        found = self._piece[self._from : self._from + length]
        self._from += len(found)
        self.at += len(found)
        return found

    def _more(self) -> bool:
        piece = next(self._pieces, None)
        if piece is None:
            return False
        self._piece = self._piece[self._from :] + piece if self._from < len(self._piece) else piece
        self._from = 0
        return True
