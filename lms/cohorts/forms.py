"""What staff type about a cohort and the people in it."""

from __future__ import annotations

from wtforms import DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from lms.core.forms import Form, SelectChoice, digits, strip
from lms.core.i18n import _l


class CohortForm(Form):
    name = StringField(_l("Name of the cohort"), [DataRequired(_l("Write a name.")), Length(max=120)], [strip])
    programme = SelectField(_l("Programme"), coerce=int)
    partner = SelectField(_l("Partner"), coerce=int)
    starts_on = DateField(_l("First day"), [InputRequired(_l("Choose the first day."))])
    ends_on = DateField(_l("Last day"), [InputRequired(_l("Choose the last day."))])
    zone = StringField(_l("Time zone"), [DataRequired(_l("Write the time zone.")), Length(max=40)], [strip])
    capacity = IntegerField(_l("Places"), [InputRequired(_l("Write how many places.")), NumberRange(1, 500)], filters=[digits], default=30)

    def offer(self, programmes: list[tuple[int, str]], partners: list[tuple[int, str]]) -> CohortForm:
        """Fill the two choices; 0 is no partner."""
        self.programme.choices = [SelectChoice(str(id), name) for id, name in programmes]
        self.partner.choices = [SelectChoice("0", str(_l("No partner"))), *(SelectChoice(str(id), name) for id, name in partners)]
        return self


class PasteForm(Form):
    people = TextAreaField(_l("List of people"), [DataRequired(_l("Paste the list.")), Length(max=40_000)])


class ChoiceForm(Form):
    """One thing chosen from a list: a course to pin, a mentor to seat."""

    chosen = SelectField(_l("Choose"), coerce=int)

    def offer(self, label: str, options: list[tuple[int, str]]) -> ChoiceForm:
        self.chosen.label.text = label
        self.chosen.choices = [SelectChoice(str(id), name) for id, name in options]
        return self
