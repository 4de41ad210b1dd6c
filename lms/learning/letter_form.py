"""The form of a letter to people of a cohort: who gets it, and the words in each of their languages."""

from __future__ import annotations

from wtforms import SelectMultipleField, TextAreaField
from wtforms.validators import Length

from lms.core.forms import Form, SelectChoice, strip
from lms.core.i18n import _, _l
from lms.learning.reminding import Letter
from lms.messages.actions import language_for
from lms.messages.models import LONGEST


class LetterForm(Form):
    """`people` holds ids of enrolments; `text_<language>` the words for those who read that language."""

    people = SelectMultipleField(_l("Who gets it"), coerce=int, validate_choice=False)  # who is not in the cohort is nobody

    def texts(self) -> dict[str, str]:
        """The words by language."""
        return {name.removeprefix("text_"): field.data or "" for name, field in self._fields.items() if name.startswith("text_")}

    def chosen_ids(self) -> list[int]:
        """The enrolments that are ticked."""
        return list(self.people.data or ())


def letter_form(drawn: Letter) -> LetterForm:
    """The form of one letter, with its ticks and its ready words. Words are needed in the languages of those who are ticked."""

    class FormOfLetter(LetterForm):
        def validate(self, extra_validators: object = None) -> bool:
            right = super().validate(extra_validators)
            readers = drawn.readers(self.chosen_ids())
            if not readers and not self.people.errors:
                self.people.errors = [_("Choose one person or more.")]
                return False
            for code in {language_for(person) for person in readers}:
                field = self[f"text_{code}"]
                if not field.data:
                    field.errors = [_("Write something here.")]
                    right = False
            return right

    for code, name in drawn.languages.items():
        label = _l("Your message") if len(drawn.languages) == 1 else _l("Your message in %(language)s", language=name)
        setattr(FormOfLetter, f"text_{code}", TextAreaField(label, [Length(max=LONGEST)], [strip]))
    ready = {f"text_{code}": text for code, text in drawn.texts.items() if code in drawn.languages}
    form = FormOfLetter(data={"people": list(drawn.chosen), **ready})
    form.people.choices = [SelectChoice(place.id, place.user.name) for place in drawn.people]
    return form
