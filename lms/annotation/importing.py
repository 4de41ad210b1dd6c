"""Recognise a file or folder by its content and read it, all or nothing.

`parse` is for an import: it also checks the pictures, and never raises for what a stranger wrote. `recognise` and `load` are for
whoever only needs the answers.
"""

from __future__ import annotations

import hashlib
import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from PIL import Image

from lms.annotation import coco, conll, cvat, jsontree, labelstudio, tabular, voc, xmltree
from lms.annotation.batch import Finding, Item, Quarantined, Reading, Unreadable, content, decoded, unreadable
from lms.annotation.schemas import Kind, Label, LabelSchema, nfc

PICTURE_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")  # what a browser shows
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif")
FOLDERS = ("", "images", "JPEGImages", "annotations", "Annotations")


@dataclass(frozen=True, slots=True)
class Import:
    """A file that was read. With `errors` there are no items: it is all or nothing.

    `sha256` is over the file and, where there are pictures, over their names and bytes too: what is the same again, is the same.
    """

    format: str | None
    items: tuple[Item, ...]
    labels: tuple[Label, ...]
    quarantined: tuple[Quarantined, ...]
    warnings: tuple[Finding, ...]
    errors: tuple[Finding, ...]
    sha256: str | None

    @property
    def gold(self) -> int:
        """How many shapes, spans or choices of gold there are."""
        return sum(len(item.gold or ()) for item in self.items)

    def to_json(self, same_as: str | int | None = None) -> dict[str, Any]:
        """The object of `lms annotation import --json`; `same_as` is the batch that already holds this input."""
        return {
            "format": self.format,
            "items": len(self.items),
            "gold": self.gold,
            "quarantined": [one.to_json() for one in self.quarantined],
            "warnings": [one.to_json() for one in self.warnings],
            "errors": [one.to_json() for one in self.errors],
            "same_as": same_as,
        }

    def lines(self) -> Iterator[str]:
        """The same for a reader: first what goes in, then everything that is left out, odd or wrong."""
        yield f"{self.format or 'unknown'}: {len(self.items)} items, {self.gold} gold, {len(self.quarantined)} quarantined"
        yield from (f"quarantined: {one}" for one in self.quarantined)
        yield from (f"warning: {one}" for one in self.warnings)
        yield from (f"error: {one}" for one in self.errors)


@dataclass(frozen=True, slots=True)
class Source:
    """A recognised input, decoded once. `document` is what the format's reader takes."""

    path: Path
    format: str
    document: Any
    text: str = ""


def parse(path: Path, schema: LabelSchema | None = None) -> Import:
    """Read `path` for import into a project of `schema` (any kind and label, when None). Never raises `Unreadable`."""
    try:
        source = recognise(path)
    except Unreadable as error:
        return Import(None, (), (), (), (), error.findings, None)
    if source.format == "coco-results":
        finding = Finding(path.name, None, "these are COCO results: they name pictures by number and cannot be imported alone")
        return Import(None, (), (), (), (), (finding,), None)
    reading = load(source, schema=schema)
    items = _with_pictures(reading, source.path)
    if any(one.line is None for one in reading.errors):
        reading = load(source, schema=schema, lines=True)
        items = _with_pictures(reading, source.path)
    if not items and not reading.errors:
        reading.error(None, "there are no items here")
    if schema and not any(item.gold for item in items) and any(one.reason == "wrong_kind" for one in reading.quarantined):
        reading.error(None, f"no answer in this file is of the kind the project asks for ({schema.kind})")
    errors = tuple(reading.errors)
    return Import(
        format=source.format,
        items=() if errors else tuple(items),
        labels=tuple(reading.labels.values()),
        quarantined=tuple(reading.quarantined),
        warnings=tuple(reading.warnings),
        errors=errors,
        sha256=None if errors else digest(source, items),
    )


def recognise(path: Path) -> Source:
    """What `path` holds, judged by its content. Raises `Unreadable` for what is broken or of no known form."""
    if path.is_dir():
        return _recognise_folder(path)
    data = content(path)
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start == b"<" or data[:4] in (b"\xff\xfe<\0", b"\xfe\xff\0<"):
        return _recognise_xml(path, data)
    text = decoded(path, data)
    return _recognise_json(path, text) if start in (b"{", b"[") else _recognise_lines(path, text)


def load(
    source: Source,
    *,
    kind: Kind | None = None,
    schema: LabelSchema | None = None,
    gold: Reading | None = None,
    lines: bool = False,
) -> Reading:
    """Read the answers of a source. `kind`: boxes or polygons, where a format has both; `gold`: what COCO results refer to.

    JSON knows its lines only when asked for `lines`, or when there is something to say about one.
    """
    reading = Reading(source.path.name, source.format, schema)
    kind = schema.kind if schema else kind
    match source.format:
        case "voc":
            return voc.read(reading, source.document)
        case "cvat":
            return cvat.read(reading, source.document)
        case "conll":
            return conll.read(reading, source.text)
        case "csv":
            return tabular.read_csv(reading, source.path, source.text)
        case "jsonl":
            return tabular.read_jsonl(reading, source.path, source.text)
    if not lines:
        reading = _read_document(source, source.document, reading, kind, gold)
    if lines or reading.errors or reading.warnings or reading.quarantined:
        located = jsontree.parse(source.path, source.text, lines=True)
        return _read_document(source, located, Reading(source.path.name, source.format, schema), kind, gold)
    return reading


def digest(source: Source, items: Sequence[Item]) -> str:
    """Of one file without pictures, its plain SHA-256."""
    files = source.document if source.format == "voc" else [source.path]
    pictures = [item.picture for item in items if item.picture]
    if len(files) == 1 and not pictures:
        return hashlib.sha256(content(files[0])).hexdigest()
    lines = []
    for file in sorted({*files, *pictures}):
        with file.open("rb") as stream:
            lines.append(f"{hashlib.file_digest(stream, 'sha256').hexdigest()}  {file.name}\n")
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _recognise_folder(path: Path) -> Source:
    found = voc.files(path)
    if len(found) == 1:
        return _recognise_xml(found[0], content(found[0]))
    if found:
        return Source(path, "voc", found)
    files = sorted(file for file in path.iterdir() if file.suffix.lower() in {".json", ".jsonl", ".csv", ".tsv", ".conll", ".txt"})
    if len(files) != 1:
        raise unreadable(path, "this folder holds no XML files and not exactly one data file")
    return recognise(files[0])


def _recognise_xml(path: Path, data: bytes) -> Source:
    root = xmltree.parse(path, data)
    if root.tag == "annotations":
        return Source(path, "cvat", root)
    if root.tag == "annotation":
        return Source(path, "voc", [path])
    raise unreadable(path, f"the root element {root.tag} is neither CVAT's annotations nor VOC's annotation", root.line)


def _recognise_json(path: Path, text: str) -> Source:
    first = text.lstrip().split("\n", 1)[0].strip()
    try:
        document = jsontree.parse(path, text)
    except Unreadable:
        if not _is_record(path, first):
            raise
        return Source(path, "jsonl", None, text)
    match document:
        case {"images": _}:
            return Source(path, "coco", document, text)
        case {"item": _}:
            return Source(path, "jsonl", None, text)
        case []:
            return Source(path, "coco-results", document, text)
        case [{"image_id": _}, *_]:
            return Source(path, "coco-results", document, text)
        case [{"data": _}, *_]:
            return Source(path, "label-studio", document, text)
    raise unreadable(path, "this JSON is neither COCO nor Label Studio nor lines of items")


def _recognise_lines(path: Path, text: str) -> Source:
    lines = [line for line in text.split("\n") if line.strip()]
    if tabular.delimiter_of(lines[0]):
        return Source(path, "csv", None, text)
    if any(conll.looks_like(line) for line in lines[:200]):
        return Source(path, "conll", None, text)
    raise unreadable(path, "this is no form that is known here: no header with a column item, no token and tag", 1)


def _is_record(path: Path, line: str) -> bool:
    try:
        return isinstance(jsontree.parse(path, line), dict)
    except Unreadable:
        return False


def _read_document(source: Source, document: Any, reading: Reading, kind: Kind | None, gold: Reading | None) -> Reading:
    if source.format == "label-studio":
        return labelstudio.read(reading, document)
    if source.format == "coco":
        return coco.read(reading, document, kind)
    if gold is None:
        reading.error(None, "these are COCO results, and the gold they refer to is missing")
        return reading
    return coco.read_results(reading, document, kind or coco.kind_of(document), gold)


def _with_pictures(reading: Reading, path: Path) -> list[Item]:
    """The items with their checked pictures; what is missing, a link or of another size than the file says is an error."""
    folder = path if path.is_dir() else path.parent
    items = []
    for item in reading.items:
        file, line = reading.places[item.name]
        if item.media is None:
            if item.text is None:
                reading.error(line, f"item {item.name} has no file and no text", file)
            items.append(item)
            continue
        try:
            picture = _picture(folder, item.media)
            width, height = _size(picture)
        except ValueError as error:
            reading.error(line, str(error), file)
            continue
        if (item.width or width, item.height or height) != (width, height):
            message = f"picture {item.media} has {width}x{height} pixels, and the file says {item.width}x{item.height}"
            reading.error(line, message, file)
        items.append(replace(item, picture=picture, width=width, height=height))
    return items


def _picture(folder: Path, media: str) -> Path:
    try:
        return _found(folder, media)
    except OSError:  # a name that no disk can have
        raise ValueError(f"picture {media[:80]} is not here") from None


def _found(folder: Path, media: str) -> Path:
    """The picture named by a stranger: below `folder`, by a plain relative name, through no link."""
    name = PurePosixPath(media)
    if not name.parts or name.is_absolute() or ".." in name.parts or any(sign in media for sign in "\\:\0"):
        raise ValueError(f"{media[:80]!r} is not a plain relative file name")
    written = dict.fromkeys((media, nfc(media), unicodedata.normalize("NFD", media)))  # a disk keeps the form it was given
    names = [PurePosixPath(form + suffix) for form in written for suffix in (("",) if name.suffix else ("", *SUFFIXES))]
    roots = [folder, folder.parent] if folder.name.lower() == "annotations" else [folder]
    for root in roots:
        for place in FOLDERS:
            for known in names:
                steps = [*PurePosixPath(place).parts, *known.parts]
                found = root.joinpath(*steps)
                if any(root.joinpath(*steps[: depth + 1]).is_symlink() for depth in range(len(steps))):
                    raise ValueError(f"picture {media} is reached through a link")
                if found.is_file():
                    return found
    raise ValueError(f"picture {media} is not here")


def _size(picture: Path) -> tuple[int, int]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(picture, formats=PICTURE_FORMATS) as image:
                return image.size
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ValueError(f"{picture.name} is not a picture that a browser shows, or it is too large") from None
