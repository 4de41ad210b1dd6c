"""What people type about projects, claims and decisions."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import FileRequired, MultipleFileField
from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from lms.annotation import wording
from lms.annotation.claiming import SKIP_REASONS
from lms.annotation.models import Decision, Phase, Risk
from lms.annotation.schemas import Kind
from lms.core.forms import CountField, Form, capitals, strip, tidy_number
from lms.core.i18n import _, _l
from lms.core.money import CURRENCIES, Money

NEEDED = _l("Write something here.")


class ClaimForm(Form):
    read = BooleanField(_l("I have read it"))
    agreed = BooleanField(_l("I know what I may see. I agree."))


class TaskForm(Form):
    """Only the hidden fields; the answer itself is read by `plain`."""


class SkipForm(Form):
    reason = RadioField(_l("Why do you skip it?"), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.choices = [(reason, wording.skip_reason(reason)) for reason in SKIP_REASONS]


class DecisionForm(Form):
    decision = RadioField(_l("What do you decide?"), [InputRequired(_l("Choose one."))])
    comment = TextAreaField(_l("A word to the trainee"), [Length(max=1000)], [strip])
    guideline_fault = BooleanField(_l("The guideline was not clear here"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.decision.choices = [
            (Decision.ACCEPT.value, _("Accept it")),
            (Decision.FIX.value, _("Accept it with my correction")),
            (Decision.RETURN.value, _("Return it to do again")),
        ]


class AmountMixin:
    """Reads an amount of a currency exactly."""

    def money(self, text: str | None, currency: str) -> Money | None:
        """The amount, or None where it is none."""
        try:
            return Money.parse(text or "", currency)
        except ValueError:
            return None


class ProjectForm(Form, AmountMixin):
    name = StringField(_l("Name"), [DataRequired(NEEDED), Length(max=120)], [strip])
    slug = StringField(_l("Address"), [DataRequired(NEEDED), Length(max=60)], [strip])
    kind = SelectField(_l("Kind of work"))
    phase = SelectField(_l("What it is for"))
    labels = TextAreaField(_l("Labels, one on each line"), [DataRequired(NEEDED), Length(max=4000)])
    currency = SelectField(_l("Currency"))
    rate = StringField(_l("Price of one item"), [DataRequired(NEEDED)], [tidy_number])
    budget = StringField(_l("Budget"), [DataRequired(NEEDED)], [tidy_number])
    fund = StringField(_l("Fund that pays"), [Length(max=40)], [capitals])
    est_seconds = CountField(_l("Seconds for one item"), [InputRequired(NEEDED)], low=1, high=7200)
    overlap = CountField(_l("People for each item"), [InputRequired(NEEDED)], low=1, high=100, default=1)
    block = CountField(_l("Items in one block"), [InputRequired(NEEDED)], low=1, high=200, default=20)
    gold_needed = CountField(_l("Known answers before it opens"), [InputRequired(NEEDED)], low=0, high=1000, default=20)
    content_risk = SelectField(_l("What may be hard to see"))
    content_words = StringField(_l("What there is to see"), [Length(max=200)], [strip])
    cohorts = SelectMultipleField(_l("Cohorts that may work here"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        cohorts = kwargs.pop("cohort_choices", [])
        super().__init__(*args, **kwargs)
        self.cohorts.choices = cohorts
        self.kind.choices = [(kind.value, wording.kind(kind)) for kind in Kind]
        self.phase.choices = [(phase.value, wording.phase(phase)) for phase in Phase]
        self.currency.choices = [(code, code) for code in sorted(CURRENCIES, key=lambda code: (code != "USD", code))]
        self.content_risk.choices = [
            (Risk.NONE.value, _("Nothing")),
            (Risk.MILD.value, _("Some items")),
            (Risk.STRONG.value, _("Many items")),
        ]

    def label_list(self) -> list[str]:
        """The labels as they were typed, without empty lines."""
        return [line.strip() for line in (self.labels.data or "").splitlines() if line.strip()]


class GuidelineForm(Form):
    en = TextAreaField(_l("Guideline in English"), [Length(max=40_000)])
    ar = TextAreaField(_l("Guideline in Arabic"), [Length(max=40_000)])


class CohortsForm(Form):
    cohorts = SelectMultipleField(
        _l("More cohorts that may work here"), [DataRequired(_l("Choose a cohort that may work here."))], coerce=int
    )


class RateForm(Form, AmountMixin):
    fund = StringField(_l("Fund that pays"), [Length(max=40)], [capitals])
    rate = StringField(_l("Price of one item"), [Optional()], [tidy_number])
    budget = StringField(_l("Budget"), [Optional()], [tidy_number])


class DatasetForm(Form):
    files = MultipleFileField(_l("Data"), [FileRequired(_l("Choose a file."))])
