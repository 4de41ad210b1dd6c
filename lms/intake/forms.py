"""What people type who apply, and what staff type about rounds and applications."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from lms.cohorts.forms import DayField
from lms.core import fmt
from lms.core.forms import Form, SelectChoice, digits, strip
from lms.core.i18n import LANGUAGES, OFFERED, _, _l
from lms.core.mending import MendForm
from lms.intake import wording
from lms.intake.questions import DEVICES, HOURS, contact_of
from lms.people.actions import LONGEST_NAME
from lms.people.identifiers import REGIONS

CHOOSE = _l("Choose one answer.")
READ_BY = DataRequired(_l("Write a sentence. Whoever applied reads it."))


class PickForm(Form):
    """A question with a few answers."""

    answer = RadioField(validators=[InputRequired(CHOOSE)])

    def offer(self, options: Sequence[tuple[str, str]]) -> PickForm:
        self.answer.choices = [SelectChoice(value, words) for value, words in options]
        return self


class NameForm(Form):
    answer = StringField(_l("Your full name"), [DataRequired(_l("Write your name.")), Length(max=LONGEST_NAME)], [strip])


class ContactForm(Form):
    """A phone number or an email address, or nothing."""

    answer = StringField(_l("Phone or email"), [Length(max=200)], [strip])
    country: str | None = None

    def validate_answer(self, field: StringField) -> None:
        if field.data and contact_of(field.data, self.country) is None:
            raise ValidationError(_("Write a phone number or an email address."))


class SendForm(Form):
    """Consent and sending are one button: the words stand above it."""


class NumberForm(Form):
    number = StringField(_l("Number of your application"), [DataRequired(_l("Write the number.")), Length(max=40)], [strip])
    code = StringField(_l("Code"), [DataRequired(_l("Write the code.")), Length(max=20)], [digits])


class ReplyForm(Form):
    text = TextAreaField(_l("Your answer"), [DataRequired(_l("Write your answer.")), Length(max=1000)], [strip])


class NextTimeForm(Form):
    contact = StringField(_l("Phone or email"), [DataRequired(_l("Write a phone number or an email address.")), Length(max=200)], [strip])


def in_order(chosen: list[Any] | None) -> list[Any] | None:
    """A filter: the same choices are equal. A page sends them in the order of its language."""
    return sorted(chosen) if chosen else chosen


class RoundForm(Form):
    cohorts = SelectMultipleField(_l("Places are in"), [InputRequired(_l("Choose a cohort."))], coerce=int, filters=[in_order])
    languages = SelectMultipleField(_l("Languages"), [InputRequired(_l("Choose a language."))], filters=[in_order])
    countries = SelectMultipleField(_l("Countries"), [InputRequired(_l("Choose a country."))], filters=[in_order])
    opens_on = DayField(_l("Opens on"), [InputRequired(_l("Choose the first day."))])
    closes_on = DayField(_l("Last day to apply"), [InputRequired(_l("Choose the last day."))])

    def offer(self, cohorts: Sequence[tuple[int, str]]) -> RoundForm:
        self.cohorts.choices = [SelectChoice(str(id), name) for id, name in cohorts]
        self.languages.choices = [SelectChoice(code, LANGUAGES[code].name) for code in OFFERED]
        self.countries.choices = [SelectChoice(code, name) for name, code in sorted((fmt.country(code), code) for code in REGIONS)]
        return self


class TermsForm(MendForm, RoundForm):
    """The same of a round that stands."""


class AcceptForm(Form):
    cohort = SelectField(_l("Place in"), coerce=int)
    reason = TextAreaField(_l("What this person reads"), [READ_BY, Length(max=600)], [strip])

    def offer(self, cohorts: Sequence[tuple[int, str]]) -> AcceptForm:
        self.cohort.choices = [SelectChoice(str(id), name) for id, name in cohorts]
        return self


class RejectForm(Form):
    why = TextAreaField(_l("Why there is no place"), [READ_BY, Length(max=600)], [strip])


class AskForm(Form):
    question = TextAreaField(_l("What you still need to know"), [READ_BY, Length(max=600)], [strip])


class RecommendForm(Form):
    word = RadioField(
        _l("Do you recommend this person?"),
        [InputRequired(CHOOSE)],
        choices=[SelectChoice("yes", _l("Yes")), SelectChoice("no", _l("No"))],
    )


class PlaceForm(Form):
    known = HiddenField()


def form_for(question: str, *, languages: Sequence[str], countries: Sequence[str], answer: str = "", country: str = "") -> Form:
    """The form of one question, filled with the answer that is kept."""
    if question == "name":
        return NameForm(answer=answer)
    if question == "contact":
        contact = ContactForm(answer=answer)
        contact.country = country or None
        return contact
    given = {"country": countries, "language": languages, "device": DEVICES, "hours": HOURS}[question]
    options = [(value, wording.answer(question, value)) for value in given]
    return PickForm(answer=answer or None).offer(sorted(options, key=lambda one: one[1]) if question == "country" else options)
