"""A code is typed from paper by strangers: every slip of one sign, and every exchange of two, has to show."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.credentials import codes

signs = st.text(codes.ALPHABET, min_size=15, max_size=15)
codes_of_every_kind = signs.map(codes.checked)

PLAIN = "7KQM4XRT92HDM3V"


def test_a_new_code_has_fifteen_random_signs_and_its_check_sign():
    code = codes.new()
    assert len(code) == 16
    assert set(code) <= set(codes.ALPHABET)
    assert codes.checked(code[:15]) == code


def test_new_codes_use_all_75_bits(monkeypatch):
    asked = []
    monkeypatch.setattr("secrets.randbits", lambda bits: asked.append(bits) or (1 << bits) - 1)
    assert codes.new()[:15] == "Z" * 15
    monkeypatch.setattr("secrets.randbits", lambda bits: 1 << 74)
    assert codes.new()[:15] == "G" + "0" * 14
    monkeypatch.setattr("secrets.randbits", lambda bits: 1)
    assert codes.new()[:15] == "0" * 14 + "1"
    assert asked == [75]


def test_a_thousand_new_codes_differ():
    assert len({codes.new() for _ in range(1000)}) == 1000


def test_the_code_is_printed_in_fours():
    code = codes.checked(PLAIN)
    assert codes.printed(code) == f"7KQM-4XRT-92HD-M3V{code[-1]}"


@pytest.mark.parametrize("place", range(16))
def test_every_wrong_sign_at_every_place_is_caught(place):
    """All 32 x 31 slips at a place, in codes whose other signs differ too."""
    seen = set()
    for right in codes.ALPHABET:
        code = _code_with(place, right)
        for wrong in codes.ALPHABET:
            if wrong != right:
                seen.add((right, wrong))
                assert codes.parse(code[:place] + wrong + code[place + 1 :]) is None
    assert len(seen) == 32 * 31


@pytest.mark.parametrize(("first", "second"), list(pairwise(range(16))))
def test_every_exchange_of_two_neighbours_is_caught(first, second):
    """All 32 x 31 pairs of different signs."""
    seen = set()
    for left in codes.ALPHABET:
        for right in codes.ALPHABET:
            if left == right:
                continue
            code = _code_with(first, left, second, right)
            swapped = list(code)
            swapped[first], swapped[second] = right, left
            seen.add((left, right))
            assert codes.parse("".join(swapped)) is None, (code, "".join(swapped))
    assert len(seen) == 32 * 31


@given(codes_of_every_kind, st.data())
def test_an_exchange_of_signs_further_apart_is_caught_too(code, data):
    first, second = sorted(data.draw(st.lists(st.integers(0, 15), min_size=2, max_size=2, unique=True)))
    swapped = list(code)
    swapped[first], swapped[second] = code[second], code[first]
    assert codes.parse("".join(swapped)) == (code if code[first] == code[second] else None)


@given(codes_of_every_kind)
def test_what_is_printed_is_read_back(code):
    assert codes.parse(codes.printed(code)) == code
    assert codes.parse(codes.printed(code).lower()) == code


@given(codes_of_every_kind, st.data())
def test_spaces_hyphens_and_marks_do_not_count(code, data):
    fillers = st.sampled_from([" ", "-", "\u2010", "\u2011", "\u2013", "\u2212", "\u00a0", "\u200f", "\u2066", "\u00ad", "\t", ""])
    assert codes.parse("".join(data.draw(fillers) + sign for sign in code)) == code


@given(codes_of_every_kind)
def test_letters_that_look_like_digits_are_read_as_digits(code):
    assert codes.parse(code.replace("0", "O").replace("1", "I")) == code
    assert codes.parse(code.replace("0", "o").replace("1", "l")) == code


@pytest.mark.parametrize("zero", ["٠", "۰", "०", "০", "０"], ids=["arabic", "persian", "devanagari", "bengali", "full width"])
@given(code=codes_of_every_kind)
def test_digits_of_any_script_are_read(zero, code):
    native = {str(digit): chr(ord(zero) + digit) for digit in range(10)}
    assert all(unicodedata.decimal(native[digit]) == int(digit) for digit in native)
    assert codes.parse("".join(native.get(sign, sign) for sign in code)) == code


NO_CODES = ["", "-", "7KQM", codes.checked(PLAIN) + "0", codes.checked(PLAIN)[:-1], "U" * 16, "شهادة", "½" * 16]


@pytest.mark.parametrize("text", NO_CODES)
def test_what_cannot_be_a_code_is_none(text):
    assert codes.parse(text) is None


@given(st.text())
def test_no_text_breaks_the_reader(text):
    code = codes.parse(text)
    assert code is None or codes.checked(code[:15]) == code


def test_a_code_that_is_too_short_gets_no_check_sign():
    with pytest.raises(ValueError, match="15 signs"):
        codes.checked("7KQM")


def _code_with(first: int, sign: str, second: int | None = None, other: str = "") -> str:
    """A right code with the given signs at the given places, the check sign's place (15) among them."""
    wanted = {first: sign} | ({second: other} if second is not None else {})
    signs = [wanted.get(place, PLAIN[place]) for place in range(15)]
    free = next(place for place in range(15) if place not in wanted)
    for filler in codes.ALPHABET:
        signs[free] = filler
        code = codes.checked("".join(signs))
        if wanted.get(15, code[15]) == code[15]:
            return code
    raise AssertionError("the free sign reaches every check sign")
