"""Cut the certificate fonts from Debian's Noto fonts: python tools/fonts.py [FOLDER]

FOLDER holds the fonts of the Debian package fonts-noto-core 20201225-1 (`apt-get install fonts-noto-core`). The same sources give the
same bytes. What is kept is what names and texts in Arabic, Dari, Pashto, Sorani, Kurmanji, Turkish, the Cyrillic languages and Arabic
transliteration need, with every layout feature: without them Arabic letters do not join.
"""

import hashlib
import sys
from pathlib import Path

from fontTools import subset

SOURCE = Path("/usr/share/fonts/truetype/noto")
TARGET = Path(__file__).parent.parent / "certificates" / "fonts"
SHA256 = {
    "NotoSans-Regular.ttf": "89c3c497f618fdaa0b2d1e98fef93582f28c71debd2c4a8cdf41f190ced2909d",
    "NotoSans-Bold.ttf": "e83493c945848ecd4a9ad0f6d19164541a0d3e23a9c952304a00a46e00272ac5",
    "NotoNaskhArabic-Regular.ttf": "8c67eaa2f0086872628fc3f7f760386f83c8be5c5e9a1ba3a38891237b2ac7cb",
    "NotoNaskhArabic-Bold.ttf": "b5cbcb561b4b540ff11d7b6934577dbbbbb9e1d152d47f6f31f19176d58ff39c",
}
SANS = [
    (0x0000, 0x024F),  # Latin, Latin-1, Latin Extended A and B
    (0x0250, 0x02FF),  # IPA and modifier letters: transliterated Arabic
    (0x0300, 0x036F),  # combining marks
    (0x0400, 0x052F),  # Cyrillic and its supplement
    (0x1E00, 0x1EFF),  # Latin Extended Additional
    (0x2000, 0x206F),  # punctuation, with the invisible signs of bidirectional text
    (0x20A0, 0x20CF),  # currencies
    (0x2116, 0x2116),  # the numero sign of Cyrillic addresses
    (0x2122, 0x2122),  # trade mark
    (0x2212, 0x2212),  # minus
    (0x25CC, 0x25CC),  # the circle that carries a lone mark
]


def main() -> None:
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else SOURCE
    for name, expected in SHA256.items():
        if hashlib.sha256((source / name).read_bytes()).hexdigest() != expected:
            sys.exit(f"{name}: not the file of fonts-noto-core 20201225-1")
        cut(source / name, TARGET / name)
        print(f"{name}: {(TARGET / name).stat().st_size} bytes")


def cut(source: Path, target: Path) -> None:
    options = subset.Options()
    options.layout_features = ["*"]
    options.name_IDs = ["*"]  # copyright and licence stay readable in the file
    options.notdef_outline = True
    options.hinting = False  # print and PDF viewers draw outlines; hints are a third of the file
    options.recalc_timestamp = False  # the same source, the same bytes
    font = subset.load_font(source, options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted(target.name) or font.getBestCmap().keys())
    cutter.subset(font)
    subset.save_font(font, target, options)


def wanted(name: str) -> list[int]:
    """The code points to keep; none means all."""
    return [point for first, last in SANS for point in range(first, last + 1)] if name.startswith("NotoSans-") else []


if __name__ == "__main__":
    main()
