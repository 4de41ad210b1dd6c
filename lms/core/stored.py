"""Pages that are the same for everybody who may see them, but for one mark: compressed once, as small as can be, and kept in this process.

Brotli's best takes 15 ms a page, far too long for each view. So the halves round the mark are compressed once, and the mark is put
between them as it is: both formats know blocks that are not compressed and begin at a whole byte.
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

import brotli
from flask import Response, g, request

Halves = tuple[bytes, bytes]
_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"  # RFC 1952, 2.3: deflate, no name, no time, smallest
_END_OF_TEXT = b"</article>"
_NEAR = 2  # a literal of brotli is read in the light of the two bytes before it: those after the mark must be the same for everybody


@dataclass(frozen=True, slots=True)
class Copy:
    """A page in halves: as it is, deflated, in brotli; what stands between them behind the mark; the name of its style sheet."""

    plain: Halves
    deflated: Halves
    brotli: Halves
    near: bytes
    sheet: str | None


class Shelf:
    """The copies that were asked for last. A lesson of 1,500 words takes about 35 KB."""

    def __init__(self, limit: int = 256) -> None:
        self._limit = limit
        self._copies: OrderedDict[str, Copy] = OrderedDict()
        self._lock = Lock()

    def answer(self, name: str, mark: str, make: Callable[[], str]) -> Response:
        """The page of this name with `mark` in it once, or nowhere where it is empty; compressed as the browser can read it.

        `name` says all that the page is made of but the mark; `make` renders it. A page that holds its mark never or twice is not kept.
        """
        with self._lock:
            copy = self._copies.get(name)
            if copy is not None:
                self._copies.move_to_end(name)
        if copy is None:
            page = make()
            if mark and page.count(mark) != 1:
                return Response(page, mimetype="text/html")
            copy = pressed(page, mark, getattr(g, "sheet", None))
            with self._lock:
                self._copies[name] = copy
                while len(self._copies) > self._limit:
                    self._copies.popitem(last=False)
        g.sheet = copy.sheet  # so that the content security policy allows it
        return answer(copy, mark.encode())


def pressed(page: str, mark: str, sheet: str | None) -> Copy:
    """Compress a page round its mark."""
    before, _mark, after = (part.encode() for part in page.partition(mark)) if mark else (page.encode(), b"", b"")
    near, rest = after[:_NEAR], after[_NEAR:]
    return Copy((before, rest), _deflated(before, rest), _brotlied(before, len(mark), near, rest), near, sheet)


def gzipped(copy: Copy, mark: bytes) -> bytes:
    """RFC 1951, 3.2.4: a stored block says its length and the length's complement."""
    middle = mark + copy.near
    stored = b"\x00" + len(middle).to_bytes(2, "little") + (len(middle) ^ 0xFFFF).to_bytes(2, "little") + middle
    check, size = 0, 0
    for part in (copy.plain[0], middle, copy.plain[1]):
        check, size = zlib.crc32(part, check), size + len(part)
    return _GZIP_HEAD + copy.deflated[0] + stored + copy.deflated[1] + check.to_bytes(4, "little") + size.to_bytes(4, "little")


def brotlied(copy: Copy, mark: bytes) -> bytes:
    """RFC 7932, 9.2: not the last block, the length less one in 16 bits, not compressed; then whole bytes."""
    if not mark:
        return b"".join(copy.brotli)
    middle = mark + copy.near
    return copy.brotli[0] + ((len(middle) - 1) << 3 | 1 << 19).to_bytes(3, "little") + middle + copy.brotli[1]


def _deflated(before: bytes, rest: bytes) -> Halves:
    """The first ends at a whole byte and the stream goes on; the second points back to nothing and ends it."""
    first, second = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS), zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return first.compress(before) + first.flush(zlib.Z_FULL_FLUSH), second.compress(rest) + second.flush()


def _brotlied(before: bytes, length: int, near: bytes, rest: bytes) -> Halves:
    """One stream. Between its halves it was shown bytes that no page holds, so it has the right distances and points at none of them.

    What is read first is a block of its own: it waits for no code of what stands below it.
    """
    stream = brotli.Compressor(quality=11, mode=brotli.MODE_TEXT)
    text, end, below = before.partition(_END_OF_TEXT)
    first: bytes = stream.process(text + end) + stream.flush()
    if below:
        first += stream.process(below) + stream.flush()
    if length:
        stream.process(bytes(range(1, length + 1)) + near)
        stream.flush()
    return first, stream.process(rest) + stream.finish()


def answer(copy: Copy, mark: bytes = b"", mimetype: str = "text/html") -> Response:
    """The copy as this browser can read it."""
    can = request.accept_encodings
    if can.quality("br"):
        body, encoding = brotlied(copy, mark), "br"
    elif can.quality("gzip"):
        body, encoding = gzipped(copy, mark), "gzip"
    else:
        body, encoding = (mark + copy.near).join(copy.plain), ""
    made = Response(body, mimetype=mimetype)
    if encoding:
        made.headers["Content-Encoding"] = encoding
    made.headers["Vary"] = "Accept-Encoding"
    return made
