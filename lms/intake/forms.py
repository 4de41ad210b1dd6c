"""What people type who apply, and what staff type about rounds and applications."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from lms.cohorts.forms import DayField
from lms.core import fmt
from lms.core.forms import Form, SelectChoice, digits, strip
from lms.core.i18n import LANGUAGES, OFFERED, _, _l
from lms.intake import wording
from lms.intake.changing import Terms
from lms.intake.questions import DEVICES, HOURS, contact_of
from lms.people.actions import LONGEST_NAME
from lms.people.identifiers import REGIONS

CHOOSE = _l("Choose one answer.")
NAMES = [field.name for field in fields(Terms)]
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


class RoundForm(Form):
    cohorts = SelectMultipleField(_l("Places are in"), [InputRequired(_l("Choose a cohort."))], coerce=int)
    languages = SelectMultipleField(_l("Languages"), [InputRequired(_l("Choose a language."))])
    countries = SelectMultipleField(_l("Countries"), [InputRequired(_l("Choose a country."))])
    opens_on = DayField(_l("Opens on"), [InputRequired(_l("Choose the first day."))])
    closes_on = DayField(_l("Last day to apply"), [InputRequired(_l("Choose the last day."))])

    def offer(self, cohorts: Sequence[tuple[int, str]]) -> RoundForm:
        self.cohorts.choices = [SelectChoice(str(id), name) for id, name in cohorts]
        self.languages.choices = [SelectChoice(code, LANGUAGES[code].name) for code in OFFERED]
        self.countries.choices = [SelectChoice(code, name) for name, code in sorted((fmt.country(code), code) for code in REGIONS)]
        return self


class TermsForm(RoundForm):
    """The same of a round that stands, with what its writer saw of it."""

    seen = HiddenField()

    def show(self, terms: Terms) -> TermsForm:
        """Fill everything with what stands now."""
        for name in NAMES:
            self._put(name, terms)
        self.seen.data = str(terms)
        return self

    def _put(self, name: str, terms: Terms) -> None:
        field, value = self[name], getattr(terms, name)
        field.data, field.raw_data = list(value) if isinstance(value, tuple) else value, None

    def terms(self) -> Terms:
        """What was typed, where all of it is right."""
        first, last = self.opens_on.data, self.closes_on.data
        assert first is not None
        assert last is not None
        return Terms.of(self.cohorts.data or [], self.languages.data or [], self.countries.data or [], first, last)

    def saw(self) -> Terms | None:
        """What stood when it was shown; None where that cannot be read."""
        return Terms.read(self.seen.data or "")

    def catch_up(self, now: Terms) -> list[str]:
        """The names of what somebody else changed since it was shown. What its writer left alone becomes that; the rest stays typed."""
        seen = self.saw()
        changed = now.unlike(seen) if seen else []
        for name in changed:
            typed = self[name].data
            if not self[name].errors and getattr(seen, name) == (tuple(sorted(typed)) if isinstance(typed, list) else typed):
                self._put(name, now)
        self.seen.data = str(now)
        return changed


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
