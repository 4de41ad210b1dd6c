"""What finance and trainees type about payments."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import phonenumbers
from wtforms import DateField, HiddenField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length, Regexp

from lms.core import clock
from lms.core.access import me
from lms.core.fmt import latin_digits
from lms.core.forms import Form, SelectChoice, capitals, strip, tidy_number
from lms.core.i18n import _, _l
from lms.core.money import CURRENCIES, Money
from lms.payouts import iban
from lms.payouts.models import Channel

BANK_NAME = re.compile(r"[A-Za-z0-9/?:().,'+ -]{1,70}")
"""What banks take in a name (EPC217-08, basic Latin): anything else is refused weeks later."""

FUND = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")
FUND_WORDS = _l("Write the fund in letters and digits, like GRANT-A.")
REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,59}$")


class PrepareForm(Form):
    partner = SelectField(_l("Whose people"), coerce=str)
    currency = SelectField(_l("Currency"))


class ReasonForm(Form):
    reason = TextAreaField(_l("Why"), [DataRequired(_l("Write why.")), Length(max=400)], [strip])


def money_in(field: StringField, currency: str) -> Money | None:
    """The sum above zero that was typed, or None with a sentence on the field."""
    amount = _sum(field.data or "", currency)
    if amount is None:
        field.errors = [*field.errors, _("Write a sum like 12.50.")]
    return amount


def _sum(typed: str, currency: str) -> Money | None:
    """A sum above zero; None where it is no sum of this currency."""
    try:
        amount = Money.parse(typed, currency)
    except (ValueError, KeyError):
        return None
    return amount if amount.minor > 0 else None


def as_printed(value: str | None) -> str | None:
    """A filter: one number is one number, in any digits and whatever direction signs were copied with it."""
    return re.sub(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", latin_digits(value)).strip() if isinstance(value, str) else value


def today() -> date:
    """The day it is where this person is."""
    return clock.today(me().zone)


class PastDayField(DateField):
    """A day of this century that has begun where this person is, as a browser sends it; any other is told in our words."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
            if self.data is None or self.data.year < 2000 or self.data > today():
                raise ValueError
        except ValueError:
            self.data = None
            raise ValueError(_("Choose a day that is not after today.")) from None


class GrantForm(Form):
    """A donor's money in the bank account. The bank's number makes a second tap the same grant."""

    fund = StringField(_l("Fund"), [DataRequired(_l("Write the fund.")), Regexp(FUND, message=FUND_WORDS)], [capitals])
    amount = StringField(_l("Sum"), [DataRequired(_l("Write the sum.")), Length(max=18)], [tidy_number])
    currency = SelectField(_l("Currency"))
    on = PastDayField(_l("Day it arrived"), default=today)
    reference = StringField(
        _l("The bank's number"),
        [DataRequired(_l("Write the number.")), Regexp(REFERENCE, message=_l("Write letters and digits only."))],
        [as_printed, capitals],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency.choices = _currencies()

    def validate_amount(self, field: StringField) -> None:
        """Told with all else that is wrong, not after it."""
        if _sum(field.data or "", self.currency.data) is None:
            raise ValidationError(_("Write a sum like 12.50."))

    def told(self) -> dict[str, Any]:
        """What `grants` needs beside the sum, of a form that was found right."""
        return {"fund": self.fund.data, "reference": self.reference.data, "on": self.on.data}


class WorthForm(Form):
    """What foreign money was worth on a day, and who says so. Its names begin so that it may stand beside another form."""

    foreign = StringField(_l("Foreign sum"), [DataRequired(_l("Write the sum.")), Length(max=18)], [tidy_number])
    currency = SelectField(_l("Currency"), [DataRequired(_l("Choose a currency."))])
    worth = StringField(_l("What it was worth"), [DataRequired(_l("Write the sum.")), Length(max=18)], [tidy_number])
    on = PastDayField(_l("Day"), default=today)
    source = StringField(_l("Who says so"), [DataRequired(_l("Write who says so.")), Length(max=200)], [strip])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix="worth", **kwargs)
        self.currency.choices = [SelectChoice("", ""), *_currencies(without="USD")]  # none at first: a wrong one would stay

    def sums(self, own: str) -> dict[str, Money] | None:
        """Both sums, or None with a sentence on the field that is none."""
        foreign, worth = money_in(self.foreign, self.currency.data), money_in(self.worth, own)
        return {"foreign": foreign, "worth": worth} if foreign and worth else None


def _currencies(without: str = "") -> list[SelectChoice]:
    return [SelectChoice(code, code) for code in sorted(CURRENCIES, key=lambda code: (code != "USD", code)) if code != without]


class PaymentForm(Form):
    """The proof of a payment. Its number is named by the channel; a witness is asked for cash only, a fee for anything else."""

    reference = StringField(_l("Number"), [DataRequired(_l("Write the number.")), Length(max=60)], [as_printed])
    witness = StringField(_l("Name of the witness"), [Length(max=120)], [strip])
    fee = StringField(_l("Fee that was taken"), [Length(max=20)], [tidy_number])
    currency = ""

    @classmethod
    def of(cls, channel: Channel, currency: str) -> PaymentForm:
        form = cls()
        form.currency = currency
        if channel is Channel.CASH:
            form.witness.validators = [DataRequired(_("Write the name of the witness.")), *form.witness.validators]
            del form.fee
        else:
            del form.witness
        return form

    def validate_fee(self, field: StringField) -> None:
        """A fee is left empty or a sum above zero."""
        if field.data:
            money_in(field, self.currency)

    def proof(self) -> dict[str, Any]:
        """What `actions.pay` needs, of a form that was found right."""
        fee = self.fee.data if "fee" in self else ""
        witness = self.witness.data if "witness" in self else ""
        return {"reference": self.reference.data, "witness": witness, "fee": Money.parse(fee, self.currency) if fee else None}


class ReturnForm(Form):
    """Cash that a partner sends back. `token` makes a second tap the same return."""

    amount = StringField(_l("Sum"), [DataRequired(_l("Write the sum."))], [tidy_number])
    token = HiddenField(validators=[Regexp(r"[A-Za-z0-9]{8,40}$")])


class CashForm(Form):
    """Cash, handed out by the partner."""

    payee_name = StringField(_l("Your full name"), [DataRequired(_l("Write your name.")), Length(max=70)], [strip])

    def account_number(self) -> str:
        return ""

    def operator_name(self) -> str:
        return ""


class BankForm(Form):
    payee_name = StringField(_l("Your name at the bank"), [DataRequired(_l("Write your name.")), Length(max=70)], [strip])
    account = StringField(_l("Account number (IBAN)"), [DataRequired(_l("Write the account number."))], [strip])

    def validate_payee_name(self, field: Any) -> None:
        if not BANK_NAME.fullmatch(field.data):
            raise ValidationError(_("Use Latin letters, as the bank writes your name."))

    def validate_account(self, field: Any) -> None:
        if not iban.right(latin_digits(field.data)):
            raise ValidationError(_("This number is not right. Look at each letter and digit."))

    def account_number(self) -> str:
        return iban.tidy(latin_digits(self.account.data or ""))

    def operator_name(self) -> str:
        return ""


class MobileForm(Form):
    payee_name = StringField(_l("Your name at the operator"), [DataRequired(_l("Write your name.")), Length(max=70)], [strip])
    operator = StringField(_l("Operator"), [DataRequired(_l("Write the operator.")), Length(max=40)], [strip])
    account = StringField(_l("Number of your wallet"), [DataRequired(_l("Write the number.")), Length(max=30)], [strip])
    country = None

    def validate_account(self, field: Any) -> None:
        if not self.account_number():
            raise ValidationError(_("This number is not right. Start with + and your country."))

    def account_number(self) -> str:
        """The number as +961..., read with the country of the person; empty where it is none."""
        try:
            found = phonenumbers.parse(latin_digits(self.account.data or ""), self.country)
        except phonenumbers.NumberParseException:
            return ""
        if not phonenumbers.is_possible_number(found):
            return ""
        return str(phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164))

    def operator_name(self) -> str:
        return self.operator.data or ""


METHODS: dict[Channel, type[CashForm] | type[BankForm] | type[MobileForm]] = {
    Channel.CASH: CashForm,
    Channel.BANK: BankForm,
    Channel.MOBILE: MobileForm,
}
