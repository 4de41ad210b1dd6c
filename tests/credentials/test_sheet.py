"""The certificate as a graduate gets it: read by tools that nobody here wrote, in both directions, with hard names."""

import re
import subprocess
import sys
import unicodedata
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from lms.core import pdf
from lms.credentials import codes, letters, sheets, wording
from lms.credentials.commands import SAMPLE, certificates

LONG_LATIN = "Abdulrahman Muhammad Alexander Khoury-Haddad Abdelkader El Masri Najjar"[:70]
LONG_ARABIC = "عبد الرحمن محمد عبد القادر الخوري الحداد المصري عبد اللطيف الشامي النجار"[:70]
IN_ARABIC = replace(SAMPLE, languages=("ar", "en"))
AT = datetime(2026, 10, 24, tzinfo=UTC)

SHEETS = {
    "english": SAMPLE,
    "arabic": IN_ARABIC,
    "english alone": replace(SAMPLE, languages=("en",), own_name=""),
    "cyrillic": replace(SAMPLE, name="Oleksandra Kovalchuk", own_name="Олександра Ковальчук", own_language="uk", languages=("en",)),
    "dari": replace(SAMPLE, name="Zahra Mohammadzada", own_name="زهرا محمدزاده‌گی", own_language="fa"),
    "pashto": replace(SAMPLE, name="Palwasha Ghazanfar", own_name="پلوشه غضنفر ځاځۍ", own_language="ps"),
    "sorani": replace(IN_ARABIC, name="Şîlan Hewrêz", own_name="شیلان ھەورێز ڕەشید", own_language="ckb"),
    "turkish": replace(SAMPLE, name="Gülşen Yıldırımoğlu İnönü", own_name=""),
}


@pytest.fixture(params=SHEETS.values(), ids=SHEETS, scope="module")
def sheet(request):
    return request.param


@pytest.fixture(scope="module")
def made(sheet, tmp_path_factory):
    return written(sheet, tmp_path_factory.mktemp("sheet"))


def test_the_pdf_is_sound(made):
    assert "No syntax or stream encoding errors" in tool("qpdf", "--check", made)


def test_it_is_one_tagged_a4_page_with_a_title_and_the_day_of_issue(made, sheet):
    told = tool("pdfinfo", made)
    assert re.search(r"Pages: +1\n", told)
    assert re.search(r"Tagged: +yes\n", told)
    assert re.search(r"Page size: +841\.89 x 595\.276 pts \(A4\)\n", told)
    assert re.search(r"CreationDate: +Sat Oct 24 \S+ 2026", told)
    lead = sheet.languages[0]
    assert sheet.course[lead] in told.partition("Title:")[2].partition("\n")[0]


def test_only_the_shipped_fonts_are_used_and_all_are_embedded(made):
    fonts = [line.split() for line in tool("pdffonts", made).splitlines()[2:]]
    assert fonts
    for font in fonts:
        assert re.fullmatch(r"[A-Z]{6}\+Sheet-(Sans|Naskh)(-Bold)?", font[0])
        assert font[-5:-2] == ["yes", "yes", "yes"], "embedded, subset, with Unicode"


def test_names_courses_and_the_code_can_be_read_out_of_it(made, sheet):
    text = plain(text_of(made))
    assert plain(sheet.name) in text
    for word in plain(sheet.own_name).split():
        assert word in text
    for language in sheet.languages:
        for word in plain(sheet.course[language]).split():
            assert word in text
    assert codes.printed(sheet.code) in text


def test_it_claims_pdf_a_3a_and_pdf_ua_1_and_describes_the_second(made, tmp_path):
    xmp = metadata(made, tmp_path)
    assert 'pdfaid:part="3"' in xmp
    assert 'pdfaid:conformance="A"' in xmp
    assert 'pdfuaid:part="1"' in xmp
    assert "<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>" in xmp
    assert "<pdfaProperty:name>part</pdfaProperty:name>" in xmp
    assert xmp.count("<rdf:RDF") == xmp.count("</rdf:RDF>") == 1


def test_the_square_code_leads_to_the_check_page(made, sheet, tmp_path):
    """At 72 dots an inch in grey, as a bad printer and a cheap phone would see it."""
    tool("pdftoppm", "-r", "72", "-gray", "-png", "-singlefile", made, tmp_path / "page")
    assert tool("zbarimg", "--nodbus", "-q", "--raw", tmp_path / "page.png").strip() == sheet.url


def test_the_same_sheet_gives_the_same_bytes_whatever_was_made_between(made, sheet):
    sheets.render(IN_ARABIC if sheet is SAMPLE else SAMPLE)
    assert sheets.render(sheet) == made.read_bytes()


def test_another_process_gives_the_same_bytes_and_needs_no_database(tmp_path):
    script = (
        "import sys; from lms.credentials import commands\n"
        "assert 'weasyprint' not in sys.modules, 'a web worker would carry it'\n"
        f"commands.certificates(['preview', 'completion', '--out', {str(tmp_path / 'out.pdf')!r}], standalone_mode=False)\n"
        "assert not {'lms.core.db', 'sqlalchemy'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parents[2])
    assert (tmp_path / "out.pdf").read_bytes() == sheets.render(SAMPLE)


@pytest.mark.parametrize("languages", [("en", "ar"), ("ar", "en"), ("en",), ("ar",)], ids="-".join)
@pytest.mark.parametrize("latin", [LONG_LATIN, "W" * 70, "Khoury-" * 10], ids=["words", "one word", "hyphens"])
def test_names_of_70_signs_stay_on_one_page_and_whole(languages, latin, tmp_path):
    sheet = replace(SAMPLE, name=latin, own_name=LONG_ARABIC, languages=languages)
    assert len(sheet.name) == len(sheet.own_name) == 70
    made = written(sheet, tmp_path)
    assert re.search(r"Pages: +1\n", tool("pdfinfo", made))
    text = "".join(plain(text_of(made)).split()).replace("-", "")  # a hyphen at the end of a line is not told
    assert "".join(latin.split()).replace("-", "") in text


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("Amina Haddad", 0),
        ("Zahra Mohammadzada", 1),
        ("Marie-Claire Abou-Jaoudé", 2),
        ("Maximiliana Wilhelmina Waterworth-Montgomery", 2),
        (LONG_LATIN, 3),
    ],
)
def test_a_long_name_is_set_smaller(name, step):
    assert sheets._first_step(replace(SAMPLE, name=name)) == step


def test_a_long_course_beside_a_long_name_fits_too(tmp_path):
    course = {
        "en": "English for work and study: reading, writing, listening and speaking at level A2 of the common framework",
        "ar": "الإنجليزية للعمل والدراسة: القراءة والكتابة والاستماع والتحدّث في المستوى الثاني من الإطار المشترك",
    }
    made = written(replace(SAMPLE, name=LONG_LATIN, own_name=LONG_ARABIC, course=course), tmp_path)
    assert "".join(course["en"].split()) in "".join(plain(text_of(made)).split())


def test_a_long_address_breaks_before_the_code_and_never_in_it(tmp_path):
    url = f"https://learning.a-very-long-name-of-a-school.example.org/v/{codes.printed(SAMPLE.code)}"
    lines = text_of(written(replace(SAMPLE, url=url), tmp_path)).splitlines()
    assert codes.printed(SAMPLE.code) in [line.strip() for line in lines]


def test_texts_that_do_not_fit_are_refused_and_not_cut():
    with pytest.raises(sheets.DoesNotFit):
        sheets.render(replace(SAMPLE, skills={"en": ["one more skill to be listed"] * 80, "ar": []}))


def test_a_letter_without_a_glyph_is_refused():
    with pytest.raises(letters.MissingLetters) as refusal:
        sheets.render(replace(SAMPLE, name="Ali 王"))
    assert refusal.value.letters == ["王"]


HOSTILE = '<script>alert(1)</script><img src="file:///etc/passwd">&amp;{{ 7*7 }}'


def test_markup_in_a_name_is_printed_as_text(tmp_path):
    hostile = replace(SAMPLE, name=HOSTILE, course={"en": HOSTILE, "ar": HOSTILE}, organisation={"en": HOSTILE}, languages=("en",))
    text = "".join(plain(text_of(written(hostile, tmp_path))).split())
    assert text.count("".join(HOSTILE.split())) == 3


@pytest.mark.parametrize(
    "body",
    [
        '<img src="https://example.org/a.png" alt="">',
        '<img src="http://169.254.169.254/latest/meta-data/" alt="">',
        '<img src="file:///etc/passwd" alt="">',
        '<img src="../../../../etc/passwd" alt="">',
        '<img src="https://assets.invalid/..%2f..%2f..%2f..%2fetc/passwd" alt="">',
        '<img src="https://assets.invalid/completion/no-such-file.svg" alt="">',
        '<link rel="attachment" href="file:///etc/passwd">',
        '<link rel="stylesheet" href="https://example.org/a.css">',
        "<style>@import url(file:///etc/passwd)</style>",
        "<style>@font-face{font-family:x;src:url(https://example.org/x.ttf)}</style>",
        '<p style="background:url(ftp://example.org/a.png)">x</p>',
    ],
)
def test_nothing_outside_the_designs_is_ever_fetched(body):
    with pytest.raises(pdf.ForeignAddress):
        page(body)


def test_a_drawing_in_the_page_takes_nothing_from_outside_either(tmp_path):
    """WeasyPrint draws a drawing without what it may not have, and goes on."""
    picture = Path(tmp_path / "dot.png")
    Image.new("RGB", (9, 9)).save(picture)
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>x</title><image width="9" height="9" href="{}"/></svg>'
    (tmp_path / "page.pdf").write_bytes(page(drawing.format(picture.as_uri())))
    assert len(tool("pdfimages", "-list", tmp_path / "page.pdf").splitlines()) == 2, "two lines of heading and no picture"
    inside = "data:image/png;base64," + b64encode(picture.read_bytes()).decode()
    (tmp_path / "page.pdf").write_bytes(page(drawing.format(inside)))
    assert len(tool("pdfimages", "-list", tmp_path / "page.pdf").splitlines()) == 3


def test_what_a_page_carries_itself_is_drawn():
    dot = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><circle r='4'/></svg>"
    assert page(f'<img src="{dot}" alt="A dot">').startswith(b"%PDF-1.7")


def test_a_link_out_of_the_folder_of_designs_is_not_followed(tmp_path):
    (tmp_path / "designs").mkdir()
    (tmp_path / "designs" / "sheet.css").write_text("p { color: #000 }")
    (tmp_path / "designs" / "secret.svg").symlink_to("/etc/passwd")
    with pytest.raises(pdf.ForeignAddress):
        page('<img src="secret.svg" alt="">', assets=tmp_path / "designs", stylesheet="sheet.css")


def test_fonts_are_read_once_in_a_process(monkeypatch):
    sheets.render(SAMPLE)
    read, read_bytes = [], Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read.append(path.suffix) or read_bytes(path))
    sheets.render(IN_ARABIC)
    assert ".ttf" not in read


def test_two_threads_make_the_same_sheets_as_one():
    alone = [sheets.render(sheet) for sheet in SHEETS.values()]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(sheets.render, SHEETS.values())) == alone


def test_a_file_travels_inside_as_the_data_it_was_made_from(tmp_path):
    made = tmp_path / "with.pdf"
    made.write_bytes(sheets.render(SAMPLE, attachments=[pdf.Attached("credential.json", b'{"a": 1}\n', "The signed credential")]))
    assert "1: credential.json" in tool("pdfdetach", "-list", made)
    tool("pdfdetach", "-save", "1", "-o", tmp_path / "out.json", made)
    assert (tmp_path / "out.json").read_bytes() == b'{"a": 1}\n'
    assert b"/AFRelationship /Data" in opened(made, tmp_path)


def test_one_language_is_read_to_its_end_before_the_other_begins(tmp_path):
    told = tool("pdfinfo", "-struct-text", written(SAMPLE, tmp_path))
    english = [told.index(text) for text in ("Certificate", "Amina", "for completing", "Annotation basics", "Skills")]
    assert english == sorted(english)
    assert english[-1] < re.search(r'"[^"]*[\u0600-\u06ff]{3}', told[english[0] :]).start() + english[0]
    assert "Table" not in told
    assert "TD" not in told


def test_the_language_and_the_order_of_right_to_left_text_are_said(tmp_path):
    inside = opened(written(SAMPLE, tmp_path), tmp_path)
    assert inside.count(b"/Lang (ar)") >= 8
    assert b"/ActualText " + utf16("أمينة حداد") in inside
    assert b"/Alt (Square code with the address of the check page)" in inside


def test_the_figure_has_its_place_in_points_from_the_bottom_left(tmp_path):
    inside = opened(written(SAMPLE, tmp_path), tmp_path).decode("latin-1")
    box = re.search(r"/A <<\s*/BBox \[([^]]+)\]", inside)
    left, bottom, right, top = (float(number) * 25.4 / 72 for number in box[1].split())
    assert (right - left, top - bottom) == pytest.approx((30, 30), abs=0.01), "mm, with the quiet zone"
    assert right == pytest.approx(297 - 29 + 3, abs=0.1)
    assert 20 < bottom < 30


@pytest.mark.parametrize(
    ("language", "number", "expected"),
    [
        ("en", 1, "1 lesson"),
        ("en", 16, "16 lessons"),
        ("ar", 1, "درس واحد"),
        ("ar", 2, "درسان"),
        ("ar", 8, "٨ دروس"),
        ("ar", 16, "١٦ درسًا"),
        ("ar", 100, "١٠٠ درس"),
        ("ar", 103, "١٠٣ دروس"),
    ],
)
def test_lessons_are_counted_in_the_plural_of_the_language(language, number, expected):
    assert wording.load(sheets.DESIGNS / "completion", language).count("lessons", number) == expected


@pytest.mark.parametrize(("language", "expected"), [("en", "24 October 2026"), ("ar", "٢٤ تشرين الأول ٢٠٢٦")])
def test_the_date_is_in_the_words_and_digits_of_the_language(language, expected):
    assert wording.load(sheets.DESIGNS / "completion", language).date(date(2026, 10, 24)) == expected


def test_what_has_no_second_language_is_shown_once(tmp_path):
    text = plain(text_of(written(replace(SAMPLE, organisation={"en": "Rukn"}, role={"en": "Head of programme"}), tmp_path)))
    assert text.count("Rukn") == 1
    assert text.count("Head of programme") == 1


def test_what_was_not_done_is_not_printed(tmp_path):
    text = plain(text_of(written(replace(SAMPLE, tasks=0, skills={}, languages=("en",)), tmp_path)))
    assert "34 hours of study, 16 lessons." in text
    assert "task" not in text
    assert "Skills" not in text


def test_a_missing_language_is_told_with_those_there_are():
    with pytest.raises(KeyError, match="no words in 'xx', only in ar, en"):
        sheets.render(replace(SAMPLE, languages=("xx",)))


@pytest.mark.parametrize("design", sheets.designs())
def test_the_languages_of_a_design_say_the_same_things(design):
    first, *others = [wording.load(sheets.DESIGNS / design, language) for language in wording.languages(sheets.DESIGNS / design)]
    for other in others:
        assert other.words.keys() == first.words.keys()
        assert other.counts.keys() == first.counts.keys()
        for key, text in first.words.items():
            assert set(re.findall(r"%\(\w+\)s", other.words[key])) == set(re.findall(r"%\(\w+\)s", text)), key


def test_preview_writes_to_standard_output_or_to_a_file(tmp_path):
    shown = CliRunner().invoke(certificates, ["preview", "completion", "--lang", "ar"])
    assert shown.exit_code == 0
    assert shown.stdout_bytes == sheets.render(IN_ARABIC)
    kept = CliRunner().invoke(certificates, ["preview", "completion", "--out", str(tmp_path / "en.pdf")])
    assert (kept.exit_code, kept.stdout_bytes) == (0, b"")
    assert (tmp_path / "en.pdf").read_bytes() == sheets.render(SAMPLE)


def test_preview_names_the_designs_and_languages_there_are():
    unknown = CliRunner().invoke(certificates, ["preview", "wedding"])
    assert unknown.exit_code == 2
    assert "There is no design 'wedding'. The designs: completion." in unknown.output
    assert "Traceback" not in CliRunner().invoke(certificates, ["preview", "completion", "--out", "/no/such/folder/x.pdf"]).output
    unknown = CliRunner().invoke(certificates, ["preview", "completion", "--lang", "xx"])
    assert unknown.exit_code == 1
    assert "has no words in 'xx', only in ar, en" in unknown.output


def written(sheet: sheets.Sheet, folder: Path) -> Path:
    made = folder / "certificate.pdf"
    made.write_bytes(sheets.render(sheet))
    return made


def page(body: str, assets: Path = sheets.DESIGNS, stylesheet: str = "completion/sheet.css") -> bytes:
    html = f"<!doctype html><html lang=en dir=ltr><head><title>x</title></head><body>{body}</body></html>"
    return pdf.render(html, assets=assets, stylesheet=stylesheet, identifier="x", at=AT, pages=1)


def tool(*command: object) -> str:
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


def text_of(made: Path) -> str:
    return tool("pdftotext", made, "-")


def plain(text: str) -> str:
    """As names are compared: NFKC, without marks of direction and joining (a ZWNJ is not drawn, so it cannot be read out)."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter) != "Cf")


def opened(made: Path, folder: Path) -> bytes:
    tool("qpdf", "--qdf", "--object-streams=disable", made, folder / "open.pdf")
    return (folder / "open.pdf").read_bytes()


def metadata(made: Path, folder: Path) -> str:
    return opened(made, folder).partition(b"<?xpacket begin")[2].partition(b"<?xpacket end")[0].decode()


def utf16(text: str) -> bytes:
    return b"<feff" + text.encode("utf-16-be").hex().encode() + b">"
