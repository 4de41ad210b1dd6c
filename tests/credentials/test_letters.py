"""A letter the shipped fonts lack would be an empty box on somebody's certificate: it is found before anything is issued."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.credentials import letters

NAMES = {
    "latin": "Amina Haddad",
    "french": "Marie-Claire Abou-Jaoudé",
    "turkish": "Gülşen Yıldırımoğlu İnönü",
    "kurmanji": "Şîlan Hewrêz",
    "transliterated": "ʿAbd al-Raḥmān Ṣāliḥ aṭ-Ṭāʾī",
    "vietnamese": "Nguyễn Thị Ánh",
    "ukrainian": "Олександра Ґалаґан Їжакевич",
    "bulgarian": "Цветелина Щърбакова",
    "tajik": "Ҷамшед Ӯлҷаев Қурбонӣ",
    "arabic": "أمينة حدّاد ٱلْقُدْس",
    "dari": "زهرا محمدزاده‌گی پژواک چنگیز",
    "pashto": "پلوشه غضنفر ځاځۍ ټولنه ړندۍ ښکلا ګران",
    "sorani": "شیلان ھەورێز ڕەشید ڤیان گۆران",
    "digits and signs": "0123456789 ٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹ - ' ’ . , ، ؛ ( )",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_every_script_of_the_programme_is_covered(name):
    assert letters.missing(name) == []


@pytest.mark.parametrize(
    ("name", "gone"),
    [
        ("Ali 😀 Hassan 😀", ["😀"]),
        ("王小明", ["王", "小", "明"]),
        ("ሰላም", ["ሰ", "ላ", "ም"]),
        ("Amina\nHaddad", ["\n"]),
        ("Amina\x00", ["\x00"]),
    ],
    ids=["emoji", "chinese", "amharic", "line break", "null"],
)
def test_what_is_missing_is_named_once_and_in_order(name, gone):
    assert letters.missing(name) == gone


def test_a_letter_and_its_mark_count_as_the_letter_they_make():
    assert letters.missing("Jaoude\u0301") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Amina Haddad", "ltr"),
        ("Marie-Claire", "ltr"),
        ("Олександра", "ltr"),
        ("أمينة حداد", "rtl"),
        ("شیلان", "rtl"),
        ("(أمينة) Amina", "rtl"),
        ("8 مهام", "rtl"),
        ("٣٤ hours", "ltr"),
        ("", "ltr"),
        ("123 - 456", "ltr"),
    ],
)
def test_the_first_strong_letter_gives_the_direction(text, expected):
    assert letters.direction(text) == expected


def test_width_is_in_ems():
    assert letters.width("") == 0
    assert 0.9 < letters.width("W") < 1.1
    assert letters.width("ii") == pytest.approx(2 * letters.width("i"))
    assert letters.width("Jaoude\u0301") == letters.width("Jaoudé")


@given(st.text())
def test_what_is_missing_is_a_part_of_the_text(text):
    assert set(letters.missing(text)) <= set(unicodedata.normalize("NFC", text))
