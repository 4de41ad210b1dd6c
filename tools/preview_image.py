"""Draw static/icons/certificate.png: what a messenger shows beside a shared certificate. No name, no organisation, no word of any language.

A messenger keeps its copy for good, so there is nothing on it that anybody could want back. Run again after a change of the look.
"""

from pathlib import Path

from PIL import Image, ImageDraw

WIDE, HIGH = 1200, 630  # px, the shape that chat apps ask for
PAPER, LAPIS, CEDAR, GOLD = "#ffffff", "#2340a8", "#17663c", "#ffc233"
FRAME, ARM, THICK = (330, 75, 870, 555), 110, 20


def draw() -> Image.Image:
    """Four corners round a tick, drawn at twice the size and made smaller, so that slants are smooth."""
    image = Image.new("RGB", (WIDE * 2, HIGH * 2), PAPER)
    pen = ImageDraw.Draw(image)
    left, top, right, bottom = (2 * edge for edge in FRAME)
    for x, inwards in ((left, 1), (right, -1)):
        for y, down in ((top, 1), (bottom, -1)):
            _box(pen, x, y, x + inwards * ARM * 2, y + down * THICK * 2)
            _box(pen, x, y, x + inwards * THICK * 2, y + down * ARM * 2)
    pen.ellipse((WIDE - 280, HIGH - 280, WIDE + 280, HIGH + 280), outline=CEDAR, width=36)
    pen.line((WIDE - 140, HIGH + 10, WIDE - 40, HIGH + 110, WIDE + 150, HIGH - 100), fill=CEDAR, width=48, joint="curve")
    pen.rectangle((0, HIGH * 2 - 36, WIDE * 2, HIGH * 2), fill=GOLD)
    return image.resize((WIDE, HIGH), Image.Resampling.LANCZOS).quantize(32)


def _box(pen: ImageDraw.ImageDraw, x: int, y: int, to_x: int, to_y: int) -> None:
    pen.rectangle((min(x, to_x), min(y, to_y), max(x, to_x), max(y, to_y)), fill=LAPIS)


if __name__ == "__main__":
    draw().save(Path(__file__).resolve().parent.parent / "static" / "icons" / "certificate.png", optimize=True)
