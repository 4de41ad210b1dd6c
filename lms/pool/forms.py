"""What people type about the pool: sentences with reasons, and what a person agrees to."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import HiddenInput

from lms.cohorts.forms import DayField
from lms.core.forms import CountField, Form, SelectChoice, strip
from lms.core.i18n import LANGUAGES, _l
from lms.pool.models import LONGEST_NEWS

TOO_LONG = _l("This is too long. Make it shorter.")
LONGEST = 400  # signs of what a person says about their own skills
NEEDED = DataRequired(_l("Write a sentence. The person will read it."))


class PromotionForm(Form):
    sentence = TextAreaField(_l("Why this person"), [NEEDED, Length(max=400)], [strip])


class TogetherForm(PromotionForm):
    """The same reason for several people: each is ticked by `person`."""

    def ticked(self, posted: Iterable[str]) -> list[int]:
        """Their ids; what is no id is passed over."""
        return sorted({int(word) for word in posted if word.isascii() and word.isdigit() and len(word) < 10})


class NotYetForm(Form):
    advice = TextAreaField(_l("What this person will read"), [NEEDED, Length(max=400)], [strip])


class SignOffForm(Form):
    sentence = TextAreaField(_l("Why this person is ready"), [NEEDED, Length(max=400)], [strip])


class SkillsForm(Form):
    words = TextAreaField(_l("In your own words"), [Length(max=LONGEST, message=TOO_LONG)], [strip])


class RulesForm(Form):
    """A new version of the rule. `seen` is the newest one that the page showed."""

    course = SelectField(_l("The certificate of"), choices=[])
    items = CountField(_l("Accepted items"), [InputRequired(_l("Write how many items."))], low=1, high=5000)
    share = CountField(_l("Surely right, of 100 test answers"), [InputRequired(_l("Write how many of 100."))], low=1, high=99)
    starts_on = DayField(_l("The first day of this rule"), [InputRequired(_l("Choose the first day."))])
    reason = TextAreaField(_l("Why it changes"), [DataRequired(_l("Write why. Trainees will read it.")), Length(max=400)], [strip])
    seen = IntegerField(widget=HiddenInput())

    def __init__(self, courses: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.course.choices = [SelectChoice(uid, title) for uid, title in courses]

    def shows(self, newest: int) -> None:
        """The page stands beside this version, whatever was posted."""
        self.seen.raw_data, self.seen.data = None, newest

    def words(self) -> dict[str, Any]:
        """What the action takes."""
        given = {name: self[name].data for name in ("course", "items", "starts_on", "seen")}
        return {**given, "lower_bound": (self.share.data or 0) / 100, "reason": self.reason.data or ""}


class ConsentForm(Form):
    share_name = BooleanField(_l("Clients may see my name"))
    share_scores = BooleanField(_l("Clients may see how well I work"))
    keep_samples = BooleanField(_l("We may keep examples of my work"))

    def purposes(self) -> list[str]:
        """The purposes that were ticked, by their names in the consents."""
        return [f"pool.{name}" for name in ("share_name", "share_scores", "keep_samples") if self[name].data]


class NewsForm(Form):
    title = StringField(_l("Title"), [DataRequired(_l("Write a title.")), Length(max=120, message=TOO_LONG)], [strip])
    text = TextAreaField(_l("Text"), [DataRequired(_l("Write the text.")), Length(max=LONGEST_NEWS, message=TOO_LONG)], [strip])
    language = SelectField(
        _l("Language of the text"),
        choices=[SelectChoice(code, known.name, {"lang": code, "dir": known.direction}) for code, known in LANGUAGES.items()],
    )
    until = DayField(_l("The last day to show it"), [InputRequired(_l("Choose the last day."))])
    looked = HiddenField()  # the mark of the words that were looked at

    def mark(self) -> str:
        """The same words in the same language, the same mark."""
        return sha256(repr((self.title.data, self.text.data, self.language.data)).encode()).hexdigest()[:16]

    def words(self) -> dict[str, Any]:
        """What the actions take."""
        return {name: self[name].data for name in ("title", "text", "language", "until")}
