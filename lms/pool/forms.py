"""What people type about the pool: sentences with reasons, and what a person agrees to."""

from __future__ import annotations

from collections.abc import Iterable

from wtforms import BooleanField, TextAreaField
from wtforms.validators import DataRequired, Length

from lms.core.forms import Form, strip
from lms.core.i18n import _l

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
    words = TextAreaField(_l("In your own words"), [Length(max=LONGEST, message=_l("This is too long. Make it shorter."))], [strip])


class ConsentForm(Form):
    share_name = BooleanField(_l("Clients may see my name"))
    share_scores = BooleanField(_l("Clients may see how well I work"))
    keep_samples = BooleanField(_l("We may keep examples of my work"))

    def purposes(self) -> list[str]:
        """The purposes that were ticked, by their names in the consents."""
        return [f"pool.{name}" for name in ("share_name", "share_scores", "keep_samples") if self[name].data]
