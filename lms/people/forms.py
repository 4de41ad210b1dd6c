"""What people type to sign in, to choose a password, and about themselves."""

from __future__ import annotations

from typing import Self

from wtforms import Field, PasswordField, RadioField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, Optional

from lms.core.forms import Form, SelectChoice, digits, strip
from lms.core.i18n import _l
from lms.people.models import User
from lms.people.reaching import LABELS, Reach, Way, possible

NAMED = InputRequired(_l("Write your phone, email or name."))


def _device() -> Field:
    """Whose phone it is. Without an answer it is taken for a shared one, which keeps nothing."""
    own, shared = SelectChoice("own", _l("my phone")), SelectChoice("shared", _l("a shared phone"))
    return RadioField(_l("This is"), choices=[own, shared], default="shared", validate_choice=False)


class SignInForm(Form):
    identifier = StringField(_l("Phone, email or name"), [NAMED, Length(max=200)], [strip])
    password = PasswordField(_l("Password"), [InputRequired(_l("Write your password.")), Length(max=200)])
    device = _device()


class CodeForm(Form):
    identifier = StringField(_l("Phone, email or name"), [NAMED, Length(max=200)], [strip])
    code = StringField(_l("Code (6 digits)"), [InputRequired(_l("Write the 6 digits.")), Length(max=20)], [digits])
    password = PasswordField(_l("New password"), [InputRequired(_l("Choose a new password.")), Length(max=200)])
    device = _device()


class PasswordForm(Form):
    password = PasswordField(_l("Password"), [InputRequired(_l("Write your password.")), Length(max=200)])


class IdentifierForm(Form):
    """Another phone, e-mail or, where staff write it down, name to sign in with."""

    identifier = StringField(_l("New phone or email"), [InputRequired(_l("Write the new phone or email.")), Length(max=200)], [strip])


class NameForm(Form):
    latin_name = StringField(_l("Your name in Latin letters"), [Length(max=120)], [strip])
    own_name = StringField(_l("Your name in your own letters"), [Length(max=120)], [strip])


class SignsForm(Form):
    """How numbers and dates are told; each choice has a value, so that nothing is guessed from a missing one."""

    digits = RadioField(_l("Numbers"), [Optional()], choices=[SelectChoice("own", "١٢٣"), SelectChoice("latin", "123")])
    calendar = RadioField(
        _l("Calendar"), [Optional()], choices=[SelectChoice("common", _l("World calendar")), SelectChoice("afghan", _l("Afghan calendar"))]
    )

    @classmethod
    def of(cls, person: User, **more: str) -> Self:
        """The choices as this person made them."""
        told = {"digits": "latin" if person.latin_digits else "own", "calendar": "afghan" if person.afghan_calendar else "common"}
        return cls(formdata=None, **told, **more)

    def told(self, person: User) -> dict[str, bool]:
        """What `actions.choose_signs` takes: what was not asked stays as it is."""
        latin = person.latin_digits if self.digits.data is None else self.digits.data == "latin"
        afghan = person.afghan_calendar if self.calendar.data is None else self.calendar.data == "afghan"
        return {"latin_digits": latin, "afghan_calendar": afghan}


class ReadingForm(SignsForm):
    """The digits are asked only where the language has its own."""

    size = RadioField(_l("Text size"), choices=[SelectChoice("normal", _l("Normal")), SelectChoice("larger", _l("Larger"))])
    pictures = RadioField(
        _l("Pictures in lessons"),
        choices=[SelectChoice("show", _l("Show them at once")), SelectChoice("wait", _l("Save data: show them after a tap"))],
    )


class ReachForm(Form):
    """A tick for each way by which a person can be reached; all of them off at first."""

    ways = SelectMultipleField(_l("We may use"), validate_choice=False)

    @classmethod
    def of(cls, person: User, now: Reach | None = None) -> Self:
        """What she sends; or, with `now`, what stands: ticks for those ways of which we know a contact."""
        made = cls() if now is None else cls(formdata=None, ways=[str(way) for way in now.ways])
        made.ways.choices = [SelectChoice(str(way), LABELS[way]) for way in possible(person)]
        return made

    def chosen(self) -> set[Way]:
        """The ways that are ticked; what is none is passed over."""
        return {way for way in Way if way in (self.ways.data or ())}
