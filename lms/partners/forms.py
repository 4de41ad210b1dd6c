"""What staff type about a partner and who works for it."""

from __future__ import annotations

from collections.abc import Collection

from phonenumbers import SUPPORTED_REGIONS
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length

from lms.core import fmt
from lms.core.forms import Form, SelectChoice, capitals, one_line, strip
from lms.core.i18n import _, _l
from lms.core.mending import MendForm


class PartnerForm(Form):
    name = StringField(_l("Name of the partner"), [DataRequired(_l("Write a name.")), Length(max=120)], [one_line])
    code = StringField(_l("Code of the partner"), [DataRequired(_l("Write the code."))], [capitals])
    country = SelectField(_l("Country"), [DataRequired(_l("Choose the country."))], default="")

    def offer(self) -> PartnerForm:
        """Every country that has a name in the language of the page, by that name."""
        named = sorted((fmt.country(code), code) for code in SUPPORTED_REGIONS if fmt.country(code) != code)
        self.country.choices = [SelectChoice("", _("Choose a country")), *(SelectChoice(code, name) for name, code in named)]
        return self


class DetailsForm(MendForm, PartnerForm):
    """A partner that stands, to be changed: with as many of the fields of a new one as may change."""

    def keep(self, fields: Collection[str]) -> DetailsForm:
        """Take away what may not change; and fill the choices."""
        self.offer()
        if "code" not in fields:
            del self.code
        return self


class CoordinatorForm(Form):
    person = StringField(
        _l("Phone, email or name"), [DataRequired(_l("Write a phone, an email or a name.")), Length(max=200)], [strip]
    )
