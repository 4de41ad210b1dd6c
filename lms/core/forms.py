"""Forms: what a person typed, read with care and given back unharmed when something is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unicodedata import category, normalize

from flask import g
from flask_wtf import FlaskForm
from wtforms import Field, FieldList, FormField, HiddenField, IntegerField, ValidationError
from wtforms.fields.choices import SelectChoice as SelectChoice  # type: ignore[attr-defined]  # the published types stop at 3.2

from lms.core.db import db, mode
from lms.core.errors import Refused
from lms.core.fmt import latin_digits, num
from lms.core.i18n import _

JOINERS = "\u200c\u200d"


class Form(FlaskForm):
    """The house's form. `form_errors` holds what no single field is guilty of, such as a refusal by a rule.

    A form with something wrong is noted in `g.wrong_form`: a phone's queue gets its sentences without the page. `refusal` is the one that
    an action gave.
    """

    refusal: Refused | None = None

    def validate(self, extra_validators: Any = None) -> bool:
        right = bool(super().validate(extra_validators))
        if not right:
            g.wrong_form = self
        return right

    def refuse(self, sentence: str, at: str = "") -> None:
        """Show a rule's sentence at the field of that name, and above the form where it has none."""
        field = self._fields.get(at)
        if field is None or isinstance(field, FieldList | FormField | HiddenField):
            self.form_errors.append(sentence)
        else:
            field.errors = [*field.errors, sentence]
        g.wrong_form = self


class WholeField(IntegerField):
    """A whole number in any digits; what is none is told in the words `wanted`."""

    def __init__(self, *args: Any, wanted: object, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.type, self.wanted = IntegerField.__name__, str(wanted)  # the type that the macros know

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata([digits(word) for word in valuelist])
        except ValueError:
            self.data = None
            raise ValueError(self.wanted) from None


class CountField(WholeField):
    """A whole number from `low` to `high`; one beside them is told in the same words as what is none."""

    def __init__(self, *args: Any, low: int, high: int, **kwargs: Any) -> None:
        super().__init__(*args, wanted=_("Write a number from %(low)s to %(high)s.", low=num(low), high=num(high)), **kwargs)
        self.low, self.high = low, high

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and not self.low <= self.data <= self.high:
            raise ValidationError(self.wanted)


def tried(form: Form, act: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
    """Run an action; a refusal is shown on the form and nothing of the action is kept. Whether it went through.

    For views where something was typed. Elsewhere let Refused rise: the edge tells it and goes back.
    """
    try:
        act(*args, **kwargs)
    except Refused as no:
        db.session.rollback()
        mode(write=True)
        form.refuse(no.sentence, no.at)
        form.refusal = no
        return False
    return True


def named(id: int, name: str) -> SelectChoice:
    """A row as a choice: its name runs its own way, whatever the language of the page."""
    return SelectChoice(str(id), name, {"dir": "auto"})


def strip(value: str | None) -> str | None:
    """A filter: no white space around what was typed."""
    return value.strip() if isinstance(value, str) else value


def one_line(value: str | None) -> str | None:
    """A filter for the name of a thing: what looks the same is the same. Letters in one form of Unicode, one space between words, no sign
    that cannot be seen but the joiners, which Persian writes in the middle of a word.
    """
    if not isinstance(value, str):
        return value
    seen = (sign for sign in " ".join(value.split()) if sign in JOINERS or category(sign) not in {"Cc", "Cf", "Cs"})
    return " ".join(normalize("NFC", "".join(seen)).strip(JOINERS + " ").split())


def digits(value: str | None) -> str | None:
    """A filter: Arabic and Persian digits become Latin ones."""
    return latin_digits(value.strip()) if isinstance(value, str) else value


def capitals(value: str | None) -> str | None:
    """A filter: a code is one code, however it was typed."""
    return value.strip().upper() if isinstance(value, str) else value


def tidy_number(value: str | None) -> str | None:
    """A filter for amounts: any digits, Arabic decimal sign or comma read as a point."""
    return latin_digits(value.strip()).replace("٫", ".").replace(",", ".") if isinstance(value, str) else value


def error_list(form: FlaskForm) -> list[tuple[str | None, str]]:
    """(field id or None, sentence) for the error summary, in the order of the fields."""
    found: list[tuple[str | None, str]] = [(None, str(sentence)) for sentence in form.form_errors]
    for field in form:
        found += [
            (_target(field), str(sentence)) for sentence in field.errors if isinstance(sentence, str) or not isinstance(sentence, dict)
        ]
    return found


def _target(field: Field) -> str:
    return str(field.id)
