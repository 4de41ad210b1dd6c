"""Files people hand in: recognised by their bytes, pictures made anew, kept under random names outside the web root."""

from __future__ import annotations

import io
import re
import secrets
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from flask import Response, current_app
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.core import clock
from lms.core.db import Model
from lms.core.errors import Refused
from lms.core.fmt import size
from lms.core.i18n import _

LIMIT = 5_000_000
MAX_SIDE = 1600  # a photograph of a page stays readable, and a phone uploads it
MAX_PIXELS = 40_000_000


class StoredFile(Model):
    """A file in the store. `key` is random; the name its owner gave is kept here only and never becomes a path or an address."""

    __tablename__ = "stored_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)


@dataclass(frozen=True)
class Accepted:
    """Bytes that may be kept: what they are, and a plain name to show."""

    content: bytes
    kind: str
    name: str


class NotThere(LookupError):
    """The store has nothing under this key. A store that cannot be asked raises its own errors."""


class Store(Protocol):
    """Where bytes lie. `get` raises NotThere."""

    def put(self, key: str, content: bytes) -> None: ...
    def get(self, key: str) -> bytes: ...
    def writable(self) -> bool: ...


class Folder:
    """A folder of this machine. Two levels of names, so that no folder grows too large."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, key: str, content: bytes) -> None:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = path.with_suffix(".part")
        part.write_bytes(content)
        part.replace(path)

    def get(self, key: str) -> bytes:
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            raise NotThere(key) from None

    def writable(self) -> bool:
        try:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            probe = self.root / f".probe-{secrets.token_hex(4)}"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError:
            return False
        return True

    def _path(self, key: str) -> Path:
        if not key.isalnum():
            raise ValueError("a key has letters and digits only")
        return self.root / key[:2] / key


PROBE = "probe"


class Bucket:
    """An S3 bucket. Our key needs the right to get and to put: without the one to list, S3 says "denied" for what is not there."""

    def __init__(self, name: str) -> None:
        import boto3

        self.name = name
        self.client = boto3.client("s3")
        self._error = self.client.exceptions.ClientError

    def put(self, key: str, content: bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=key, Body=content)

    def get(self, key: str) -> bytes:
        try:
            return self._read(key)
        except self._error as trouble:
            code = trouble.response["Error"]["Code"]
            if code == "NoSuchKey" or (code == "AccessDenied" and self._readable()):
                raise NotThere(key) from None
            raise

    def _read(self, key: str) -> bytes:
        return bytes(self.client.get_object(Bucket=self.name, Key=key)["Body"].read())

    def _readable(self) -> bool:
        """Whether we may read what is there. Where not, nobody can say of any file that it is lost."""
        try:
            self.put(PROBE, b"")
            self._read(PROBE)
        except self._error:
            return False
        return True

    def writable(self) -> bool:
        try:
            self.put(PROBE, b"")
        except Exception:
            return False
        return True


def store_for(place: str) -> Store:
    """The store that `LMS_FILES` names: a folder, or `s3://bucket`."""
    return Bucket(place.removeprefix("s3://").strip("/")) if place.startswith("s3://") else Folder(Path(place))


def store() -> Store:
    """The store of the running application."""
    kept: Store = current_app.extensions["files"]
    return kept


def keep(accepted: Accepted, *, owner: Any | None = None) -> StoredFile:
    """Put the bytes away and return their row, not yet added to the session.

    A transaction that rolls back leaves bytes that nothing names: they cost space, never truth.
    """
    key = secrets.token_hex(20)
    store().put(key, accepted.content)
    return StoredFile(
        key=key,
        sha256=sha256(accepted.content).hexdigest(),
        kind=accepted.kind,
        size=len(accepted.content),
        name=accepted.name,
        owner_id=owner.id if owner is not None else None,
    )


def accept(content: bytes, name: str, *, limit: int = LIMIT) -> Accepted:
    """Judge what a person sends by its bytes. Raises Refused with what is wrong and what would do.

    Pictures are made anew: turned upright, at most 1600 pixels a side, without the place and device a phone writes into them.
    Slow: call `release()` before it.
    """
    if len(content) > limit:
        raise Refused(_("The file is too big (%(size)s). The limit is %(limit)s.", size=size(len(content)), limit=size(limit)))
    if not content:
        raise Refused(_("The file is empty. Choose another file."))
    for sniff in (_picture, _pdf, _office, _text):
        found = sniff(content)
        if found:
            return Accepted(found[0], found[1], plain_name(name, found[2]))
    raise Refused(_("We cannot open this kind of file. Send a photo, a PDF, a text or an office file."))


def plain_name(name: str, ending: str) -> str:
    """A name fit to show: no folders, no control or direction signs, the ending of what the bytes really are."""
    stem = name.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0]
    stem = "".join(sign for sign in stem if sign.isprintable() and not "\u2000" <= sign <= "\u206f").strip(". ")[:80]
    return f"{stem or 'file'}.{ending}"


def download(file: StoredFile, *, inline: bool = False) -> Response:
    """The bytes as an answer that no browser will run: named type, no sniffing, a sandbox. Only pictures may show in the page.

    Raises NotThere, and tells the log, where the store has lost them.
    """
    try:
        content = store().get(file.key)
    except NotThere:
        current_app.logger.error("stored file %s is not in the store", file.id)
        raise
    answer = Response(content, mimetype=file.kind)
    shown = inline and file.kind in {"image/jpeg", "image/png", "image/webp"}
    answer.headers.set("Content-Disposition", "inline" if shown else "attachment", **({} if shown else {"filename": file.name}))
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


Found = tuple[bytes, str, str] | None


TURNS = (None, None, 0, 3, 1, 5, 4, 6, 2)  # by the sign a phone writes (Exif 0x0112): numbers of Image.Transpose


def _picture(content: bytes) -> Found:
    known = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"BM")
    if not (content.startswith(known) or (content[:4] == b"RIFF" and content[8:12] == b"WEBP")):
        return None
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "GIF", "BMP", "WEBP")) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise Refused(_("The picture is too large. Make it smaller and send it again."))
            picture.draft("RGB", (MAX_SIDE, MAX_SIDE))  # a large JPEG is read at a half, a quarter, an eighth of its size
            # ImageOps.exif_transpose writes the phone's other notes anew as well, and fails where one of them is odd.
            sign = picture.getexif().get(0x0112)
            turn = TURNS[sign] if isinstance(sign, int) and 0 <= sign < len(TURNS) else None
            upright = picture if turn is None else picture.transpose(Image.Transpose(turn))
            upright.thumbnail((MAX_SIDE, MAX_SIDE))
            clear = upright.mode in {"RGBA", "LA", "P"} and picture.format != "JPEG"
            clean = upright.convert("RGBA" if clear else "RGB")
            clean.info.clear()  # Pillow would write a comment, a colour profile, text back
            made = io.BytesIO()
            if clear:
                clean.save(made, "PNG", optimize=True)
                return made.getvalue(), "image/png", "png"
            clean.save(made, "JPEG", quality=82, optimize=True)
            return made.getvalue(), "image/jpeg", "jpg"
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as trouble:
        raise Refused(_("We cannot open this picture. Take it again and send it.")) from trouble


def _pdf(content: bytes) -> Found:
    return (content, "application/pdf", "pdf") if content.startswith(b"%PDF-") else None


OFFICE = {
    "word/document.xml": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    "xl/workbook.xml": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    "ppt/presentation.xml": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
}

OPEN_OFFICE = {
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
}


def _office(content: bytes) -> Found:
    if not content.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 100:
                kind = archive.read("mimetype").decode("ascii", "replace")
                return (content, kind, OPEN_OFFICE[kind]) if kind in OPEN_OFFICE else None
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError):  # RuntimeError: sealed with a password
        return None
    return next(((content, *OFFICE[name]) for name in OFFICE if name in names), None)


# A picture that runs script. What was passed over is never tried again: each other way to read it would double the work.
DRAWING = re.compile(r"(?>\s+|<\?xml[^>]*>|<!--.*?-->|<!DOCTYPE[^>]*>)*+<svg\b", re.DOTALL | re.IGNORECASE)


def _text(content: bytes) -> Found:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if any(ord(sign) < 32 and sign not in "\t\n\r\f" for sign in text) or DRAWING.match(text):
        return None
    return text.encode(), "text/plain", "txt"


Sniffer = Callable[[bytes], Found]
