"""Voice notes: recognised by their bytes, their length read from the sound itself, the notes a phone writes into them wiped.

Three containers, which are what the browsers record and phones send: WebM (RFC 8794, RFC 9559), Ogg Opus (RFC 3533, RFC 7845), MP4 with
AAC or Opus (ISO/IEC 14496-12). Nothing is decoded: names of apps and devices, dates, titles and tags become zeros or empty boxes of the
same size, so every offset inside still holds. A file with a picture track is no voice note.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from struct import error as TooShort
from struct import pack_into, unpack_from

from flask import Response, request

from lms.core.errors import Refused
from lms.core.files import Accepted, StoredFile, download
from lms.core.fmt import num, size
from lms.core.i18n import _

SECONDS = 60
LIMIT = 1_500_000  # a minute of speech has 180 KB in Opus at 24 kbit/s; some phones cannot be told to be so small


@dataclass(frozen=True)
class Sound:
    """A voice note that may be kept, and how long it plays."""

    accepted: Accepted
    seconds: int


class NoSound(ValueError):
    """Not what it begins like."""


def accept_voice(content: bytes) -> Sound:
    """Judge a voice note by its bytes; the name it came with is not even asked for. Raises Refused with what would do."""
    if len(content) > LIMIT:
        raise Refused(_("The file is too big (%(size)s). The limit is %(limit)s.", size=size(len(content)), limit=size(LIMIT)))
    data = bytearray(content)
    for starts, read, kind, ending in (
        (content[:4] == b"\x1aE\xdf\xa3", _webm, "audio/webm", "webm"),
        (content[:4] == b"OggS", _ogg, "audio/ogg", "ogg"),
        (content[4:8] == b"ftyp", _mp4, "audio/mp4", "m4a"),
    ):
        if starts:
            try:
                seconds = read(data)
            except (NoSound, TooShort, IndexError, OverflowError, ZeroDivisionError):
                break
            if seconds > SECONDS + 1:
                raise Refused(_("The voice note is too long. It may have %(n)s seconds.", n=num(SECONDS)))
            if len(data) != len(content):
                break
            return Sound(Accepted(bytes(data), kind, f"voice.{ending}"), max(1, round(seconds)))
    raise Refused(_("We cannot play this voice note. Record it again."))


def play(file: StoredFile) -> Response:
    """The bytes for an `<audio>`: a part of them where the browser asks for a part, which Safari always does."""
    answer = download(file)
    answer.make_conditional(request, accept_ranges=True, complete_length=file.size)
    return answer


# ---- WebM ----

INSIDE = {0x1A45DFA3, 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE, 0x1F43B675, 0xA0}  # header, segment, info, tracks, track, cluster, group
NAMES = {0x4D80, 0x5741, 0x7BA9, 0x536E, 0x7384, 0x258688}  # the writing apps, title, names of track, file and codec: text, may be empty
ASIDE = {0x1254C367, 0x1941A469, 0x1043A770, 0x73A4, 0x4461}  # tags, attachments, chapters, the file's own number, its date


def _webm(data: bytearray) -> float:
    scale, cluster, last, tracks, kind = 1_000_000, 0, 0, 0, b""
    for id, head, start, end in _elements(data):
        number = int.from_bytes(data[start : min(end, start + 8)], "big")
        if id == 0x4282:
            kind = bytes(data[start:end]).rstrip(b"\0")
        elif id == 0x2AD7B1:
            scale = number
        elif id in (0x83, 0x86):
            tracks += id == 0x83
            if bytes(data[start:end]).rstrip(b"\0") not in (b"\x02", b"A_OPUS", b"A_VORBIS"):
                raise NoSound("a track that is not sound")
        elif id == 0xE7:
            cluster = number
        elif id in (0xA3, 0xA1):
            last = max(last, cluster + unpack_from(">h", data, start + _width(data[start]))[0])
        elif id in NAMES:
            data[start:end] = bytes(end - start)
        elif id in ASIDE:
            _void(data, head, end)
    if kind != b"webm" or tracks != 1:
        raise NoSound("not one track of WebM")
    return last * scale / 1e9


def _elements(data: bytearray) -> Iterator[tuple[int, int, int, int]]:
    """(id, where it begins, where its content begins, where it ends); what holds others is stepped into, whatever its size says."""
    at = 0
    while at < len(data):
        head, width = at, _width(data[at])
        id, at = int.from_bytes(data[at : at + width], "big"), at + width
        width = _width(data[at])
        length, at = int.from_bytes(data[at : at + width], "big") - (1 << 7 * width), at + width
        if id in INSIDE:
            continue
        if length == (1 << 7 * width) - 1 or at + length > len(data):
            if id == 0xA3 and at + length > len(data):
                return  # a recording that was cut off in its last block plays all the same
            raise NoSound("an element without an end")
        yield id, head, at, at + length
        at += length


def _width(first: int) -> int:
    """How many bytes a number has, by its first one: its leading zeros and one."""
    if not first:
        raise NoSound("no number")
    return 9 - first.bit_length()


def _void(data: bytearray, head: int, end: int) -> None:
    """An element becomes an empty one (0xEC) of the same size."""
    width = min(8, end - head - 1)
    left = end - head - 1 - width
    data[head:end] = b"\xec" + ((1 << 7 * width) | left).to_bytes(width, "big") + bytes(left)


# ---- Ogg Opus ----


def _ogg(data: bytearray) -> float:
    pages = list(_pages(data))
    if data[_body(data, pages[0]) :][:8] != b"OpusHead":
        raise NoSound("not Opus")
    skip, serial = unpack_from("<H", data, _body(data, pages[0]) + 10)[0], data[14:18]
    if any(data[page + 14 : page + 18] != serial for page in pages):
        raise NoSound("more than one stream")
    tags = _body(data, pages[1])
    if data[tags : tags + 8] != b"OpusTags" or 255 in data[pages[1] + 26 + data[pages[1] + 26] : pages[1] + 27 + data[pages[1] + 26]]:
        raise NoSound("no place for tags of one page")
    data[tags + 8 : pages[2]] = bytes(pages[2] - tags - 8)  # no vendor, no comments; zeros after them are padding (RFC 7845, 5.2)
    data[pages[1] + 22 : pages[1] + 26] = bytes(4)
    pack_into("<I", data, pages[1] + 22, _crc(data[pages[1] : pages[2]]))
    return float(max(unpack_from("<q", data, page + 6)[0] for page in pages) - skip) / 48_000


def _pages(data: bytearray) -> Iterator[int]:
    """Where the pages begin. They must follow each other without a gap."""
    at = 0
    while at < len(data):
        if data[at : at + 5] != b"OggS\0":
            raise NoSound("not a page")
        yield at
        at = _body(data, at) + sum(data[at + 27 : _body(data, at)])
    if at != len(data):
        raise NoSound("a page without an end")


def _body(data: bytearray, page: int) -> int:
    return page + 27 + data[page + 26]


def _crc(page: bytearray) -> int:
    """The sum of an Ogg page: polynomial 0x04C11DB7, from zero, nothing turned round (RFC 3533, 6)."""
    sum = 0
    for byte in page:
        sum ^= byte << 24
        for _bit in range(8):
            sum = (sum << 1 ^ 0x04C11DB7 if sum & 0x80000000 else sum << 1) & 0xFFFFFFFF
    return sum


# ---- MP4 ----

HOLDS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf", b"mvex"}
DATED = {b"mvhd", b"tkhd", b"mdhd"}
ASIDE_BOXES = {b"udta", b"meta", b"uuid", b"free", b"skip"}


def _mp4(data: bytearray) -> float:
    tracks, scale, length, each, parts = 0, 0, 0, 0, 0
    for kind, at, end in _boxes(data, 0, len(data)):
        _wipe(data, kind, at, end)
        if kind == b"mdhd":
            scale, length = unpack_from(">IQ" if data[at] == 1 else ">II", data, at + (20 if data[at] == 1 else 12))
        elif kind == b"hdlr":
            if data[at + 8 : at + 12] != b"soun":
                raise NoSound("a track that is not sound")
            tracks += 1
        elif kind == b"stsd" and bytes(data[at + 12 : at + 16]) not in (b"mp4a", b"Opus"):
            raise NoSound("another kind of sound")
        elif kind == b"trex":
            each = unpack_from(">I", data, at + 12)[0]
        elif kind == b"tfhd":
            flags = unpack_from(">I", data, at)[0]
            if flags & 8:
                each = unpack_from(">I", data, at + 8 + (8 if flags & 1 else 0) + (4 if flags & 2 else 0))[0]
        elif kind == b"trun":
            parts += _run(data, at, end, each)
    if tracks != 1:
        raise NoSound("not one track")
    return (parts or length) / scale


def _wipe(data: bytearray, kind: bytes, at: int, end: int) -> None:
    """What a phone writes beside the sound: when, with what, where."""
    if kind in DATED:
        wide = 16 if data[at] == 1 else 8
        data[at + 4 : at + 4 + wide] = bytes(wide)
    elif kind == b"hdlr":
        data[at + 24 : end] = bytes(max(0, end - at - 24))
    elif kind in ASIDE_BOXES:
        data[at - 4 : at] = b"free"
        data[at:end] = bytes(end - at)


def _boxes(data: bytearray, at: int, end: int, deep: int = 0) -> Iterator[tuple[bytes, int, int]]:
    """(kind, where its content begins, where it ends) of every box; what holds others is stepped into."""
    while at < end:
        length, kind = unpack_from(">I4s", data, at)
        stop = end if length == 0 else at + length
        if 1 <= length < 8 or stop > end or deep > 8:  # a box of more than 4 GB is no voice note
            raise NoSound("a box without an end")
        if kind in HOLDS:
            yield from _boxes(data, at + 8, stop, deep + 1)
        else:
            yield kind, at + 8, stop
        at = stop


def _run(data: bytearray, at: int, end: int, each: int) -> int:
    """How long the samples of one run play: each its own time, or all the same."""
    flags, count = unpack_from(">II", data, at)
    if not flags & 0x100:
        return int(count) * each
    first = at + 8 + (4 if flags & 1 else 0) + (4 if flags & 4 else 0)
    step = 4 * (flags >> 8 & 15).bit_count()
    if first + step * count > end:
        raise NoSound("more samples than the box holds")
    return sum(unpack_from(">I", data, first + step * n)[0] for n in range(count))
