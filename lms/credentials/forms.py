"""What people type about certificates: the holder's ticks, a reason, a name to compare, a code."""

from __future__ import annotations

from wtforms import BooleanField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from lms.core.forms import Form, SelectChoice, strip
from lms.core.i18n import _l
from lms.credentials.models import Credential, Sharing


class SharingForm(Form):
    page = BooleanField(_l("The check page works"))
    name = BooleanField(_l("Show my name there"))
    pdf = BooleanField(_l("Others can download the PDF"))

    @classmethod
    def of(cls, credential: Credential) -> SharingForm:
        ticks = Sharing(credential.share_page, credential.share_name, credential.share_pdf)
        return cls(formdata=None, obj=ticks)

    def ticks(self) -> Sharing:
        return Sharing(page=bool(self.page.data), name=bool(self.name.data), pdf=bool(self.pdf.data))


class LinkForm(Form):
    """How long a link works, and what it shows beside course, hours, skills and date."""

    months = RadioField(
        _l("How long the link works"),
        choices=[SelectChoice("1", _l("1 month")), SelectChoice("3", _l("3 months")), SelectChoice("none", _l("No end date"))],
        default="1",
    )
    shows_name = BooleanField(_l("The link shows my name"))
    has_pdf = BooleanField(_l("The link has the PDF"))

    def span(self) -> int | None:
        return None if self.months.data == "none" else int(self.months.data)


class RevocationForm(Form):
    reason = TextAreaField(_l("Reason"), [DataRequired(_l("Write the reason.")), Length(max=400)], [strip])


class MatchForm(Form):
    """Asked of strangers, changes nothing, sets no cookie: so it carries no CSRF value, which would need one."""

    class Meta:
        csrf = False

    name = StringField(_l("Name on the paper"), [DataRequired(_l("Type the name on the paper.")), Length(max=120)], [strip])
