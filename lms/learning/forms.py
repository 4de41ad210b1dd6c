"""The form of one question: what a person picks or types, kept as `quizzes.Given`."""

from __future__ import annotations

from typing import Any

from wtforms import Field, RadioField, SelectMultipleField, StringField
from wtforms.validators import Length

from lms.catalogue.courses import Choice, Question, QuestionKind
from lms.catalogue.quizzes import Given
from lms.core.forms import Form, SelectChoice, strip
from lms.core.i18n import _l

LONGEST = 300  # signs of a typed answer


class PickOne(RadioField):
    """A radio that may stay empty: she can go on and come back."""

    def pre_validate(self, form: Any) -> None:
        if self.data:
            super().pre_validate(form)


class SendForm(Form):
    """A button, and the token that shows it was ours."""


def question_form(question: Question, choices: tuple[Choice, ...], language: str, given: Given) -> Form:
    """The form of one question with its choices in the attempt's order; `given` is what was answered before."""
    options = [SelectChoice(choice.uid, choice.text.in_language(language)) for choice in choices]

    class QuestionForm(Form):
        answer: Field = _field(question, options)

    return QuestionForm(data={"answer": given})


def _field(question: Question, options: list[SelectChoice]) -> Any:
    match question.kind:
        case QuestionKind.SINGLE:
            return PickOne(_l("Choose one answer"), choices=options)
        case QuestionKind.MULTIPLE:
            return SelectMultipleField(_l("Choose all the right answers"), choices=options)
        case QuestionKind.NUMERIC:
            return StringField(_l("Write a number"), filters=[strip], validators=[Length(max=LONGEST)])
    return StringField(_l("Write your answer"), filters=[strip], validators=[Length(max=LONGEST)])


def given_in(form: Form) -> Given:
    """What the form holds, or None where it was left empty."""
    return form["answer"].data or None
