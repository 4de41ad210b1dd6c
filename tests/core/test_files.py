"""Files people hand in: judged by their bytes, pictures made anew, nothing a browser would run, names that lead nowhere."""

from __future__ import annotations

import io
import struct
import time
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageOps, PngImagePlugin

from lms.app import ROOT
from lms.core import clock, files, pdf
from lms.core.db import db, transaction
from lms.core.errors import Refused
from lms.core.files import Folder, accept, plain_name

SCRIPT = b"<script>alert(document.cookie)</script>"


@pytest.fixture
def inside(app: Flask) -> Any:
    with app.test_request_context():
        yield


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **saving: Any) -> bytes:
    made = io.BytesIO()
    Image.new(mode, size, "red" if mode != "L" else 120).save(made, kind, **saving)
    return made.getvalue()


def archive(members: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return made.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize(
    ("content", "name", "kind", "shown"),
    [
        (picture("JPEG"), "photo.png", "image/jpeg", "photo.jpg"),
        (picture("PNG", mode="RGBA"), "photo.jpeg", "image/png", "photo.png"),
        (picture("PNG"), "screen.png", "image/jpeg", "screen.jpg"),
        (picture("WEBP"), "photo.webp", "image/jpeg", "photo.jpg"),
        (picture("GIF", mode="P"), "moving.gif", "image/png", "moving.png"),
        (picture("BMP"), "old.bmp", "image/jpeg", "old.jpg"),
        (b"%PDF-1.7\n...", "letter.exe", "application/pdf", "letter.pdf"),
        ("سلام".encode(), "نص.txt", "text/plain", "نص.txt"),
        (b"\xef\xbb\xbfplain", "a.csv", "text/plain", "a.txt"),
        (archive({"word/document.xml": b"<x/>"}), "cv.zip", files.OFFICE["word/document.xml"][0], "cv.docx"),
        (archive({"mimetype": b"application/vnd.oasis.opendocument.text"}), "cv", "application/vnd.oasis.opendocument.text", "cv.odt"),
    ],
)
def test_the_bytes_say_what_it_is_not_the_name(content: bytes, name: str, kind: str, shown: str, inside: None) -> None:
    kept = accept(content, name)
    assert (kept.kind, kept.name) == (kind, shown)


@pytest.mark.parametrize("name", ["photo.jpg", "photo.html", "photo.svg"])
def test_a_page_that_calls_itself_a_photo_is_kept_as_text_only(name: str, inside: None) -> None:
    kept = accept(b"<!doctype html>" + SCRIPT, name)
    assert (kept.kind, kept.name) == ("text/plain", "photo.txt")


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'>" + SCRIPT + b"</svg>",
        b"<?xml version='1.0'?>\n<!-- a drawing -->\n<SVG onload='x()'/>",
        b"<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'x'><svg/>",
        archive({"readme.txt": b"a zip of anything"}),
        archive({"mimetype": b"application/vnd.oasis.opendocument.text\r\nX-Evil: 1"}),
        archive({"mimetype": b"text/html"}),
        b"PK\x03\x04" + b"\0" * 40,
        b"MZ\x90\x00" + b"\0" * 60,
        b"\x7fELF" + b"\0" * 60,
        b"\0" * 100,
        b"text with a \0 in it",
        b"\xff\xfe\x00latin",
    ],
    ids=["svg", "svg-xml", "svg-doctype", "zip", "zip-header", "zip-html", "zip-broken", "exe", "elf", "nulls", "nul", "utf-16"],
)
def test_what_we_cannot_open_is_refused_in_words(content: bytes, inside: None) -> None:
    with pytest.raises(Refused) as no:
        accept(content, "photo.jpg")
    assert no.value.sentence == "We cannot open this kind of file. Send a photo, a PDF, a text or an office file."


@pytest.mark.parametrize(
    "start",
    [b"<!---->" * 40, b" " * 60_000, b"<!-- " * 20_000, b"<!DOCTYPE x>" * 9_000 + b"<sv"],
    ids=["notes", "blanks", "open", "types"],
)
def test_a_text_that_nearly_begins_like_a_drawing_keeps_nobody_waiting(start: bytes, inside: None) -> None:
    began = time.monotonic()
    assert accept(start, "a.txt").kind == "text/plain"
    assert time.monotonic() - began < 2
    with pytest.raises(Refused):
        accept(start.replace(b"<!-- ", b" ").removesuffix(b"<sv") + b"<svg/>", "a.svg")


def test_a_sealed_archive_is_refused(inside: None) -> None:
    content = bytearray(archive({"mimetype": b"application/vnd.oasis.opendocument.text"}))
    for start in (content.index(b"PK\x03\x04") + 6, content.index(b"PK\x01\x02") + 8):
        content[start] |= 1  # the flag that says: encrypted
    with pytest.raises(Refused):
        accept(bytes(content), "cv.odt")


@pytest.mark.parametrize(
    "content",
    [b"\xff\xd8\xff" + SCRIPT, b"GIF89a=1;" + SCRIPT, picture("PNG")[:60], b"BM" + SCRIPT, b"\x89PNG\r\n\x1a\n"],
    ids=["jpeg", "gif", "cut", "bmp", "head"],
)
def test_a_picture_that_is_none_is_refused_in_words(content: bytes, inside: None) -> None:
    with pytest.raises(Refused) as no:
        accept(content, "photo.jpg")
    assert no.value.sentence == "We cannot open this picture. Take it again and send it."


def test_nothing_of_a_polyglot_is_left(inside: None) -> None:
    inner = archive({"index.html": SCRIPT})
    hostile = (picture("JPEG", comment=SCRIPT), picture("PNG"), picture("GIF", comment=SCRIPT))
    for content in (one + SCRIPT + inner for one in hostile):
        kept = accept(content, "photo.jpg").content
        assert b"<script" not in kept
        assert b"PK\x03\x04" not in kept


def with_place(kind: str) -> bytes:
    notes = Image.Exif()
    notes[0x010F] = "PhoneMaker"
    notes[0x0112] = 6  # lie on the side
    notes.get_ifd(0x8825).update({1: "N", 2: (33.0, 53.0, 12.0), 3: "E", 4: (35.0, 30.0, 0.0)})
    extra: dict[str, Any] = {"exif": notes}
    if kind == "PNG":
        extra["pnginfo"] = PngImagePlugin.PngInfo()
        extra["pnginfo"].add_text("Location", "33.8869N 35.5131E")
    if kind == "JPEG":
        extra["comment"] = b"33.8869N 35.5131E"
    return picture(kind, **extra)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_place_and_the_phone_are_gone_and_the_picture_stands_upright(kind: str, inside: None) -> None:
    content = with_place(kind)
    assert b"PhoneMaker" in content
    assert opened(content).getexif().get_ifd(0x8825)
    kept = opened(accept(content, "photo.jpg").content)
    assert dict(kept.getexif()) == {}
    assert kept.getexif().get_ifd(0x8825) == {}
    assert not {"comment", "exif", "xmp", "Location", "icc_profile"} & set(kept.info)
    assert kept.size == (30, 40), "turned by the sign the phone wrote"


@pytest.mark.filterwarnings("ignore:.*:UserWarning:PIL")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_no_broken_note_of_a_phone_is_an_error_of_ours(kind: str, inside: None) -> None:
    content = with_place(kind)
    start = content.index(b"MM\0*" if b"MM\0*" in content else b"II*\0")
    for place in range(start, start + 100):
        for sign in (0, 3, 255):
            with suppress(Refused):
                accept(content[:place] + bytes([sign]) + content[place + 1 :], "photo.jpg")


@pytest.mark.parametrize("sign", range(1, 9))
def test_every_way_to_hold_a_phone(sign: int, inside: None) -> None:
    notes = Image.Exif()
    notes[0x0112] = sign
    made, drawn = io.BytesIO(), Image.new("RGB", (40, 30), "blue")
    drawn.paste("red", (0, 0, 20, 10))
    drawn.save(made, "JPEG", exif=notes, quality=95)
    wanted, kept = ImageOps.exif_transpose(opened(made.getvalue())), opened(accept(made.getvalue(), "photo.jpg").content)
    assert kept.size == wanted.size
    assert max(high for _low, high in ImageChops.difference(wanted, kept).getextrema()) < 90, "red and blue stand where they should"


def test_a_large_photograph_is_made_smaller(inside: None) -> None:
    kept = opened(accept(picture("JPEG", (4000, 3000)), "photo.jpg").content)
    assert kept.size == (1600, 1200)
    assert max(opened(accept(picture("PNG", (200, 3200)), "p.png").content).size) == 1600


def bomb(width: int, height: int) -> bytes:
    """A PNG that says it is huge; its bytes are few."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(10_000, 5_000), (12_000, 12_000), (60_000, 60_000)])
def test_a_picture_that_would_fill_the_memory_is_never_unpacked(width: int, height: int, inside: None) -> None:
    content = bomb(width, height)
    assert len(content) < 2000
    with pytest.raises(Refused):
        accept(content, "photo.png")


def test_empty_and_too_big_say_what_would_do(inside: None) -> None:
    with pytest.raises(Refused, match="The file is empty"):
        accept(b"", "photo.jpg")
    with pytest.raises(Refused) as no:
        accept(b"x" * 5_000_001, "photo.jpg")
    assert no.value.sentence == "The file is too big (6 MB). The limit is 5 MB."


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd.txt"),
        ("C:\\Users\\amina\\My essay.doc", "My essay.txt"),
        ("/etc/cron.d/x", "x.txt"),
        ("photo\u202egpj.exe", "photogpj.txt"),
        ("a\u200bb\u2066c\u061cd.txt", "abcd.txt"),
        ("x\r\nSet-Cookie: a=1.txt", "xSet-Cookie: a=1.txt"),
        ("...", "file.txt"),
        ("", "file.txt"),
        (".htaccess", "file.txt"),
        ("\0.txt", "file.txt"),
        ("واجب ١.txt", "واجب ١.txt"),
        ("n" * 300 + ".txt", "n" * 80 + ".txt"),
    ],
)
def test_a_name_is_only_a_name(name: str, shown: str) -> None:
    assert plain_name(name, "txt") == shown


@given(st.text(max_size=200))
def test_no_name_leads_anywhere(name: str) -> None:
    shown = plain_name(name, "pdf")
    assert shown.endswith(".pdf")
    assert len(shown) <= 84
    assert not set("/\\\r\n\0\u202e\u2066") & set(shown)
    assert not shown.startswith(".")


@pytest.mark.parametrize(
    ("content", "inline", "way"), [(picture(), True, "inline"), (picture(), False, "attachment"), (b"<b>text", True, "attachment")]
)
def test_what_is_sent_back_cannot_run(content: bytes, inline: bool, way: str, app: Flask, world: Any) -> None:
    with app.app_context(), app.test_request_context(), transaction(write=True):
        file = files.keep(accept(content, 'essay "1"\n; ملف.html'))
        db.session.add(file)
        db.session.flush()
        answer = files.download(file, inline=inline)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["Content-Disposition"].split(";")[0] == way
        assert "html" not in answer.mimetype
        assert "\n" not in answer.headers["Content-Disposition"]


def test_the_store_takes_keys_only(tmp_path: Path) -> None:
    store = Folder(tmp_path / "files")
    store.put("ab12", b"content")
    assert store.get("ab12") == b"content"
    assert (tmp_path / "files" / "ab" / "ab12").read_bytes() == b"content"
    for key in ("../secret", "a/b", "", "a.b", "/etc/passwd"):
        with pytest.raises(ValueError):
            store.get(key)
    assert store.writable()
    (tmp_path / "file").write_text("")
    assert not Folder(tmp_path / "file").writable()


def test_a_cut_picture_is_refused_in_a_process_that_makes_certificates(inside: None) -> None:
    page = '<!doctype html><html lang="en" dir="ltr"><head><title>x</title></head><body><p>x</p></body></html>'
    pdf.render(page, assets=ROOT / "certificates", stylesheet="completion/sheet.css", identifier="x", at=clock.now(), pages=1)
    whole = picture(size=(400, 300))
    with pytest.raises(Refused):
        accept(whole[: len(whole) // 2], "cut.jpg")
