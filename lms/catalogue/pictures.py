"""Pictures of a lesson: what kind of file, how big on the page, how heavy."""

from __future__ import annotations

import hashlib
import io
import re
import xml.etree.ElementTree as etree

from PIL import Image, UnidentifiedImageError

from lms.catalogue.courses import Picture

WIDEST = 720  # px: the widest a lesson shows it
HEAVIEST = 40 * 1024  # bytes
MEDIA_TYPES = {".svg": "image/svg+xml", ".webp": "image/webp"}

_OUTSIDE = re.compile(
    r"""<script|<foreignObject|\son\w+\s*=|@import|<!ENTITY|<!DOCTYPE|<\?xml-stylesheet"""
    r"""|(?:href|src)\s*=\s*["'](?!\#|data:image/)|url\(\s*["']?(?!\#)""",
    re.IGNORECASE,
)


class PictureError(ValueError):
    """The file is no picture that a lesson may show; the message says why."""


def picture(name: str, data: bytes) -> Picture:
    """Measure a picture. Raises PictureError for a kind we do not take, a broken file, or an SVG that runs or fetches something."""
    suffix = name[name.rfind(".") :].lower()
    if suffix not in MEDIA_TYPES:
        raise PictureError("a picture is .webp or .svg")
    width, height = _svg_size(data) if suffix == ".svg" else _webp_size(data)
    return Picture(name, MEDIA_TYPES[suffix], width, height, hashlib.sha256(data).hexdigest(), data)


def _svg_size(data: bytes) -> tuple[int, int]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PictureError("the SVG is not UTF-8") from None
    if _OUTSIDE.search(text):
        raise PictureError("the SVG holds a script, a DOCTYPE, or fetches something from outside")
    try:
        root = etree.fromstring(text)  # noqa: S314  no DOCTYPE reaches this line, so no entity can grow
    except etree.ParseError as error:
        raise PictureError(f"the SVG cannot be read: {error}") from None
    written = (root.get("width", ""), root.get("height", ""))
    if not all(re.fullmatch(r"\d+(?:\.\d+)?(?:px)?", size) for size in written):
        box = root.get("viewBox", "").replace(",", " ").split()
        if len(box) != 4:
            raise PictureError("the SVG says neither width and height nor a viewBox")
        written = (box[2], box[3])
    try:
        width, height = (round(float(size.removesuffix("px"))) for size in written)
    except (ValueError, OverflowError):
        raise PictureError("the SVG's viewBox is not four numbers") from None
    return width, height


def _webp_size(data: bytes) -> tuple[int, int]:
    try:
        with Image.open(io.BytesIO(data), formats=["WEBP"]) as opened:
            return opened.size
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        raise PictureError("the file is not a WebP picture") from None
