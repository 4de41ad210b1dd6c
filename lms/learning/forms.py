"""The form of one question: what a person picks or types, kept as `quizzes.Given`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wtforms import Field, RadioField, SelectMultipleField, StringField
from wtforms.validators import Length, ValidationError

from lms.catalogue.courses import Choice, Question, QuestionKind
from lms.catalogue.quizzes import Given, value_of
from lms.core import fmt
from lms.core.forms import Form, SelectChoice, strip
from lms.core.i18n import _, _l

LONGEST = 300  # signs of a typed answer
EXAMPLE = 12.5  # shows the decimal sign of the page's language


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
            return StringField(_l("Write a number"), filters=[strip], validators=[Length(max=LONGEST), _numeric(question)])
    return StringField(_l("Write your answer"), filters=[strip], validators=[Length(max=LONGEST)])


def _numeric(question: Question) -> Callable[[Any, Field], None]:
    """What was typed must be one number: `about 150` would be scored as wrong without a word. Empty is an answer for later."""

    def check(_form: Any, field: Field) -> None:
        if field.data and value_of(question, field.data) is None:
            raise ValidationError(_("Write only a number. For example: %(number)s", number=fmt.num(EXAMPLE)))

    return check


def given_in(form: Form) -> Given:
    """What the form holds, or None where it was left empty."""
    return form["answer"].data or None
