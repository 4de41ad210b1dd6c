"""Pictures for the demo's annotation projects, drawn here, so that what is in them and where is known exactly.

A scene is a table seen from above a little: glasses of tea, plates and oranges. `draw` gives the picture and, for each thing, its
label and its box in pixels of that picture.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from lms.core.files import Accepted, accept

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

WIDTH, HEIGHT = 640, 480
FINER = 2  # drawn twice as large and made smaller, so that edges are smooth
LABELS = ("Glass", "Plate", "Orange")
TABLES = ("#b88755", "#a9794c", "#c79a68", "#8f6a45", "#d8c3a0")
CLOTHS = ("#f8f4ec", "#e6ebfa", "#e3f3e9", "#fce8eb")
COLUMNS, ROWS = 4, 3
NOTES = (
    "bottle  0 1 1 5", "cup  2 3 4 5", "jar  5 2 7 5", "bottle  8 1 9 5", "cup  10 3 12 5", "jar  1 7 3 10", "bottle  4 6 6 10",
    "jar  6 7 8 10", "cup  12 8 14 10",
)  # fmt: skip


@dataclass(frozen=True)
class Thing:
    """One thing in a picture: left, top, width, height in pixels."""

    label: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Scene:
    """A picture as JPEG bytes, and what is in it."""

    name: str
    picture: bytes
    things: tuple[Thing, ...]


@cache  # drawn for the project, and asked again for every answer
def scene(number: int) -> Scene:
    """The scene of a number: always the same one."""
    from PIL import Image, ImageDraw

    dice = Random(f"scene {number}")  # noqa: S311  # the same picture each time
    image = Image.new("RGB", (WIDTH * FINER, HEIGHT * FINER), dice.choice(TABLES))
    pen = ImageDraw.Draw(image)
    _box(pen, 24, 20, WIDTH - 48, HEIGHT - 40, dice.choice(CLOTHS))
    places = [(column, row) for column in range(COLUMNS) for row in range(ROWS)]
    dice.shuffle(places)
    things = tuple(_put(pen, dice, column, row) for column, row in places[: dice.randint(3, 7)])
    small = image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    kept = io.BytesIO()
    small.save(kept, "JPEG", quality=80)
    return Scene(name_of(number), kept.getvalue(), things)


def name_of(number: int) -> str:
    """The file name of a scene."""
    return f"table-{number:02d}.jpg"


@cache
def notes(sheet: int) -> tuple[Accepted]:
    """A photo of the notes that somebody made while measuring, on squared paper: a few of the things, and their four numbers."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (900, 1200), "#f5f1e6")
    pen = ImageDraw.Draw(image)
    for at in range(0, 1200, 30):
        pen.line((0, at, 900, at), "#c9d4e4")
        pen.line((at, 0, at, 1200), "#c9d4e4")
    for line, words in enumerate(NOTES[2 * sheet : 2 * sheet + 5]):
        pen.text((90, 120 + 120 * line), words, "#22335e", ImageFont.load_default(64))
    photo = io.BytesIO()
    image.rotate(2 - 2 * sheet, expand=True, fillcolor="#8f6a45").save(photo, "JPEG", quality=70)
    return (accept(photo.getvalue(), "my notes.jpg"),)


def _put(pen: ImageDraw, dice: Random, column: int, row: int) -> Thing:
    """Draw one thing somewhere in its cell of the table, so that no two touch."""
    label = dice.choice(LABELS)
    wide, high = {"Glass": (44, 84), "Plate": (116, 64), "Orange": (56, 56)}[label]
    scale = dice.uniform(0.85, 1.15)
    wide, high = round(wide * scale), round(high * scale)
    cell_wide, cell_high = (WIDTH - 80) // COLUMNS, (HEIGHT - 70) // ROWS
    x = 40 + column * cell_wide + dice.randint(0, max(0, cell_wide - wide - 6))
    y = 35 + row * cell_high + dice.randint(0, max(0, cell_high - high - 6))
    {"Glass": _glass, "Plate": _plate, "Orange": _orange}[label](pen, x, y, wide, high)
    return Thing(label, x, y, wide, high)


def _glass(pen: ImageDraw, x: int, y: int, wide: int, high: int) -> None:
    waist = wide // 6
    outline = [
        (x, y), (x + wide, y), (x + wide - waist, y + high // 2), (x + wide, y + high), (x, y + high), (x + waist, y + high // 2),
    ]  # fmt: skip
    pen.polygon([(left * FINER, top * FINER) for left, top in outline], fill="#f4efe6", outline="#8d7c60", width=2 * FINER)
    tea = high // 5
    inside = [(x + 4, y + tea), (x + wide - 4, y + tea), (x + wide - waist - 3, y + high // 2), (x + wide - 4, y + high - 4)]
    inside += [(x + 4, y + high - 4), (x + waist + 3, y + high // 2)]
    pen.polygon([(left * FINER, top * FINER) for left, top in inside], fill="#b5561c")


def _plate(pen: ImageDraw, x: int, y: int, wide: int, high: int) -> None:
    _oval(pen, x, y, wide, high, "#ffffff", "#8d8d99")
    _oval(pen, x + wide // 6, y + high // 6, wide - wide // 3, high - high // 3, "#dfe6f5", "#b9c4dd")


def _orange(pen: ImageDraw, x: int, y: int, wide: int, high: int) -> None:
    _oval(pen, x, y, wide, high, "#e8871e", "#a85c0d")
    _oval(pen, x + wide // 2 - 3, y + 4, 6, 5, "#3f7d3a", "#3f7d3a")


def _oval(pen: ImageDraw, x: int, y: int, wide: int, high: int, fill: str, edge: str) -> None:
    pen.ellipse((x * FINER, y * FINER, (x + wide) * FINER - 1, (y + high) * FINER - 1), fill=fill, outline=edge, width=FINER)


def _box(pen: ImageDraw, x: int, y: int, wide: int, high: int, fill: str) -> None:
    pen.rectangle((x * FINER, y * FINER, (x + wide) * FINER - 1, (y + high) * FINER - 1), fill=fill)


def write_gold(scenes: list[Scene], folder: Path) -> Path:
    """The scenes as a VOC folder: pictures and one XML for each."""
    (folder / "annotations").mkdir(parents=True)
    (folder / "images").mkdir()
    for one in scenes:
        (folder / "images" / one.name).write_bytes(one.picture)
        (folder / "annotations" / f"{Path(one.name).stem}.xml").write_text(_voc(one), "utf-8")
    return folder


def _voc(one: Scene) -> str:
    objects = "".join(
        f"<object><name>{escape(thing.label)}</name><bndbox><xmin>{thing.x}</xmin><ymin>{thing.y}</ymin>"
        f"<xmax>{thing.x + thing.width}</xmax><ymax>{thing.y + thing.height}</ymax></bndbox></object>\n"
        for thing in one.things
    )
    size = f"<size><width>{WIDTH}</width><height>{HEIGHT}</height><depth>3</depth></size>"
    return f"<annotation>\n<filename>{escape(one.name)}</filename>\n{size}\n{objects}</annotation>\n"


def write_plain(scenes: list[Scene], folder: Path, labels: dict[str, str] | None = None) -> Path:
    """The scenes as a CSV of items, with a label each where it is known, and the pictures beside it."""
    folder.mkdir(parents=True)
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["item", "file", "label"] if labels else ["item", "file"])
    for one in scenes:
        (folder / one.name).write_bytes(one.picture)
        writer.writerow([one.name, one.name, *([labels[one.name]] if labels else [])])
    path = folder / "items.csv"
    path.write_text(table.getvalue(), "utf-8")
    return path
