"""What staff type about a cohort and the people in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Self

from flask import g
from flask_wtf.file import FileField
from wtforms import DateField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, StopValidation

from lms.cohorts.models import Code
from lms.cohorts.pasting import MOST
from lms.core.errors import Refused
from lms.core.forms import CountField, Form, SelectChoice, capitals, named, one_line, strip
from lms.core.i18n import _, _l
from lms.core.mending import MendForm
from lms.people.models import Lost

YEARS = range(2000, 2100)


class DayField(DateField):
    """A day as a browser sends it; what is none is told in our words. Who types 26 for the year sends one of the first century."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
            if self.data and self.data.year not in YEARS:
                raise ValueError
        except ValueError:
            self.data = None
            raise ValueError(_("We do not know this day. Choose one from the calendar.")) from None


class CohortForm(Form):
    name = StringField(_l("Name of the cohort"), [DataRequired(_l("Write a name.")), Length(max=120)], [one_line])
    programme = SelectField(_l("Programme"), coerce=int)
    partner = SelectField(_l("Partner"), coerce=int)
    starts_on = DayField(_l("First day"), [InputRequired(_l("Choose the first day."))])
    ends_on = DayField(_l("Last day"), [Optional()])
    zone = StringField(_l("Time zone"), [DataRequired(_l("Write the time zone.")), Length(max=40)], [strip])
    capacity = CountField(_l("Places"), [InputRequired(_l("Write how many places."))], low=1, high=500, default=30)
    like = SelectField(_l("Courses and mentors as in"), coerce=int, default=0)

    def validate_like(self, field: SelectField) -> None:
        """Only a cohort that is copied tells how long the new one lasts."""
        if not field.data and not self.ends_on.data and not self.ends_on.errors:
            self.ends_on.errors = [_("Choose the last day.")]
            raise StopValidation()

    def offer(self, programmes: list[tuple[int, str]], partners: list[tuple[int, str]], cohorts: list[tuple[int, str]]) -> CohortForm:
        """Fill the three choices; 0 is no partner, and no cohort to copy."""
        self.like.choices = [SelectChoice("0", str(_l("No other cohort"))), *(named(id, name) for id, name in cohorts)]
        self.programme.choices = [named(id, name) for id, name in programmes]
        self.partner.choices = [SelectChoice("0", str(_l("No partner"))), *(named(id, name) for id, name in partners)]
        return self


class DetailsForm(MendForm):
    """A cohort that stands, to be changed: with as many of the fields of a new one as may change."""

    name = StringField(_l("Name of the cohort"), [DataRequired(_l("Write a name.")), Length(max=120)], [one_line])
    programme_id = SelectField(_l("Programme"), coerce=int)
    partner_id = SelectField(_l("Partner"), coerce=int)
    starts_on = DayField(_l("First day"), [InputRequired(_l("Choose the first day."))])
    ends_on = DayField(_l("Last day"), [InputRequired(_l("Choose the last day."))])
    zone = StringField(_l("Time zone"), [DataRequired(_l("Write the time zone.")), Length(max=40)], [strip])
    capacity = CountField(_l("Places"), [InputRequired(_l("Write how many places."))], low=1, high=500)

    def offer(self, fields: Iterable[str], programmes: list[tuple[int, str]], partners: list[tuple[int, str]]) -> Self:
        """Fill the choices, 0 is no partner; and take away what may not change."""
        self.programme_id.choices = [named(id, name) for id, name in programmes]
        self.partner_id.choices = [SelectChoice("0", str(_l("No partner"))), *(named(id, name) for id, name in partners)]
        for name in {"name", "programme_id", "partner_id", "starts_on", "ends_on", "zone", "capacity"} - set(fields):
            del self[name]
        return self


class ProgrammeForm(Form):
    name = StringField(_l("Name of the programme"), [DataRequired(_l("Write a name.")), Length(max=120)], [one_line])
    track = StringField(_l("Field of study"), [DataRequired(_l("Write what is taught.")), Length(max=40)], [one_line])
    fund = StringField(_l("Fund that pays"), [DataRequired(_l("Write the name of the fund.")), Length(max=40)], [capitals])
    next = HiddenField()  # where the person goes on: the new cohort that needed a programme


class ProgrammeDetailsForm(MendForm, ProgrammeForm):
    """A programme that stands, to be changed."""

    next = None  # type: ignore[assignment]  # what WTForms takes for no field


class PasteForm(Form):
    """A list of people, pasted or in a file. A file that could be read becomes the text, so that everything after it is the same."""

    people = TextAreaField(
        _l("List of people"),
        [DataRequired(_l("Paste the list, or choose a file.")), Length(max=40_000, message=_l("The list is too long. Add it in parts."))],
    )
    file = FileField(_l("Or a file"))
    shown = HiddenField()  # the lines that could be added when the list was looked at
    most = MOST

    def shown_lines(self) -> list[int]:
        """Their numbers; what is no number is passed over."""
        return _lines((self.shown.data or "").split(","))

    def choices(self, posted: Mapping[str, str]) -> dict[int, str]:
        """Line -> what was chosen for somebody who may be here already: `choice-<line>`."""
        found = {name.removeprefix("choice-"): word for name, word in posted.items() if name.startswith("choice-")}
        return {line: found[str(line)] for line in _lines(found)}

    def take_file(self, text_of: Callable[[bytes], str]) -> bool:
        """Read the file, where there is one, into the list. False: something is wrong with it, and the form says what."""
        content = self.file.data.read() if self.file.data else b""
        if not content:
            return True
        try:
            if (self.people.data or "").strip():
                raise Refused(_("Paste a list or choose a file, not both."))
            self.people.data = text_of(content)
        except Refused as no:
            self.file.errors, self.refusal = [no.sentence], no
            self.people.errors = []
            g.wrong_form = self
            return False
        return True


def _lines(words: Iterable[str]) -> list[int]:
    return [int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 6]


class LostPhoneForm(Form):
    """What happened to a trainee's phone, as it is kept in the record."""

    reason = RadioField(
        _l("What happened?"),
        choices=[
            SelectChoice(Lost.LOST, _l("The phone is lost")),
            SelectChoice(Lost.TAKEN, _l("Somebody took the phone")),
            SelectChoice(Lost.SHARED, _l("Other people use the phone too")),
            SelectChoice(Lost.ASKED, _l("The person asks for it")),
        ],
    )


class ChoiceForm(Form):
    """One thing chosen from a list: a course to pin, a mentor to seat."""

    chosen = SelectField(_l("Choose"), coerce=int)

    def offer(self, label: str, options: list[tuple[int, str]]) -> ChoiceForm:
        self.chosen.label.text = label
        self.chosen.choices = [named(id, name) for id, name in options]
        return self


class AttendanceForm(Form):
    """A class: its day, the day the list was drawn for, and `mark-<enrolment>` with `why-<enrolment>` for each person."""

    on = DayField(_l("Day of the class"), [InputRequired(_l("Choose the day."))])
    drawn = HiddenField()

    def marks(self, posted: Mapping[str, str]) -> dict[int, Code]:
        """Enrolment id -> code. Away with a reason is C or E, whatever is no code is passed over."""
        found = {}
        for name, word in posted.items():
            id = name.removeprefix("mark-")
            if name == id or not (id.isascii() and id.isdigit() and len(id) < 10) or word not in (Code.PRESENT, Code.LATE, Code.ABSENT):
                continue
            why = posted.get(f"why-{id}", "") if word == Code.ABSENT else ""
            found[int(id)] = Code(why) if why in (Code.NO_CONNECTION, Code.EXCUSED) else Code(word)
        return found

    def drawn_for(self) -> date | None:
        """The day whose list was shown."""
        try:
            return date.fromisoformat(self.drawn.data or "")
        except ValueError:
            return None
