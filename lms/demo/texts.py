"""Short texts for the demo's text project, written here: each word with its tag, so that every name and place is known exactly."""

from __future__ import annotations

# A word is tagged by `/PER`, `/PLACE` or `/ORG` behind it; a word that goes on with the same name by `/I`.
LINES = (
    "Layla/PER lives in Tripoli/PLACE and sells bread .",
    "The bus from Beirut/PLACE to Saida/PLACE leaves at seven .",
    "Omar/PER works for Cedar/ORG House/I on Mondays .",
    "Every week Zahra/PER Ahmadi/I writes to her sister in Herat/PLACE .",
    "Green/ORG Lamp/I sells small lamps in Nairobi/PLACE .",
    "Elif/PER and Yusuf/PER met at the station in Ankara/PLACE .",
    "The shop of Samir/PER Khoury/I opens at nine .",
    "Nobody answered the phone this morning .",
    "Grace/PER Akinyi/I took the train to Mombasa/PLACE .",
    "Open/ORG Door/I gives English lessons in Gaziantep/PLACE .",
    "The rain stopped before noon .",
    "Ask Rojin/PER when the market in Erbil/PLACE closes .",
    "تسكن ليلى/PER في طرابلس/PLACE وتبيع الخبز .",
    "يعمل عمر/PER في بيت/ORG الأرز/I كل يوم اثنين .",
    "سافرت أمل/PER من حلب/PLACE إلى بيروت/PLACE بالحافلة .",
    "يفتح دكان سمير/PER خوري/I في التاسعة .",
    "توقف المطر قبل الظهر .",
    "كتبت زهرة/PER إلى أختها في هرات/PLACE .",
    "يدرّس كريم/PER في مدرسة قرب أربيل/PLACE .",
    "باع يوسف/PER ثلاثة مصابيح في السوق .",
)
LABELS = ("PER", "PLACE", "ORG")
Span = tuple[int, int, str]


def tokens(line: str) -> list[tuple[str, str]]:
    """(word, BIO tag) of each word of a line."""
    found: list[tuple[str, str]] = []
    last = ""
    for piece in line.split():
        word, _sign, tag = piece.partition("/")
        last = last if tag == "I" else tag
        found.append((word, "O" if not tag else f"I-{last}" if tag == "I" else f"B-{tag}"))
    return found


def plain(line: str) -> str:
    """The text of a line, its words parted by one space."""
    return " ".join(word for word, _tag in tokens(line))


def spans(line: str) -> list[Span]:
    """(start, end, label) of each name: half-open code points of the plain text."""
    found: list[Span] = []
    at = 0
    for word, tag in tokens(line):
        end = at + len(word)
        if tag.startswith("B-"):
            found.append((at, end, tag[2:]))
        elif tag.startswith("I-"):
            found[-1] = (found[-1][0], end, found[-1][2])
        at = end + 1
    return found


def conll(lines: tuple[str, ...]) -> str:
    """Lines as CoNLL: `token TAB tag`, an empty line between texts."""
    return "\n\n".join("\n".join(f"{word}\t{tag}" for word, tag in tokens(line)) for line in lines) + "\n"
