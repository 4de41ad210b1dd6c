"""The classes of a week, as somebody types them: a row for each. And what becomes of the class of one day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time
from typing import Any

from wtforms import Field, FieldList, FormField, HiddenField, RadioField, SelectField, TimeField
from wtforms import Form as Row
from wtforms.validators import InputRequired, Optional

from lms.cohorts.classes import LONGEST, MOST, SHORTEST, Class, ClassTime, mark
from lms.cohorts.forms import DayField
from lms.cohorts.wording import lengths, weekday
from lms.core.fmt import latin_digits
from lms.core.forms import Form, SelectChoice, WholeField
from lms.core.i18n import _, _l

USUAL = 60  # minutes
_DAYS = tuple("0123456")
_TAKEN_AWAY = "-"  # no class where there was one: whatever else the row says
EMPTY = 2  # rows beside those that are filled in


class ClockField(TimeField):
    """A time of day in any digits; what is none is told in our words."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata([latin_digits(word.strip()) for word in valuelist])
        except ValueError:
            self.data = None
            raise ValueError(_("Write the time like this: 18:00.")) from None


class ClassRow(Row):
    """One class; a row without a day is none."""

    weekday = SelectField(_l("Day"), validate_choice=False)
    at = ClockField(_l("Time"), [Optional()])
    minutes = WholeField(_l("Minutes"), [Optional()], wanted=_l("Write how many minutes."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        none = _TAKEN_AWAY if self.weekday.data else ""
        self.weekday.choices = [SelectChoice(none, _("No class")), *(SelectChoice(str(day), weekday(day)) for day in range(7))]

    def validate(self, extra_validators: Any = None) -> bool:
        """A day needs its time and its length; a time needs its day, unless its class is taken away."""
        if self.weekday.data == _TAKEN_AWAY:
            self.at.process_errors = self.minutes.process_errors = []
        right = super().validate(extra_validators)
        if self.weekday.data == _TAKEN_AWAY:
            return right
        day, wrong = self.weekday.data or "", dict[Field, str]()
        if day not in _DAYS if day else self.at.data is not None:
            wrong[self.weekday] = _("Choose the day.")
        if day and self.at.data is None:
            wrong[self.at] = _("Write the time like this: 18:00.")
        if day and self.minutes.data is None:
            wrong[self.minutes] = _("Write how many minutes.")
        elif day and not SHORTEST <= (self.minutes.data or 0) <= LONGEST:
            wrong[self.minutes] = lengths()
        for field, words in wrong.items():
            field.errors = [words]
        return right and not wrong

    def given(self) -> ClassTime | None:
        """What the row says."""
        day = self.weekday.data
        return ClassTime(int(day), self.at.data or time(), self.minutes.data or 0) if day in _DAYS else None


class Rows(FieldList):  # type: ignore[type-arg]
    """The rows of a page of ours: a number that none of them has is passed over."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.type = FieldList.__name__  # what the macros know

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        return (n for n in range(MOST) if any(name.startswith(f"{prefix}-{n}-") for name in formdata))


class ClassesForm(Form):
    rows = Rows(FormField(ClassRow), max_entries=MOST)
    seen = HiddenField()  # what stood when the page was made

    def given(self) -> list[ClassTime]:
        """The rows that are filled in."""
        return [found for row in self.rows if (found := row.form.given())]


def form_with(times: Sequence[ClassTime]) -> ClassesForm:
    """The form as it stands, with rows for more."""
    filled = [{"weekday": str(one.weekday), "at": one.at, "minutes": one.minutes} for one in times]
    more: list[dict[str, Any]] = [{"weekday": "", "at": None, "minutes": USUAL}] * min(EMPTY, MOST - len(times))
    return ClassesForm(formdata=None, data={"rows": [*filled, *more], "seen": mark(times)})


class OneClassForm(Form):
    """What becomes of one class: `at` is when it is planned, `seen` the number of the change that stood when this was shown."""

    at = HiddenField()
    seen = HiddenField()
    how = RadioField(
        _l("What happens with this class?"),
        [InputRequired(_l("Choose one."))],
        choices=[
            SelectChoice("planned", _l("It takes place as planned")),
            SelectChoice("cancelled", _l("It is cancelled")),
            SelectChoice("moved", _l("It takes place at another time")),
        ],
    )
    on = DayField(_l("New day"), [Optional()])
    time = ClockField(_l("New time"), [Optional()])

    def show(self, one: Class) -> OneClassForm:
        """Fill it with what stands."""
        moved = not one.cancelled and one.starts != one.planned
        self.at.data, self.seen.data = f"{one.planned:%Y-%m-%dT%H:%M}", str(one.number)
        self.how.data = "cancelled" if one.cancelled else "moved" if moved else "planned"
        self.on.data, self.time.data = one.starts.date(), one.starts.time()
        return self

    def validate(self, extra_validators: Any = None) -> bool:
        """A class that moves needs its day and its time; of another nobody reads them."""
        if self.how.data != "moved":
            self.on.process_errors = self.time.process_errors = []
        right = super().validate(extra_validators)
        for field, words in ((self.on, _("Choose the day.")), (self.time, _("Write the time like this: 18:00."))):
            if self.how.data == "moved" and field.data is None and not field.errors:
                field.errors, right = [words], False
        return right

    def to(self, at: datetime) -> datetime | None:
        """When it begins, of a form that was found right; None where it is cancelled."""
        if self.how.data == "moved" and self.on.data and self.time.data:
            return datetime.combine(self.on.data, self.time.data)
        return None if self.how.data == "cancelled" else at
