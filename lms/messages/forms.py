"""What people write to each other."""

from __future__ import annotations

from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from lms.core.forms import Form, strip
from lms.core.i18n import _l
from lms.messages.models import LONGEST

WORDS = (DataRequired(_l("Write something here.")), Length(max=LONGEST, message=_l("This is too long. Make it shorter.")))


class MessageForm(Form):
    text = TextAreaField(_l("Your message"), WORDS, [strip])
