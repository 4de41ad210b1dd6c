"""Voice notes: what two recorders of a browser really wrote, an Ogg made by the standard's own words, and what is none."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from struct import pack
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.core import sounds
from lms.core.errors import Refused
from lms.core.sounds import NoSound, accept_voice

VOICES = Path(__file__).parents[1] / "grading" / "voices"
WEBM, M4A = (VOICES / "chromium.webm").read_bytes(), (VOICES / "chromium.m4a").read_bytes()


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Any:
    with app.test_request_context():
        yield


def page(number: int, granule: int, *packets: bytes) -> bytes:
    """One page of Ogg (RFC 3533, 6) with whole packets."""
    lacing = b"".join(bytes([255] * (len(one) // 255) + [len(one) % 255]) for one in packets)
    flags = 2 if number == 0 else 0
    made = bytearray(b"OggS\0" + bytes([flags]) + pack("<qIII", granule, 7, number, 0) + bytes([len(lacing)]) + lacing + b"".join(packets))
    made[22:26] = pack("<I", sounds._crc(made))
    return bytes(made)


def ogg(seconds: float, comment: bytes = b"DEVICE=Redmi 9A of Rana") -> bytes:
    """Opus in Ogg (RFC 7845, 5): head, tags, then sound up to a moment."""
    head = b"OpusHead\1\1" + pack("<HIhB", 312, 48_000, 0, 0)
    tags = b"OpusTags" + pack("<I", 7) + b"Lavf60 "[:7] + pack("<II", 1, len(comment)) + comment
    return page(0, 0, head) + page(1, 0, tags) + page(2, round(seconds * 48_000) + 312, b"\xfc\xff\xfe" * 40)


def box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return pack(">I4s", len(body) + 8, kind) + body


def m4a(seconds: int, *, track: bytes = b"soun", codec: bytes = b"mp4a") -> bytes:
    """A whole MP4 as phones send it (ISO/IEC 14496-12): one track, the time in its header, a place and a device in `udta`."""
    times = pack(">IIIII", 0, 3_900_000_000, 3_900_000_000, 1000, seconds * 1000)
    sample = box(b"stsd", pack(">II", 0, 1), box(codec, bytes(28)))
    media = box(b"mdia", box(b"mdhd", times, bytes(4)), box(b"hdlr", bytes(8), track, bytes(12), b"Core Media Audio\0"),
                box(b"minf", box(b"stbl", sample)))  # fmt: skip
    moov = box(b"moov", box(b"mvhd", times, bytes(80)), box(b"trak", media), box(b"udta", b"+36.8+034.6/ iPhone of Bilal"))
    return box(b"ftyp", b"M4A \0\0\0\0") + moov + box(b"mdat", bytes(200))


NESTED = b"".join(pack(">I4s", 8 * left, b"moov") for left in range(20_000, 0, -1))


@pytest.mark.parametrize(
    ("content", "kind", "name", "seconds", "gone"),
    [
        (WEBM, "audio/webm", "voice.webm", 2, b"Chrome"),
        (M4A, "audio/mp4", "voice.m4a", 2, b"Chromium"),
        (m4a(12), "audio/mp4", "voice.m4a", 12, b"iPhone of Bilal"),
        (ogg(59.6), "audio/ogg", "voice.ogg", 60, b"Redmi 9A of Rana"),
    ],
)
def test_it_plays_as_long_and_says_nothing_of_the_phone(content: bytes, kind: str, name: str, seconds: int, gone: bytes) -> None:
    kept = accept_voice(content)
    assert (kept.accepted.kind, kept.accepted.name, kept.seconds) == (kind, name, seconds)
    assert len(kept.accepted.content) == len(content), "every offset inside still holds"
    assert gone not in kept.accepted.content
    assert accept_voice(kept.accepted.content) == kept, "what was cleaned once is clean"


def test_the_tags_page_of_an_ogg_has_its_new_sum() -> None:
    content = bytearray(accept_voice(ogg(3)).accepted.content)
    for at in sounds._pages(content):
        end = sounds._body(content, at) + sum(content[at + 27 : sounds._body(content, at)])
        told, content[at + 22 : at + 26] = bytes(content[at + 22 : at + 26]), bytes(4)
        assert told == pack("<I", sounds._crc(content[at:end]))


@pytest.mark.parametrize("content", [ogg(61.2), m4a(62)])
def test_a_minute_is_a_minute(content: bytes) -> None:
    with pytest.raises(Refused, match="60 seconds"):
        accept_voice(content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<script>alert(1)</script>",
        b"ID3\x04" + bytes(500),
        m4a(5, track=b"vide"),
        m4a(5, codec=b"avc1"),
        WEBM.replace(b"A_OPUS", b"V_VP80"),
        WEBM[:60],
        ogg(3)[:-1],
        ogg(3) + b"<html>",
        b"OggS" + bytes(40),
        box(b"ftyp", b"M4A ") + NESTED,
        m4a(5) + box(b"trun", pack(">II", 0x100, 1_000_000), bytes(40)) * 50,
    ],
)
def test_what_is_no_voice_note_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(Refused, match="Record it again"):
        accept_voice(content)


def test_too_many_bytes_are_refused_before_they_are_read() -> None:
    with pytest.raises(Refused, match="too big"):
        accept_voice(WEBM + bytes(sounds.LIMIT))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([WEBM, M4A, m4a(4), ogg(4)]), st.lists(st.tuples(st.integers(0, 700), st.integers(0, 255)), max_size=6))
def test_damage_never_breaks_the_reader(content: bytes, damage: list[tuple[int, int]]) -> None:
    broken = bytearray(content)
    for at, value in damage:
        broken[at % len(broken)] = value
    for read in (sounds._webm, sounds._ogg, sounds._mp4):
        with suppress(NoSound, sounds.TooShort, IndexError, OverflowError, ZeroDivisionError):
            assert read(bytearray(broken)) is not None
